"""Quantities: the amounts that a text states with a unit, in one part or several."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from toolgraph.dialogue.spelled import spelled_numbers
from toolgraph.dialogue.units import FOOT, HOUR, INCH, MINUTE, SECOND, Unit, unit_at

_FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
_STATED = re.compile(rf"(?<![\w.,])((?<!\w)-)?({_FIGURE})(?=\s?-?[^\W\d]|\s?°)")
_ARTICLE = re.compile(
    r"(?<!\d\s)\b(half\s+an?|a\s+couple(?=\s+of)|(?:a|three)\s+quarters?\s+of\s+an?|an?)(?=\s[a-z]{2})", re.IGNORECASE
)
_AND_PART = re.compile(r"\s+and\s+(a\s+half|a\s+quarter|three\s+quarters)\b", re.IGNORECASE)
_PARTS = {"half": 0.5, "a couple": 2, "a quarter": 0.25, "three quarters": 0.75}
_FEET = re.compile(
    r"(?<![\w.,])(\d)\s?(?:['\u2032\u2019]|ft\.?|foot|feet)\s?(?:and\s)?(\d{1,2}(?:\.\d+)?)(?![\w%])(?!\.\d)"
)
_INCHES = re.compile(r"\s?(?:[\"\u2033\u201d]|''|in(?:ches|ch)?\b)")
_HOURS = re.compile(r"(?<![\w.,])(\d{1,2})\s?h(?:rs?|ours?)?\s?([0-5]?\d)(?:\s?m(?:in)?s?)?(?!\w)")
_CLOCK = re.compile(r"(?<![\w.,:])(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?![\w:]|\s?[ap]\.?m)", re.IGNORECASE)
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?(?<=[DHMS])")
_BETWEEN = re.compile(r",?\s?(?:and\s|&\s)?")


class Quantity(NamedTuple):
    """An amount with its unit, and where a text states it."""

    value: float
    unit: Unit
    start: int
    end: int
    is_part: bool = False
    """Whether it is a part of another: the 3 minutes of `3 minutes 35 seconds`."""


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    r"""Return the amounts that a text states with a unit, those of several parts as a whole and in their parts.

    >>> [(one.value, one.unit.name) for one in quantities("He is 94kg, and runs an hour and a half at 5'11\".")]
    [(71.0, 'inches'), (94.0, 'kg'), (1.5, 'hours'), (5.0, 'ft'), (11.0, 'inches')]
    """
    simple: list[Quantity] = []
    for one in sorted(_simple(text), key=lambda quantity: (quantity.start, -quantity.end)):
        if not simple or one.end > simple[-1].end:
            simple.append(one)
    joined = (*_joined(simple, text), *_feet_and_hours(text))
    wholes = [one for one in joined if not one.is_part]
    alone = [one for one in simple if not any(whole.start <= one.start < whole.end for whole in wholes)]
    taken = {*alone, *wholes}
    parts = [one._replace(is_part=True) for one in (*simple, *joined) if one not in taken]
    return (*wholes, *alone, *parts)


@lru_cache(maxsize=1024)
def durations_on_a_clock(text: str) -> tuple[Quantity, ...]:
    """Return what a text writes as `3:35`, read both as hours and minutes and as minutes and seconds."""
    found: list[Quantity] = []
    for match in _CLOCK.finditer(text):
        first, second, third = (int(group or 0) for group in match.groups())
        if match[3]:
            found.append(Quantity((first * 60 + second) * 60 + third, SECOND, *match.span()))
        else:
            found += [Quantity(first * 60 + second, unit, *match.span()) for unit in (SECOND, MINUTE)]
    return tuple(found)


def quantity_of(value: str) -> Quantity | None:
    """Return the amount that a whole value is: `207.2 lbs`, or `PT1H30M`."""
    whole = next((one for one in quantities(value) if (one.start, one.end) == (0, len(value))), None)
    iso = _ISO.fullmatch(value) if whole is None else None
    if iso is None:
        return whole
    days, hours, minutes, seconds = (int(group or 0) for group in iso.groups())
    return Quantity(((days * 24 + hours) * 60 + minutes) * 60 + seconds, SECOND, 0, len(value))


def _simple(text: str) -> Iterator[Quantity]:
    for match in _STATED.finditer(text):
        after = unit_at(text, match.end())
        if after:
            unit, end = after
            figure = match[2].replace(",", "") if _is_grouped(match[2]) else match[2].replace(",", ".")
            minus = bool(match[1]) and unit.dimension == "temperature"
            yield _quantity(-float(figure) if minus else float(figure), unit, match.start(1 if minus else 2), end, text)
    for number in spelled_numbers(text):
        after = unit_at(text, number.end)
        if after:
            yield _quantity(number.value, after[0], number.start, after[1], text)
    for match in _ARTICLE.finditer(text):
        after = unit_at(text, match.end())
        if after:
            words = " ".join(match[1].lower().split())
            part = next((value for name, value in _PARTS.items() if words.startswith(name)), 1.0)
            yield _quantity(part, after[0], match.start(), after[1], text)


def _is_grouped(figure: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", figure))


def _quantity(value: float, unit: Unit, start: int, end: int, text: str) -> Quantity:
    """An amount, with what `and a half` after it adds."""
    part = _AND_PART.match(text, end)
    if part:
        words = " ".join(part[1].lower().split()).replace("a half", "half")
        return Quantity(value + _PARTS[words], unit, start, part.end())
    return Quantity(value, unit, start, end)


def _feet_and_hours(text: str) -> Iterator[Quantity]:
    """What is written as `5'11"` and `1h30`, as a whole and in its parts."""
    for pattern, large, small, count in ((_FEET, FOOT, INCH, 12), (_HOURS, HOUR, MINUTE, 60)):
        for match in pattern.finditer(text):
            first, second = float(match[1]), float(match[2])
            if second < count:
                tail = _INCHES.match(text, match.end()) if small is INCH else None
                end = tail.end() if tail else match.end()
                yield Quantity(first * count + second, small, match.start(), end)
                yield Quantity(first, large, *match.span(1), is_part=True)
                yield Quantity(second, small, *match.span(2), is_part=True)


def _joined(simple: list[Quantity], text: str) -> Iterator[Quantity]:
    """Amounts of several parts, in the unit of the last: 3 minutes 35 seconds are 215 seconds."""
    run: list[Quantity] = []
    for before, here in pairwise(simple):
        larger, smaller = before.unit.factors[0], here.unit.factors[0]
        fits = (
            before.unit.dimension == here.unit.dimension and before.unit.dimension != "temperature"
            and smaller < larger and here.value * smaller < larger and before.end <= here.start
            and _BETWEEN.fullmatch(text, before.end, here.start)
        )  # fmt: skip
        if not fits:
            if len(run) > 1:
                yield _sum(run)
            run = []
            continue
        run = [*(run or [before]), here]
    if len(run) > 1:
        yield _sum(run)


def _sum(parts: list[Quantity]) -> Quantity:
    last = parts[-1]
    value = sum(part.value * part.unit.factors[0] for part in parts) / last.unit.factors[0]
    return Quantity(round(value, 9), last.unit, parts[0].start, last.end)
