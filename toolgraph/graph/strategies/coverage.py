"""The strategy `coverage`: every tool about equally often.

The samples are dealt in rounds of a fixed number of samples, about as many as it takes to deal every tool once. Within
a round the tools used least come first, so that their uses differ by one at most when it ends; rounds know nothing of
each other. A sample can therefore be made without those before it but for those of its round, which are dealt again
where they are not known: by each worker once, and by a run that is continued.
"""

import threading
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from toolgraph.graph.graph import ToolGraph, row
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.strategies.per_graph import once_per_graph
from toolgraph.graph.strategies.steps import RESTART, choose_free, last_link
from toolgraph.graph.strategies.strategy import Drawn, Series, asked_size
from toolgraph.seeds import rng

SHORTEST = 1_000
"""Samples of a round at least: where tools are few, what rounds leave uneven adds up the slower the longer they are."""
ROUNDS = 4
"""Rounds kept per graph; workers take up samples of a round and of the next by turns."""

TRIES = 0
"""Neighbours tried by chance before all are looked through, which takes long for a hub."""


class Coverage(Series):
    """A walk over the tools that were used least so far, so that every tool appears about equally often.

    Each sample begins with a tool of those used least and goes on to neighbours that are used as little, by chance;
    where there are none it follows the rules of the walk to other such tools.

    Good for data that must teach a whole API: with as many tools in all samples as there are in the catalogue, nearly
    every one of them has been seen.
    """

    def draw(self, graph: ToolGraph, i: int, *, sizes: tuple[int, int], seed: int) -> Drawn:
        """Return sample number `i`; each tool is linked to the one before it but where a rule fired."""
        length = max(SHORTEST, -(-2 * len(graph) // sum(sizes)))
        number, place = divmod(i - 1, length)
        return _rounds(graph)(number * length + 1, sizes, seed).sample(place)


class _Round:
    """Samples `first` and on, dealt one after the other as far as they are asked for."""

    def __init__(self, adjacency: Sparse, first: int, sizes: tuple[int, int], seed: int) -> None:
        self._adjacency = adjacency
        self._first = first
        self._sizes = sizes
        self._seed = seed
        self._uses = np.zeros(adjacency.shape[0], np.int32)
        self._level = -1
        self._order: list[int] = []
        self._at = 0
        self._dealt: list[Drawn] = []
        self._lock = threading.Lock()

    def sample(self, place: int) -> Drawn:
        """Return the sample at a place of the round, counted from 0."""
        with self._lock:
            while len(self._dealt) <= place:
                self._dealt.append(self._deal(self._first + len(self._dealt)))
        places, rules = self._dealt[place]
        return Drawn(places, rules.copy())

    def _deal(self, i: int) -> Drawn:
        size, generator, rules = asked_size(len(self._uses), i, sizes=self._sizes, seed=self._seed)
        taken: list[int] = []

        def choose(place: int) -> int | None:
            around = row(self._adjacency, place)
            for _ in range(TRIES if len(around) else 0):
                other = int(around[int(generator.random() * len(around))])
                if self._uses[other] <= self._level and other not in taken:
                    return other
            return choose_free(around[self._uses[around] <= self._level], taken, generator)

        while len(taken) < size:
            found = last_link(taken, rules, choose)
            if found is None:
                rules[RESTART] += bool(taken)
                found = self._least_used(taken)
            taken.append(found)
            self._uses[found] += 1
        return Drawn(tuple(taken), +rules)

    def _least_used(self, taken: list[int]) -> int:
        """Return a tool that is not taken and used least, by chance; used least are those up to the level."""
        while True:
            while self._at < len(self._order) and self._uses[self._order[self._at]] > self._level:
                self._at += 1
            for at in range(self._at, len(self._order)):
                place = self._order[at]
                if self._uses[place] <= self._level and place not in taken:
                    return place
            self._level += 1
            self._order = list(range(len(self._uses)))
            rng(self._seed, "coverage", self._first, self._level).shuffle(self._order)
            self._at = 0


@once_per_graph
def _rounds(graph: ToolGraph) -> Callable[[int, tuple[int, int], int], _Round]:
    return lru_cache(maxsize=ROUNDS)(partial(_Round, graph.adjacency))
