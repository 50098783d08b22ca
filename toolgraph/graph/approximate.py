"""Finding nearly all similar pairs among very many vectors: an inverted file, searched list by list.

The vectors are put into lists around centroids that faiss finds (k-means), and each is compared with the members of
the few lists it lies nearest to. How many lists that takes is measured on a sample, and so is what is missed.
"""

import importlib.util
import logging
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolgraph.errors import ConfigError

Vectors = NDArray[np.float32]
Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of some pairs."""

RECALL = 0.99
"""The share of pairs that is to be found."""
MOST_PROBES = 64
"""Lists searched for each vector at most."""
SAMPLE = 512
"""Vectors compared with all others to choose the number of lists, and as many again to measure what is found."""
POINTS_PER_LIST, ITERATIONS, SEED = 64, 6, 1
"""Of the k-means that makes the lists."""
PORTION = 16_384
"""Vectors whose nearest lists are looked up at a time."""
CELLS = 1 << 22
"""Pairs compared at a time: 16 MB of float32."""
log = logging.getLogger(__name__)


def is_installed() -> bool:
    """Say whether faiss is there."""
    return importlib.util.find_spec("faiss") is not None


def near_pairs(left: Vectors, right: Vectors, threshold: float, *, is_symmetric: bool) -> Iterator[Places]:
    """Yield nearly all pairs of a row of `left` and a row of `right` whose cosine lies above `threshold`, each once.

    Of a symmetric comparison (`left` is `right`), those with row < column.

    Raises:
        ConfigError: faiss is not installed.
    """
    if not is_installed():
        raise ConfigError('an approximate index needs faiss; install "toolgraph[ann]", or go without it')
    if not len(left) or not len(right):
        return
    lists = _lists(right)
    probes, recall = _probes(lists, left, right, threshold, is_symmetric=is_symmetric)
    homes = _nearest(lists, right, 1)[:, 0]
    visits = _nearest(lists, left, probes)
    log.warning(
        "%d texts compared with %d by an approximate index: %d of %d lists searched for each; "
        "it finds %.1f %% of the pairs above %.2f, measured on %d texts",
        len(left), len(right), probes, lists.ntotal, 100 * recall, threshold, min(SAMPLE, len(left) // 2),
    )  # fmt: skip
    members, visitors = _by_list(homes[:, None], lists.ntotal), _by_list(visits, lists.ntotal)
    for rows, columns in zip(visitors, members, strict=True):
        height = max(1, CELLS // max(1, len(columns)))
        for start in range(0, len(rows), height):
            part = rows[start : start + height]
            x, y = np.nonzero(left[part] @ right[columns].T > threshold)
            row, column = part[x], columns[y]
            if is_symmetric:
                # A pair that either finds comes from the first of the two, unless only the other finds it.
                is_first = row < column
                is_missed = ~(visits[column] == homes[row][:, None]).any(axis=1)
                kept = is_first | (is_missed & (row != column))
                row, column = np.minimum(row, column)[kept], np.maximum(row, column)[kept]
            yield row, column


def _lists(vectors: Vectors) -> Any:
    """Return a faiss index of centroids, about four times the root of the number of vectors."""
    import faiss

    count = max(1, min(round(4 * math.sqrt(len(vectors))), len(vectors)))
    found = faiss.Kmeans(
        vectors.shape[1], count, niter=ITERATIONS, spherical=True, seed=SEED, min_points_per_centroid=1,
        max_points_per_centroid=POINTS_PER_LIST,
    )  # fmt: skip
    found.train(vectors)
    return found.index


def _nearest(lists: Any, vectors: Vectors, count: int) -> NDArray[np.int32]:
    """Return the nearest lists of each vector, the nearest first."""
    found = np.empty((len(vectors), count), np.int32)
    for start in range(0, len(vectors), PORTION):
        part = slice(start, start + PORTION)
        found[part] = lists.search(vectors[part], count)[1]
    return found


def _probes(lists: Any, left: Vectors, right: Vectors, threshold: float, *, is_symmetric: bool) -> tuple[int, float]:
    """Return how many lists to search for each vector, and the recall this has on vectors that did not choose it."""
    sample = np.random.default_rng(SEED).permutation(len(left))[: 2 * SAMPLE]
    width = max(1, CELLS // max(1, len(sample)))
    found = [
        np.nonzero(left[sample] @ right[start : start + width].T > threshold) for start in range(0, len(right), width)
    ]
    x = np.concatenate([row for row, _ in found])
    rows, columns = sample[x], np.concatenate([column + part * width for part, (_, column) in enumerate(found)])
    if is_symmetric:
        other = rows != columns
        x, rows, columns = x[other], rows[other], columns[other]
    most = min(MOST_PROBES, lists.ntotal)
    ranks = _rank(lists, left[rows], right[columns], most)
    if is_symmetric:
        ranks = np.minimum(ranks, _rank(lists, right[columns], left[rows], most))
    chooses = x < len(sample) // 2
    counts = [2**power for power in range(most.bit_length()) if 2**power < most] + [most]
    probes = next((count for count in counts if _share(ranks[chooses] < count) >= RECALL), most)
    return probes, _share(ranks[~chooses] < probes)


def _share(truths: NDArray[np.bool_]) -> float:
    """Return the share of truths, all where there are none to count."""
    return float(truths.mean()) if len(truths) else 1.0


def _rank(lists: Any, vectors: Vectors, others: Vectors, most: int) -> NDArray[np.int64]:
    """Return which of the nearest lists of each vector holds the other of its pair; `most` where none does."""
    if not len(vectors):
        return np.zeros(0, np.int64)
    is_home = _nearest(lists, vectors, most) == _nearest(lists, others, 1)
    return np.where(is_home.any(axis=1), is_home.argmax(axis=1), most)


def _by_list(lists_of: NDArray[np.int32], count: int) -> list[NDArray[np.int64]]:
    """Return, for each list, the vectors that name it, ascending."""
    order = np.argsort(lists_of, axis=None, kind="stable")
    ends = np.cumsum(np.bincount(lists_of.ravel(), minlength=count))
    return np.split(order // lists_of.shape[1], ends[:-1])
