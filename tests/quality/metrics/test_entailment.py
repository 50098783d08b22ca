import numpy as np
import pytest

from tests.quality.nli_models import write_nli_model
from toolgraph.errors import EmbeddingError
from toolgraph.quality.metrics.entailment import CrossEncoderEntailment, load_entailment
from toolgraph.quality.metrics.rounds import RoundPair

PAIRS = [RoundPair("a room", "book the room"), RoundPair("word " * 1_600, "x" * 8_000), RoundPair("\ud800", "获取")]


class Lengths:
    """Scores three labels by how long the premise is."""

    def predict(self, sentences, *, batch_size, show_progress_bar):
        return np.array([[1.0, len(premise), 3.0] for premise, _ in sentences])


class Broken:
    def __init__(self, answer):
        self.answer = answer

    def predict(self, sentences, **options):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_an_entailment_is_a_pair_for_which_that_label_scores_highest():
    pairs = [RoundPair("long enough", "x"), RoundPair("no", "x")]

    assert CrossEncoderEntailment(Lengths(), 1).entails(pairs).tolist() == [True, False]
    assert CrossEncoderEntailment(Lengths(), 2).entails(pairs).tolist() == [False, True]


@pytest.mark.parametrize(
    ("labels", "entailment", "kind"),
    [
        (("contradiction", "entailment", "neutral"), 1, "bert"),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), 2, "bert"),
        (("entailment", "not_entailment"), 0, "bert"),
        (("contradiction", "neutral", "Entailment"), 2, "roberta"),
    ],
)
def test_the_label_of_a_model_is_found_wherever_it_stands_and_however_it_is_written(
    tmp_path, capfd, labels, entailment, kind
):
    for wins in range(len(labels)):
        directory = write_nli_model(tmp_path / str(wins), labels, wins=wins, kind=kind)
        capfd.readouterr()

        model = load_entailment(directory)

        assert model.entails(PAIRS).tolist() == [wins == entailment] * 3
        assert capfd.readouterr().err == ""


@pytest.mark.parametrize("labels", [("good", "bad"), ("LABEL_0", "LABEL_1", "LABEL_2"), ("entailment",)])
def test_a_model_that_tells_no_entailment_from_others_is_one_sentence(tmp_path, labels):
    with pytest.raises(EmbeddingError, match=f"tells {', '.join(labels)} apart, and not 'entailment' from anything"):
        load_entailment(write_nli_model(tmp_path, labels))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (np.full((3, 3), np.nan), "gives scores that are no numbers; its weights are damaged"),
        (IndexError("index 514 is out of range\nand more"), "fails: index 514 is out of range$"),
    ],
)
def test_a_model_that_breaks_down_is_one_sentence(answer, says):
    with pytest.raises(EmbeddingError, match=f"the NLI model 'mine' {says}"):
        CrossEncoderEntailment(Broken(answer), 1, "mine").entails(PAIRS)


def test_a_model_there_is_not_is_one_sentence(tmp_path):
    for name in (tmp_path / "nothing", tmp_path):
        with pytest.raises(EmbeddingError) as raised:
            load_entailment(str(name))

        assert str(raised.value).startswith(f"the NLI model '{name}' cannot be loaded: ")
        assert "\n" not in str(raised.value)
