import pytest

from planners.task_uniqueness import KeptTasks
from tests.fakes import word_vectors

TEXT = "Find a table for four in Leeds and book it for Friday evening"
NEARLY = "Find a table for four in Leeds and book it for Saturday evening"


class Counting:
    def __init__(self):
        self.texts = []

    def __call__(self, texts):
        self.texts += texts
        return word_vectors(texts)


@pytest.mark.parametrize("by_words", [False, True])
def test_what_says_nearly_the_same_is_found_and_named(by_words):
    kept = KeptTasks(word_vectors, by_words=by_words, most=0.8)
    kept.keep("d000001", "Water the plants on the balcony tomorrow", ["water"])
    kept.keep("d000002", TEXT, ["find", "book"])

    found = kept.repeated(NEARLY, ["book"])

    assert (found.id, found.text) == ("d000002", TEXT)
    assert 0.8 < found.similarity < 1
    assert kept.repeated("Look up the train to York", ["book"]) is None


def test_at_similarity_1_nothing_is_a_repetition():
    kept = KeptTasks(word_vectors, most=1.0)
    kept.keep("d000001", TEXT, [])
    assert kept.repeated(TEXT, []) is None


def test_by_words_only_what_could_be_alike_is_embedded():
    embed = Counting()
    kept = KeptTasks(embed, by_words=True)
    kept.keep("d000001", TEXT, ["book"])
    kept.repeated("Look up the train to York", ["book"])
    kept.repeated(NEARLY, ["another function"])
    assert embed.texts == []

    kept.repeated(NEARLY, ["book"])
    assert sorted(embed.texts) == [TEXT, NEARLY]


def test_texts_prepared_together_are_embedded_once():
    embed = Counting()
    kept = KeptTasks(embed)
    kept.prepare([(TEXT, []), (NEARLY, [])])
    kept.keep("d000001", TEXT, [])
    kept.repeated(NEARLY, [])
    assert sorted(embed.texts) == [TEXT, NEARLY]


def test_by_words_those_that_will_be_compared_are_embedded_together():
    embed = Counting()
    kept = KeptTasks(embed, by_words=True)
    kept.keep("d000001", "Find a table for four in Leeds and book it for Sunday evening", ["book"])

    kept.prepare([(TEXT, ["book"]), ("Look up the train to York", ["book"]), (NEARLY, ["book"])])
    assert len(embed.texts) == 3
    kept.repeated(TEXT, ["book"])
    kept.keep("d000002", TEXT, ["book"])
    kept.repeated(NEARLY, ["book"])
    assert len(embed.texts) == 3
