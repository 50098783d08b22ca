import numpy as np
import pytest

from toolgraph.errors import EmbeddingError
from toolgraph.graph.embedding import PACKAGE
from toolgraph.quality.metrics.entailment import CrossEncoderEntailment, load_entailment
from toolgraph.quality.metrics.rounds import RoundPair


class Lengths:
    """Scores three labels by how long the premise is."""

    def predict(self, sentences, *, batch_size, show_progress_bar):
        return np.array([[1.0, len(premise), 3.0] for premise, _ in sentences])


def test_an_entailment_is_a_pair_for_which_that_label_scores_highest():
    pairs = [RoundPair("long enough", "x"), RoundPair("no", "x")]

    assert CrossEncoderEntailment(Lengths(), 1).entails(pairs).tolist() == [True, False]
    assert CrossEncoderEntailment(Lengths(), 2).entails(pairs).tolist() == [False, True]


@pytest.fixture
def classifier(tmp_path):
    """Write a tiny classifier of pairs with random weights, as `CrossEncoder` reads it."""
    pytest.importorskip(PACKAGE)
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from toolgraph.graph.embedding import _embedded_location

    def write(*labels):
        tokenizer = AutoTokenizer.from_pretrained(str(_embedded_location()))
        config = BertConfig(
            vocab_size=tokenizer.vocab_size, hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
            intermediate_size=8, id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(tmp_path)
        tokenizer.save_pretrained(tmp_path)
        return str(tmp_path)

    return write


def test_a_model_is_loaded_and_its_label_found_in_any_case(classifier):
    model = load_entailment(classifier("CONTRADICTION", "ENTAILMENT", "NEUTRAL"))

    assert model.entails([RoundPair("a room", "a room"), RoundPair("word " * 5_000, "x")]).shape == (2,)


def test_a_model_without_the_label_is_one_sentence(classifier):
    with pytest.raises(EmbeddingError, match="has no label 'entailment' but good, bad; name a model of natural"):
        load_entailment(classifier("good", "bad"))


def test_a_model_there_is_not_is_one_sentence(tmp_path):
    with pytest.raises(EmbeddingError) as raised:
        load_entailment(str(tmp_path / "nothing"))

    assert str(raised.value).startswith(f"the NLI model '{tmp_path / 'nothing'}' cannot be loaded: ")
    assert "\n" not in str(raised.value)
