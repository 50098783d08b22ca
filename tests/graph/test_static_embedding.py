"""A static encoder distilled from a tiny model: of a few words, made here, with weights drawn at random."""

import pytest

from toolgraph.errors import EmbeddingError
from toolgraph.graph import static_embedding
from toolgraph.graph.embedding import embed, load_encoder
from toolgraph.graph.static_embedding import DIMENSIONS, require_distiller


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A directory with a BERT of one layer that knows six hundred words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    directory = tmp_path_factory.mktemp("teacher")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"word{number}" for number in range(600))]
    (directory / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=300, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(directory / "bert")
    BertTokenizerFast(vocab=str(directory / "vocab.txt")).save_pretrained(directory / "bert")
    transformer = Transformer(str(directory / "bert"))
    SentenceTransformer(modules=[transformer, Pooling(300)]).save(str(directory / "model"))
    return directory / "model"


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path))
    return tmp_path


def test_a_static_encoder_is_distilled_once_and_kept(teacher, own_cache, monkeypatch):
    pytest.importorskip("model2vec")
    texts = ["word1 word2", "word2 word1", "word3"]
    encoder, model_id = load_encoder(f"static:{teacher}")
    assert not list(own_cache.iterdir())

    first, turned, other = embed(texts, encoder, model_id)

    assert first.shape == (DIMENSIONS,)
    assert first @ turned == pytest.approx(1)
    assert first @ other < 0.9
    monkeypatch.setattr(static_embedding, "distil", None)
    assert (embed(texts, *load_encoder(f"static:{teacher}"))[0] == first).all()
    assert [path.name.partition("-")[0] for path in own_cache.iterdir()] == ["static"]


def test_a_static_encoder_has_vectors_of_its_own(teacher, own_cache):
    pytest.importorskip("model2vec")

    assert load_encoder(f"static:{teacher}")[1] != load_encoder(str(teacher))[1]


def test_a_missing_distiller_is_one_clear_sentence(monkeypatch):
    monkeypatch.setattr(static_embedding.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(EmbeddingError, match=r'install "toolgraph\[static\]"'):
        require_distiller()


def test_what_cannot_be_distilled_is_one_clear_sentence(own_cache, tmp_path):
    pytest.importorskip("model2vec")
    (tmp_path / "no model").mkdir()
    encoder, model_id = load_encoder(f"static:{tmp_path / 'no model'}")

    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        embed(["a"], encoder, model_id)
