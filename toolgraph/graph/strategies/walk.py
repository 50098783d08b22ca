"""The strategies `walk` and `weighted`: from each tool to a neighbour."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from toolgraph.graph.graph import ToolGraph, row
from toolgraph.graph.strategies.steps import elsewhere, last_link, places_of, walk_on
from toolgraph.graph.strategies.strategy import Drawn


class RandomWalk:
    """Algorithm 1 of ToolFlow (sec. 3.1.2): each tool a uniform choice among the neighbours of the one before it.

    Good for reproducing the paper, and for varied samples; on a hub it goes anywhere.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to the one before it but where a rule fired."""
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            taken.append(walk_on(graph, taken, rules, rng))
        return Drawn(tuple(taken), rules)


class WeightedWalk:
    """A random walk that takes a neighbour with a probability in proportion to the score of the best edge to it.

    Good where scores differ: strong links are followed more often, and weak ones are not ruled out.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to the one before it but where a rule fired."""
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            found = last_link(taken, rules, lambda place: _by_score(graph, place, taken, rng))
            taken.append(elsewhere(graph, taken, rules, rng) if found is None else found)
        return Drawn(tuple(taken), rules)


def _by_score(graph: ToolGraph, place: int, taken: Sequence[int], rng: random.Random) -> int | None:
    weights = graph.weights
    candidates = row(weights, place)
    gone = places_of(taken, candidates)
    if len(candidates) == len(gone):
        return None
    scores = weights.data[weights.indptr[place] : weights.indptr[place + 1]].astype(float)
    scores[gone] = 0
    reach = scores.cumsum()
    return int(candidates[np.searchsorted(reach, rng.random() * reach[-1], side="right")])
