"""Spelled numbers: figures that a text writes in words, whole or in part, from `twenty-five` to `2.5 million`."""

import re
from functools import lru_cache
from typing import NamedTuple

from toolgraph.dialogue.spoken import NUMBER_WORDS, is_no_number

_SMALL = {word: number for number, word in enumerate(NUMBER_WORDS[:20])}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_LETTERS = {"k": 10**3, "K": 10**3, "M": 10**6, "mn": 10**6, "bn": 10**9}
_FIGURE = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_ALTERNATIVES = "|".join((*_SMALL, *_TENS))
_RUN = re.compile(
    rf"(?<![\w.,/-])(?:{_FIGURE}\s|(?:half\s)?an?\s(?=(?:{'|'.join(_SCALES)})\b)|(?:{_ALTERNATIVES})\b[\s-]?)"
    rf"(?:(?:and\s)?(?:{_ALTERNATIVES}|{'|'.join(_SCALES)}|an?\shalf)\b[\s-]?)*"
)
_LETTERED = re.compile(rf"(?<![\w.,/-])({_FIGURE})({'|'.join(_LETTERS)})(?!\w)")
_WORD = re.compile(r"an?\shalf|[^\s-]+")


class Spelled(NamedTuple):
    """A number and where a text writes it."""

    value: float
    start: int
    end: int


@lru_cache(maxsize=1024)
def spelled_numbers(text: str) -> tuple[Spelled, ...]:
    """Return the numbers that a text spells out.

    What could be two numbers is read as two: `one or two`, `twenty five-star hotels`.

    >>> [number.value for number in spelled_numbers("Twenty-five of a hundred and twenty, or 2.5 million, or 50k.")]
    [25, 120, 2500000, 50000]
    """
    found = [
        Spelled(_whole(_plain(match[1]) * _LETTERS[match[2]]), match.start(), match.end())
        for match in _LETTERED.finditer(text)
    ]
    lowered = text.lower()
    if len(lowered) == len(text):
        for match in _RUN.finditer(lowered):
            read = _read(lowered, match.start(), match.end())
            found.extend(number for number in read if not is_no_number(lowered, number.start, number.end))
    return tuple(sorted(found, key=lambda number: number.start))


class _Sum:
    """A number in the making: what is closed by thousands and millions, and what is open."""

    def __init__(self, start: int) -> None:
        self.closed, self.open, self.is_empty = 0.0, 0.0, True
        self.start = self.end = start

    def take(self, word: str, *, is_joined: bool) -> bool:
        """Add one more word; say whether it can belong to this number at all."""
        if word in _SCALES:
            scale, factor = _SCALES[word], 1.0 if self.is_empty else self.open
            if scale <= 100:
                if factor >= 100:
                    return False
                self.open = factor * scale
            elif not self.open and not self.is_empty:
                return False
            else:
                self.closed, self.open = self.closed + factor * scale, 0.0
        elif word.endswith("half"):
            if not is_joined or not self.open or self.open % 1:
                return False
            self.open += 0.5
        else:
            value = _SMALL.get(word, _TENS.get(word, 0))
            if not self._has_room(value, is_joined=is_joined):
                return False
            self.open += value
        self.is_empty = False
        return True

    def _has_room(self, value: int, *, is_joined: bool) -> bool:
        if self.is_empty:
            return True
        if self.open % 1:
            return False
        if self.open % 100 == 0 and (self.open or self.closed):
            return 0 < value < 100
        return not is_joined and self.open % 100 >= 20 and self.open % 10 == 0 and 0 < value < 10


def _read(text: str, start: int, end: int) -> list[Spelled]:
    """The numbers of one run of words; figures alone are no news."""
    found: list[Spelled] = []
    number, is_joined, is_worded = _Sum(start), False, False
    for match in _WORD.finditer(text, start, end):
        word = match[0]
        if word == "and":
            is_joined = True
            continue
        if word in ("a", "an"):
            continue
        if word == "half":
            number.open, number.is_empty = 0.5, False
            continue
        if word[0].isdigit() or word[0] == ".":
            number.open, number.is_empty, number.end = _plain(word), False, match.end()
            continue
        # `twenty five-star hotels` are twenty.
        is_apart = number.open >= 20 and text[match.start() - 1] == " " and text[match.end() : match.end() + 1] == "-"
        if (is_apart and word in _SMALL) or not number.take(word, is_joined=is_joined):
            if is_worded:
                found.append(_done(number))
            number = _Sum(match.start())
            number.take(word, is_joined=False)
        number.end, is_joined, is_worded = match.end(), False, True
    if is_worded:
        found.append(_done(number))
    return found


def _done(number: _Sum) -> Spelled:
    return Spelled(_whole(number.closed + number.open), number.start, number.end)


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def _plain(figure: str) -> float:
    return float(figure.replace(",", ""))
