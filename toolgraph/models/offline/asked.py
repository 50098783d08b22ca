"""What a call asks for: the values it names, and the limits and the days that its answer keeps to."""

import datetime as dt
import random
import re
from collections.abc import Collection
from functools import cached_property
from typing import Any

from toolgraph.dialogue.spoken import parse_date
from toolgraph.models.offline.entities import Record, is_id_name, named_scalars
from toolgraph.models.offline.scene import fits
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.schema import json_type
from toolgraph.tools.spec import ToolSpec

_LIMIT = re.compile(r"\b(max|maximum|highest|most|upper|min|minimum|lowest|least|lower)\b")
_HIGH = frozenset("max maximum highest most upper".split())
_FIRST_DAY = re.compile(r"\b(start|from|since|after|earliest)\b")
_LAST_DAY = re.compile(r"\b(end|to|until|before|latest)\b")
_DAY_OF_PERIOD = re.compile(f"{_FIRST_DAY.pattern}|{_LAST_DAY.pattern}")
_LONGEST = (3, 3, 4, 4, 5, 6)
"""How long a list may be at the longest: one of these by chance."""
_OF_TIME = frozenset("date day time at on start starts from datetime until end".split())
_OF_ITS_OWN = frozenset("expiry expires due deadline reply answer answered ready delivery created updated next".split())
"""What has a day of its own, whatever day something was asked for."""


class Asked:
    """What one call asks for."""

    def __init__(self, tool: ToolSpec, arguments: dict[str, Any], today: dt.date) -> None:
        self.values = named_scalars(arguments)
        self.by_words = {split_words(name): value for name, value in self.values.items()}
        self.lists = {name: value for name, value in arguments.items() if isinstance(value, list)}
        self._tool = tool
        self._limits = _limits(self.values)
        self._period = _period(self.values, today)

    def value_of(self, name: str, words: str) -> Any:
        """Return what is asked for under a name, or under another spelling of it; none where nothing is."""
        return self.values.get(name, self.by_words.get(words))

    def only_id(self, thing: str) -> Any:
        """Return the id of what is read or changed where a call names one: `bookingId` is the `id` of a booking."""
        of_the_thing = [value for words, value in self.by_words.items() if words == f"{thing} id"]
        ids = of_the_thing or [value for name, value in self.values.items() if is_id_name(name)]
        return ids[0] if len(ids) == 1 else None

    @cached_property
    def most(self) -> int | None:
        """How many entries are asked for at most, where that is said."""
        said = [self.values[field.name] for field in self._tool.parameter_fields if field.name in self.values
                and kind_of(field) == "count_small"]  # fmt: skip
        return max(1, min(numbers)) if (numbers := [one for one in said if isinstance(one, int)]) else None

    def lengths(self, chooser: random.Random) -> tuple[int, int]:
        """Return how long a list may be: two entries to a few, or fewer where fewer were asked for."""
        most = min(chooser.choice(_LONGEST), self.most or _LONGEST[-1])
        return min(2, most), most

    def day_of(self, kind: str, words: str, chooser: random.Random) -> str | None:
        """Return the day that is named for a field, at an hour of its own where a moment is asked for."""
        about = set(words.split()) - _OF_TIME
        days = {name: value for name, value in self.values.items() if isinstance(value, str) and parse_date(value)}
        for name, value in days.items():
            if about & (set(split_words(name).split()) - _OF_TIME):
                hour = f"{chooser.randint(9, 17):02d}:{chooser.choice(('00', '15', '30', '45'))}"
                return value if kind == "date" else f"{value[:10]}T{hour}:00"
        if kind == "datetime" and len(days) == 1 and not set(words.split()) & _OF_ITS_OWN:
            return f"{next(iter(days.values()))[:10]}T{chooser.randint(9, 17):02d}:00:00"
        return None

    def is_met_by(self, entry: Record) -> bool:
        """Say whether an entry of an earlier list is what is asked for now, as far as it shows."""
        shown = {split_words(name): value for name, value in entry.items()}
        for words, value in self.by_words.items():
            other = shown.get(words)
            if other is not None and not isinstance(other, dict) and not _is_one_of(value, other):
                return False
        return self.admits(entry)

    def is_told_by(self, entry: Record, names: Collection[str]) -> bool:
        """Say whether an entry shows all that is asked for under some names, so that the two can be compared."""
        shown = {split_words(name) for name, value in entry.items() if value is not None}
        has_day = any(isinstance(value, str) and parse_date(value[:10]) for value in entry.values())
        return all(
            words in shown
            or (bool(_LIMIT.search(words)) and any(base in other for other in shown if base))
            or (has_day and bool(_DAY_OF_PERIOD.search(words)) and bool(parse_date(str(self.values.get(name)))))
            for name in names for words in [split_words(name)] for base in [_LIMIT.sub("", words).strip()]
        )  # fmt: skip

    def kept(self, value: Any, field: Field, words: str, chooser: random.Random) -> Any:
        """Return a value that keeps to what is asked for: a day of the period, an amount within the limits."""
        if self._period is not None and pointers.ANY_ITEM in field.pointer and kind_of(field) == "date":
            first, last = self._period
            return (first + dt.timedelta(days=chooser.randint(0, max(0, (last - first).days)))).isoformat()
        bent = self._bent(value, field, words, chooser)
        return bent if fits(bent, field.schema) else value

    def _bent(self, value: Any, field: Field, words: str, chooser: random.Random) -> Any:
        """A number within the limits, whatever its schema admits: a search for at most 200 does not return 300."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return value
        for base, side, bound in self._limits:
            if base and base in words:
                decimals = 0 if json_type(value) == "integer" else 2
                if side == "high" and value > bound:
                    value = round(bound * chooser.uniform(0.6, 0.98), decimals)
                elif side == "low" and value < bound:
                    value = round(bound * chooser.uniform(1.02, 1.3), decimals)
                value = int(value) if json_type(value) != "integer" and float(value).is_integer() else value
                if json_type(field.schema.get("minimum", 0)) == "integer" and "integer" in field.types:
                    value = int(value)
        return value

    def admits(self, shown: Record) -> bool:
        """Say whether a thing of which a list would show this is within the days and limits asked for.

        Of several days, such as those of an event, one is enough.
        """
        days = [
            parsed[0]
            for value in shown.values() for day in (value if isinstance(value, list) else [value])
            if isinstance(day, str) and (parsed := parse_date(day[:10]))
        ]  # fmt: skip
        if self._period is not None and days:
            first, last = self._period
            if not any(first <= day <= last + dt.timedelta(days=1) for day in days):
                return False
        return not any(
            value > bound if side == "high" else value < bound
            for name, value in shown.items() if isinstance(value, int | float)
            for base, side, bound in self._limits if base and base in split_words(name)
        )  # fmt: skip


def _is_one_of(value: Any, shown: Any) -> bool:
    """Whether a value is the one shown, or one of those shown, whatever its type and its case."""
    return str(value).casefold() in {str(one).casefold() for one in (shown if isinstance(shown, list) else [shown])}


def _limits(asked: Record) -> list[tuple[str, str, float]]:
    """What is limited, on which side, and where."""
    limits: list[tuple[str, str, float]] = []
    for name, value in asked.items():
        words = split_words(name)
        found = _LIMIT.search(words)
        if found and isinstance(value, int | float) and not isinstance(value, bool):
            limits.append((_LIMIT.sub("", words).strip(), "high" if found[1] in _HIGH else "low", value))
    return limits


def _period(asked: Record, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The days a question is limited to: from the first to the last it names, or two months from or up to the one."""
    first = last = None
    for name, value in asked.items():
        parsed = parse_date(value) if isinstance(value, str) else None
        words = split_words(name)
        if parsed and _FIRST_DAY.search(words):
            first = parsed[0]
        elif parsed and _LAST_DAY.search(words):
            last = parsed[0]
    if first is None and last is None:
        return None
    if last is None:
        assert first is not None
        return first, first + dt.timedelta(days=60)
    last -= dt.timedelta(days=1)
    return (first or min(today, last - dt.timedelta(days=1))), last
