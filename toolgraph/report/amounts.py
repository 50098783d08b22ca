"""Numbers of a comparison as a person reads them: those of one metric with as many decimals, so that they line up."""

from collections.abc import Iterable, Sequence
from math import floor, log10
from statistics import median
from typing import NamedTuple

from toolgraph.quality.comparison import Arm, Figure

UNKNOWN = "-"
"""Stands for what cannot be said."""
SAME = "≈"
"""Marks a figure whose difference from the first arm is not significant."""
MOST_DECIMALS = 6


class Told(NamedTuple):
    """A figure in words."""

    mean: str
    margin: str = ""
    """Half the width of its interval, with ±; nothing where there is no interval."""
    ends: str = ""
    """The ends of its interval."""
    is_same: bool = False
    """Whether it is not significantly different from the first arm's."""

    @property
    def on_one_line(self) -> str:
        """The mean with its margin, and the mark where it is like the first arm's."""
        return " ".join(filter(None, (SAME * self.is_same, self.mean, self.margin)))


def decimals_for(values: Iterable[float]) -> int:
    """Return how many decimals some numbers need: none if they are whole, else as the largest of them asks for.

    >>> decimals_for([0.25, 1.5]), decimals_for([12.5, 0.1]), decimals_for([3, 4]), decimals_for([0.0044])
    (3, 2, 0, 4)
    """
    known = list(values)
    if all(value == int(value) for value in known):
        return 0
    power = floor(log10(max(map(abs, known))))
    return max(0, 3 - power) if power >= 0 else min(MOST_DECIMALS, max(3, 1 - power))


def number(value: float | None, decimals: int | None = None) -> str:
    """Return a number with so many decimals, or as many as it needs.

    >>> number(1234.5), number(12.345), number(0.12345), number(3), number(3, 2), number(-0.001, 2), number(None)
    ('1,234', '12.35', '0.123', '3', '3.00', '0.00', '-')
    """
    if value is None:
        return UNKNOWN
    return f"{value:z,.{decimals_for([value]) if decimals is None else decimals}f}"


def rows_of(arms: Sequence[Arm]) -> list[tuple[str, list[Told]]]:
    """Return the metrics that some arm has a figure of, and what is told of each arm."""
    names = dict.fromkeys(name for arm in arms for name in arm.figures)
    rows = ((name, [arm.figures.get(name) for arm in arms]) for name in names)
    return [(name, tell(figures)) for name, figures in rows if any(figure and figure.interval for figure in figures)]


def tell(figures: Sequence[Figure | None]) -> list[Told]:
    """Return the figures of one metric in words, all with as many decimals: one more where most margins need it."""
    known = [figure.interval for figure in figures if figure and figure.interval]
    decimals = decimals_for([end for one in known for end in (one.mean, one.low, one.high) if end is not None])
    margins = [(one.high - one.low) / 2 for one in known if one.low is not None and one.high is not None]
    widths = [margin for margin in margins if margin]
    if decimals and widths and median(widths) < 0.5 * 10**-decimals:
        decimals += 1
    return [_told(figure, decimals) for figure in figures]


def _told(figure: Figure | None, decimals: int) -> Told:
    interval = figure.interval if figure else None
    if figure is None or interval is None:
        return Told(UNKNOWN)
    mean, is_same = number(interval.mean, decimals), figure.differs is False
    if interval.low is None or interval.high is None:
        return Told(mean, is_same=is_same)
    margin = f"±{number((interval.high - interval.low) / 2, decimals)}"
    return Told(mean, margin, f"{number(interval.low, decimals)} to {number(interval.high, decimals)}", is_same)
