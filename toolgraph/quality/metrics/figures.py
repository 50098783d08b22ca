"""Figures that several metrics are made of. What cannot be said is none, and never a neutral number."""

import math
from collections import Counter
from collections.abc import Iterable

from toolgraph.quality.tally import Numbers

Spread = dict[str, float | None]


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole as a fraction of 1, or none where there is no whole."""
    return round(part / whole, 4) if whole else None


def spread(numbers: Numbers) -> Spread:
    """Return the mean, the least and the most of some numbers."""
    if not numbers.count:
        return {"mean": None, "min": None, "max": None}
    return {"mean": share(numbers.total, numbers.count), "min": numbers.least, "max": numbers.most}


def mix(counts: Counter[str]) -> dict[str, float]:
    """Return the share of each kind, the most frequent first."""
    whole = counts.total()
    return {name: round(counts[name] / whole, 4) for name in sorted(counts, key=lambda name: (-counts[name], name))}


def entropy_in_bits(counts: Iterable[int]) -> float | None:
    """Return the Shannon entropy of what was counted: the sum of -p log2 p over the shares p.

    >>> entropy_in_bits([2, 2])
    1.0
    """
    ascending = sorted(counts)
    whole = sum(ascending)
    return round(-math.fsum(n / whole * math.log2(n / whole) for n in ascending if n) + 0.0, 4) if whole else None
