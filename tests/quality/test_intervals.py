import numpy as np
import pytest

from toolgraph.quality.intervals import LEVEL, bootstrap_interval, holm, least_p, paired_p


def test_an_interval_holds_its_mean_and_shrinks_with_more_seeds():
    values = [0.1, 0.4, 0.2, 0.3, 0.5]

    few, many = bootstrap_interval(values), bootstrap_interval(values * 6)

    assert few.low < few.mean < few.high
    assert few.mean == pytest.approx(0.3)
    assert many.high - many.low < few.high - few.low


def test_intervals_hold_the_true_mean_about_as_often_as_they_say():
    draws = np.random.default_rng(3).normal(size=(300, 10))

    found = [bootstrap_interval(values.tolist()) for values in draws]

    held = sum(one.low <= 0 <= one.high for one in found) / len(found)
    assert held == pytest.approx(LEVEL, abs=0.03)


def test_the_same_values_give_the_same_interval():
    assert bootstrap_interval([1.0, 2.0, 4.0]) == bootstrap_interval([1.0, 2.0, 4.0])


def test_a_difference_by_chance_alone_is_seldom_significant():
    draws = np.random.default_rng(4).normal(size=(300, 2, 10))

    found = [paired_p(ours.tolist(), theirs.tolist()) for ours, theirs in draws]

    assert 0.02 < sum(p < 0.05 for p in found) / len(found) < 0.08


def test_a_difference_of_every_seed_is_as_significant_as_their_number_allows():
    ours, theirs = [2.0 + seed for seed in range(10)], [float(seed) for seed in range(10)]

    assert paired_p(ours, theirs) == paired_p(theirs, ours) == 2 / 2**10 == least_p(10, 1)


def test_seeds_pair_up_so_that_what_they_share_does_not_matter():
    seeds = [0.0, 100.0, 50.0, 25.0, 75.0, 10.0, 90.0, 60.0]

    assert paired_p([value + 1 for value in seeds], seeds) < 0.01


def test_of_many_differences_random_signs_are_tried():
    values = np.random.default_rng(5).normal(1, 1, 40).tolist()

    assert paired_p(values, [0.0] * 40) < 0.001
    assert paired_p([0.5, -0.5] * 20, [0.0] * 40) == 1.0


def test_without_a_pair_nothing_is_said():
    assert paired_p([], []) is None


def test_holm_never_makes_a_p_smaller_and_keeps_their_order():
    ps = [0.04, 0.001, 0.3, None, 0.012]

    adjusted = holm(ps)

    assert adjusted == pytest.approx([0.08, 0.004, 0.3, None, 0.036])
