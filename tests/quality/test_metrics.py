import inspect
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talks import calls, good, result, says, talk, user

from toolgraph.formats import read_dialogues
from toolgraph.quality.metrics import METRICS, measure
from toolgraph.quality.tally import WordSample, frames_of


def test_every_metric_has_a_docstring():
    assert all(inspect.getdoc(metric) for metric in METRICS.values())
    assert list(measure([])) == list(METRICS)


def test_the_counts_of_one_dialogue_are_those_a_person_counts():
    measured = measure([good(meta={"turn_kinds": ["tool_request", "tool_request"]})])

    assert measured["dialogues"] == 1
    assert measured["user_turns"] == {"mean": 2.0, "min": 2, "max": 2}
    assert (measured["calls"], measured["call_turns"], measured["assistant_messages"]) == (2, 2, 2)
    assert measured["calls_per_dialogue"] == measured["call_turns_per_dialogue"] == 2.0
    assert measured["chitchat_share"] == 0.0
    assert measured["parallel_step_share"] == 0.0
    assert measured["tool_coverage"] == 0.5
    assert measured["words_per_user_turn"] == {"mean": 7.0, "min": 7, "max": 7}


def test_provenance_is_told_by_source_and_by_transform():
    measured = measure([good()])

    assert measured["provenance_mix"] == {"user": 0.6667, "result": 0.3333}
    assert measured["transform_mix"] == {"none": 0.6667, "number word": 0.3333}


def test_nothing_measured_of_no_dialogues():
    measured = measure([])

    assert measured["dialogues"] == 0
    assert measured["multi_step_share"] is None
    assert measured["entropy"] == {"user": None, "assistant": None}
    assert measured["top_opening"] == {"text": "", "count": 0, "share": None}
    assert measured["calls_per_dialogue"] is None
    assert measured["user_turns"] == {"mean": None, "min": None, "max": None}


def test_a_dialogue_in_which_the_user_says_nothing_is_counted():
    assert measure([talk()])["user_turns"] == {"mean": 0.0, "min": 0, "max": 0}


def test_parallel_steps_are_those_of_two_calls():
    two = calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "search_rooms", {"city": "Porto"}))
    one = calls(("c", "search_rooms", {"city": "Faro"}))
    dialogue = talk(
        user("Lisbon, Porto, Faro?"), two, result("a", {}), result("b", {}), one, result("c", {}), says("No.")
    )

    assert measure([dialogue])["parallel_step_share"] == 0.5


def chain(first, second, *, before=()):
    """One turn in which a second call follows a first."""
    return talk(
        *before,
        user("A room in Lisbon, booked."),
        calls(("a", "search_rooms", {"city": "Lisbon"})),
        result("a", first),
        calls(("b", "book_room", second)),
        result("b", {}),
        says("Done."),
    )


def test_a_chain_of_calls_goes_from_result_to_argument_in_whatever_turn():
    deeper = talk(
        *good().messages,
        user("And what does it cost in dollars?"),
        calls(("c3", "get_room", {"room_id": "BK-2041"}), ("c4", "search_rooms", {"city": "Lisbon"})),
        result("c3", {}),
        result("c4", {}),
        says("Nothing."),
    )
    alone = talk(user("A room in Lisbon"), calls(("a", "search_rooms", {"city": "Lisbon"})), result("a", {}), says("."))

    assert measure([good()])["chain_length"] == {"mean": 2.0, "max": 2}
    assert measure([deeper])["chain_length"] == {"mean": 3.0, "max": 3}
    assert measure([deeper, alone, talk(user("Hi"))])["chain_length"] == {"mean": 2.0, "max": 3}
    assert measure([talk(user("Hi"))])["chain_length"] == {"mean": None, "max": None}


def test_calls_that_share_an_id_make_no_chain_without_end():
    again = talk(
        user("Room RM-1, then its neighbour"),
        *(calls(("c", "get_room", {"room_id": "RM-1"})), result("c", {"next": "RM-2"})),
        *(calls(("c", "get_room", {"room_id": "RM-2"})), result("c", {"next": "RM-3"})),
        *(calls(("c", "get_room", {"room_id": "RM-3"})), result("c", {"next": "RM-4"})),
        says("Done."),
    )

    assert measure([again])["chain_length"] == {"mean": 3.0, "max": 3}
    assert measure([again])["multi_step_share"] == 1


def test_an_id_used_again_in_a_later_turn_makes_no_multi_step():
    first = (user("Room RM-0"), calls(("c", "get_room", {"room_id": "RM-1"})), result("c", {"next": "RM-2"}), says("."))
    later = (user("The next"), calls(("c", "get_room", {"room_id": "RM-2"})), result("c", {}), says("."))

    assert measure([talk(*first, *later)])["multi_step_share"] == 0


def test_tool_entropy_is_in_bits_over_calls():
    assert measure([good()])["tool_entropy"] == 1.0
    assert measure([talk(user("Hi"))])["tool_entropy"] is None


@pytest.mark.parametrize(
    ("dialogue", "share"),
    [
        (chain({"room_id": "RM-1"}, {"room_id": "RM-1"}), 1.0),
        (chain({"room_id": "Lisbon"}, {"room_id": "Lisbon"}), 0.0),
        (chain({"room_id": "RM-1"}, {"room_id": "RM-2"}), 0.0),
        (chain({"room_id": "RM-1"}, {"room_id": "RM-1"}, before=(user("RM-1?"), says("Hm."))), 0.0),
        (chain({"room_id": "RM-1"}, {"room_id": "RM-1"}, before=(user("Hi"), says("RM-1?"))), 0.0),
        (chain({"n": 12345}, {"guests": 12345}), 1.0),
    ],
)
def test_a_true_multi_step_turn_uses_an_output_that_occurred_nowhere_before(dialogue, share):
    assert measure([dialogue])["multi_step_share"] == share


def test_a_result_used_in_a_later_turn_is_no_multi_step():
    assert measure([good()])["multi_step_share"] == 0.0


def test_chitchat_is_counted_where_the_plan_is_known():
    planned = good(meta={"turn_kinds": ["tool_request", "chitchat"]})

    assert measure([planned, good()])["chitchat_share"] == 0.5
    assert measure([good()])["chitchat_share"] is None


def test_entropy_and_distinct_trigrams_are_those_of_the_published_definition():
    dialogue = talk(user("a b a b"), says("c c c c c"))

    measured = measure([dialogue])

    assert measured["entropy"] == {"user": 1.0, "assistant": 0.0}
    assert measured["distinct_trigrams"] == {"user": 1.0, "assistant": 0.3333}
    assert measured["tokens"] == {"user": 4, "assistant": 5}


def test_frames_leave_values_and_numbers_open():
    one = talk(
        user("A room in Lisbon for 2."), calls(("c", "search_rooms", {"city": "Lisbon"})), result("c", {}), says("No.")
    )
    other = talk(
        user("A room in Faro for 14."), calls(("c", "search_rooms", {"city": "Faro"})), result("c", {}), says("No.")
    )

    assert measure([one, other])["top_frame"] == {"text": "a room in {} for {}.", "count": 2, "share": 1.0}


def test_openings_are_the_first_four_words():
    dialogues = [
        talk(user(text), says("Yes.")) for text in ("I'd like to see it", "I'd like to see them", "Well", "No")
    ]

    assert measure(dialogues)["top_opening"] == {"text": "i'd like to see", "count": 2, "share": 0.5}


@pytest.mark.parametrize(
    ("text", "spans", "frames"),
    [
        ("Thanks! Bye.", [], {"thanks!", "bye."}),
        ("Lisbon.", [(0, 6)], set()),
        ("From A to B", [(5, 6), (5, 6), (10, 11)], {"from {} to {}"}),
        ("On 4.5.2026 at 10:30", [], {"on {} at {}"}),
        ("One\nTwo", [], {"one", "two"}),
        ("", [], set()),
    ],
)
def test_frames_of_a_text(text, spans, frames):
    assert frames_of(text, spans) == frames


@given(st.lists(st.text("abc ?", min_size=1, max_size=40), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_metrics_ignore_the_order_of_the_dialogues(texts, source: random.Random):
    dialogues = [talk(user(text), says(text[::-1])) for text in texts]
    mixed = source.sample(dialogues, len(dialogues))

    assert measure(mixed) == measure(dialogues)


@given(st.lists(st.text("abcdef ", min_size=1, max_size=30), max_size=40), st.integers(1, 30))
def test_a_word_sample_keeps_no_more_than_it_needs(texts, limit):
    sample, reference = WordSample(limit), WordSample(10**9)
    for text in texts:
        sample.add(text)
        reference.add(text)

    assert sample.tokens() == reference.tokens()[:limit]


@pytest.mark.parametrize(
    ("name", "entropy", "trigrams"), [("sgd_dialogues.jsonl", 7.45, 0.551), ("bfcl_multi_turn.jsonl.gz", 8.43, 0.630)]
)
def test_figures_agree_with_those_published_for_other_peoples_dialogues(corpora, name, entropy, trigrams):
    measured = measure(read_dialogues(corpora / "dialogues" / name))

    assert math.isclose(measured["entropy"]["user"], entropy, abs_tol=0.05)
    assert math.isclose(measured["distinct_trigrams"]["user"], trigrams, abs_tol=0.02)
    assert measured["tokens"]["user"] == 20_000
