import pytest

from toolgraph.quality.comparison import Figure, compare_arms, difference

SEEDS = range(8)


def test_an_arm_is_tested_against_the_first_seed_by_seed():
    first, better, alike = compare_arms({
        ("random", ""): [{"score": 0.1 * seed} for seed in SEEDS],
        ("walk", ""): [{"score": 0.1 * seed + 1} for seed in SEEDS],
        ("restart", ""): [{"score": 0.1 * (7 - seed)} for seed in SEEDS],
    })  # fmt: skip

    assert first.figures["score"].differs is None
    assert better.figures["score"].differs is True
    assert better.figures["score"].p == pytest.approx(2 * 2 / 2**8)
    assert alike.figures["score"].differs is False
    assert better.figures["score"].interval.mean == pytest.approx(1.35)


def test_what_cannot_be_said_has_no_mean_and_no_test():
    _, none, some = compare_arms({
        ("walk", "grounded"): [{"SS": None}, {"SS": 3.0}],
        ("walk", "none"): [{"SS": None}, {"SS": None}],
        ("walk", "intents"): [{"SS": 5.0}, {"SS": 7.0}],
    })  # fmt: skip

    assert none.figures["SS"].interval is None
    assert none.figures["SS"].differs is None
    assert some.figures["SS"].interval.mean == 6
    assert some.figures["SS"].differs is None  # one pair says nothing
    assert some.name == "walk, intents"


def test_values_that_do_not_pair_up_and_single_seeds_are_not_tested():
    _, fewer = compare_arms({("a", ""): [{"x": 1.0}] * 8, ("b", ""): [{"x": 2.0}] * 7})
    _, single = compare_arms({("a", ""): [{"x": 1.0}], ("b", ""): [{"x": 2.0}]})

    assert fewer.figures["x"].differs is single.figures["x"].differs is None


def test_what_something_changes_is_the_mean_of_its_differences_seed_by_seed():
    def figure(*values):
        return Figure(values, None)

    level, more = figure(*map(float, range(8))), figure(*(value + 2.0 for value in range(8)))

    changed = difference([more, more], [level, more])
    assert (changed.interval.mean, changed.differs) == (1.0, True)
    assert difference([level], [level]).differs is False
    assert difference([more], [None]) is None
    assert difference([figure(1.0, None)], [figure(0.0, 1.0)]).interval.mean == 1.0
    assert difference([figure(1.0)], [figure(0.0, 1.0)]) is None
    assert difference([figure(None)], [figure(1.0)]).interval is None


def test_an_arm_without_anything_is_there_without_figures():
    first, nothing = compare_arms({("walk", "none"): [{"yield": 1.0}], ("random", "none"): []})

    assert first.figures["yield"].interval.mean == 1
    assert nothing.figures["yield"].interval is None


def test_nothing_to_compare_gives_nothing():
    assert compare_arms({}) == ()
