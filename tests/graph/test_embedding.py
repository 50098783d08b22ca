import logging
import multiprocessing
import socket
import subprocess
import sys

import numpy as np
import pytest

from toolgraph.errors import EmbeddingError
from toolgraph.graph import embedding
from toolgraph.graph.embedding import SentenceEncoder, embed, load_encoder
from toolgraph.graph.vector_cache import VectorCache, default_cache


@pytest.fixture
def cache(tmp_path):
    return VectorCache(tmp_path / "cache")


def test_vectors_are_unit_vectors_in_the_order_of_the_texts(encoder):
    vectors = embed(["b c", "a", "b c"], encoder, "words")

    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (vectors[0] == vectors[2]).all()
    assert not (vectors[0] == vectors[1]).all()


def test_each_distinct_text_is_encoded_once(encoder):
    embed(["a", "b", "a"], encoder, "words")

    assert sorted(encoder.texts) == ["a", "b"]


def test_no_texts_give_no_vectors(encoder):
    assert embed([], encoder, "words").shape == (0, 0)


def test_what_is_cached_is_not_encoded_again(encoder, cache):
    first = embed(["a", "b"], encoder, "words", cache)
    again = embed(["b", "c", "a"], encoder, "words", cache)

    assert sorted(encoder.texts) == ["a", "b", "c"]
    assert (again[[2, 0]] == first).all()


def test_two_models_do_not_share_vectors(encoder, cache):
    embed(["a"], encoder, "words", cache)
    embed(["a"], encoder, "other words", cache)

    assert encoder.texts == ["a", "a"]


def test_an_interrupted_build_goes_on_where_it_stood(encoder, cache, monkeypatch):
    # given an encoder that breaks off in the third portion of two texts
    monkeypatch.setattr(embedding, "PORTION", 2)

    def interrupt(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed("abcdef", encoder, "words", cache, progress=interrupt)
    encoder.texts.clear()

    embed("abcdef", encoder, "words", cache)

    assert sorted(encoder.texts) == ["e", "f"]


def test_a_long_text_is_cut_before_it_is_encoded(encoder):
    embed(["x" * 100_000], encoder, "words")

    assert len(encoder.texts[0]) == embedding.MAX_CHARACTERS


def test_a_damaged_cache_is_replaced_with_a_warning(encoder, cache, caplog):
    cache.path.parent.mkdir()
    cache.path.write_bytes(b"no database" * 1_000)

    embed(["a"], encoder, "words", cache)
    embed(["a"], encoder, "words", cache)

    assert encoder.texts == ["a"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "is damaged" in caplog.text


def test_a_cache_that_cannot_be_written_is_done_without(encoder, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")

    vectors = embed(["a"], encoder, "words", VectorCache(tmp_path / "file" / "cache"))

    assert vectors.shape == (1, 32)
    assert "cannot be used" in caplog.text


def test_two_processes_may_fill_one_cache_at_once(cache):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_vectors, args=(cache.path.parent, start)) for start in (0, 50)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(cache.read("m", [str(number) for number in range(150)])) == 150


def write_vectors(directory, start):
    for number in range(start, start + 100):
        VectorCache(directory).write("m", {str(number): np.full(3, number, np.float32)})


def test_the_cache_lies_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.delenv("TOOLGRAPH_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache().path.parent == tmp_path / "xdg" / "toolgraph"

    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / "own"))
    assert default_cache().path.parent == tmp_path / "own"


def test_the_embedded_model_knows_what_is_alike_without_a_network(monkeypatch):
    pytest.importorskip(embedding.PACKAGE)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    encoder, model_id = load_encoder()

    texts = ["city: Name of the city", "town: Name of the town", "price: in euros"]

    city, town, price = embed(texts, encoder, model_id)

    assert city @ town > 0.6 > city @ price


def refuse(*_):
    raise AssertionError("no network")


def test_a_missing_extra_is_one_clear_sentence(monkeypatch):
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package_at_all")

    with pytest.raises(EmbeddingError, match=r'install "toolgraph\[embedded\]"'):
        load_encoder()


def test_damaged_weights_are_one_clear_sentence(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    encoder = SentenceEncoder("model", str(tmp_path), is_local=True, checksum=embedding.CHECKSUM)

    with pytest.raises(EmbeddingError, match="is damaged"):
        embed(["a"], encoder, "words")


def test_a_directory_that_holds_no_model_is_one_clear_sentence(tmp_path):
    encoder, model_id = load_encoder(str(tmp_path))

    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        embed(["a"], encoder, model_id)


def test_a_model_trained_again_in_its_place_has_another_id(tmp_path):
    (tmp_path / "weights").write_text("1")
    _, before = load_encoder(str(tmp_path))
    (tmp_path / "weights").write_text("12")

    assert load_encoder(str(tmp_path))[1] != before


def test_the_graph_package_imports_no_heavy_library():
    modules = "embedding graph sampling storage exports statistics"
    imports = ";".join(f"import toolgraph.graph.{module}" for module in modules.split())
    heavy = "[name for name in ('torch', 'sentence_transformers', 'transformers', 'networkx') if name in sys.modules]"

    answer = subprocess.run(
        [sys.executable, "-c", f"import sys;{imports};print({heavy})"], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"
