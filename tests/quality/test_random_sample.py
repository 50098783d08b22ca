from hypothesis import given
from hypothesis import strategies as st

from toolgraph.quality.random_sample import RandomSample

SIZED = st.lists(st.tuples(st.text("abcd", max_size=6), st.integers(0, 5)), max_size=30)


def sample_of(sized, limit):
    sample = RandomSample(limit)
    for key, size in sized:
        sample.add(key, (key, size), size)
    return sample


@given(st.lists(st.text(max_size=6), unique=True, max_size=30), st.integers(0, 10), st.randoms(use_true_random=False))
def test_a_sample_depends_on_the_items_and_not_on_their_order(keys, limit, source):
    sized = [(key, 1 + len(key) % 3) for key in keys]

    assert sample_of(sized, limit).items() == sample_of(source.sample(sized, len(sized)), limit).items()


@given(SIZED, st.integers(0, 12))
def test_what_is_kept_is_the_least_that_reaches_the_limit(sized, limit):
    sample, everything = sample_of(sized, limit), sample_of(sized, 10**9).items()

    kept = sample.items()
    assert kept == everything[: len(kept)]
    assert sum(size for _, size in kept) >= min(limit, sample.seen)
    assert sum(size for _, size in kept[:-1]) < max(limit, 1)
    assert sample.seen == sum(size for _, size in sized)
