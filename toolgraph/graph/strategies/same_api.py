"""The strategy `same-api`: tools of one API."""

import random
import re
from collections import Counter
from typing import NamedTuple

import numpy as np

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.per_graph import once_per_graph
from toolgraph.graph.strategies.steps import choose_free, walk_on
from toolgraph.graph.strategies.strategy import Drawn
from toolgraph.tools.spec import Origin

SMALL_API = "small_api"
"""The rule that fires where an API has no tool left: the walk goes on from the last one to tools of others."""

_OPERATION = re.compile(r"#(?:GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE)\b.*", re.DOTALL)
"""What names one operation of an API, as in `weather.json#GET forecast`."""


class SameApi:
    """Tools of one API, chosen uniformly, as ToolBench's single-tool instructions are made (arXiv 2307.16789).

    Good for dialogues with one service, and for a model that will be offered one API whole.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is of the API of the one before it but where a rule fired."""
        apis = _apis(graph)
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            found = choose_free(apis.members(taken[-1]), taken, rng)
            if found is None:
                rules[SMALL_API] += 1
                found = walk_on(graph, taken, rules, rng)
            taken.append(found)
        return Drawn(tuple(taken), rules)


class _Apis(NamedTuple):
    """The tools of each API, API after API: those of number `n` are from `starts[n]` to `starts[n + 1]`."""

    numbers: IntArray
    tools: IntArray
    starts: IntArray

    def members(self, place: int) -> IntArray:
        """Return the tools of the API of a tool, ascending."""
        number = self.numbers[place]
        return self.tools[self.starts[number] : self.starts[number + 1]]


@once_per_graph
def _apis(graph: ToolGraph) -> _Apis:
    known: dict[str, int] = {}
    numbers = np.array([known.setdefault(api_of(tool.origin), len(known)) for tool in graph.tools], np.int32)
    starts = np.concatenate(([0], np.cumsum(np.bincount(numbers, minlength=len(known)))))
    return _Apis(numbers, np.argsort(numbers, kind="stable").astype(np.int32), starts.astype(np.int32))


def api_of(origin: Origin) -> str:
    """Return the name of the API a tool belongs to: what its owner says, else the file it was read from.

    >>> api_of(Origin(api="weather.json#GET forecast")), api_of(Origin(file="mail.json"))
    ('weather.json', 'mail.json')
    """
    return _OPERATION.sub("", origin.api) or origin.file
