"""The typed graph of a catalogue: the pairs of fields that score above a threshold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import FieldTable
from toolgraph.graph.graph import ToolGraph, require_threshold
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.candidates import Among, Scored, passing_pairs
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue, Side
from toolgraph.tools.spec import ToolSpec

THRESHOLD = 0.5
"""The score above which there is an edge: as likely as not."""
MOST_KEPT = 200_000
"""Texts up to which a graph keeps what it was made from: 300 MB of vectors."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a typed graph was made from, which spares reading and embedding all again where tools are added to it."""

    catalogue: Catalogue
    vectors: Vectors
    """One for each text of the catalogue."""

    @classmethod
    def of(cls, tools: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors]) -> "Basis":
        """Return that of a catalogue."""
        catalogue = Catalogue.of(tools)
        return cls(catalogue, embed_texts(catalogue.texts))

    @property
    def kept(self) -> "Basis | None":
        """It, or none where it takes too much memory to be kept."""
        return self if len(self.vectors) <= MOST_KEPT else None


def build_typed_graph(
    tools: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors],
    *, threshold: float = THRESHOLD, model_id: str = "", is_approximate: bool | None = None,
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools`: an edge where a pair of fields scores above `threshold`, strictly.

    Every field is compared as the field of its tool, so that each has a number of its own in the matrices. Inputs are
    compared with inputs (P-P) and with declared returns (P-R); returns guessed from names make no edges. `embed_texts`
    is called once, with each distinct text, and returns unit vectors, float32 of shape (n, d). `is_approximate` says
    how similar texts are looked for (`similar_blocks`); tools of one API are compared in any case.

    Raises:
        ConfigError: the threshold lies outside 0 to 1.
    """
    require_threshold(threshold)
    basis = Basis.of(tools, embed_texts)
    catalogue, vectors = basis.catalogue, basis.vectors
    likeness, flow = Question.of("P-P", catalogue), Question.of("P-R", catalogue)
    alike, feeds = (
        scores_among(question, vectors, threshold, Among.all_of(question), is_approximate=is_approximate)
        for question in (likeness, flow)
    )
    return ToolGraph(
        tools=catalogue.tools,
        parameters=table_of(catalogue.inputs),
        returns=table_of(catalogue.outputs),
        alike=(alike + alike.T).tocsr(),
        feeds=feeds,
        threshold=threshold,
        model_id=model_id,
        edges_rule="typed",
        basis=basis.kept,
    )


def scores_among(
    question: Question, vectors: Vectors, threshold: float, among: Among, *, is_approximate: bool | None = None
) -> Sparse:
    """Return the scores above a threshold of pairs of some fields, left fields x right fields.

    Of a symmetric question each is there once, above the diagonal.
    """
    shape = (len(question.left), len(question.right))
    least = question.combiner.total_at(threshold)
    is_empty = not len(among.rows) or not len(among.columns)
    portions: list[Scored] = (
        [] if is_empty else list(passing_pairs(question, vectors, least, among, is_approximate=is_approximate))
    )
    if not portions:
        return sparse.csr_array(shape, dtype=np.float32)
    rows, columns, totals = (np.concatenate(parts) for parts in zip(*portions, strict=True))
    del portions
    scores = question.combiner.score(totals)
    del totals
    matrix = sparse.coo_array((scores, (rows, columns)), shape=shape).tocsr()
    matrix.sort_indices()
    return matrix


def table_of(side: Side) -> FieldTable:
    """Return the fields of a side, each with a number of its own."""
    return FieldTable(side.offsets, np.arange(len(side), dtype=np.int32), len(side))
