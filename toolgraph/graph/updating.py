"""Adding tools to a graph: only what is new is compared."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import numpy as np
from scipy import sparse

from toolgraph.errors import ConfigError
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import FieldTable
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import collecting_no_garbage
from toolgraph.graph.similarity import Sparse, similar_among, similar_pairs
from toolgraph.graph.typed.growing import grow_typed_graph
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec


def add_tools(
    graph: ToolGraph, added: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors]
) -> ToolGraph:
    """Return the graph of the tools of `graph` followed by those of `added`.

    Only what is new is compared, with itself and with the known. Where `embed_texts` gives the vectors it gave before,
    a `toolflow` graph is to the byte the one that `build_tool_graph` makes of all these tools. Typed edges among the
    known tools keep their scores, which in a graph built of all tools would differ a little
    (`grow_typed_graph`); of a graph that a model has confirmed, it is not asked about the new edges.

    Raises:
        ConfigError: a tool has the name of one in the graph, or the graph is a part of another.
    """
    new = tuple(added)
    for tool in new:
        if tool.name in graph:
            raise ConfigError(f"the graph has a tool named '{tool.name}' already; rename the one to be added")
    for table in (graph.parameters, graph.returns):
        if len(np.unique(table.texts)) < table.text_count:
            raise ConfigError("tools cannot be added to a part of a graph; add them to the whole")
    if graph.edges_rule != "toolflow":
        with collecting_no_garbage():
            return grow_typed_graph(graph, new, embed_texts)
    taken = [tuple(field.text for field in tool.parameter_fields) for tool in new]
    given = [() if tool.are_returns_guessed else tuple(field.text for field in tool.return_fields) for tool in new]
    parameter_texts = _numbers(graph.parameters, lambda place: graph.tools[place].parameter_fields, taken)
    return_texts = _numbers(graph.returns, lambda place: graph.tools[place].return_fields, given)
    texts = {text: number for number, text in enumerate(dict.fromkeys((*parameter_texts, *return_texts)))}
    vectors = embed_texts(list(texts))
    parameter_vectors = vectors[: len(parameter_texts)]
    return_vectors = vectors[[texts[text] for text in return_texts]]
    return ToolGraph(
        tools=(*graph.tools, *new),
        parameters=_longer(
            graph.parameters, [[parameter_texts[text] for text in row] for row in taken], parameter_texts
        ),
        returns=_longer(graph.returns, [[return_texts[text] for text in row] for row in given], return_texts),
        alike=grown_among(graph.alike, parameter_vectors, graph.threshold),
        feeds=grown_pairs(graph.feeds, return_vectors, parameter_vectors, graph.threshold),
        threshold=graph.threshold,
        model_id=graph.model_id,
    )


def grown_among(known: Sparse, vectors: Vectors, threshold: float) -> Sparse:
    """Return `similar_among` of all vectors, of which `known` is that of the first ones."""
    count = known.shape[0]
    crossing = similar_pairs(vectors[:count], vectors[count:], threshold, is_approximate=False)
    corner = similar_among(vectors[count:], threshold, is_approximate=False)
    return sparse.block_array([[known, crossing], [crossing.T.tocsr(), corner]], format="csr")


def grown_pairs(known: Sparse, left: Vectors, right: Vectors, threshold: float) -> Sparse:
    """Return `similar_pairs` of `left` and `right`, of which `known` is that of the first ones of either."""
    rows, columns = known.shape
    beside = similar_pairs(left[:rows], right[columns:], threshold, is_approximate=False)
    below = similar_pairs(left[rows:], right, threshold, is_approximate=False)
    return sparse.vstack([sparse.hstack([known, beside], format="csr"), below], format="csr")


def _numbers(
    table: FieldTable, fields_of: Callable[[int], Sequence[Field]], added: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Return the number of each text: those of the table, and then new ones in their order."""
    fields = np.unique(table.texts, return_index=True)[1]
    tools = table.tools[fields]
    places = zip(tools.tolist(), (fields - table.offsets[tools]).tolist(), strict=True)
    known = (fields_of(tool)[field].text for tool, field in places)
    return {text: number for number, text in enumerate(dict.fromkeys(chain(known, chain.from_iterable(added))))}


def _longer(table: FieldTable, rows: Sequence[Sequence[int]], texts: dict[str, int]) -> FieldTable:
    added = FieldTable.of(rows, len(texts))
    offsets = np.concatenate((table.offsets, table.offsets[-1] + added.offsets[1:]))
    return FieldTable(offsets, np.concatenate((table.texts, added.texts)), len(texts))
