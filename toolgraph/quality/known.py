"""Known: everything said before some point of a dialogue, and whether a value stands in it."""

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import MONTHS, NUMBER_WORDS, WEEKDAYS, parse_date, relative_days, today_in
from toolgraph.quality.statements import Statement, normal_number, numbers_in
from toolgraph.tools.spec import ToolSpec

_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})(?::\d\d|\s?[ap]\.?m\b)", re.IGNORECASE)
_DIGITAL_CLOCK = re.compile(r"(\d(?<![\d.]\d)\d?):\d\d")
_DATE = re.compile(r"\d(?<!\w\d)(?:\d{3}-\d\d-\d\d|\d{3}/\d\d/\d\d|\d[/.-]\d\d[/.-]\d{4})")
_SPELLED_DAY = re.compile(
    rf"\b(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*\.?\s+\d|\d(?:st|nd|rd|th)\b", re.IGNORECASE
)
_DAY_WORDS = frozenset(
    ("today tomorrow yesterday tonight weekend day days week weeks " + " ".join(WEEKDAYS).lower()).split()
)
"""Words by which people name days; beside one of them, the assistant may name the weekday."""
_WORD_VALUES = {word: (str(number),) for number, word in enumerate(NUMBER_WORDS)} | {
    "once": ("1",), "single": ("1",), "twice": ("2",), "couple": ("2",), "half": ("30",), "quarter": ("15", "45"),
    "noon": ("12",), "midday": ("12",), "midnight": ("12", "0"), "dozen": ("12",), "thirty": ("30",), "forty": ("40",),
    "fifty": ("50",), "sixty": ("60",), "hundred": ("100",), "thousand": ("1000",), "fortnight": ("14",),
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_APART = re.compile(r"[_\-]+|(?<=[a-z])(?=[A-Z])")


class Known:
    """The texts, numbers, counts and days known so far."""

    def __init__(self, tools: tuple[ToolSpec, ...]) -> None:
        self._tools = tools
        self._said = [tool.definition_key for tool in tools]
        self._texts = [_folded(text) for text in self._said]
        # "file name 1" is what a parameter is called, and not a figure somebody made up.
        self._numbers: set[str] = {digits for tool in tools for digits in _digits_in_names(tool)}
        self._counts: set[str] = set()
        self.values: list[Any] = []
        """The arguments and results known."""
        self._days: set[str] = set()
        self._any_weekday = False
        self._today: dt.date | None = None

    def add_text(self, text: str) -> None:
        """Take a text into account, whoever said it. The first date in the first text with one is taken as today's."""
        if not text:
            return
        self._today = self._today or today_in(text)
        self._said.append(text)
        self._texts.append(_folded(text))
        numbers, days, any_weekday = _facts(text)
        self._numbers |= numbers
        self._days |= days
        self._any_weekday = self._any_weekday or any_weekday
        if any_weekday and self._today:
            for day in _days_meant(text, self._today):
                self._numbers |= {str(day.day), str(day.month), str(day.year)}
                self._days |= _names_of(day)

    def add_value(self, value: Any) -> None:
        """Take a JSON value into account, and how many entries its lists hold."""
        self.values.append(value)
        stack = [value]
        while stack:
            here = stack.pop()
            if isinstance(here, list):
                self._counts.add(str(len(here)))
                stack.extend(child for child in here if isinstance(child, dict | list))
            elif isinstance(here, dict):
                stack.extend(child for child in here.values() if isinstance(child, dict | list))

    @property
    def numbers(self) -> set[str]:
        """The numbers known, in normal form."""
        return self._numbers

    @property
    def texts(self) -> list[str]:
        """Everything said, called and returned so far."""
        return self._said[len(self._tools) :]

    @property
    def speech(self) -> list[str]:
        """The texts that are no data."""
        return [text for text in self.texts if text[:1] not in ("{", "[")]

    @property
    def descriptions(self) -> dict[str, str]:
        """By its name, what the tools say of a field; nothing where they differ."""
        found: dict[str, str] = {}
        for field in (field for tool in self._tools for field in (*tool.parameter_fields, *tool.return_fields)):
            found[field.name] = (
                field.description if found.get(field.name, field.description) == field.description else ""
            )
        return found

    def has(self, statement: Statement) -> bool:
        """Say whether a statement's value was known before."""
        value = statement.value
        match statement.kind:
            case "number":
                return self._has_number(value, is_percent=statement.text.endswith("%")) or self._has_words(
                    statement.text.casefold()
                )
            case "count":
                return (
                    self._has_number(value)
                    or self._is_position(statement)
                    or self._has_words(statement.text.casefold())
                )
            case "day":
                return value in self._days or self._is_named(value) or (self._any_weekday and value in _WEEKDAYS)
            case "name":
                return self._has_name(value.casefold())
            case "id":
                return self._has_words(value.casefold())
            case _:
                return self._has_words(_folded(value)) or self._has_words(_folded(value.strip(".,;:!?")))

    def _has_number(self, value: str, *, is_percent: bool = False) -> bool:
        if value in self._numbers or value in self._counts:
            return True
        decimals = len(value.partition(".")[2])
        if decimals and any(_is_rounded(value, decimals, number) for number in self._numbers if "." in number):
            return True
        return is_percent and normal_number(f"{float(value) / 100:.6f}") in self._numbers

    def _is_position(self, statement: Statement) -> bool:
        """Whether an ordinal counts the entries of some list: `the 3rd` of five."""
        number = int(statement.value)
        is_ordinal = statement.text[0].isdigit()
        return is_ordinal and number <= 20 and any(number <= int(count) for count in self._counts)

    def _has_name(self, word: str) -> bool:
        if self._has_words(word):
            return True
        return word.endswith("s") and len(word) > 3 and self._has_words(word[:-1])

    def _is_named(self, day: str) -> bool:
        return any(re.search(rf"\b{day}", text) for text in self._texts if day in text)

    def _has_words(self, words: str) -> bool:
        """Whether words stand in a text, as they are or inside an identifier: `next day` in `next_day`."""
        if any(stands_in(words, text) for text in self._texts):
            return True
        apart = _apart(words)
        return any(stands_in(apart, _apart(text)) for text in self._said)


_WEEKDAYS = frozenset(name[:3].lower() for name in WEEKDAYS)


def _digits_in_names(tool: ToolSpec) -> list[str]:
    names = " ".join(field.name for field in (*tool.parameter_fields, *tool.return_fields))
    return re.findall(r"\d+", names) if any(char.isdigit() for char in names) else []


@lru_cache(maxsize=2048)
def _folded(text: str) -> str:
    """A text as it is searched: in one case, its words one space apart."""
    return " ".join(text.split()).casefold() if "\n" in text or "  " in text else text.casefold()


@lru_cache(maxsize=2048)
def _apart(text: str) -> str:
    """A text as it is searched for what stands nowhere as it is: the words of identifiers apart."""
    return " ".join(_APART.sub(" ", text).split()).casefold()


@lru_cache(maxsize=2048)
def _facts(text: str) -> tuple[frozenset[str], frozenset[str], bool]:
    """The numbers of a text, the months and weekdays its dates imply, and whether it speaks of days in words."""
    numbers = set(numbers_in(text))
    days: set[str] = set()
    # Results and arguments are data; only people say `half past two`, `6 pm` and `on the 13th`.
    is_speech = text[:1] not in ("{", "[")
    for hour in map(int, (_CLOCK if is_speech else _DIGITAL_CLOCK).findall(text)) if numbers else ():
        numbers |= {str(hour % 12 or 12), str(hour + 12 if hour < 12 else hour % 24)}
    for date in _DATE.findall(text) if numbers else ():
        parsed = parse_date(date)
        if parsed:
            days |= _names_of(parsed[0])
    if not is_speech:
        return frozenset(numbers), frozenset(days), False
    words = set(_WORD.findall(text.lower()))
    for word in words & _WORD_VALUES.keys():
        numbers.update(_WORD_VALUES[word])
    names_a_day = not words.isdisjoint(_DAY_WORDS) or bool(numbers and _SPELLED_DAY.search(text))
    return frozenset(numbers), frozenset(days), names_a_day


@lru_cache(maxsize=2048)
def _days_meant(text: str, today: dt.date) -> tuple[dt.date, ...]:
    """The days that a text names from where its speaker stands."""
    folded = text.casefold()
    return tuple(day for day, forms in _days_around(today) if any(form in folded for form in forms))


@lru_cache(maxsize=256)
def _days_around(today: dt.date) -> tuple[tuple[dt.date, tuple[str, ...]], ...]:
    """The days that people name from where they stand, each with its names in one case."""
    days = (today + dt.timedelta(ahead) for ahead in range(-1, 15))
    return tuple((day, tuple(form.casefold() for form in relative_days(day, today))) for day in days)


def _names_of(day: dt.date) -> set[str]:
    return {MONTHS[day.month - 1][:3].lower(), WEEKDAYS[day.weekday()][:3].lower()}


def _is_rounded(value: str, decimals: int, number: str) -> bool:
    """Whether `value` is `number` cut or rounded to fewer decimals."""
    whole, _, fraction = number.partition(".")
    if len(fraction) <= decimals:
        return False
    return f"{whole}.{fraction[:decimals]}" == value or normal_number(f"{float(number):.{decimals}f}") == value


def stands_in(words: str, text: str) -> bool:
    """Say whether `words` stand in `text` as whole words; scripts without spaces have no borders to respect."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (_joins(before) and _joins(words[:1])) and not (_joins(after) and _joins(words[-1:])):
            return True
        at = text.find(words, at + 1)
    return False


def _joins(char: str) -> bool:
    return bool(char) and char.isalnum() and not "\u2e80" <= char <= "\uffdc"
