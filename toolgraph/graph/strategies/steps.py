"""The step of a walk: from the tools taken to one that is not, by a link where there is one.

A walk can come to where algorithm 1 of ToolFlow, as printed, never ends. Two rules lead on, each counted by its name
every time it fires:

- `backtrack`: every neighbour of the last tool is taken; the walk goes on from the latest tool that has one left.
- `restart`: no taken tool has a neighbour left; the walk goes on from a uniform choice among the other tools.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import ToolGraph, row

BACKTRACK = "backtrack"
RESTART = "restart"

Choice = Callable[[int], int | None]
"""From a tool taken to one that is linked to it and free; none where there is none."""


def walk_on(graph: ToolGraph, taken: Sequence[int], rules: Counter[str], rng: random.Random) -> int:
    """Return the next tool of a random walk, a uniform choice among neighbours, counting the rule that found it."""
    found = last_link(taken, rules, lambda place: choose_free(row(graph.adjacency, place), taken, rng))
    return elsewhere(graph, taken, rules, rng) if found is None else found


def last_link(taken: Sequence[int], rules: Counter[str], choose: Choice) -> int | None:
    """Return what is chosen from the last tool, else from the latest before it that gives one, which is a rule."""
    for place in reversed(taken):
        found = choose(place)
        if found is not None:
            if place != taken[-1]:
                rules[BACKTRACK] += 1
            return found
    return None


def elsewhere(graph: ToolGraph, taken: Sequence[int], rules: Counter[str], rng: random.Random) -> int:
    """Return a uniform choice among the tools that are not taken, which is a rule."""
    rules[RESTART] += 1
    return nth_free(rng.randrange(len(graph) - len(taken)), sorted(taken))


def choose_free(candidates: IntArray, taken: Sequence[int], rng: random.Random) -> int | None:
    """Return a uniform choice among the candidates (ascending) that are not taken."""
    gone = places_of(taken, candidates)
    left = len(candidates) - len(gone)
    return int(candidates[nth_free(rng.randrange(left), gone)]) if left else None


def places_of(taken: Sequence[int], candidates: IntArray) -> list[int]:
    """Return where the tools taken are among the candidates (ascending), in ascending order."""
    if not len(candidates):
        return []
    found = candidates.searchsorted(np.array(taken, candidates.dtype)).tolist()
    size = len(candidates)
    return sorted(at for at, place in zip(found, taken, strict=True) if at < size and candidates[at] == place)


def nth_free(number: int, gone: Sequence[int]) -> int:
    """Return the `number`-th of the numbers from 0 that are not in `gone` (ascending).

    >>> [nth_free(number, [1, 2]) for number in range(3)]
    [0, 3, 4]
    """
    for other in gone:
        number += number >= other
    return number
