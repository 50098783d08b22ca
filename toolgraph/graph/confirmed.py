"""Edges that somebody was asked about: which are worth a question, and what the answers make of a graph."""

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from toolgraph.graph.graph import ToolGraph
from toolgraph.tools.edges import Confirmation, Edge

CERTAIN = 1.0
"""The score of an edge that is confirmed."""


def worth_asking(graph: ToolGraph, *, most: int, among: Collection[str] | None = None) -> tuple[Edge, ...]:
    """Return the P-R edges of a typed graph to ask about, pair of fields by pair, no more than `most`.

    With `among` only edges between these tools count. Each two tools' best pair of fields comes before all others, and
    of these the one with the highest score.
    """
    feeds = graph.feeds.tocoo()
    givers, takers = graph.returns.tools[feeds.row], graph.parameters.tools[feeds.col]
    order = np.lexsort((feeds.col, feeds.row, -feeds.data))
    is_meant = np.array([among is None or tool.name in among for tool in graph.tools], bool)
    order = order[(givers[order] != takers[order]) & is_meant[givers[order]] & is_meant[takers[order]]]
    best = np.sort(np.unique(givers[order].astype(np.int64) * len(graph) + takers[order], return_index=True)[1])
    asked = np.concatenate((order[best], np.delete(order, best)))[:most]
    return tuple(
        _edge(graph, int(feeds.row[place]), int(feeds.col[place]), float(feeds.data[place])) for place in asked
    )


def with_confirmations(graph: ToolGraph, told: Iterable[Confirmation]) -> ToolGraph:
    """Return a typed graph in which what is confirmed is certain and what is refused is gone; all else is as it was.

    Of two that tell of one edge the later one counts.
    """
    last = {each.edge: each for each in told}.values()
    known = tuple(sorted(last, key=lambda each: (each.edge.source, each.edge.target, str(each.edge))))
    feeds = graph.feeds.copy()
    for each in known:
        if each.verdict != "undecided":
            feeds[_places(graph, each.edge)] = CERTAIN if each.verdict == "confirmed" else 0.0
    feeds.eliminate_zeros()
    return replace(graph, feeds=feeds, edges_rule="confirmed", confirmations=known)


def _edge(graph: ToolGraph, row: int, column: int, score: float) -> Edge:
    source, target = int(graph.returns.tools[row]), int(graph.parameters.tools[column])
    giver, taker = graph.tools[source], graph.tools[target]
    given = giver.return_fields[row - graph.returns.offsets[source]].pointer
    taken = taker.parameter_fields[column - graph.parameters.offsets[target]].pointer
    return Edge("P-R", giver.name, taker.name, given, taken, round(score, 6))


def _places(graph: ToolGraph, edge: Edge) -> tuple[int, int]:
    """The row and the column of an edge in `feeds`."""
    source, target = graph.index[edge.source], graph.index[edge.target]
    given = [field.pointer for field in graph.tools[source].return_fields].index(edge.source_field)
    taken = [field.pointer for field in graph.tools[target].parameter_fields].index(edge.target_field)
    return int(graph.returns.offsets[source]) + given, int(graph.parameters.offsets[target]) + taken
