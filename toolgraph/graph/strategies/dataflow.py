"""The strategy `dataflow`: along what tools return and others take."""

import random
from collections import Counter
from collections.abc import Sequence

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import ToolGraph, row
from toolgraph.graph.strategies.steps import nth_free, places_of, walk_on
from toolgraph.graph.strategies.strategy import Drawn

DRAWS = 4
"""How many candidates are drawn to take the most telling one: hubs fit everywhere and say little."""


class Dataflow:
    """A walk that prefers what can be chained.

    From the last tool it goes to one that takes an identifier it finds, else to one that finds an identifier it takes;
    else to one that takes, or returns, anything else that fits; else to one that takes a similar parameter. Where none
    is left it follows the rules of the walk. Of a few candidates it takes one of the same API or category, and of those
    the one with the fewest links.

    Good for turns of several steps, in which a call needs what the call before it found.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to the one before it but where a rule fired."""
        ways = (graph.handovers, graph.handovers_back, graph.flows, graph.feeders)
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            for way in ways:
                candidates = row(way, taken[-1])
                gone = places_of(taken, candidates)
                if len(candidates) > len(gone):
                    taken.append(_most_telling(graph, taken[-1], candidates, gone, rng))
                    break
            else:
                taken.append(walk_on(graph, taken, rules, rng))
        return Drawn(tuple(taken), rules)


def _most_telling(graph: ToolGraph, last: int, candidates: IntArray, gone: Sequence[int], rng: random.Random) -> int:
    """Return, of a few candidates, the one that says most about `last`: of its own API, of its category, no hub."""
    home = graph.tools[last].origin
    left = len(candidates) - len(gone)

    def distance(place: int) -> tuple[bool, bool, int, int]:
        other = graph.tools[place].origin
        return other.api != home.api, other.category != home.category, int(graph.degrees[place]), place

    return min((int(candidates[nth_free(rng.randrange(left), gone)]) for _ in range(DRAWS)), key=distance)
