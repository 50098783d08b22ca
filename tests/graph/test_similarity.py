import sys

import numpy as np
import pytest
from scipy import sparse

from toolgraph.errors import ConfigError
from toolgraph.graph import approximate, similarity
from toolgraph.graph.similarity import mirrored, similar_among, similar_pairs, similar_shard


def test_what_lies_above_the_threshold_is_kept(unit_vectors):
    left, right = unit_vectors[:70], unit_vectors[70:]
    cosines = left @ right.T

    found = similar_pairs(left, right, 0.3).toarray()

    assert ((found > 0) == (cosines > 0.3)).all()
    assert found[found > 0] == pytest.approx(cosines[cosines > 0.3])


def test_the_result_does_not_depend_on_the_blocks(unit_vectors, monkeypatch):
    whole = similar_among(unit_vectors, 0.3)
    for name, size in (("ROWS", 7), ("COLUMNS", 5), ("PAIRS", 3)):
        monkeypatch.setattr(similarity, name, size)

    assert_same(similar_among(unit_vectors, 0.3), whole)


@pytest.mark.parametrize("height", [1, 33, 100])
def test_shards_make_the_matrix_of_one_piece(unit_vectors, height):
    rows = [range(start, min(start + height, 100)) for start in range(0, 100, height)]

    among = [similar_shard(unit_vectors, unit_vectors, 0.3, part, is_symmetric=True) for part in rows]
    pairs = [similar_shard(unit_vectors, unit_vectors[:40], 0.3, part, is_symmetric=False) for part in rows]

    assert_same(mirrored(sparse.vstack(among, format="csr"), 0.3), similar_among(unit_vectors, 0.3))
    assert_same(sparse.vstack(pairs, format="csr"), similar_pairs(unit_vectors, unit_vectors[:40], 0.3))


def test_an_approximate_index_finds_pairs_with_the_cosines_of_the_exact_search(clusters, caplog):
    pytest.importorskip("faiss")

    exact = similar_among(clusters, 0.9)
    found = similar_among(clusters, 0.9, is_approximate=True)

    assert (found != found.T).nnz == 0
    assert found.nnz >= 0.98 * exact.nnz > len(clusters)
    assert abs(found - exact.multiply(found != 0)).max() == 0
    assert "measured on 512 texts" in caplog.text


def test_an_approximate_index_compares_two_sides(clusters):
    pytest.importorskip("faiss")
    left, right = clusters[:1_500], clusters[1_000:]

    exact = similar_pairs(left, right, 0.9)
    found = similar_pairs(left, right, 0.9, is_approximate=True)

    assert found.shape == exact.shape
    assert found.nnz >= 0.98 * exact.nnz > 0
    assert abs(found - exact.multiply(found != 0)).max() == 0


@pytest.mark.parametrize("size", [0, 1, 2])
def test_an_approximate_index_of_hardly_any_vectors_is_exact(unit_vectors, size):
    pytest.importorskip("faiss")
    few = unit_vectors[:size]

    assert_same(similar_among(few, 0.3, is_approximate=True), similar_among(few, 0.3))


def test_what_is_reported_missing_is_missing(clusters, monkeypatch, caplog):
    # given an index that may search one of its lists alone
    pytest.importorskip("faiss")
    monkeypatch.setattr(approximate, "MOST_PROBES", 1)
    exact = similar_among(clusters, 0.5)

    found = similar_among(clusters, 0.5, is_approximate=True)

    recall = (found.nnz - len(clusters)) / (exact.nnz - len(clusters))
    told = float(caplog.messages[0].split("it finds ")[1].split(" %")[0]) / 100
    assert recall < 0.9
    assert told == pytest.approx(recall, abs=0.1)


def test_many_texts_are_searched_approximately_by_themselves(clusters, monkeypatch, caplog):
    pytest.importorskip("faiss")
    monkeypatch.setattr(similarity, "MANY", 1_000)

    similar_among(clusters, 0.9)

    assert "by an approximate index" in caplog.text


def test_without_faiss_many_texts_are_compared_exactly_with_a_warning(unit_vectors, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "faiss", None)
    monkeypatch.setattr(approximate, "is_installed", lambda: False)
    exact = similar_among(unit_vectors, 0.3)
    monkeypatch.setattr(similarity, "MANY", 50)

    assert_same(similar_among(unit_vectors, 0.3), exact)
    assert 'install "toolgraph[ann]"' in caplog.text


def test_an_approximate_index_without_faiss_is_one_clear_sentence(unit_vectors, monkeypatch):
    monkeypatch.setattr(approximate, "is_installed", lambda: False)

    with pytest.raises(ConfigError, match=r'install "toolgraph\[ann\]"'):
        similar_among(unit_vectors, 0.3, is_approximate=True)


@pytest.fixture
def clusters():
    """2,000 unit vectors, eight around each of 250 directions."""
    generator = np.random.default_rng(0)
    centres = np.repeat(generator.standard_normal((250, 16)), 8, axis=0)
    vectors = (centres + 0.2 * generator.standard_normal((2_000, 16))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def assert_same(a, b):
    assert a.shape == b.shape
    for name in ("data", "indices", "indptr"):
        assert getattr(a, name).dtype == getattr(b, name).dtype
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes()
