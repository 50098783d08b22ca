"""The sampling strategies: random tools, ToolFlow's random walk, and a walk along the flow of data.

A walk can come to where algorithm 1 of ToolFlow, as printed, never ends. Two rules lead on, each counted by its name
every time it fires:

- `backtrack`: every neighbour of the last tool is taken; the walk goes on from the latest tool that has one left.
- `restart`: no taken tool has a neighbour left; the walk goes on from a uniform choice among the other tools.
"""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import ToolGraph, row

BACKTRACK = "backtrack"
RESTART = "restart"
DRAWS = 4
"""How many candidates `Dataflow` draws to take the most telling one: hubs fit everywhere and say little."""


class Drawn(NamedTuple):
    """The tools drawn, by their place in the graph, and how often each rule fired."""

    places: tuple[int, ...]
    rules: Counter[str]


class SamplingStrategy(Protocol):
    """A way to choose tools for one dialogue."""

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; `size` is at most that of the graph."""
        ...


class RandomTools:
    """Tools chosen uniformly, whatever links them: the baseline."""

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools."""
        return Drawn(tuple(rng.sample(range(len(graph)), size)), Counter())


class RandomWalk:
    """Algorithm 1 of ToolFlow (sec. 3.1.2): each tool a uniform choice among the neighbours of the one before it."""

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to the one before it but where a rule fired."""
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            taken.append(_step(graph, taken, rules, rng))
        return Drawn(tuple(taken), rules)


class Dataflow:
    """A walk that prefers what can be chained.

    From the last tool it goes to one that takes an identifier it finds, else to one that finds an identifier it takes;
    else to one that takes, or returns, anything else that fits; else to one that takes a similar parameter. Where none
    is left it follows the rules of the walk. Of a few candidates it takes one of the same API or category, and of those
    the one with the fewest links.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to the one before it but where a rule fired."""
        ways = (graph.handovers, graph.handovers_back, graph.flows, graph.feeders)
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            for way in ways:
                free = _free(row(way, taken[-1]), taken)
                if len(free):
                    taken.append(_most_telling(graph, taken[-1], free, rng))
                    break
            else:
                taken.append(_step(graph, taken, rules, rng))
        return Drawn(tuple(taken), rules)


def _most_telling(graph: ToolGraph, last: int, free: IntArray, rng: random.Random) -> int:
    """Return, of a few candidates, the one that says most about `last`: of its own API, of its category, no hub."""
    home = graph.tools[last].origin

    def distance(place: int) -> tuple[bool, bool, int, int]:
        other = graph.tools[place].origin
        return other.api != home.api, other.category != home.category, int(graph.degrees[place]), place

    return min((int(free[rng.randrange(len(free))]) for _ in range(DRAWS)), key=distance)


def _step(graph: ToolGraph, taken: Sequence[int], rules: Counter[str], rng: random.Random) -> int:
    """Return the next tool of a random walk, counting the rule that was needed to find it."""
    for place in reversed(taken):
        free = _free(row(graph.adjacency, place), taken)
        if len(free):
            if place != taken[-1]:
                rules[BACKTRACK] += 1
            return int(free[rng.randrange(len(free))])
    rules[RESTART] += 1
    place = rng.randrange(len(graph) - len(taken))
    for other in sorted(taken):
        place += place >= other
    return place


def _free(candidates: IntArray, taken: Sequence[int]) -> IntArray:
    """Return the candidates (ascending) that are not taken."""
    if not len(candidates):
        return candidates
    found = np.searchsorted(candidates, taken)
    found = found[candidates[np.minimum(found, len(candidates) - 1)] == taken]
    return np.delete(candidates, found) if len(found) else candidates
