"""Which texts are alike: all pairs of vectors above a threshold, as a sparse matrix."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from toolgraph.graph import approximate

Sparse = Any
"""A `scipy.sparse.csr_array`; scipy has no types."""
Vectors = NDArray[np.float32]
Block = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
"""Rows, columns and cosines of some pairs."""

ROWS, COLUMNS = 1_024, 4_096
"""The block of one product: large enough for BLAS, 16 MB of float32."""
NEARLY_ONE = 1 - 1e-6
"""Products of equal unit vectors differ from 1 by rounding."""
SLACK = 1e-5
"""By how much a product in a block may differ from the cosine of the pair alone."""
PAIRS = 16_384
"""Pairs whose cosines are made again at a time."""
MANY = 200_000
"""Texts from which on an approximate index looks for the pairs, unless it is told otherwise."""
log = logging.getLogger(__name__)


def similar_pairs(left: Vectors, right: Vectors, threshold: float, *, is_approximate: bool | None = None) -> Sparse:
    """Return the cosines above `threshold` (strict) of every row of `left` with every row of `right`.

    Rows are unit vectors. The result is float32 in CSR form, shape (len(left), len(right)).
    """
    blocks = similar_blocks(left, right, threshold, is_symmetric=False, is_approximate=is_approximate)
    return assemble(blocks, (len(left), len(right)))


def similar_among(vectors: Vectors, threshold: float, *, is_approximate: bool | None = None) -> Sparse:
    """Return the cosines above `threshold` of the rows of `vectors` among themselves: symmetric, 1 on the diagonal.

    Only the upper half is computed.
    """
    blocks = similar_blocks(vectors, vectors, threshold, is_symmetric=True, is_approximate=is_approximate)
    return mirrored(assemble(blocks, (len(vectors), len(vectors))), threshold)


def mirrored(above: Sparse, threshold: float) -> Sparse:
    """Return the symmetric matrix of which `above` is what lies above the diagonal."""
    both = above + above.T
    if threshold < 1:
        both = both + sparse.eye_array(above.shape[0], dtype=np.float32, format="csr")
    both = both.tocsr()
    both.sort_indices()
    return both


def similar_shard(left: Vectors, right: Vectors, threshold: float, rows: range, *, is_symmetric: bool) -> Sparse:
    """Return some rows of the matrix of cosines above `threshold`, shape (len(rows), len(right)); always exact.

    Shards put on top of each other with `scipy.sparse.vstack` are, to the byte, the matrix made in one piece: that of
    `similar_pairs`, or, where `is_symmetric`, the half that `mirrored` makes `similar_among` of. So they can be made
    by several processes or machines, and written down in between.
    """
    part = left[rows.start : rows.stop]
    blocks = _exact_blocks(part, right, threshold, first=rows.start if is_symmetric else None)
    return assemble(blocks, (len(part), len(right)))


def cosines_of(left: Vectors, right: Vectors) -> Vectors:
    """Return the cosine of every row of `left` with every row of `right`, 1 where they are equal; meant for a few."""
    cosines: Vectors = left @ right.T
    cosines[cosines > NEARLY_ONE] = 1
    return cosines


def similar_blocks(
    left: Vectors, right: Vectors, threshold: float, *, is_symmetric: bool, is_approximate: bool | None = None
) -> Iterator[Block]:
    """Yield the pairs above `threshold` in portions; of a symmetric product, what lies above the diagonal.

    A cosine depends on its pair alone, and not on what else was compared, so that a graph made in shards, or one that
    tools were added to, is the graph made in one piece. Of more than `MANY` texts an approximate index finds nearly
    all pairs (toolgraph.graph.approximate) where faiss is installed; `is_approximate` decides otherwise.

    Raises:
        ConfigError: an approximate index is asked for and faiss is not installed.
    """
    is_large = max(len(left), len(right)) > MANY
    if is_approximate is None and is_large and not approximate.is_installed():
        log.warning(
            'comparing %d texts with %d one by one; an approximate index is much faster: install "toolgraph[ann]"',
            len(left), len(right),
        )  # fmt: skip
        is_large = False
    if is_large if is_approximate is None else is_approximate:
        places = approximate.near_pairs(left, right, threshold - SLACK, is_symmetric=is_symmetric)
        return (_above(left, right, rows, columns, threshold) for rows, columns in places)
    return _exact_blocks(left, right, threshold, first=0 if is_symmetric else None)


def assemble(blocks: Iterable[Block], shape: tuple[int, int]) -> Sparse:
    """Return the CSR matrix of all pairs in the blocks."""
    found = list(blocks)
    if not found:
        return sparse.csr_array(shape, dtype=np.float32)
    rows, columns, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
    matrix = sparse.coo_array((cosines, (rows, columns)), shape=shape).tocsr()
    matrix.sort_indices()
    return matrix


def _exact_blocks(left: Vectors, right: Vectors, threshold: float, *, first: int | None) -> Iterator[Block]:
    """Compare all; where `first` is given, row i of `left` is row `first + i` of `right`, and only later ones count."""
    memory = np.empty(ROWS * COLUMNS, np.float32)
    for top in range(0, len(left), ROWS):
        rows = left[top : top + ROWS]
        for start in range(0 if first is None else first + top, len(right), COLUMNS):
            columns = right[start : start + COLUMNS]
            product = memory[: len(rows) * len(columns)].reshape(len(rows), len(columns))
            np.matmul(rows, columns.T, out=product)
            row, column = np.divmod(np.flatnonzero(product.ravel() > threshold - SLACK), len(columns))
            row, column = row + top, column + start
            if first is not None:
                later = row + first < column
                row, column = row[later], column[later]
            yield _above(left, right, row, column, threshold)


def _above(left: Vectors, right: Vectors, rows: NDArray[Any], columns: NDArray[Any], threshold: float) -> Block:
    """Return the pairs above the threshold by the cosine of each pair alone, which no product of blocks rounds."""
    cosines = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), PAIRS):
        part = slice(start, start + PAIRS)
        cosines[part] = np.einsum("ij,ij->i", left[rows[part]], right[columns[part]])
    cosines[cosines > NEARLY_ONE] = 1
    kept = cosines > threshold
    return rows[kept].astype(np.int32), columns[kept].astype(np.int32), cosines[kept]
