import json

import pytest

from agents.engine import MOST_STEPS, DialogueFailed, play
from tests.fakes import ScriptedBackend
from toolgraph.dialogue.blueprint import Blueprint, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.provenance import resolve
from toolgraph.dialogue.record import EndReason, Usage
from toolgraph.errors import AnswerError
from toolgraph.models.requests import (
    AssistantAnswer,
    AssistantRequest,
    PlainCall,
    ToolAnswer,
    ToolRequest,
    UserAnswer,
    UserRequest,
)
from toolgraph.quality.checks import findings_in

HOTELS = {"hotels": [{"hotel_id": "HT-2041", "city": "Lisbon"}]}
BOOKED = {"booking_id": "BK-7310"}
ASK = PlannedTurn(kind="tool_request", intent="Find a hotel.")


def says(text):
    return UserAnswer(text=text)


def tells(text):
    return AssistantAnswer(text=text)


def calls(*made):
    return AssistantAnswer(calls=tuple(PlainCall(tool=tool, arguments=arguments) for tool, arguments in made))


def gives(result):
    return ToolAnswer(result=result)


SEARCH = calls(("search_hotels", {"city": "Lisbon"}))
WORLD = gives(HOTELS)


@pytest.fixture
def script(small_catalogue):
    """Plays a script over the small catalogue; gives the dialogue, or the failure, and the backend."""

    def played(*answers, turns=(ASK,), target_turns=0, system="", attempts=3):
        backend = ScriptedBackend(answers)
        blueprint = Blueprint(
            id="d1",
            seed=7,
            tools=tuple(tool.name for tool in small_catalogue),
            style="plain",
            system=system,
            turns=turns,
            target_turns=target_turns,
        )
        try:
            outcome = play(blueprint, small_catalogue, backend=backend, attempts=attempts)
        except DialogueFailed as failed:
            outcome = failed
        assert backend.is_finished
        return outcome, backend

    return played


def words(messages):
    return [(message.role, message.content or [call.name for call in message.tool_calls]) for message in messages]


def of_class(backend, kind):
    return [request for request in backend.requests if isinstance(request, kind)]


# --- what is played -------------------------------------------------------------------------------------------------


def test_a_turn_is_a_request_a_call_its_result_and_an_answer(script):
    dialogue, backend = script(says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one: HT-2041."))

    assert words(dialogue.messages) == [
        ("user", "A hotel in Lisbon?"),
        ("assistant", ["search_hotels"]),
        ("tool", json.dumps(HOTELS)),
        ("assistant", "Found one: HT-2041."),
    ]
    assert [type(request) for request in backend.requests] == [
        UserRequest,
        AssistantRequest,
        ToolRequest,
        AssistantRequest,
    ]
    assert dialogue.ended is EndReason.COMPLETED
    assert findings_in(dialogue) == ()


def test_the_dialogue_carries_its_provenance_usage_and_facts(script, small_catalogue):
    dialogue, _ = script(says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one: HT-2041."))

    assert dialogue.provenance == resolve(dialogue.messages, {tool.name: tool for tool in small_catalogue})
    assert [(entry.source, entry.message, entry.span) for entry in dialogue.provenance] == [("user", 0, (11, 17))]
    assert dialogue.usage == Usage(requests=4, prompt_tokens=40, completion_tokens=12)
    assert (dialogue.id, dialogue.blueprint, dialogue.tools) == ("d1", "d1", small_catalogue)
    assert dialogue.meta["turn_kinds"] == ["tool_request"]


def test_a_step_may_hold_several_calls_with_ids_of_their_own(script):
    both = calls(("search_hotels", {"city": "Lisbon"}), ("search_hotels", {"city": "Porto"}))

    dialogue, _ = script(
        says("Hotels in Lisbon and Porto?"), both, WORLD, gives({"hotels": []}), tells("Found one in Lisbon.")
    )

    made = dialogue.messages[1].tool_calls
    assert [call.id for call in made] == [message.tool_call_id for message in dialogue.messages[2:4]]
    assert len({call.id for call in made}) == 2
    assert findings_in(dialogue) == ()


def test_a_later_step_of_the_turn_may_use_a_result(script):
    dialogue, _backend = script(
        says("Book a hotel in Lisbon."),
        SEARCH,
        WORLD,
        calls(("book_hotel", {"hotel_id": "HT-2041"})),
        gives(BOOKED),
        tells("Booked: BK-7310."),
    )

    assert [entry.source for entry in dialogue.provenance] == ["user", "result"]
    assert [call.id for message in dialogue.messages for call in message.tool_calls] == ["call_1", "call_2"]
    assert findings_in(dialogue) == ()


def test_the_system_message_comes_first_and_the_agents_see_it(script):
    dialogue, backend = script(
        says("Hi!"), tells("Hello."), system="Today is 2026-03-02.", turns=(PlannedTurn(kind="chitchat"),)
    )

    assert dialogue.messages[0].role == "system"
    assert backend.requests[0].messages == dialogue.messages[:1]


def test_where_the_assistant_asks_back_the_same_need_is_answered(script):
    dialogue, backend = script(
        says("I need a hotel."),
        tells("In which city?"),
        says("Lisbon."),
        SEARCH,
        WORLD,
        tells("Found one."),
    )

    asked = of_class(backend, UserRequest)
    assert [(request.turn, request.turn_number, request.asked_back) for request in asked] == [
        (ASK, 0, False),
        (ASK, 0, True),
    ]
    assert [request.turn_start for request in of_class(backend, AssistantRequest)] == [0, 0, 0]
    assert dialogue.meta["turn_kinds"] == ["tool_request", "tool_request"]


def test_a_question_after_the_calls_ends_the_turn(script):
    dialogue, backend = script(says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one. Shall I book it?"))

    assert len(of_class(backend, UserRequest)) == 1
    assert dialogue.messages[-1].content.endswith("?")


def test_a_question_in_small_talk_asks_for_nothing(script):
    _, backend = script(says("Nice day!"), tells("It is! What is next?"), turns=(PlannedTurn(kind="chitchat"),))

    assert len(of_class(backend, UserRequest)) == 1


def test_every_user_message_has_the_kind_of_its_turn(script):
    turns = (ASK, PlannedTurn(kind="chitchat", intent="Thank."))

    dialogue, backend = script(
        says("A hotel."),
        tells("Which city?"),
        says("Lisbon"),
        SEARCH,
        WORLD,
        tells("Found one."),
        says("Thanks!"),
        tells("You're welcome."),
        turns=turns,
    )

    assert dialogue.meta["turn_kinds"] == ["tool_request", "tool_request", "chitchat"]
    assert [request.turns_left for request in of_class(backend, UserRequest)] == [1, 1, 0]


def test_without_a_plan_the_user_speaks_as_often_as_asked(script):
    dialogue, backend = script(says("Hello."), tells("Hi."), says("Bye."), tells("Bye."), turns=(), target_turns=2)

    assert [request.turn.intent for request in of_class(backend, UserRequest)] == ["", ""]
    assert sum(message.role == "user" for message in dialogue.messages) == 2


def test_the_calls_a_speaker_had_in_mind_are_told_to_the_assistant_and_remembered(script):
    step = PlannedStep(calls=(PlannedCall(id="t0c0", tool="search_hotels"),))
    meant = UserAnswer(text="A hotel in Lisbon?", meaning=(step,))

    _, backend = script(meant, SEARCH, WORLD, tells("Found one."), says("Thanks!"), tells("Bye."), turns=(ASK, ASK))

    assert of_class(backend, AssistantRequest)[0].turn.steps == (step,)
    assert of_class(backend, AssistantRequest)[1].call_ids == (("t0c0", "call_1"),)
    assert of_class(backend, UserRequest)[1].past[0].steps == (step,)


# --- the world ------------------------------------------------------------------------------------------------------


def test_a_tool_knows_what_was_called_before_it(script):
    _, backend = script(
        says("Book a hotel in Lisbon."),
        SEARCH,
        WORLD,
        calls(("book_hotel", {"hotel_id": "HT-2041"})),
        gives(BOOKED),
        tells("Booked."),
    )

    first, second = of_class(backend, ToolRequest)
    assert first.facts == ()
    assert [(fact.tool.name, fact.arguments, fact.result) for fact in second.facts] == [
        ("search_hotels", {"city": "Lisbon"}, HOTELS)
    ]


def test_calls_of_one_batch_do_not_know_of_each_other(script):
    both = calls(("search_hotels", {"city": "Lisbon"}), ("get_weather", {"city": "Lisbon"}))

    _, backend = script(says("Hotels and the weather in Lisbon?"), both, WORLD, gives("mild"), tells("Mild."))

    assert [request.facts for request in of_class(backend, ToolRequest)] == [(), ()]


def test_every_dialogue_has_a_world_of_its_own(script):
    answers = (says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one."))

    script(*answers)
    _, backend = script(*answers)

    (request,) = of_class(backend, ToolRequest)
    assert request.facts == ()
    assert request.key == "d1"


# --- steps that fail ------------------------------------------------------------------------------------------------

BAD_STEPS = {
    "unknown tool": (calls(("fly_to_moon", {})), "known_tool", "'fly_to_moon' is not offered"),
    "missing argument": (calls(("search_hotels", {})), "valid_arguments", "'city' is a required property"),
    "argument of the wrong type": (
        calls(("search_hotels", {"city": "Lisbon", "stars": "many"})),
        "valid_arguments",
        "not of type 'integer'",
    ),
    "argument out of range": (
        calls(("search_hotels", {"city": "Lisbon", "stars": 9})),
        "valid_arguments",
        "maximum of 5",
    ),
    "argument the tool does not have": (
        calls(("search_hotels", {"city": "Lisbon", "pool": True})),
        "valid_arguments",
        "no such parameter",
    ),
    "invented argument": (calls(("search_hotels", {"city": "Porto"})), "provenance", "nothing states /city"),
    "one bad call of two": (
        calls(("search_hotels", {"city": "Lisbon"}), ("get_weather", {"city": "Porto"})),
        "provenance",
        "nothing states /city",
    ),
    "batch that uses its own output": (
        calls(("search_hotels", {"city": "Lisbon"}), ("book_hotel", {"hotel_id": "HT-2041"})),
        "provenance",
        "nothing states /hotel_id",
    ),
    "neither calls nor words": (tells("  \n"), "finished", "neither called a tool nor said anything"),
}


@pytest.mark.parametrize("case", BAD_STEPS)
def test_a_bad_step_is_tried_again_alone_with_the_complaint(script, case):
    bad, _, complaint = BAD_STEPS[case]

    dialogue, backend = script(says("A hotel in Lisbon?"), bad, SEARCH, WORLD, tells("Found one."))

    first, second, _ = of_class(backend, AssistantRequest)
    assert first.complaint == ""
    assert complaint in second.complaint
    assert second.messages == first.messages
    assert first.key != second.key
    assert len(of_class(backend, UserRequest)) == 1
    assert findings_in(dialogue) == ()


@pytest.mark.parametrize("case", BAD_STEPS)
def test_a_step_that_stays_bad_ends_the_dialogue_with_what_was_said(script, case):
    bad, check, complaint = BAD_STEPS[case]

    failed, _backend = script(says("A hotel in Lisbon?"), bad, bad, bad)

    assert (failed.reason, failed.stage, failed.check) == (EndReason.STEP_FAILED, "assistant", check)
    assert complaint in failed.detail
    assert words(failed.messages) == [("user", "A hotel in Lisbon?")]
    if bad.calls:
        assert json.loads(failed.raw) in [call.arguments for call in bad.calls]


def test_a_failure_late_in_the_dialogue_keeps_all_that_went_before(script):
    invented = calls(("book_hotel", {"hotel_id": "HT-9999"}))

    failed, _ = script(says("Book a hotel in Lisbon."), SEARCH, WORLD, invented, invented, attempts=2)

    assert [message.role for message in failed.messages] == ["user", "assistant", "tool"]


def test_a_result_outside_its_schema_is_asked_for_again(script):
    dialogue, backend = script(
        says("A hotel in Lisbon?"),
        SEARCH,
        gives({"rooms": 3}),
        WORLD,
        tells("Found one."),
    )

    first, second = of_class(backend, ToolRequest)
    assert "'hotels' is a required property" in second.complaint
    assert first.key != second.key
    assert second.facts == ()
    assert json.loads(dialogue.messages[2].content) == HOTELS
    assert len(of_class(backend, AssistantRequest)) == 2


def test_a_tool_that_never_keeps_to_its_schema_ends_the_dialogue(script):
    failed, _ = script(says("A hotel in Lisbon?"), SEARCH, *[gives({"rooms": 3})] * 3)

    assert (failed.stage, failed.check, failed.raw) == ("tool", "valid_results", '{"rooms": 3}')
    assert words(failed.messages) == [("user", "A hotel in Lisbon?")]


def test_any_result_will_do_where_the_tool_does_not_say_what_it_returns(script):
    dialogue, _ = script(
        says("Weather in Lisbon?"), calls(("get_weather", {"city": "Lisbon"})), gives(None), tells("No idea.")
    )

    assert dialogue.messages[2].content == "null"


def test_a_user_who_says_nothing_is_asked_again(script):
    dialogue, backend = script(says(" "), says("Hello."), tells("Hi."))

    assert [request.complaint for request in of_class(backend, UserRequest)] == ["", "the user said nothing"]
    assert words(dialogue.messages)[0] == ("user", "Hello.")


def test_a_user_who_never_speaks_ends_the_dialogue(script):
    failed, _ = script(says(""), says(""), says(""))

    assert (failed.reason, failed.stage, failed.check) == (EndReason.STEP_FAILED, "user", "user_words")
    assert failed.messages == ()


def test_an_unusable_answer_is_asked_for_again_and_then_given_up(script):
    dialogue, backend = script(AnswerError("not JSON"), says("Hello."), tells("Hi."))
    failed, _ = script(says("Hello."), *[AnswerError("not JSON")] * 2, attempts=2)

    assert backend.requests[1].complaint == "not JSON"
    assert dialogue.ended is EndReason.COMPLETED
    assert (failed.reason, failed.stage, failed.detail) == (EndReason.ANSWER_FAILED, "assistant", "not JSON")


def test_what_failed_attempts_consumed_is_counted(script):
    dialogue, _ = script(says(""), says("Hello."), tells("Hi."))

    assert dialogue.usage.requests == 3


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_turn_without_end_is_cut(small_catalogue):
    backend = ScriptedBackend([says("A hotel in Lisbon?"), *[SEARCH, WORLD] * 100])
    blueprint = Blueprint(id="d1", seed=7, tools=("search_hotels",), turns=(ASK,))

    with pytest.raises(DialogueFailed, match="turn 1") as failed:
        play(blueprint, small_catalogue, backend=backend)

    assert (failed.value.reason, failed.value.stage) == (EndReason.TURN_LIMIT, "dialogue")
    assert sum(message.role == "tool" for message in failed.value.messages) >= MOST_STEPS


def test_an_assistant_that_only_asks_is_left_alone_after_two_questions(script):
    dialogue, backend = script(
        says("A hotel."),
        tells("Where?"),
        says("By the sea."),
        tells("Which sea?"),
        says("Any."),
        tells("Which one?"),
    )

    assert [request.asked_back for request in of_class(backend, UserRequest)] == [False, True, True]
    assert dialogue.messages[-1].content == "Which one?"
