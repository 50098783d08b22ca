"""The typed graph of a catalogue: the pairs of fields that score above a threshold."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy import sparse

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import FieldTable
from toolgraph.graph.graph import ToolGraph, require_threshold
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.candidates import Scored, passing_pairs
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue, Side
from toolgraph.tools.spec import ToolSpec

THRESHOLD = 0.5
"""The score above which there is an edge: as likely as not."""


def build_typed_graph(
    tools: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors],
    *, threshold: float = THRESHOLD, model_id: str = "",
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools`: an edge where a pair of fields scores above `threshold`, strictly.

    Every field is compared as the field of its tool, so that each has a number of its own in the matrices. Inputs are
    compared with inputs (P-P) and with declared returns (P-R); returns guessed from names make no edges. `embed_texts`
    is called once, with each distinct text, and returns unit vectors, float32 of shape (n, d).

    Raises:
        ConfigError: the threshold lies outside 0 to 1.
    """
    require_threshold(threshold)
    catalogue = Catalogue.of(tools)
    vectors = embed_texts(catalogue.texts)
    alike = _scores(Question.of("P-P", catalogue), vectors, threshold)
    return ToolGraph(
        tools=catalogue.tools,
        parameters=_table(catalogue.inputs),
        returns=_table(catalogue.outputs),
        alike=(alike + alike.T).tocsr(),
        feeds=_scores(Question.of("P-R", catalogue), vectors, threshold),
        threshold=threshold,
        model_id=model_id,
        edges_rule="typed",
    )


def _scores(question: Question, vectors: Vectors, threshold: float) -> Sparse:
    """Return the scores above a threshold, left fields x right fields."""
    shape = (len(question.left), len(question.right))
    least = question.combiner.total_at(threshold)
    portions: list[Scored] = list(passing_pairs(question, vectors, least)) if min(shape) else []
    if not portions:
        return sparse.csr_array(shape, dtype=np.float32)
    rows, columns, totals = (np.concatenate(parts) for parts in zip(*portions, strict=True))
    scores = question.combiner.score(totals)
    matrix = sparse.coo_array((scores, (rows, columns)), shape=shape).tocsr()
    matrix.sort_indices()
    return matrix


def _table(side: Side) -> FieldTable:
    return FieldTable(side.offsets, np.arange(len(side), dtype=np.int32), len(side))
