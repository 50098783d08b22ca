"""Spans: when something ends that begins and lasts so long, and how long it lasts from its beginning to its end."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import parse_date

Named = Mapping[str, Any]
"""What is known of one thing: values by the words of their names."""
LENGTH = r"(?:(?:num|number of|duration|duration in|length|length of stay|stay|rental|lesson|total|booked) )?"
"""Words before the unit in which something is measured that lasts."""
UNITS_OF_TIME = frozenset("minute hour day night week month".split())
WORKING_DAYS = r"(?:working|business) days"
_ENDS = (
    ("end", "start"), ("ends", "starts"), ("finish", "start"), ("to", "from"), ("until", "from"),
    ("check out", "check in"), ("checkout", "checkin"), ("drop off", "pick up"), ("dropoff", "pickup"),
    ("return", "pickup"), ("return", "departure"), ("arrival", "departure"),
)  # fmt: skip
"""What the end of something is called, and its beginning."""
END = rf"(?:.+ )?(?:{'|'.join(end for end, _ in _ENDS)})(?: (?:date|day|time))?"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = dt.timedelta(days=1)


def end_of(values: Named, words: str) -> str | None:
    """Return the end that goes by some words: its beginning and how long it lasts from there."""
    begin = _beginning(values, words)
    for unit in ("minutes", "hours", "nights", "days") if begin else ():
        number = lasting(values, unit)
        if begin is None or number is None:
            continue
        minutes = _minutes(begin)
        if minutes is not None and unit in ("minutes", "hours"):
            minutes += int(number * (60 if unit == "hours" else 1))
            return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
        first = _day(begin)
        if first and unit in ("nights", "days"):
            return (first + _DAY * (number - (unit == "days"))).isoformat()
    return None


def length_of(values: Named, words: str) -> float | None:
    """Return how long something lasts in the unit that some words end with.

    Between two days are nights; days are counted with both of them.
    """
    for name, end in values.items():
        begin = _beginning(values, name)
        if begin is None or not isinstance(end, str):
            continue
        one, other = _minutes(begin), _minutes(end)
        if one is not None and other is not None and words.endswith(("minutes", "hours")):
            minutes = (other - one) % 1440
            return minutes if words.endswith("minutes") else minutes / 60
        first, last = _day(begin), _day(end)
        if first and last and first <= last and words.endswith(("days", "nights")):
            days = (last - first).days + 1
            if re.fullmatch(WORKING_DAYS, words):
                return sum((first + _DAY * ahead).weekday() < 5 for ahead in range(days))
            return days - words.endswith("nights")
    return None


def lasting(values: Named, unit: str) -> float | None:
    """Return how many of a unit, in the plural, something is said to last."""
    found = (value for name, value in values.items() if re.fullmatch(f"{LENGTH}{unit}", name))
    return next((value for value in found if isinstance(value, int | float)), None)


def _beginning(values: Named, words: str) -> str | None:
    """The beginning of what ends under some name."""
    return next((value for name in _names_of_beginning(words) if isinstance(value := values.get(name), str)), None)


@lru_cache(maxsize=16384)
def _names_of_beginning(words: str) -> tuple[str, ...]:
    return tuple(re.sub(rf"\b{end}\b", start, words) for end, start in _ENDS if re.search(rf"\b{end}\b", words))


def _minutes(clock: str) -> int | None:
    found = _CLOCK.fullmatch(clock)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _day(text: str) -> dt.date | None:
    parsed = parse_date(text) if len(text) == 10 else None
    return parsed[0] if parsed else None
