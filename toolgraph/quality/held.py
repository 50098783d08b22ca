"""Held: walking the JSON values that a dialogue holds, for the amounts, the days and the lists in them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from toolgraph.dialogue.spoken import parse_date
from toolgraph.tools import pointers

_MOST = 1e15
"""Larger numbers are no amounts, and too large to compute with."""


def is_amount(value: Any) -> bool:
    """Say whether a value is a number to compute with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST


def name_of(pointer: str) -> str:
    """Return the last key of a pointer that is no index."""
    return next((key for key in reversed(pointers.split(pointer)) if not key.isdigit()), "")


def containers_in(value: Any) -> Iterator[Any]:
    """Yield every object and list in a value, itself included."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict | list):
            yield here
            stack.extend(here.values() if isinstance(here, dict) else here)


def columns_of(entries: list[Any]) -> Iterator[tuple[float, ...]]:
    """Yield the numbers of each field that every entry of a list has, or the list itself if it is one of numbers."""
    if all(isinstance(entry, dict) for entry in entries):
        for key in entries[0]:
            column = tuple(entry.get(key) for entry in entries)
            if all(map(is_amount, column)):
                yield column
    elif all(map(is_amount, entries)):
        yield tuple(entries)


def day_of(value: Any) -> dt.date | None:
    """Return the day that a text begins with, if it is one."""
    parsed = parse_date(value[:10]) if isinstance(value, str) else None
    return parsed[0] if parsed else None
