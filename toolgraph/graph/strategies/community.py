"""The strategy `community`: tools of one part of the graph."""

import random
from collections import Counter

import numpy as np
from scipy import sparse

from toolgraph.errors import ConfigError
from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import ToolGraph, row
from toolgraph.graph.strategies.per_graph import once_per_graph
from toolgraph.graph.strategies.steps import choose_free, last_link, walk_on
from toolgraph.graph.strategies.strategy import Drawn

LEAVE = "leave_community"
"""The rule that fires where no tool of the community that is left is linked to a taken one: the walk leaves it."""


class Community:
    """A random walk that stays in the community of its first tool.

    Communities are groups of tools with many links among them and few to others, found by the Louvain algorithm
    (Blondel et al., "Fast unfolding of communities in large networks", J. Stat. Mech. P10008, 2008) with edges weighted
    by their scores.

    Good for samples of one subject: a hub that many subjects share does not lead from one to the other.
    """

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; each is of the community of the one before it but where a rule fired."""
        of = communities(graph)
        rules: Counter[str] = Counter()
        taken = [rng.randrange(len(graph))]
        while len(taken) < size:
            home = of[taken[-1]]

            def choose(place: int, home: int = home) -> int | None:
                around = row(graph.adjacency, place)
                return choose_free(around[of[around] == home], taken, rng)

            found = last_link(taken, rules, choose)
            if found is None:
                rules[LEAVE] += 1
                found = walk_on(graph, taken, rules, rng)
            taken.append(found)
        return Drawn(tuple(taken), rules)


@once_per_graph
def communities(graph: ToolGraph) -> IntArray:
    """Return the number of each tool's community; a tool without links is one of its own.

    Raises:
        ConfigError: scikit-network is not installed.
    """
    if not graph.adjacency.nnz:
        return np.arange(len(graph), dtype=np.int32)
    try:
        from sknetwork.clustering import Louvain
    except ImportError as error:
        raise ConfigError(
            "the strategy 'community' needs scikit-network; install it with: pip install 'toolgraph[community]'"
        ) from error

    louvain = Louvain(sort_clusters=False, return_probs=False, return_aggregate=False)
    labels: IntArray = louvain.fit_predict(sparse.csr_matrix(graph.weights)).astype(np.int32)
    return labels
