"""Which fields make an edge: from similar texts back to the pairs of fields that have them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolgraph.graph.field_table import FieldTable, IntArray
from toolgraph.graph.similarity import Sparse

Match = tuple[int, int, int, int, float]
"""Source tool, target tool, source field, target field (counted within their tools), similarity."""

Holders = dict[int, list[tuple[int, int]]]
"""For each text the tools and fields (counted within their tools) that have it."""
NONE: Mapping[int, float] = {}
"""The row of a text that nothing is similar to; with typed edges most fields have it."""


class SimilarTexts:
    """The rows of a similarity matrix as mappings from text to cosine, each made once."""

    def __init__(self, matrix: Sparse) -> None:
        self._matrix = matrix
        self._ends: list[int] = matrix.indptr.tolist()
        self._rows: dict[int, Mapping[int, float]] = {}

    def __getitem__(self, text: int) -> Mapping[int, float]:
        part = slice(self._ends[text], self._ends[text + 1])
        if part.start == part.stop:
            return NONE
        known = self._rows.get(text)
        if known is None:
            columns, cosines = self._matrix.indices[part].tolist(), self._matrix.data[part].tolist()
            known = self._rows[text] = dict(zip(columns, cosines, strict=True))
        return known


def holders_among(tools: Sequence[int], table: FieldTable) -> Holders:
    """Return which fields of some tools have which text."""
    holders: Holders = defaultdict(list)
    for tool in tools:
        for field, text in enumerate(table.texts_of(tool).tolist()):
            holders[text].append((tool, field))
    return holders


def matches_among(
    tools: Sequence[int], sources: FieldTable, holders: Holders, similar: SimilarTexts
) -> Iterator[Match]:
    """Yield every pair of similar fields of two different tools out of `tools`, in no particular order.

    `holders` are the fields of these tools that may be matched.
    """
    for tool in tools:
        for field, text in enumerate(sources.texts_of(tool).tolist()):
            likes = similar[text]
            if not likes:
                continue
            for like in likes.keys() & holders.keys():
                for target, target_field in holders[like]:
                    if target != tool:
                        yield tool, target, field, target_field, likes[like]


def best_matches(
    source: int, sources: FieldTable, targets: FieldTable, similar: Sparse
) -> list[tuple[int, int, int, float]]:
    """Return, for each tool linked to `source`, `(target, source field, target field, similarity)` of the best pair.

    Targets ascend; of equally similar pairs the first in the order of the fields is taken.
    """
    fields, likes, cosines = _expand(similar, sources.texts_of(source))
    if not len(fields):
        return []
    hits, holders, _ = _expand(targets.holders, likes)
    fields, cosines, tools = fields[hits], cosines[hits], targets.tools[holders]
    order = np.lexsort((holders, fields, -cosines, tools))
    tools = tools[order]
    first = np.flatnonzero(np.diff(tools, prepend=-1))
    best = order[first[tools[first] != source]]
    winners = tools[first[tools[first] != source]]
    target_fields = holders[best] - targets.offsets[winners]
    columns = (winners, fields[best], target_fields, cosines[best].astype(float))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def without_loops(matrix: Sparse) -> Sparse:
    """Return a square CSR matrix of truths without its diagonal, columns ascending."""
    matrix.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))
    is_loop = matrix.indices == rows
    del rows
    removed = np.concatenate(([0], np.cumsum(is_loop)))[matrix.indptr]
    kept = ~is_loop
    return type(matrix)(
        (matrix.data[kept], matrix.indices[kept], (matrix.indptr - removed).astype(matrix.indptr.dtype)),
        shape=matrix.shape,
    )


def _expand(matrix: Sparse, rows: IntArray) -> tuple[NDArray[np.int64], IntArray, NDArray[Any]]:
    """Return the entries of some rows: the place in `rows` of each, its column and its value."""
    counts = matrix.indptr[rows + 1] - matrix.indptr[rows]
    places = np.repeat(np.arange(len(rows)), counts)
    starts = np.repeat(matrix.indptr[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    entries = starts + np.arange(len(places))
    return places, matrix.indices[entries], matrix.data[entries]
