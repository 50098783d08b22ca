import numpy as np
import pytest

from tests.fakes import word_vectors
from tests.quality.talks import calls, good, result, says, talk, user
from toolgraph.quality.metrics.rounds import (
    RoundPair,
    RoundSample,
    entailment_rate,
    round_pairs,
    semantic_similarity,
)


class Echoes:
    """Finds an entailment where the request repeats the premise."""

    def entails(self, pairs):
        return np.array([pair.premise == pair.hypothesis for pair in pairs])


def test_a_pair_is_a_request_with_all_that_was_said_in_reply_and_the_next_request():
    dialogue = talk(
        user("A room?"), says("I look."), calls(("c", "get_room", {"room_id": "7"})), result("c", {"price": 9}),
        says("It costs 9."), user("Book it."), says("Done."), user("Bye."),
    )  # fmt: skip

    assert round_pairs(dialogue) == [
        RoundPair("A room?\nI look.\nIt costs 9.", "Book it."), RoundPair("Book it.\nDone.", "Bye."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (says("Hello."),),
        (user("A room?"), says("None.")),
        (user("A room?"), calls(("c", "get_room", {})), result("c", {}), user("Book it.")),
        (user("A room?"), says(" "), user("Book it.")),
        (user(""), says("Hello."), user("Book it.")),
        (user("A room?"), says("Yes."), user("\n")),
    ],
)
def test_there_is_no_pair_without_both_requests_and_a_reply_in_words(messages):
    assert round_pairs(talk(*messages)) == []


def test_semantic_similarity_is_the_mean_cosine_times_100():
    pairs = [RoundPair("a room in Lisbon", "a room in Lisbon"), RoundPair("red green", "blue white")]

    *halves, whole = semantic_similarity([[pair] for pair in pairs] + [pairs], word_vectors)

    assert halves[0] == 100
    assert whole == pytest.approx(sum(halves) / 2, abs=0.01)
    assert abs(halves[1]) < 30


def test_the_entailment_rate_is_a_percentage():
    pairs = [RoundPair("a", "a"), RoundPair("a", "b"), RoundPair("c", "d"), RoundPair("e", "f")]

    assert entailment_rate([pairs], Echoes()) == [25.0]


def test_models_are_asked_once_for_all_sets():
    asked = []

    class Counts:
        def entails(self, pairs):
            asked.append(len(pairs))
            return np.array([pair.premise == "a" for pair in pairs])

    a, b = RoundPair("a", "x"), RoundPair("b", "x")
    assert entailment_rate([[], [a, b], [a], []], Counts()) == [None, 50.0, 100.0, None]
    assert asked == [3]


def test_of_no_pairs_nothing_is_said():
    assert semantic_similarity([[]], word_vectors) == [None]
    assert entailment_rate([], Echoes()) == []


def test_a_sample_keeps_no_more_pairs_than_asked_for_and_knows_how_many_there_were():
    sample = RoundSample(3)
    for number in range(4):
        sample.add(talk(*(said for turn in range(3) for said in (user(f"Room {number}, {turn}?"), says("Yes.")))))
    sample.add(good())

    assert (len(sample.pairs()), sample.seen) == (3, 9)


def test_a_single_long_dialogue_is_cut_as_well():
    sample = RoundSample(5)
    sample.add(talk(*(said for turn in range(50) for said in (user(f"Room {turn}?"), says("x" * 20_000)))))

    assert (len(sample.pairs()), sample.seen) == (5, 49)
    assert max(len(pair.premise) for pair in sample.pairs()) == 8_000
