"""Numbers of a comparison as a person reads them."""

from toolgraph.quality.comparison import Figure
from toolgraph.quality.intervals import Interval

UNKNOWN = "-"
"""Stands for what cannot be said."""
SAME = "≈"
"""Marks a figure whose difference from the first arm is not significant."""


def number(value: float | None) -> str:
    """Return a number with as many digits as say something.

    >>> number(1234.5), number(12.345), number(0.12345), number(0), number(3), number(None)
    ('1,234', '12.3', '0.123', '0', '3', '-')
    """
    if value is None:
        return UNKNOWN
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def with_margin(figure: Figure | None) -> str:
    """Return a mean with half the width of its interval, and the mark where it is like the first arm's."""
    interval = figure.interval if figure else None
    if figure is None or interval is None:
        return UNKNOWN
    mark = f"{SAME} " if figure.differs is False else ""
    return f"{mark}{number(interval.mean)}{_margin(interval)}"


def between(interval: Interval) -> str:
    """Return the ends of an interval; nothing where it has none."""
    if interval.low is None or interval.high is None:
        return ""
    return f"{number(interval.low)} to {number(interval.high)}"


def _margin(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    half = (interval.high - interval.low) / 2
    decimals = len(number(interval.mean).partition(".")[2]) or (1 if half else 0)
    return f" ±{half:.{decimals}f}" if half < 1000 else f" ±{half:,.0f}"
