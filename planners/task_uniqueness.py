"""Uniqueness over a data set: a task is kept unless it says nearly the same as one kept before."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.vector_cache import Vector
from toolgraph.quality.duplicates import KeptVectors

SIMILARITY = 0.9
"""The cosine above which two tasks are the same."""
LEAST_SHARED = 0.4
"""Words that two tasks of rules have in common, as a share of all words of both, from which they are compared.

Measured on 4,000 tasks made by rule: 84 pairs have a cosine above 0.9, and 62 of these are found so at a fourth of the
embeddings or less. What is missed is half a percent of the tasks there, and nothing among the first 600.
"""

EmbedTexts = Callable[[Sequence[str]], Vectors]
"""Gives the vectors of texts, of length 1 each."""
_WORD = re.compile(r"\w+")


class Repeated(NamedTuple):
    """What a task repeats."""

    id: str
    text: str
    similarity: float
    """Cosine of the embeddings."""


class KeptTasks:
    """The tasks kept so far, by the embeddings of their texts; `functions` are keys that tell a task's functions.

    Rules write from stock: what they say twice mostly has its words in common, and takes a common function. With
    `by_words` only such pairs are embedded, which spares a run without a model most of that work and often all of it.
    """

    def __init__(self, embed_texts: EmbedTexts, *, most: float = SIMILARITY, by_words: bool = False) -> None:
        self._embed_texts, self._most, self._by_words = embed_texts, most, by_words
        self._kept: list[tuple[str, str]] = []
        self._vectors = KeptVectors()
        self._words: list[frozenset[str]] = []
        self._takers: dict[str, list[int]] = {}
        self._known: dict[str, Vector] = {}

    def prepare(self, tasks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Embed the texts of tasks together that will be asked about, each with the functions it takes.

        That is quicker than one by one, and changes nothing else.
        """
        texts = self._compared(tasks) if self._by_words else [text for text, _ in tasks]
        self._embed([text for text in dict.fromkeys(texts) if text not in self._known])

    def repeated(self, text: str, functions: Iterable[str]) -> Repeated | None:
        """Return the kept task that a task with those functions says again, or none where there is none."""
        if not self._kept or self._most >= 1:
            return None
        if self._by_words:
            return self._repeated_among(text, self._suspects(text, functions))
        twin = self._vectors.nearest(self._vector(text))
        return self._found(twin.place, twin.similarity) if twin and twin.similarity > self._most else None

    def keep(self, id: str, text: str, functions: Iterable[str]) -> None:
        """Keep a task."""
        for name in set(functions):
            self._takers.setdefault(name, []).append(len(self._kept))
        self._kept.append((id, text))
        if self._by_words:
            self._words.append(_words(text))
        elif self._most < 1:
            self._vectors.add(self._vector(text))
            self._known.pop(text, None)

    def _compared(self, tasks: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
        """The texts of tasks that share enough with one that is kept or comes before them, and those of the latter."""
        before: list[tuple[str, frozenset[str], frozenset[str]]] = []
        for text, functions in tasks:
            words, taken = _words(text), frozenset(functions)
            twins = [self._kept[place][1] for place in self._suspects(text, functions)]
            twins += [
                one for one, its_words, its_functions in before
                if taken & its_functions and _shared(words, its_words) >= LEAST_SHARED
            ]  # fmt: skip
            yield from (text, *twins) if twins else ()
            before.append((text, words, taken))

    def _suspects(self, text: str, functions: Iterable[str]) -> list[int]:
        """The places of kept tasks that take one of the functions and share enough words."""
        words = _words(text)
        places = sorted({place for name in functions for place in self._takers.get(name, ())})
        return [place for place in places if _shared(words, self._words[place]) >= LEAST_SHARED]

    def _repeated_among(self, text: str, places: Sequence[int]) -> Repeated | None:
        if not places:
            return None
        texts = [text, *(self._kept[place][1] for place in places)]
        self._embed([one for one in dict.fromkeys(texts) if one not in self._known])
        similarities = [float(self._known[text] @ self._known[one]) for one in texts[1:]]
        best = max(similarities)
        return self._found(places[similarities.index(best)], best) if best > self._most else None

    def _found(self, place: int, similarity: float) -> Repeated:
        return Repeated(*self._kept[place], min(1.0, similarity))

    def _vector(self, text: str) -> Vector:
        self._embed([text] if text not in self._known else [])
        return self._known[text]

    def _embed(self, texts: Sequence[str]) -> None:
        if texts:
            self._known.update(zip(texts, self._embed_texts(texts), strict=True))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)
