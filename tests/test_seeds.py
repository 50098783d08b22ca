import random

from hypothesis import given
from hypothesis import strategies as st

from toolgraph.seeds import derived_seed, rng

keys = st.lists(st.one_of(st.integers(), st.text()), max_size=4)


@given(st.integers(), keys)
def test_the_same_seed_and_keys_give_the_same_numbers(seed, names):
    assert rng(seed, *names).random() == rng(seed, *names).random()


@given(st.integers(), st.text(), st.text())
def test_different_keys_give_independent_seeds(seed, one, other):
    assert (derived_seed(seed, one) == derived_seed(seed, other)) == (one == other)


def test_different_seeds_give_different_numbers():
    assert len({rng(seed, "walk").random() for seed in range(100)}) == 100


def test_a_number_and_its_digits_are_different_keys():
    assert derived_seed(0, 1) != derived_seed(0, "1")


def test_two_keys_are_not_the_one_they_join_to():
    assert derived_seed(0, "walk", "er") != derived_seed(0, "walker")


def test_seeds_have_64_bits():
    seeds = [derived_seed(0, number) for number in range(1000)]

    assert all(0 <= seed < 2**64 for seed in seeds)
    assert max(seeds) > 2**63


def test_the_numbers_are_the_same_on_every_machine():
    assert derived_seed(7, "walk", 3) == 8720128584711378276


def test_global_randomness_is_neither_used_nor_touched():
    random.seed(1)
    before = random.getstate()

    rng(7, "walk").random()

    assert random.getstate() == before
