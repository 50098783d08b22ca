"""How people say a value, and finding a value in what somebody said.

The two directions share one table of forms, so that whatever a speaker writes with `ways_to_say` is found again by
`find_said`. A form that is not the value itself carries the name of the transform that leads back to it.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import Any, NamedTuple

from toolgraph.tools.names import split_words

NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y")
_DATE_SHAPE = re.compile(r"\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d|\d{8}|\d\d[/.-]\d\d[/.-]\d{4}")
_TIME_SHAPE = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:Z|[+-]\d\d:?\d\d)?")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


_WHOLE = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
"""A word, or several joined by hyphens or slashes: a date, an id, a range, a compound."""
_CODES_LIKE_WORDS = frozenset("AM AS AT BE HI IN IS IT ME MY NO OK OR PA SO TO".split())


_STANDS_FOR_A_THING = re.compile(
    r"\b(?:another|other|that|this|the|which|each|every|any|no|some|what|such|same|next|first|second|third|fourth|fifth|"
    r"last|new|right|wrong|good|better|[a-z]{2,}est|(?:most|least|best|well)[ -][a-z]+|(?:the|my|our|your) only)\s$"
)
_A_KIND_OF = re.compile(r"\b(?:a|an|the|my|our|your|his|her|their) (?!\w+ing\b)[a-z]+ $")
_ENDS_THERE = re.compile(r"\s*(?:$|[.,;:!?)]|(?:is|was|and|or|but|please|that|which|as|too|instead)\b)")
_GOES_ON = re.compile(r"(?:'s\b|\u2019s\b|\s+(?:of|another|by one)\b)")
"""What stands before or after a "one" that is no number: "the cheaper one", "one of them"."""
_HOW_OFTEN = re.compile(r"\s*(?:$|[.,;:!?)]|(?:a|per|every|each|daily|weekly|monthly|only|more|and|or|at|on|in)\b)")


class Form(NamedTuple):
    """One way of saying a value."""

    text: str
    transform: str
    """The name of the rewriting, or empty where the text is the value."""


class Said(NamedTuple):
    """Where a text states a value."""

    start: int
    end: int
    transform: str


@lru_cache(maxsize=8192)
def parse_date(text: str) -> tuple[dt.date, str] | None:
    """Return the date a text is, with the format it is written in; day before month where both could be."""
    if not _DATE_SHAPE.fullmatch(text):
        return None
    for pattern in DATE_FORMATS:
        try:
            day = dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        if 1900 <= day.year <= 2100:
            return day, pattern
    return None


@lru_cache(maxsize=1024)
def today_in(system: str) -> dt.date | None:
    """Return the date a system message gives as today's: the first ISO date in it."""
    found = _ISO_DATE.search(system)
    if not found:
        return None
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def relative_days(day: dt.date, today: dt.date) -> tuple[str, ...]:
    """Return how people name a day from where they stand; empty where nobody would.

    A bare weekday, or `this`, is the next one to come within six days; `next` is that of the week (from Monday)
    after the current one.
    """
    ahead = (day - today).days
    named = WEEKDAYS[day.weekday()]
    forms: list[str] = []
    if ahead in (-1, 0, 1, 2):
        forms.append(("yesterday", "today", "tomorrow", "the day after tomorrow")[ahead + 1])
    if 1 < ahead <= 6:
        forms += [f"this {named}", named]
    monday = today - dt.timedelta(days=today.weekday())
    if dt.timedelta(7) <= day - monday < dt.timedelta(14) and ahead >= 3:
        forms.append(f"next {named}")
    if 3 <= ahead <= 10:
        forms.append(f"in {NUMBER_WORDS[ahead]} days")
    if ahead == 14:
        forms.append("in two weeks")
    return tuple(forms)


def _ordinal(number: int) -> str:
    ending = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@lru_cache(maxsize=8192)
def date_forms(day: dt.date, today: dt.date | None) -> tuple[Form, ...]:
    """Return the ways of saying a date, those with a year last; without it the year must be plain from today."""
    month, number = MONTHS[day.month - 1], day.day
    bare = [
        f"{month} {number}", f"{number} {month}", f"{month} {_ordinal(number)}", f"the {_ordinal(number)} of {month}",
        f"{month[:3]} {number}", f"{number} {month[:3]}",
    ]  # fmt: skip
    full = [f"{month} {number}, {day.year}", f"{number} {month} {day.year}", f"{month} {_ordinal(number)}, {day.year}",
            f"{month[:3]} {number}, {day.year}", f"{number} {month[:3]} {day.year}"]  # fmt: skip
    relative = [Form(text, "relative date") for text in relative_days(day, today)] if today else []
    is_near = today is None or -60 < (day - today).days < 300
    spelled = [*bare, *full] if is_near else full
    return (*relative, *(Form(text, "date") for text in spelled))


def time_forms(hour: int, minute: int) -> tuple[Form, ...]:
    """Return the ways of saying a time of day."""
    half = "am" if hour < 12 else "pm"
    twelve = hour % 12 or 12
    minutes = f"{minute:02d}"
    forms = [f"{twelve}:{minutes} {half}", f"{twelve}:{minutes}{half}", f"{hour}:{minutes}", f"{hour:02d}:{minutes}"]
    if minute == 0:
        forms = [f"{twelve} {half}", f"{twelve}{half}", *forms]
        if hour == 12:
            forms.append("noon")
    return tuple(Form(text, "time") for text in forms)


def ways_to_say(value: Any, today: dt.date | None = None) -> tuple[Form, ...]:
    """Return the ways of saying a scalar, the most usual ones first; never empty for text and numbers.

    Booleans and null have none: they are said by what they mean.
    """
    if isinstance(value, bool) or value is None:
        return ()
    if isinstance(value, int | float):
        return _number_forms(value)
    return _text_forms(value, today) if isinstance(value, str) else ()


def find_said(value: Any, text: str, today: dt.date | None = None) -> Said | None:
    """Return where `text` states `value`, exactly or in a form that leads back to it."""
    if isinstance(value, str):
        if not value.strip():
            return None
        at = _find(text, value)
        if at >= 0:
            return Said(at, at + len(value), "")
    # Some letters fold to two (`ß` to `ss`); then a gentler folding keeps the places in the text what they are.
    fold = next((fold for fold in (str.casefold, str.lower) if len(fold(text)) == len(text)), str)
    folded = fold(text)
    for form in ways_to_say(value, today):
        wanted = fold(form.text)
        at = _find(folded, wanted, text)
        if at >= 0 and not ("," in wanted and _is_conjunction(str(value), text, at + len(wanted))):
            return Said(at, at + len(wanted), form.transform)
    return _find_composed(value, text, today) if isinstance(value, str) else None


def _number_forms(value: float) -> tuple[Form, ...]:
    if value != value or value in (float("inf"), float("-inf")):
        return ()
    if isinstance(value, int) and abs(value) > 1e300:
        return (Form(str(value), ""),)
    whole = float(value).is_integer()
    plain = str(int(value)) if whole else repr(value)
    forms = [Form(plain, "")]
    if whole and 0 <= value <= 20:
        forms.append(Form(NUMBER_WORDS[int(value)], "number word"))
        if value == 1:
            forms += [Form("a single", "number word"), Form("once", "number word")]
        if value == 2:
            forms += [Form("twice", "number word"), Form("a couple", "number word")]
    if abs(value) >= 1000:
        forms.append(Form(f"{int(value):,}" if whole else f"{value:,}", "number format"))
    if not whole and round(value, 2) == value:
        forms += [Form(f"{value:.2f}", "number format"), Form(f"{value:,.2f}", "number format")]
    if whole:
        forms += [Form(f"{value:.1f}", "number format"), Form(f"{value:,.2f}", "number format")]
    if not whole and 0 < abs(value) < 1:
        percent = round(value * 100, 6)
        shown = str(int(percent)) if percent.is_integer() else str(percent)
        forms += [Form(f"{shown}%", "percent"), Form(f"{shown} percent", "percent")]
        if plain.lstrip("-").startswith("0."):
            forms.append(Form(plain.replace("0.", ".", 1), "number format"))
    return tuple(forms)


@lru_cache(maxsize=16384)
def _text_forms(value: str, today: dt.date | None) -> tuple[Form, ...]:
    parsed = parse_date(value)
    if parsed:
        return (*date_forms(parsed[0], today), Form(value, ""))
    clock = _TIME_SHAPE.fullmatch(value)
    if clock:
        return (*time_forms(int(clock[1]), int(clock[2])), Form(value, ""))
    forms = [Form(value, "case")]
    words = split_words(value)
    if words and words != value.casefold() and len(value) < 60 and " " not in value:
        forms.append(Form(words, "enum synonym"))
    stripped = value.strip().rstrip(".")
    if stripped != value and stripped:
        forms.append(Form(stripped, "trim"))
    return tuple(forms)


def _find_composed(value: str, text: str, today: dt.date | None) -> Said | None:
    """A date with a time, a list joined by commas, or words in another order of separators."""
    day, _, clock = value.replace(" ", "T", 1).partition("T")
    if clock and _DATE_SHAPE.fullmatch(day) and _TIME_SHAPE.fullmatch(clock):
        date_said, time_said = find_said(day, text, today), find_said(clock, text, today)
        if date_said and time_said:
            return Said(min(date_said.start, time_said.start), max(date_said.end, time_said.end), "date and time")
        if date_said and clock.startswith("00:00"):
            return date_said
        return None
    for separator in (",", ";", "|"):
        if separator in value:
            parts = [part.strip() for part in value.split(separator) if part.strip()]
            found = [find_said(part, text, today) for part in parts]
            spans = [
                said
                for said, part in zip(found, parts, strict=True)
                if said and not _is_conjunction(part, text, said.end)
            ]
            if len(parts) > 1 and len(spans) == len(parts):
                return Said(min(said.start for said in spans), max(said.end for said in spans), "join")
    return None


def _is_conjunction(value: str, text: str, end: int) -> bool:
    """Whether a value ends with the code of a state, and the text goes on after an `or`, `in` or `me` there."""
    is_code = value[-2:] in _CODES_LIKE_WORDS and value[-3:-2] in ("", " ", ",")
    return is_code and text[end - 2 : end].islower() and text[end : end + 1].isspace()


def _find(text: str, needle: str, as_written: str = "") -> int:
    """The index of `needle` in `text` as whole words, or -1; `as_written` is the text before its case was folded."""
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        starts = at == 0 or not (_is_word(text[at - 1]) and _is_word(needle[0]))
        ends = end == len(text) or not (_is_word(needle[-1]) and _is_word(text[end]))
        if (
            starts
            and ends
            and not _inside_number(as_written or text, at, end, needle)
            and not is_no_number(text, at, end)
        ):
            return at
        at = text.find(needle, at + 1)
    return -1


def is_no_number(text: str, start: int, end: int) -> bool:
    """Say whether a `one` stands for a thing (`another one`, `one of them`), or a `once` for the moment that."""
    word = text[start:end].lower()
    if word == "once":
        return not _HOW_OFTEN.match(text, end)
    if word != "one":
        return False
    before = text[max(0, start - 40) : start].lower()
    return bool(
        _STANDS_FOR_A_THING.search(before)
        or _GOES_ON.match(text, end)
        or (_A_KIND_OF.search(before) and _ENDS_THERE.match(text, end))
    )


def _is_word(char: str) -> bool:
    return (char.isalnum() and not "\u2e80" <= char <= "\uffdc") or char == "_"


def _is_joined(text: str, start: int, end: int) -> bool:
    """Whether figures are a part of a date or an id; a range and a compound (`3-5 days`, `3-day`) do state them."""
    if text[end : end + 1] not in ("-", "/") and (start == 0 or text[start - 1] not in "-/"):
        return False
    first = start
    while first > 0 and (text[first - 1].isalnum() or text[first - 1] in "-/"):
        first -= 1
    whole = next((found for found in _WHOLE.finditer(text, first) if found.end() >= end), None)
    if whole is None or whole.start() > start:
        return False
    parts = re.split("[-/]", whole[0])
    if all(part.isdigit() for part in parts):
        is_range = len(parts) == 2 and "-" in whole[0] and not (len(parts[0]) == 4 and len(parts[1]) == 2)
        return len(parts) > 1 and not is_range
    return any(not part.isdigit() and not (part.isalpha() and part.islower()) for part in parts)


def _inside_number(text: str, start: int, end: int, needle: str) -> bool:
    """Whether a number is only a part of something longer: the 5 of `1.5`, of `-5`, of `5,000` or of `RM-5`."""
    if needle.isdigit() and _is_joined(text, start, end):
        return True
    if needle[-1].isdigit() and text[end : end + 2] and text[end] in ".,:" and text[end + 1 : end + 2].isdigit():
        return True
    if start == 0 or not (needle[0].isdigit() or needle[0] == "."):
        return False
    before = text[start - 1]
    if needle[0] == ".":
        return before.isdigit() and needle[1:].isdigit()
    if before == "." and (start < 2 or text[start - 2].isspace()):
        # `.304` says no 304.
        return needle.isdigit()
    if before == "-" and needle.replace(".", "").isdigit():
        return start < 2 or not text[start - 2].isalnum()
    return before in ".,:" and start >= 2 and text[start - 2].isdigit()
