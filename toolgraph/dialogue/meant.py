"""Meant: what a text states in other words than `find_said` looks for, tried last because it is the dearest to read."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from toolgraph.dialogue.places import find_place
from toolgraph.dialogue.quantities import Quantity, durations_on_a_clock, quantities, quantity_of
from toolgraph.dialogue.spelled import spelled_numbers
from toolgraph.dialogue.spoken import MONTHS, Said, find_said, parse_date
from toolgraph.dialogue.units import DAY, Unit, dimensions_of, is_same, shown_number, unit_asked, units_of
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS)
_NTH = r"(?:[12]?\d|3[01])"
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\.?\s(?:the\s)?({_NTH})(?:st|nd|rd|th)?(?:\s?(?:-|\u2013|to|until|through|till)\s?({_NTH})(?:st|nd|rd|th)?)?"
    r"(?:,?\s(\d{4}))?(?![\w:]|[.,]\d)",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"(?<![\w.,:])(?:({_NTH})(?:st|nd|rd|th)?\s?(?:-|\u2013|to|until|through|till)\s?)?({_NTH})(?:st|nd|rd|th)?\s(?:of\s)?"
    rf"({_MONTH})\b\.?(?:,?\s(\d{{4}}))?(?![\w:]|[.,]\d)",
    re.IGNORECASE,
)
_BARE_DAY = re.compile(
    rf"\bthe\s({_NTH})(?:st|nd|rd|th)(?=\s?(?:$|[.,;:!?)])|\s(?:at|for|to|until|till|and|or|if|please|from|through|with)\b)",
    re.IGNORECASE,
)
_HOUR = re.compile(r"\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)
_OF_TIME = frozenset(
    "date dates day days month months year years time times hour hours start starts starting end ends ending from "
    "until since deadline birthday dob departure arrival when clock check checkin checkout week weekday moment".split()
)
"""Words of a field that may take a part of a date or a time."""
_FROM_NOW = re.compile(r"\s(?:from\s(?:now|today)|ahead)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\bin\s$", re.IGNORECASE)
_MOST_SECONDS = 1000 * DAY.factors[0]
_ENDS = frozenset("out end ends ending return returning until till to through finish drop dropoff".split())
"""Words in the name of a field that holds the end of something, which a start and a duration give."""

_SYNONYMS = (
    "large|big|huge", "small|little|tiny", "medium|mid-sized|medium-sized", "cheap|inexpensive|low-cost",
    "fast|quick|rapid", "apartment|flat", "movie|film", "bicycle|bike", "car|automobile", "child|kid",
    "text message|sms", "email|e-mail", "photo|picture", "vacation|holiday", "trash|rubbish|garbage", "couch|sofa",
    "male|man|boy|husband|father|dad|brother|son", "female|woman|girl|wife|mother|mom|mum|sister|daughter",
    "beginner|novice", "buy|purchase",
)  # fmt: skip
"""Words that mean the same to everybody; with them an enum value may be said."""
_GROUPS = {word: words for words in _SYNONYMS for word in words.split("|")}


class _Day(NamedTuple):
    """A day that a text names."""

    day: dt.date
    start: int
    end: int
    transform: str


def find_meant(
    value: Any, text: str, today: dt.date | None = None, field: Field | None = None, others: Sequence[str] = ()
) -> Said | None:
    """Return where `text` states `value` in other words: another unit, another name of a day or of a state.

    An end may also be computed from its start, stated in `text` or in `others`, and its duration, stated in `text`.
    """
    if isinstance(value, bool) or value is None:
        return None
    if field and value in field.schema.get("enum", ()):
        said = _synonym_said(value, text, field)
        if said:
            return said
    if isinstance(value, int | float):
        return _number_meant(shown_number(value), text, field) if value == value else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    if not any(char.isdigit() for char in value):
        return find_place(value, text, others)
    if _NUMBER.fullmatch(value):
        return _number_meant(value, text, field)
    return _quantity_meant(value, text) or _time_meant(value, text, today, field, others)


def unit_of_field(field: Field | None) -> Unit | None:
    """Return the one unit that a field clearly takes, by its name, its description or its schema."""
    if field is None:
        return None
    stated = field.schema.get("unit") or field.schema.get("x-unit")
    described = f"{field.description} ({stated})" if isinstance(stated, str) else field.description
    return unit_asked(split_words(field.name), described)


def is_misread(value: Any, said: Said, text: str, field: Field | None) -> Quantity | None:
    """Return the amount that `text` states where `value` was found in it, if the field takes it in another unit.

    `94 kg` says no 94 to a field in pounds, and `5'11"` says no 5 to a field in inches.
    """
    unit = unit_of_field(field)
    if unit is None:
        return None
    covering = [
        one
        for one in quantities(text)
        if one.start <= said.start and said.end <= one.end and one.unit.dimension == unit.dimension
    ]
    shown = shown_number(value) if isinstance(value, int | float) else value
    if not covering or any(is_same(shown, unit, one.value, one.unit) for one in covering):
        return None
    return covering[0]


def is_of_a_moment(said: Said, text: str, field: Field | None) -> bool:
    """Say whether a number found in `text` is that of a day or an hour, and the field asks for neither.

    `July 10` says no 10 to a limit, and `6 pm` no 6 to a number of guests.
    """
    if field is None or not _OF_TIME.isdisjoint(f"{split_words(field.name)} {field.description.lower()}".split()):
        return False
    return any(
        found.start() <= said.start and said.end <= found.end()
        for pattern in (_MONTH_FIRST, _DAY_FIRST, _HOUR)
        for found in pattern.finditer(text)
    )


def is_number(value: Any) -> bool:
    """Say whether a value is a number, or a text that is one."""
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _synonym_said(value: Any, text: str, field: Field) -> Said | None:
    """Where a text says an enum value by another word for it, which no other value of the enum may be meant by."""
    words = _GROUPS.get(split_words(str(value)), "")
    others = {split_words(str(other)) for other in field.schema["enum"] if other != value}
    found = re.search(rf"\b(?:{words})s?\b", text, re.IGNORECASE) if words else None
    return Said(*found.span(), "enum synonym") if found and others.isdisjoint(words.split("|")) else None


def _number_meant(shown: str, text: str, field: Field | None) -> Said | None:
    value = float(shown)
    for number in spelled_numbers(text):
        said = Said(number.start, number.end, "number word")
        if number.value == value and not is_misread(shown, said, text, field):
            return said
    ordinal = re.search(rf"(?<![\w.,]){re.escape(shown)}(?:st|nd|rd|th)\b", text) if shown.isdigit() else None
    if ordinal and not is_of_a_moment(said := Said(*ordinal.span(), "number format"), text, field):
        return said
    unit = unit_of_field(field)
    found = _in_unit(shown, unit, text) if unit else _in_some_unit(shown, field, text)
    return Said(found.start, found.end, "unit") if found else None


def _in_unit(shown: str, unit: Unit, text: str) -> Quantity | None:
    """The amount that a number in a known unit is."""
    stated = quantities(text) + (durations_on_a_clock(text) if unit.dimension == DAY.dimension else ())
    for one in stated:
        is_same_unit = one.unit.factors == unit.factors
        if (is_same_unit or not one.is_part) and is_same(shown, unit, one.value, one.unit, is_exact=is_same_unit):
            return one
    return None


def _in_some_unit(shown: str, field: Field | None, text: str) -> Quantity | None:
    """The amount that a number is whose field names no unit: as stated, or converted where the field measures it."""
    dimensions = dimensions_of(f"{split_words(field.name)} {field.description}") if field else frozenset()
    digits = len(shown.replace(".", "").strip("-0"))
    for one in quantities(text):
        if one.value == float(shown):
            return one
        if one.is_part or one.unit.dimension not in dimensions:
            continue
        for unit in units_of(one.unit.dimension):
            if is_same(shown, unit, one.value, one.unit, is_exact=digits < 3):
                return one
    return None


def _quantity_meant(value: str, text: str) -> Said | None:
    """Where a text states an amount that is written with its unit, in the same unit or another one."""
    wanted = quantity_of(value)
    if wanted is None:
        return None
    found = _in_unit(shown_number(wanted.value), wanted.unit, text)
    return Said(found.start, found.end, "unit") if found else None


def _time_meant(
    value: str, text: str, today: dt.date | None, field: Field | None, others: Sequence[str]
) -> Said | None:  # fmt: skip
    moment, shape = _moment(value)
    if moment is None:
        return None
    said = _moment_said(moment, shape, text, today)
    if said or field is None or _ENDS.isdisjoint(split_words(field.name).split()):
        return said
    for one in quantities(text):
        seconds = one.value * one.unit.factors[0] if one.unit.dimension == DAY.dimension and not one.is_part else 0
        if not 0 < seconds < _MOST_SECONDS or (shape == "day" and seconds % DAY.factors[0]):
            continue
        start = moment - dt.timedelta(seconds=seconds)
        here = _moment_said(start, shape, text, today)
        if here:
            return Said(min(here.start, one.start), max(here.end, one.end), "arithmetic")
        if any(_moment_said(start, shape, other, today) for other in others):
            return Said(one.start, one.end, "arithmetic")
    return None


def _moment(value: str) -> tuple[dt.datetime | None, str]:
    """The moment that a text is, and whether it is a day, a time of day or both."""
    parsed = parse_date(value)
    if parsed:
        return dt.datetime.combine(parsed[0], dt.time()), "day"
    if re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?", value):
        hours, minutes = (int(part) for part in value.split(":")[:2])
        in_range = hours < 24 and minutes < 60
        return (dt.datetime(2000, 1, 2, hours, minutes) if in_range else None), "time"
    try:
        moment = dt.datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None, ""
    return (moment if len(value) > 10 and 1900 <= moment.year <= 2100 else None), "both"


def _moment_said(moment: dt.datetime, shape: str, text: str, today: dt.date | None) -> Said | None:
    day = None if shape == "time" else _day_said(moment.date(), text, today)
    clock = None if shape == "day" else find_said(f"{moment:%H:%M}", text, today)
    if shape == "both":
        if day and clock:
            return Said(min(day.start, clock.start), max(day.end, clock.end), "date and time")
        return None
    return day or clock


def _day_said(day: dt.date, text: str, today: dt.date | None) -> Said | None:
    said = find_said(day.isoformat(), text, today)
    if said:
        return said
    return next((Said(one.start, one.end, one.transform) for one in _days_in(text, today) if one.day == day), None)


@lru_cache(maxsize=1024)
def _days_in(text: str, today: dt.date | None) -> tuple[_Day, ...]:
    """The days that a text names in ways that `date_forms` does not list: `Dec 4th`, `May 3-7`, `the 15th`."""
    return tuple(sorted(_named_days(text, today), key=lambda one: one.start))


def _named_days(text: str, today: dt.date | None) -> Iterator[_Day]:
    for match in _MONTH_FIRST.finditer(text):
        yield from _days(match, match[1], (match[2], match[3]), match[4], today)
    for match in _DAY_FIRST.finditer(text):
        yield from _days(match, match[3], (match[1], match[2]), match[4], today)
    if today is None:
        return
    for match in _BARE_DAY.finditer(text):
        ahead = (today + dt.timedelta(days) for days in range(31))
        day = next((day for day in ahead if day.day == int(match[1])), None)
        if day:
            yield _Day(day, *match.span(), "relative date")
    for one in quantities(text):
        days = one.value * one.unit.factors[0] / DAY.factors[0] if one.unit.dimension == DAY.dimension else 0
        from_now = _FROM_NOW.match(text, one.end)
        if 0 < days < 1000 and days == int(days) and (from_now or _WITHIN.search(text, 0, one.start)):
            end = from_now.end() if from_now else one.end
            yield _Day(today + dt.timedelta(days), one.start, end, "relative date")


def _days(
    match: re.Match[str], month: str, numbers: Sequence[str | None], year: str | None, today: dt.date | None
) -> Iterator[_Day]:  # fmt: skip
    """The days of one match; without a year they are the nearest, from two months ago to ten months ahead."""
    index = next(number for number, name in enumerate(MONTHS, 1) if name[:3].lower() == month[:3].lower())
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1] if today else []
    for number in numbers:
        for one in years if number else ():
            try:
                day = dt.date(one, index, int(number or 0))
            except ValueError:
                continue
            if year or (today and -60 < (day - today).days < 300):
                yield _Day(day, *match.span(), "date")
