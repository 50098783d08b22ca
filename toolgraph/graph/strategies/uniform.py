"""The strategy `random`."""

import random
from collections import Counter

from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.strategy import Drawn


class RandomTools:
    """Tools chosen uniformly, whatever links them.

    Good as the baseline that every other strategy is compared with.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools."""
        return Drawn(tuple(rng.sample(range(len(graph)), size)), Counter())
