import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planners.scenarios import (
    Scenario,
    expand_scenario,
    extract_scenario,
    form_errors,
    without_duplicates,
)
from tests.fakes import ScriptedBackend, word_vectors
from toolgraph.dialogue.messages import Message
from toolgraph.errors import AnswerError, EndpointError
from toolgraph.models.tasks import ScenarioAnswer

SEED = Scenario(text="", source="seed", file="talks.jsonl", line=4, dialogue="d7")
TALK = (Message(role="user", content="We want to camp by a lake."),)
WORDS = st.lists(st.sampled_from("camping wedding bees friends first garden".split()), min_size=1, max_size=3)


def own(*texts):
    return [Scenario(text=text, source="file") for text in texts]


def answer(text="", reason=""):
    return ScenarioAnswer(scenario=text, reason=reason)


# Duplicates


def test_what_repeats_another_is_dropped_with_its_twin():
    kept, dropped = without_duplicates(
        own("Camping with old friends", "Keeping bees", "Camping with friends"), word_vectors, most=0.75
    )

    assert [one.text for one in kept] == ["Camping with old friends", "Keeping bees"]
    assert [(one.text, one.twin) for one in dropped] == [("Camping with friends", "Camping with old friends")]
    assert dropped[0].similarity == pytest.approx(0.87, abs=0.06)
    assert "Camping with old friends" in dropped[0].reason


def test_the_same_text_is_a_duplicate_whatever_similarity_is_allowed():
    kept, dropped = without_duplicates(own("Keeping bees", "keeping  bees."), word_vectors, most=1)

    assert [one.text for one in kept] == ["Keeping bees"]
    assert [(one.twin, one.similarity) for one in dropped] == [("Keeping bees", 1.0)]


def test_what_is_kept_already_stays_and_drops_what_repeats_it():
    kept, dropped = without_duplicates(own("Keeping bees", "A wedding"), word_vectors, kept=own("keeping bees"))

    assert [one.text for one in kept] == ["A wedding"]
    assert [one.twin for one in dropped] == ["keeping bees"]


@given(texts=st.lists(WORDS.map(" ".join), max_size=12), most=st.sampled_from((0.3, 0.75, 0.9, 1.0)))
@settings(deadline=None)
def test_kept_and_dropped_together_are_what_was_given_and_twins_are_kept(texts, most):
    given_ones = own(*texts)

    kept, dropped = without_duplicates(given_ones, word_vectors, most=most)

    assert sorted(one.text for one in (*kept, *dropped)) == sorted(texts)
    assert {one.twin for one in dropped} <= {one.text for one in kept}
    assert all(one.is_kept for one in kept)
    assert all(one.reason for one in dropped)
    vectors = word_vectors([one.text for one in kept])
    alike = vectors @ vectors.T
    assert all(alike[a, b] <= most + 1e-5 for a in range(len(kept)) for b in range(a))


# Extraction


def test_the_scenario_of_a_conversation_remembers_where_it_comes_from():
    backend = ScriptedBackend([answer(" Camping by a lake ")])

    found = extract_scenario(TALK, SEED, key="seed000000", backend=backend)

    assert found == SEED.model_copy(update={"text": "Camping by a lake"})
    assert backend.requests[0].messages == TALK


@pytest.mark.parametrize(
    "messages", [(), (Message(role="system", content="Be kind."),), (Message(role="user", content=" \n"),)]
)
def test_nothing_is_asked_about_a_conversation_in_which_nobody_speaks(messages):
    found = extract_scenario(messages, SEED, key="k", backend=ScriptedBackend([]))

    assert "holds no conversation" in found.reason
    assert (found.file, found.line) == ("talks.jsonl", 4)


def test_an_answer_that_cannot_be_used_is_complained_about_and_asked_for_again():
    backend = ScriptedBackend([answer("Two nights for 4 people"), AnswerError("no JSON"), answer("A short holiday")])

    found = extract_scenario(TALK, SEED, key="k", backend=backend)

    assert found.text == "A short holiday"
    assert [request.key for request in backend.requests] == ["k", "k#1", "k#2"]
    assert "'Two nights for 4 people' cannot be used: it holds a number" in backend.requests[1].complaint
    assert backend.requests[2].complaint == "no JSON"


def test_after_the_last_attempt_the_scenario_says_what_was_wrong():
    backend = ScriptedBackend([answer("1"), answer("a b c d e f g h i j k")])

    found = extract_scenario(TALK, SEED, key="k", backend=backend, attempts=2)

    assert not found.is_kept
    assert "it has 11 words, where at most 10 are allowed" in found.reason


def test_a_reason_why_there_is_none_is_taken_at_its_word():
    backend = ScriptedBackend([answer(reason="it is a test of the line")])

    assert extract_scenario(TALK, SEED, key="k", backend=backend).reason == "it is a test of the line"
    assert backend.is_finished


def test_an_empty_answer_without_a_reason_is_no_answer():
    backend = ScriptedBackend([answer(), answer("Camping by a lake")])

    assert extract_scenario(TALK, SEED, key="k", backend=backend).text == "Camping by a lake"


def test_a_server_that_cannot_be_used_ends_it():
    with pytest.raises(EndpointError):
        extract_scenario(TALK, SEED, key="k", backend=ScriptedBackend([EndpointError("gone")]))


# Expansion


def test_a_new_scenario_knows_its_parent_and_must_differ_from_it():
    parent = Scenario(text="Keeping bees", source="bank", domain="beekeeping")
    backend = ScriptedBackend([answer("keeping bees."), answer("Repairing a clock")])

    found = expand_scenario(parent, key="k", backend=backend)

    assert found == Scenario(text="Repairing a clock", source="expanded", parent="Keeping bees")
    assert "different from" in backend.requests[1].complaint


# Form


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "it holds no words"),
        ("...", "it holds no words"),
        ("Moving\nhouse", "it is more than one line"),
        ("A party for 12 guests", "it holds a number"),
        ("Half a \ud800 letter", "it holds half a character (a lone surrogate)"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said(text, wrong):
    assert list(form_errors(text)) == [wrong]


@pytest.mark.parametrize("text", ["Moving house", "Eine Hochzeit im Garten", "引っ越しの準備", " Planning a picnic. "])
def test_a_scenario_may_be_in_any_language(text):
    assert list(form_errors(text)) == []
