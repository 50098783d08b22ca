import json

import pytest

from toolgraph.dialogue.messages import Message, ToolCall, turns_of
from toolgraph.dialogue.provenance import INVENTED, Transcript, implies, resolve
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

TOOL = ToolSpec(
    name="search",
    parameters={
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "guests": {"type": "integer"},
            "sort": {"type": "string", "enum": ["price", "rating"], "default": "rating"},
            "pets_allowed": {"type": "boolean", "description": "Whether animals may stay"},
            "kind": {"const": "room"},
            "day": {"type": "string", "format": "date"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "room": {"type": "object", "properties": {"id": {"type": "string"}}},
        },
    },
)


def sources(arguments, *before, tool=TOOL):
    """The ledger of one call after some messages, without the call's id."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    call = Message(role="assistant", tool_calls=(ToolCall(id="c", name="search", arguments=text),))
    return resolve((*before, call), {"search": tool})


def said(role, text, **more):
    return Message(role=role, content=text, **more)


ASK = said("user", "A room for two in Lisbon, my dog comes with me; pets must be fine.")


@pytest.mark.parametrize(
    ("arguments", "source", "transform"),
    [
        ({"city": "Lisbon"}, "user", ""),
        ({"city": "LISBON"}, "user", "case"),
        ({"guests": 2}, "user", "number word"),
        ({"sort": "rating"}, "default", ""),
        ({"kind": "room"}, "user", ""),
        ({"pets_allowed": True}, "inferred", ""),
        ({"city": "Porto"}, "unresolved", ""),
        ({"guests": 4}, "unresolved", ""),
        ({"sort": "price"}, "unresolved", ""),
    ],
)
def test_one_argument_is_traced_to_its_source(arguments, source, transform):
    (entry,) = sources(arguments, ASK)

    assert (entry.source, entry.transform) == (source, transform)


def test_a_statement_is_named_by_message_and_span():
    (entry,) = sources({"city": "Lisbon"}, said("system", "Be kind."), ASK)

    assert entry.message == 1
    assert ASK.content[slice(*entry.span)] == "Lisbon"


def test_the_latest_statement_counts():
    (entry,) = sources({"city": "Lisbon"}, ASK, said("assistant", "Lisbon?"), said("user", "Lisbon, yes."))

    assert entry.message == 2


def test_a_result_is_named_by_call_and_pointer():
    result = said("tool", '{"rooms": [{"id": "R1"}, {"id": "R2"}]}', tool_call_id="b")

    (entry,) = sources({"room": {"id": "R2"}}, ASK, result)

    assert (entry.source, entry.message, entry.result_call, entry.result_pointer) == ("result", 1, "b", "/rooms/1/id")


@pytest.mark.parametrize(
    ("value", "held", "transform"),
    [("5", 5, "type"), (5, 5.0, ""), ("r1", "R1", "type"), ("2026-12-04", "2026-12-04T10:00:00", "date part")],
)
def test_a_value_read_from_a_result_may_change_its_type(value, held, transform):
    (entry,) = sources({"city": value}, ASK, said("tool", json.dumps({"x": held}), tool_call_id="b"))

    assert (entry.source, entry.transform) == ("result", transform)


def test_a_result_that_is_no_json_is_one_value():
    (entry,) = sources({"city": "Faro"}, ASK, said("tool", "Faro", tool_call_id="b"))

    assert (entry.source, entry.result_pointer) == ("result", "")


def test_what_the_assistant_says_is_no_source():
    (entry,) = sources({"city": "Porto"}, ASK, said("assistant", "How about Porto?"))

    assert entry.source == "unresolved"


def test_the_system_message_is_context():
    (entry,) = sources({"city": "Faro"}, said("system", "The user is in Faro."), ASK)

    assert (entry.source, entry.message) == ("context", 0)


def test_a_relative_date_is_led_back_to_todays():
    (entry,) = sources({"day": "2026-12-02"}, said("system", "Today is 2026-12-01."), said("user", "For tomorrow."))

    assert (entry.source, entry.transform) == ("user", "relative date")


def test_every_leaf_of_nested_arguments_has_an_entry():
    ledger = sources({"tags": ["pets", "quiet"], "room": {"id": "x"}, "city": "Lisbon"}, ASK)

    assert [(entry.pointer, entry.source) for entry in ledger] == [
        ("/tags/0", "user"), ("/tags/1", "unresolved"), ("/room/id", "unresolved"), ("/city", "user"),
    ]  # fmt: skip


def test_calls_of_one_batch_do_not_see_each_other():
    batch = Message(
        role="assistant",
        tool_calls=(
            ToolCall(id="a", name="search", arguments='{"city": "Lisbon"}'),
            ToolCall(id="b", name="search", arguments='{"room": {"id": "R9"}}'),
        ),
    )
    result = said("tool", '{"id": "R9"}', tool_call_id="a")

    ledger = resolve((ASK, batch, result), {"search": TOOL})

    assert [(entry.call, entry.source) for entry in ledger] == [("a", "user"), ("b", "unresolved")]


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "[" * 9999, '{"a": ' * 700 + "1" + "}" * 700])
def test_arguments_that_are_no_object_or_nested_beyond_reason_have_no_leaves_and_break_nothing(text):
    result = said("tool", "[" * 9999, tool_call_id="b")

    assert sources(text, ASK, result) == () or text.startswith('{"a"')


def test_a_tool_nobody_offers_is_resolved_without_its_schema():
    (entry,) = sources({"sort": "rating"}, ASK, tool=ToolSpec(name="search"))

    assert entry.source == "unresolved"


def test_turns_begin_at_the_users_messages():
    messages = (said("system", "Hi"), ASK, said("assistant", "One"), said("user", "Two"))

    assert [(turn.start, len(turn.messages)) for turn in turns_of(messages)] == [(1, 2), (3, 1)]


BODY = ToolSpec(
    name="search",
    parameters={
        "type": "object",
        "properties": {
            "weight": {"type": "number", "description": "Body weight in lbs"},
            "height": {"type": "number", "description": "Height in inches"},
            "feet": {"type": "integer"},
            "mass": {"type": "number", "description": "Body mass"},
            "minutes": {"type": "integer"},
            "check_out": {"type": "string", "format": "date"},
        },
    },
)
HE = said("user", "He's 94 kg and 1.80 m, she is 5'11\".")


@pytest.mark.parametrize(
    ("arguments", "source", "transform"),
    [
        ({"weight": 207.2}, "user", "unit"),
        ({"weight": 207}, "user", "unit"),
        ({"height": 70.9}, "user", "unit"),
        ({"height": 71}, "user", "unit"),
        ({"mass": 94}, "user", ""),
        ({"mass": 207.2}, "user", "unit"),
        ({"feet": 5}, "user", ""),
        ({"weight": 94}, "unresolved", ""),
        ({"weight": "94"}, "unresolved", ""),
        ({"weight": 209}, "unresolved", ""),
        ({"height": 1.8}, "unresolved", ""),
        ({"height": 5}, "unresolved", ""),
        ({"minutes": 207.2}, "unresolved", ""),
    ],
)
def test_a_number_said_in_another_unit_counts_once_it_is_converted(arguments, source, transform):
    (entry,) = sources(arguments, HE, tool=BODY)

    assert (entry.source, entry.transform) == (source, transform)


def test_the_words_of_a_converted_amount_are_named():
    (entry,) = sources({"weight": 207.2}, HE, tool=BODY)

    assert HE.content[slice(*entry.span)] == "94 kg"


def test_a_number_misread_in_one_place_may_stand_in_another():
    text = "He's 94 kg. No, 94 kg is old: 94 pounds."

    (entry,) = sources({"weight": 94}, said("user", text), tool=BODY)

    assert text[slice(*entry.span)] == "94"
    assert entry.span[0] == text.rindex("94")


@pytest.mark.parametrize("result", [{"duration_seconds": 5400}, {"runtime": "1 h 30 min"}, {"length_hours": 1.5}])
def test_an_amount_of_a_result_counts_once_it_is_converted(result):
    told = said("tool", json.dumps({"films": [result]}), tool_call_id="b")

    (entry,) = sources({"minutes": 90}, ASK, told, tool=BODY)
    (other,) = sources({"minutes": 80}, ASK, told, tool=BODY)

    assert (entry.source, entry.transform, entry.result_pointer) == ("result", "unit", f"/films/0/{next(iter(result))}")
    assert other.source == "unresolved"


def test_an_end_follows_from_a_start_and_a_duration():
    talk = (said("system", "Today is 2026-12-01."), said("user", "From Monday, please."), said("user", "Three nights."))

    (entry,) = sources({"check_out": "2026-12-10"}, *talk, tool=BODY)
    (other,) = sources({"check_out": "2026-12-11"}, *talk, tool=BODY)

    assert (entry.source, entry.message, entry.transform) == ("user", 2, "arithmetic")
    assert other.source == "unresolved"


def test_the_advice_for_a_number_in_another_unit_quotes_it():
    transcript = Transcript()
    transcript.append(HE)

    assert transcript.advice("/weight", 94, BODY) == (
        "message 0 says '94 kg' and /weight is in lb; write 207.23, or ask the user"
    )
    assert "write 207.23" in transcript.advice("/weight", 209, BODY)
    assert transcript.advice("/minutes", 93, BODY) == transcript.advice("/x", "Porto", None) == INVENTED


@pytest.mark.parametrize(
    ("text", "value", "is_implied"),
    [
        ("How well are they rated?", "rating", True),
        ("What are the rates?", "ratings", True),
        ("Which is priced lowest?", "prices", True),
        ("By its pricing, please.", "price_asc", True),
        ("I was planning trips.", "plan", True),
        ("Where did they study?", "studies", True),
        ("I would rather not.", "rating", False),
        ("Did it win a prize?", "price", False),
        ("I saw two rats.", "rating", False),
        ("Take care of it.", "car", False),
        ("What is the news?", "new", False),
        ("Tomorrow evening.", "even", False),
    ],
)
def test_words_imply_an_enum_value_in_any_of_its_forms_and_no_other(text, value, is_implied):
    assert implies(text, value, Field("/x", "x", "", {"enum": [value]}, False)) is is_implied


def test_each_entry_of_a_list_of_enum_values_is_implied_by_itself():
    parts = {"type": "array", "items": {"enum": ["ratings", "photos"]}}
    tool = ToolSpec(name="search", parameters={"type": "object", "properties": {"parts": parts}})

    ledger = sources({"parts": ["ratings", "photos"]}, said("user", "How well are they rated?"), tool=tool)

    assert [(entry.pointer, entry.source) for entry in ledger] == [("/parts/0", "inferred"), ("/parts/1", "unresolved")]


@pytest.mark.parametrize(
    ("value", "spoken", "is_stated"),
    [
        ("Portland, OR", ["Portland, the Oregon one."], True),
        ("Portland, OR", ["Portland.", "The one in Oregon, please."], True),
        ("Portland, Oregon", ["Somewhere near Portland, OR."], True),
        ("Paris, FR", ["Paris in France."], True),
        ("London, UK", ["London, Great Britain."], True),
        ("Portland, OR, USA", ["Portland, OR, in America."], True),
        ("Springfield, IL, United States", ["Springfield in Illinois, USA."], True),
        ("Springfield, IL, United States", ["Springfield, USA."], False),
        ("OR", ["To Oregon."], True),
        ("New York", ["A flat in NY."], True),
        ("Portland, OR", ["portland, or"], True),
        ("Portland, OR", ["Portland."], False),
        ("Portland, OR", ["Portland or Salem."], False),
        ("Portland, OR", ["Portland, or else Salem."], False),
        ("Portland, OR", ["Somewhere in Oregon."], False),
        ("Portland, ME", ["Portland, the Oregon one."], False),
        ("Paris, FR", ["Paris in Texas."], False),
        ("TX", ["I live in Ohio."], False),
    ],
)
def test_a_town_may_be_written_with_its_state_or_country_only_where_both_were_said(value, spoken, is_stated):
    (entry,) = sources({"city": value}, *(said("user", text) for text in spoken))

    assert entry.source == ("user" if is_stated else "unresolved"), entry


def test_the_advice_for_words_that_were_said_in_part_quotes_the_part():
    transcript = Transcript()
    transcript.append(said("user", "I am in portland today."))

    assert transcript.advice("/city", "Portland, OR", TOOL) == f"message 0 says only 'portland'; {INVENTED}"


@pytest.mark.parametrize(("value", "source"), [(0.304, "user"), (304, "unresolved"), (0.04, "unresolved")])
def test_a_fraction_without_its_zero_is_read_as_a_fraction(value, source):
    (entry,) = sources({"average": value}, said("user", "Who bats .304 or more?"))

    assert entry.source == source


def asked_and_found(result, given="{}", *, moved_on=True):
    """The source of an id that an old message says by chance, after a call that brought `result`."""
    call = ToolCall(id="a", name="search", arguments=given)
    before = [
        said("user", "We are 6, and I look for a room."),
        Message(role="assistant", tool_calls=(call,)),
        said("tool", json.dumps(result), tool_call_id="a"),
    ]
    if moved_on:
        before.append(said("user", "Take that one."))
    entry = sources({"room": {"id": "6"}}, *before)[-1]
    return entry.source, entry.result_pointer


def test_a_result_that_fits_goes_before_an_old_message_that_says_the_value_by_chance():
    assert asked_and_found({"rooms": [{"id": "6"}]}) == ("result", "/rooms/0/id")
    assert asked_and_found({"rooms": [{"room_id": "6"}]}) == ("result", "/rooms/0/room_id")


@pytest.mark.parametrize(
    "case",
    [
        {"result": {"guests": "6"}},
        {"result": {"id": "6"}, "given": '{"room": {"id": "6"}}'},
        {"result": {"id": "6"}, "moved_on": False},
    ],
    ids=["another field", "an echo", "the user spoke last"],
)
def test_what_the_user_said_goes_before_a_result_that(case):
    assert asked_and_found(**case)[0] == "user"


def test_of_two_results_the_latest_one_that_fits_is_the_source():
    results = [{"id": "RM-1"}, {"room_id": "RM-1"}, {"label": "RM-1"}]
    told = [said("tool", json.dumps(result), tool_call_id=f"r{number}") for number, result in enumerate(results)]
    (entry,) = sources({"room": {"id": "RM-1"}}, ASK, *told)

    assert entry.result_call == "r1"


@pytest.mark.parametrize(
    ("text", "arguments", "source"),
    [
        ("A room from July 10, please.", {"guests": 10}, "unresolved"),
        ("I arrive at 6 pm on the 4th of May.", {"guests": 6}, "unresolved"),
        ("I arrive at 6 pm on the 4th of May.", {"guests": 4}, "unresolved"),
        ("From July 10 for 10 guests.", {"guests": 10}, "user"),
        ("I arrive on July 10.", {"day": 10}, "user"),
        ("What about another one?", {"guests": 1}, "unresolved"),
        ("For one guest.", {"guests": 1}, "user"),
    ],
)
def test_a_part_of_a_date_or_a_one_that_stands_for_a_thing_states_no_number(text, arguments, source):
    tool = ToolSpec(
        name="search",
        parameters={"type": "object", "properties": {"guests": {"type": "integer"}, "day": {"type": "integer"}}},
    )

    (entry,) = sources(arguments, said("user", text), tool=tool)

    assert entry.source == source
