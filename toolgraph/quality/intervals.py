"""Intervals: how sure a mean over a few seeds is, and whether two such means differ.

Seeds are few, and the percentile bootstrap is too sure of itself then. So the interval is the expanded percentile
interval (Hesterberg, arXiv 1411.5279), and a difference is tested by randomization, which is exact for any number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""How often an interval is to hold the true mean."""
ALPHA = 1 - LEVEL
"""Below which p a difference is significant."""
RESAMPLES = 9_999
"""Resamples of a bootstrap; with one fewer than a round number, quantiles fall on resamples."""
ALL_SIGNS = 12
"""Differences of which all signs are tried; of more it is random ones."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and between what values the true one lies; without ends where there is one value only."""

    mean: float
    low: float | None
    high: float | None


def bootstrap_interval(values: Sequence[float]) -> Interval:
    """Return the mean of `values`, one per seed, with its expanded percentile bootstrap interval.

    >>> bootstrap_interval([0.5, 0.5, 0.5])
    Interval(mean=0.5, low=0.5, high=0.5)
    >>> bootstrap_interval([0.5])
    Interval(mean=0.5, low=None, high=None)
    """
    given = np.asarray(values, np.float64)
    mean = float(given.mean())
    if len(given) < 2:
        return Interval(mean, None, None)
    if np.ptp(given) == 0:
        return Interval(mean, mean, mean)
    tail = _expanded_tail(len(given))
    low, high = np.quantile(given[_resamples(len(given))].mean(axis=1), [tail, 1 - tail])
    return Interval(mean, float(low), float(high))


def attained_level(seeds: int) -> float:
    """Return how often the interval of so many seeds can hold the true mean at best.

    No mean of resamples lies outside the values themselves, and all of n values lie on one side of the middle of a
    symmetric distribution in 2 of 2^n cases.

    >>> attained_level(2), attained_level(3), attained_level(10)
    (0.5, 0.75, 0.95)
    """
    return min(LEVEL, 1 - 2.0 ** (1 - seeds))


def paired_p(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Return how probable a mean difference at least as large is by chance; values pair up by their seed.

    That is the paired randomization test of Fisher and Pitman: were the two alike, either value of a seed might as well
    be the other's, so that every difference might have the other sign. All signs are tried up to 12 seeds, and random
    ones beyond. None without a pair.

    >>> paired_p([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), paired_p([1.0, 2.0, 3.0], [0.0, 0.0, 0.0])
    (1.0, 0.25)
    """
    differences = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    if not len(differences):
        return None
    sums = np.abs(_signs(len(differences)) @ differences)
    return float(np.mean(sums >= abs(differences.sum()) - 1e-9 * np.abs(differences).sum()))


def least_p(seeds: int, tests: int) -> float:
    """Return the smallest p that so many seeds can give one of so many tests after Holm's correction.

    >>> least_p(10, 4), least_p(5, 1)
    (0.0078125, 0.0625)
    """
    return float(min(1.0, tests * max(2.0 ** (1 - seeds), 1 / (RESAMPLES + 1))))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Return each p adjusted for there being several (Holm 1979); what is none is not counted.

    >>> holm([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    """
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    so_far = 0.0
    for rank, (p, place) in enumerate(known):
        so_far = max(so_far, min(1.0, (len(known) - rank) * p))
        adjusted[place] = so_far
    return adjusted


@lru_cache(maxsize=8)
def _expanded_tail(count: int) -> float:
    """Return the tail that makes a percentile interval as wide as that of Student's t."""
    from scipy import stats

    return float(stats.norm.cdf(np.sqrt(count / (count - 1)) * stats.t.ppf((1 - LEVEL) / 2, count - 1)))


@lru_cache(maxsize=8)
def _resamples(count: int) -> NDArray[np.int64]:
    """Return which values each resample takes: the same for every metric, and in every run."""
    return np.random.default_rng(count).integers(count, size=(RESAMPLES, count))


@lru_cache(maxsize=8)
def _signs(count: int) -> Floats:
    """Return the signs that differences may have, those they have among them: shape (n, count)."""
    if count <= ALL_SIGNS:
        return np.array(list(product((1.0, -1.0), repeat=count)))
    drawn = np.random.default_rng(count).choice((1.0, -1.0), size=(RESAMPLES, count))
    return np.vstack((np.ones(count), drawn))
