import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from toolgraph.quality import duplicates
from toolgraph.quality.duplicates import KeptVectors, Twin, find_twins


def unit(*rows):
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


EAST, NORTH, NORTHEAST, EAST_BY_NORTH = unit((1, 0), (0, 1), (1, 1), (10, 1))


@st.composite
def directions(draw):
    """A few unit vectors of few dimensions, so that many are alike."""
    count = draw(st.integers(0, 12))
    raw = draw(arrays(np.int8, (count, 3), elements=st.integers(-4, 4)))
    rows = np.where(np.any(raw, axis=1, keepdims=True), raw, [[1, 0, 0]]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_nothing_is_near_where_nothing_is_kept():
    assert KeptVectors().nearest(EAST) is None


def test_the_nearest_is_the_most_similar_of_those_kept():
    kept = KeptVectors()
    places = [kept.add(one) for one in (NORTH, EAST)]

    assert places == [0, 1]
    assert kept.nearest(EAST_BY_NORTH) == Twin(1, pytest.approx(10 / 101**0.5, abs=1e-6))


def test_the_matrix_grows_and_forgets_nothing():
    vectors = unit(*np.random.default_rng(1).standard_normal((200, 8)))
    kept = KeptVectors()
    for one in vectors:
        kept.add(one)

    assert len(kept) == 200
    assert [twin.place for twin in kept.nearest_of(vectors)] == list(range(200))


def test_what_repeats_something_before_it_has_that_as_its_twin():
    twins = find_twins(np.stack([EAST, NORTH, EAST_BY_NORTH, NORTHEAST]), most=0.9)

    assert twins == [None, None, Twin(0, pytest.approx(0.995, abs=1e-3)), None]


def test_what_is_kept_beforehand_drops_what_comes_earlier_in_the_order():
    twins = find_twins(np.stack([EAST, EAST_BY_NORTH]), most=0.9, before=[1])

    assert twins == [Twin(1, pytest.approx(0.995, abs=1e-3)), None]


@pytest.mark.parametrize("block", [1, 2, 256])
@given(vectors=directions(), most=st.sampled_from((-0.5, 0.0, 0.5, 0.75, 0.95)))
@settings(max_examples=60, deadline=None)
def test_no_two_kept_are_alike_and_every_twin_is_kept_and_stands_before(block, vectors, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "BLOCK", block)
        twins = find_twins(vectors, most=most)

    kept = [place for place, twin in enumerate(twins) if twin is None]
    similarities = vectors @ vectors.T
    assert len(twins) == len(vectors)
    assert all(similarities[one, other] <= most + 1e-6 for one in kept for other in kept if one != other)
    for place, twin in enumerate(twins):
        if twin is not None:
            assert twin.place in kept
            assert twin.place < place
            assert most < twin.similarity == pytest.approx(min(1, similarities[place, twin.place]), abs=1e-6)


@given(vectors=directions())
def test_with_a_limit_of_one_nothing_is_a_duplicate(vectors):
    assert find_twins(np.concatenate([vectors, vectors]), most=1) == [None] * 2 * len(vectors)
