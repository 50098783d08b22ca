"""Which texts are alike: all pairs of vectors above a threshold, as a sparse matrix."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Sparse = Any
"""A `scipy.sparse.csr_array`; scipy has no types."""

ROWS, COLUMNS = 1_024, 4_096
"""The block of one product: large enough for BLAS, 16 MB of float32."""
NEARLY_ONE = 1 - 1e-6
"""Products of equal unit vectors differ from 1 by rounding."""


def similar_pairs(left: NDArray[np.float32], right: NDArray[np.float32], threshold: float) -> Sparse:
    """Return the cosines above `threshold` (strict) of every row of `left` with every row of `right`.

    Rows are unit vectors. The result is float32 in CSR form, shape (len(left), len(right)).
    """
    return _assemble(_blocks(left, right, threshold, is_symmetric=False), (len(left), len(right)))


def similar_among(vectors: NDArray[np.float32], threshold: float) -> Sparse:
    """Return the cosines above `threshold` of the rows of `vectors` among themselves: symmetric, 1 on the diagonal.

    Only the upper half is computed.
    """
    shape = (len(vectors), len(vectors))
    above = _assemble(_blocks(vectors, vectors, threshold, is_symmetric=True), shape)
    both = above + above.T
    if threshold < 1:
        both = both + sparse.eye_array(len(vectors), dtype=np.float32, format="csr")
    both = both.tocsr()
    both.sort_indices()
    return both


def _blocks(
    left: NDArray[np.float32], right: NDArray[np.float32], threshold: float, *, is_symmetric: bool
) -> list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]]:
    """Return `(rows, columns, cosines)` of each block; of a symmetric product, what lies above the diagonal."""
    found = []
    memory = np.empty(ROWS * COLUMNS, np.float32)
    for top in range(0, len(left), ROWS):
        rows = left[top : top + ROWS]
        for start in range(top if is_symmetric else 0, len(right), COLUMNS):
            columns = right[start : start + COLUMNS]
            product = memory[: len(rows) * len(columns)].reshape(len(rows), len(columns))
            np.matmul(rows, columns.T, out=product)
            hits = np.flatnonzero(product.ravel() > threshold)
            cosines = product.ravel()[hits]
            cosines[cosines > NEARLY_ONE] = 1
            row, column = np.divmod(hits, len(columns))
            row, column = row + top, column + start
            kept = (cosines > threshold) & ((row < column) if is_symmetric else True)
            found.append((row[kept].astype(np.int32), column[kept].astype(np.int32), cosines[kept]))
    return found


def _assemble(
    blocks: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]], shape: tuple[int, int]
) -> Sparse:
    if not blocks:
        return sparse.csr_array(shape, dtype=np.float32)
    rows, columns, cosines = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    matrix = sparse.coo_array((cosines, (rows, columns)), shape=shape).tocsr()
    matrix.sort_indices()
    return matrix
