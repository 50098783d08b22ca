"""The typed graph of a catalogue that tools are added to: what is new is read and compared, and all else stays."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
from scipy import sparse

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.apis import Apis
from toolgraph.graph.typed.build import Basis, scores_among, table_of
from toolgraph.graph.typed.candidates import Among
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue, Side, Sides, rarity, served
from toolgraph.tools.spec import ToolSpec


def grow_typed_graph(
    graph: ToolGraph, added: Sequence[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors]
) -> ToolGraph:
    """Return a typed graph with more tools.

    Edges among the tools it had keep their scores, though every new tool makes a field a little less rare. The edges of
    new tools have the scores that a build of all tools gives them, but for the weight of a name's words: it stays as it
    was, and a new word weighs as the rarest.
    """
    basis = graph.basis or Basis.of(graph.tools, embed_texts)
    known = basis.catalogue
    catalogue = grown_catalogue(known, added)
    new_texts = catalogue.texts[len(known.texts) :]
    vectors = np.concatenate((basis.vectors, embed_texts(new_texts))) if new_texts else basis.vectors
    alike, feeds = (
        sum(
            scores_among(question, vectors, graph.threshold, among, is_approximate=False)
            for among in _new_pairs(question, len(before), len(known.inputs))
        )
        for question, before in (
            (Question.of("P-P", catalogue), known.inputs), (Question.of("P-R", catalogue), known.outputs)
        )
    )  # fmt: skip
    return replace(
        graph,
        tools=catalogue.tools,
        parameters=table_of(catalogue.inputs),
        returns=table_of(catalogue.outputs),
        alike=(_enlarged(graph.alike, alike.shape) + alike + alike.T).tocsr(),
        feeds=_enlarged(graph.feeds, feeds.shape) + feeds,
        basis=Basis(catalogue, vectors).kept,
    )


def grown_catalogue(known: Catalogue, added: Sequence[ToolSpec]) -> Catalogue:
    """Return what is known of a catalogue and of tools that are added to it, which alone are read."""
    tools = (*known.tools, *added)
    apis = Apis.of(tools)
    reader = known.reader.copy()
    given, taken = reader.read_outputs(added), reader.read_inputs(added)
    sides = Sides(reader, added)
    outputs, inputs = _joined(known.outputs, sides.outputs(given, taken)), _joined(known.inputs, sides.inputs(taken))
    inputs = replace(inputs, is_served=served(inputs, outputs, apis))
    return Catalogue(
        tools, outputs, inputs, apis, tuple(reader.texts),
        _stacked(known.names, reader.name_vectors(known.weights, known.names.shape[0])),
        _stacked(known.entities, reader.entity_words(known.entities.shape[0])), reader, known.weights,
    )  # fmt: skip


def _joined(side: Side, more: Side) -> Side:
    """Return a side with the fields of more tools, which change how rare all are."""
    tools = len(side.offsets) - 1
    arrays = {
        field.name: np.concatenate((getattr(side, field.name), getattr(more, field.name)))
        for field in fields(Side) if field.name not in ("fields", "offsets")
    }  # fmt: skip
    arrays["tool"][len(side) :] += tools
    arrays["rare"] = rarity(arrays["name"], arrays["tool"], tools + len(more.offsets) - 1)
    offsets = np.concatenate((side.offsets, more.offsets[1:] + len(side)))
    return Side(fields=(*side.fields, *more.fields), offsets=offsets, **arrays)


def _new_pairs(question: Question, first_row: int, first_column: int) -> tuple[Among, Among]:
    """Return the pairs of fields of which one is new, given the first new ones; each pair once."""
    every = Among.all_of(question)
    new_rows, new_columns = every.rows[first_row:], every.columns[first_column:]
    below = replace(every, rows=new_rows, columns=new_columns if question.is_symmetric else every.columns)
    return Among(every.rows[:first_row], new_columns, is_symmetric=False), below


def _enlarged(matrix: Sparse, shape: tuple[int, int]) -> Sparse:
    """Return a CSR matrix with more rows and columns, which are empty."""
    ends = np.full(shape[0] - matrix.shape[0], matrix.indptr[-1], matrix.indptr.dtype)
    return sparse.csr_array((matrix.data, matrix.indices, np.concatenate((matrix.indptr, ends))), shape=shape)


def _stacked(rows: Sparse, more: Sparse) -> Sparse:
    return sparse.vstack([_enlarged(rows, (rows.shape[0], more.shape[1])), more], format="csr")
