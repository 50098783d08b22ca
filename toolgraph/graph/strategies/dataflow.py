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
    where there is none, from the tools before it, the latest first. Else it goes on from the last tool to one that
    takes, or returns, anything that fits, and where none is left it follows the rules of the walk. Of a few candidates
    it takes one of the same API or category, and of those the one with the fewest links.

    Good for turns of several steps, in which a call needs what the call before it found.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to one before it but where a rule fired."""
        by_id, by_value = (graph.handovers, graph.handovers_back), (graph.flows, graph.feeders)
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            ways = [(way, place) for place in reversed(taken) for way in by_id]
            for way, place in (*ways, *((way, taken[-1]) for way in by_value)):
                candidates = row(way, place)
                gone = places_of(taken, candidates)
                if len(candidates) > len(gone):
                    taken.append(_most_telling(graph, place, candidates, gone, rng))
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
