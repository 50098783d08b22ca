import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.graph import embedding
from toolgraph.graph.batches import BatchedModel, even_batches
from toolgraph.graph.embedding import load_encoder


@given(st.lists(st.integers(1, 30)), st.integers(1, 60))
def test_batches_hold_each_text_once_and_no_more_tokens_than_allowed(lengths, tokens):
    batches = even_batches(lengths, tokens)

    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[place] for place in batch) * len(batch) <= tokens


@pytest.fixture
def model():
    pytest.importorskip(embedding.PACKAGE)
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(embedding._embedded_location()), local_files_only=True)


def test_batches_by_tokens_give_the_vectors_of_the_model(model):
    texts = [
        "id",
        "城市的名字" * 9,
        "a city " * 30,
        "page: which page",
        "",
        "x" * 400,
        *(f"field {n}" for n in range(200)),
    ]

    vectors = BatchedModel(model).encode(texts, batch_size=64, normalize_embeddings=True)

    assert np.abs(vectors - model.encode(texts, normalize_embeddings=True)).max() < 1e-5


def test_embedding_leaves_the_threads_of_torch_as_they_were():
    pytest.importorskip(embedding.PACKAGE)
    import torch

    before = torch.get_num_threads()
    load_encoder()[0].encode([f"field {number}" for number in range(300)])

    assert torch.get_num_threads() == before


def test_no_text_is_no_vector(model):
    assert len(BatchedModel(model).encode([], batch_size=64, normalize_embeddings=True)) == 0
