"""Look-alikes: values of the type and the shape of others, of which nothing that was seen holds any."""

import random
import re
import string
from collections.abc import Callable, Collection, Iterator
from itertools import count, islice
from typing import Any

from toolgraph.models.offline.scene import fits
from toolgraph.tools.schema import Schema

ENOUGH_DIGITS = 3
"""Digits of a text that make it another when they alone are changed; of others the letters are changed too."""
FARTHEST = 2**31
"""Above it a number may be one that the tools cannot hold."""
_TRIES = 20


def look_alikes(
    value: str | int, known: Collection[str], schema: Schema, chooser: random.Random
) -> tuple[str | int, str | int] | None:
    """Return two values like one, or none where the schema would not take them: a near one and a far one.

    Of a number the near one follows the largest that is known, and the far one has more digits.

    >>> look_alikes(17, {"17", "40"}, {}, random.Random(0))
    (41, 7311)
    >>> look_alikes("BK-10214", {"BK-10214"}, {}, random.Random(0))
    ('BK-77159', 'BK-87586')
    """
    if isinstance(value, int) or value.isdecimal():
        largest = max(int(each) for each in (*known, str(value)) if each.removeprefix("-").isdecimal())
        made = zip(_after(largest, value), _far(largest, value, chooser), strict=False)
    else:
        made = zip(_others(value, chooser), _others(value, chooser), strict=False)
    for near, far in islice(made, _TRIES):
        if near != far and all(fits(each, schema) and str(each) not in known for each in (near, far)):
            return near, far
    return None


def is_number(value: Any) -> bool:
    """Say whether a value is a whole number, or the digits of one: others are like it by chance."""
    return isinstance(value, int) or str(value).isdecimal()


def _after(largest: int, value: str | int) -> Iterator[str | int]:
    return (_like(value, number) for number in count(largest + 1))


def _far(largest: int, value: str | int, chooser: random.Random) -> Iterator[str | int]:
    digits = len(str(abs(largest)))
    low, high = 10 ** (digits + 1), 10 ** (digits + 2)
    if high > FARTHEST:
        low, high = 10 ** (digits - 1), 10**digits
    while True:
        yield _like(value, chooser.randrange(low, high))


def _like(value: str | int, number: int) -> str | int:
    return number if isinstance(value, int) else str(number).zfill(len(value))


def _others(value: str, chooser: random.Random) -> Iterator[str]:
    """Yield texts with other digits, and where it has few of them other letters, from its last slash on."""
    start = value.rstrip("/").rfind("/") + 1
    changes_letters = sum(map(str.isdigit, value[start:])) < ENOUGH_DIGITS
    change: Callable[[re.Match[str]], str] = lambda found: _other(found[0], chooser, changes_letters)  # noqa: E731
    while True:
        yield value[:start] + re.sub(r"\w", change, value[start:])


def _other(character: str, chooser: random.Random, changes_letters: bool) -> str:
    if character.isdigit():
        return chooser.choice("123456789")
    if not changes_letters or not character.isalpha():
        return character
    return chooser.choice(string.ascii_uppercase if character.isupper() else string.ascii_lowercase)
