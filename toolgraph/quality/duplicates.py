"""Duplicates by meaning: what is more similar than allowed to something kept before it, found in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.vector_cache import Vector

BLOCK = 256
"""How many vectors are compared with the kept ones at once."""


@dataclass(frozen=True, slots=True)
class Twin:
    """What something is most similar to, among what was kept before it."""

    place: int
    """Position of the kept one: in the order of `KeptVectors.add`, or in the sequence given to `find_twins`."""
    similarity: float
    """Cosine, at most 1."""


class KeptVectors:
    """The vectors kept so far, in one matrix that grows; all have length 1, as `embed` returns them.

    >>> kept = KeptVectors()
    >>> kept.nearest(np.array([1, 0], np.float32)), kept.add(np.array([1, 0], np.float32))
    (None, 0)
    >>> kept.nearest(np.array([0.5, 0.75**0.5], np.float32))
    Twin(place=0, similarity=0.5)
    """

    def __init__(self) -> None:
        self._rows: Vectors = np.zeros((0, 0), np.float32)
        self._count = 0

    def __len__(self) -> int:
        """How many are kept."""
        return self._count

    def nearest(self, vector: Vector) -> Twin | None:
        """Return the kept one most similar to `vector`, the first of equals; none where nothing is kept."""
        return self.nearest_of(vector[np.newaxis])[0]

    def nearest_of(self, vectors: Vectors) -> list[Twin | None]:
        """Return the kept one most similar to each of `vectors`, of shape (n, d), all compared at once."""
        if not self._count:
            return [None] * len(vectors)
        similarities = vectors @ self._rows[: self._count].T
        places = similarities.argmax(axis=1)
        best = similarities[np.arange(len(vectors)), places]
        return [_twin(int(place), value) for place, value in zip(places, best, strict=True)]

    def add(self, vector: Vector) -> int:
        """Keep a vector; return its place."""
        if self._count == len(self._rows):
            grown = np.zeros((max(64, 2 * self._count), len(vector)), np.float32)
            grown[: self._count] = self._rows[: self._count] if self._count else 0
            self._rows = grown
        self._rows[self._count] = vector
        self._count += 1
        return self._count - 1


def find_twins(vectors: Vectors, *, most: float, before: Sequence[int] = ()) -> list[Twin | None]:
    """Return for each vector, in order, its twin if it is a duplicate, or none if it is to be kept.

    A vector is a duplicate where its cosine with one that was kept before it is above `most`; with `most` 1 there are
    none. It takes n times the number kept, as products of blocks of a matrix: 20,000 texts are a matter of seconds.
    Those at the places in `before` are kept whatever they are like, and count as kept before all others.
    """
    kept, places = KeptVectors(), list(before)
    for place in before:
        kept.add(vectors[place])
    twins: list[Twin | None] = [None] * len(vectors)
    waiting = [place for place in range(len(vectors)) if place not in set(before)]
    for first in range(0, len(waiting), BLOCK):
        block = waiting[first : first + BLOCK]
        known = kept.nearest_of(vectors[block])
        new = KeptVectors()  # those of this block; the rest of it has not been compared with them yet
        new_places: list[int] = []
        for place, twin in zip(block, known, strict=True):
            best = _better(_at(twin, places), _at(new.nearest(vectors[place]), new_places))
            if best is not None and best.similarity > most:
                twins[place] = best
            else:
                new.add(vectors[place])
                new_places.append(place)
        for place in new_places:
            kept.add(vectors[place])
        places += new_places
    return twins


def _twin(place: int, similarity: np.float32) -> Twin:
    return Twin(place, min(1.0, float(similarity)))


def _at(twin: Twin | None, places: Sequence[int]) -> Twin | None:
    return twin and Twin(places[twin.place], twin.similarity)


def _better(one: Twin | None, other: Twin | None) -> Twin | None:
    if one is None or other is None:
        return one or other
    return other if other.similarity > one.similarity else one
