"""Figures: a number of an answer, the sentence it stands in, and what kind of reckoning that sentence speaks of."""

import re
from collections.abc import Iterator
from functools import cached_property

from toolgraph.quality.statements import Statement

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_HEDGE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|over|under|close to|circa)|[~≈])\s*[$€£]?$",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\b(?:totals?|totall?ing|in all|altogether|together|combined|sum|overall|plus|adds? up|comes? to|makes?)\b|[+=]",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:difference|differ|more|less|fewer|cheaper|longer|shorter|left|remain\w*|sav(?:es?|ed|ings?)|minus|faster|slower|"
    r"higher|lower|heavier|lighter|bigger|smaller|older|younger|apart|extra|balance|change|off|discount|gap|range)\b|\s[-\u2013\u2212=]\s",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:edges?|better|worse|short of|dearer|pricier|larger|taller|warmer|cooler|hotter|colder|earlier|later|closer|"
    r"nearer|farther|further|exceeds|beats|trails|leads|margin)\b",
    re.IGNORECASE,
)
"""Words that set two figures against each other, but are no sign of how far a whole list spreads."""
_BESIDE = re.compile(r"[^\s\d]*(?:\s[a-z]+){0,2}?\s(?:below|above|under|over|ahead|behind|past)\b", re.IGNORECASE)
"""Words that mean a difference only right behind it: `$49 below`, `3 points ahead`; `over 100` is another thing."""
_TIME = re.compile(
    r"(?<![\d:.,])(\d{1,2})(?::([0-5]\d)(?::[0-5]\d)?(?:\s?([ap])\.?m)?|\s?([ap])\.?m)(?![\w:])", re.IGNORECASE
)
_AVERAGE = re.compile(r"\b(?:average[sd]?|averaging|avg|mean)\b", re.IGNORECASE)
_PRODUCT = re.compile(
    r"\b(?:totals?|totall?ing|in all|altogether|sum|overall|comes? to|times|makes)\b|[=\u00d7*]|\d\s?x\s?[$€£\d]",
    re.IGNORECASE,
)


class Figure:
    """A number of a message with the sentence it stands in."""

    def __init__(self, statement: Statement, text: str) -> None:
        self.start = statement.start
        self.value = float(statement.value)
        end = statement.start + len(statement.text)
        self.is_percent = statement.text.endswith("%") or text[end:][:8] == " percent"
        written = re.search(r"\.(\d+)", statement.text)
        self._decimals = len(written[1]) if written else 0
        borders = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
        index = max(i for i, border in enumerate(borders) if border <= self.start)
        self.begins, self.context_begins = borders[index], borders[max(index - 2, 0)]
        self.ends = borders[index + 1] if index + 1 < len(borders) else len(text)
        self.sentence, self.context = text[self.begins : self.ends], text[self.context_begins : self.ends]
        self.is_hedged = bool(_HEDGE.search(text, max(0, self.start - 20), self.start))
        self._behind = text[end : self.ends]

    def is_it(self, exact: float, *, is_rounded: bool = False) -> bool:
        """Say whether the figure is a value, rounded to its decimals; whole numbers only round where they say so."""
        may_round = self._decimals or self.is_hedged or is_rounded
        return abs(self.value - exact) <= (0.5 * 10.0**-self._decimals if may_round else 0) + 1e-6

    @cached_property
    def says_sum(self) -> bool:
        """Whether the sentence adds things up."""
        return bool(_SUM.search(self.sentence))

    @cached_property
    def says_spread(self) -> bool:
        """Whether the sentence speaks of how far things lie apart."""
        return bool(_DIFFERENCE.search(self.sentence))

    @cached_property
    def says_difference(self) -> bool:
        """Whether the sentence, or what follows the figure, sets one thing against another."""
        return self.says_spread or bool(_COMPARED.search(self.sentence) or _BESIDE.match(self._behind))

    @cached_property
    def says_average(self) -> bool:
        """Whether the sentence speaks of an average."""
        return bool(_AVERAGE.search(self.sentence))

    @cached_property
    def says_product(self) -> bool:
        """Whether the sentence speaks of so many times so much."""
        return bool(_PRODUCT.search(self.sentence))


def clocks_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the times of day that a text writes, in minutes after midnight, with where they stand."""
    for match in _TIME.finditer(text):
        hour, half = int(match[1]), (match[3] or match[4] or "").lower()
        if (match[2] or half) and hour < 24:
            hour = hour % 12 + (12 if half == "p" else 0) if half else hour
            yield hour * 60 + int(match[2] or 0), *match.span()
