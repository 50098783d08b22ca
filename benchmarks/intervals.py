"""Measure how often the intervals of `toolgraph compare` hold the true mean, and how often its test errs.

    python benchmarks/intervals.py

Values of seeds are drawn from distributions whose mean is known: one that is symmetric, one that is skewed as counts
and times are, and shares of twenty cases, most of them 0. Nothing but the package is needed.
"""

import argparse
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from toolgraph.quality.comparison import compare_arms
from toolgraph.quality.intervals import ALPHA, bootstrap_interval

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

DISTRIBUTIONS: Mapping[str, tuple[float, Draw]] = {
    "normal": (0.0, lambda rng, seeds: rng.normal(size=seeds)),
    "exponential": (1.0, lambda rng, seeds: rng.exponential(size=seeds)),
    "share of 20, p = 0.1": (0.1, lambda rng, seeds: rng.binomial(20, 0.1, size=seeds) / 20),
}
SEEDS = (2, 3, 4, 5, 6, 8, 10, 20)
ARMS = 5


def main() -> None:
    """Measure and print two small tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=4_000, help="comparisons that are simulated for each figure")
    options = parser.parse_args()
    print("intervals that hold the true mean")
    table(lambda mean, draw, seeds: coverage(mean, draw, seeds, options.tries))
    print(f"\ncomparisons of {ARMS} equal arms in which some is marked as different")
    table(lambda _, draw, seeds: false_marks(draw, seeds, options.tries // 4))


def table(measured: Callable[[float, Draw, int], float]) -> None:
    """Print a line for each distribution, with a column for each number of seeds."""
    print(f"{'seeds':<24}" + "".join(f"{seeds:>8}" for seeds in SEEDS))
    for name, (mean, draw) in DISTRIBUTIONS.items():
        print(f"{name:<24}" + "".join(f"{measured(mean, draw, seeds):>8.1%}" for seeds in SEEDS))


def coverage(mean: float, draw: Draw, seeds: int, tries: int) -> float:
    """Return how often the interval of a mean over so many seeds holds the true one."""
    rng = np.random.default_rng(seeds)
    found = (bootstrap_interval(draw(rng, seeds).tolist()) for _ in range(tries))
    return sum(one.low is not None and one.high is not None and one.low <= mean <= one.high for one in found) / tries


def false_marks(draw: Draw, seeds: int, tries: int) -> float:
    """Return how often at least one of several arms that are the same is marked as different from the first."""
    rng = np.random.default_rng(seeds)
    wrong = 0
    for _ in range(tries):
        shared = draw(rng, seeds)  # what a seed does to all arms alike, such as the sizes of its samples
        rows = {(str(arm), ""): [{"x": float(x)} for x in shared + draw(rng, seeds)] for arm in range(ARMS)}
        wrong += any((arm.figures["x"].p or 1.0) < ALPHA for arm in compare_arms(rows))
    return wrong / tries


if __name__ == "__main__":
    main()
