"""The strategy `restart`: the neighbourhood of one tool."""

import random
from collections import Counter

from toolgraph.graph.graph import ToolGraph, row
from toolgraph.graph.strategies.steps import RESTART, walk_on
from toolgraph.graph.strategies.strategy import Drawn

RETURN = 0.15
"""The probability of going back to the start: what the literature uses, one minus the usual damping of PageRank."""
PATIENCE = 50
"""Steps without a new tool after which the rules of the walk lead on: all that can be reached may be taken."""


class WalkWithRestart:
    """A random walk that keeps going back to its start; the tools it comes to first are the sample.

    This is sampling by random walk with restart (Leskovec and Faloutsos, "Sampling from Large Graphs", KDD 2006), the
    Monte-Carlo form of personalised PageRank (Avrachenkov et al., "Monte Carlo Methods in PageRank Computation", SIAM
    Journal on Numerical Analysis 45, 2007): the higher a tool's PageRank as seen from the start, the likelier it is.

    Good for samples around one subject: where a walk drifts away, this one stays with what surrounds its first tool.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is linked to one before it but where the rule `restart` fired.

        Where the tools around the start are too few, the one that the rule leads to is the next start.
        """
        rules: Counter[str] = Counter()
        start = here = rng.randrange(len(graph))
        taken = [start]
        idle = 0
        while len(taken) < size:
            around = row(graph.adjacency, here)
            if not len(around) or idle == PATIENCE:
                restarts = rules[RESTART]
                taken.append(walk_on(graph, taken, rules, rng))
                here = taken[-1]
                start = here if rules[RESTART] > restarts else start
                idle = 0
                continue
            here = start if rng.random() < RETURN else int(around[int(rng.random() * len(around))])
            idle += 1
            if here not in taken:
                taken.append(here)
                idle = 0
        return Drawn(tuple(taken), +rules)
