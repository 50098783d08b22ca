"""The score of the best edge of each two linked tools."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from toolgraph.graph.field_table import FieldTable
from toolgraph.graph.similarity import Sparse

CELLS = 1 << 20
"""Pairs of tools that are scored at a time: 4 MB of float32, which a processor's cache holds."""


def best_scores(
    adjacency: Sparse, parameters: FieldTable, returns: FieldTable, alike: Sparse, feeds: Sparse
) -> NDArray[np.float32]:
    """Return the highest score of any edge of two tools, for each entry of `adjacency`, in its order.

    What is wanted is a product of three sparse matrices, which tool has which text, which texts are similar, and which
    tool has which text again, that takes the maximum where a product takes the sum. It is made for a few rows at a
    time, in a dense block, of which only the links are kept.
    """
    held = sparse.hstack([parameters.incidence, returns.incidence], format="csr")
    holders = held.T.tocsr()
    similar = sparse.block_array([[alike, feeds.T], [feeds, None]], format="csr")
    best = np.zeros(adjacency.nnz, np.float32)
    count = adjacency.shape[0]
    rows = max(1, CELLS // max(1, count))
    block = np.zeros(rows * count, np.float32)
    for top in range(0, count, rows):
        tools = held[top : top + rows]
        near = similar[tools.indices]
        reached = holders[near.indices]
        sources = np.repeat(np.repeat(np.arange(tools.shape[0]), np.diff(tools.indptr)), np.diff(near.indptr))
        entries = np.diff(reached.indptr)
        np.maximum.at(block, np.repeat(sources * count, entries) + reached.indices, np.repeat(near.data, entries))
        links = adjacency.indptr[top : top + tools.shape[0] + 1]
        sources = np.repeat(np.arange(tools.shape[0]), np.diff(links))
        best[links[0] : links[-1]] = block[sources * count + adjacency.indices[links[0] : links[-1]]]
        block.fill(0)
    return best
