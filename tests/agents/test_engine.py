import json

import pytest

from agents.engine import MOST_MESSAGES, MOST_STEPS, play
from agents.tries import DialogueFailed
from tests.agents.scripts import ASK, BOOKED, HOTELS, SEARCH, WORLD, calls, gives, of_class, says, tells, words
from tests.fakes import ScriptedBackend
from toolgraph.dialogue.blueprint import Blueprint, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.provenance import resolve
from toolgraph.dialogue.record import EndReason, Usage
from toolgraph.errors import AnswerError, BudgetReached, EndpointError
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed
from toolgraph.models.requests import AssistantRequest, ToolRequest, UserAnswer, UserRequest
from toolgraph.quality.checks import findings_in

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


def test_calls_of_one_batch_are_answered_one_after_the_other_and_each_knows_those_before(script):
    both = calls(("search_hotels", {"city": "Lisbon"}), ("get_weather", {"city": "Lisbon"}))

    _, backend = script(says("Hotels and the weather in Lisbon?"), both, WORLD, gives("mild"), tells("Mild."))

    first, second = of_class(backend, ToolRequest)
    assert (first.facts, second.facts, first.beside) == ((), (), ())
    assert [(fact.tool.name, fact.arguments, fact.result) for fact in second.beside] == [
        ("search_hotels", {"city": "Lisbon"}, HOTELS)
    ]


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


def test_an_answer_that_failed_tells_what_it_consumed_which_check_it_failed_and_how_it_came(script):
    failed = AnswerFailed("was cut off", check="cut_off", raw="{", usage=Usage(requests=3, prompt_tokens=70))

    dialogue, backend = script(failed, says("Hello."), tells("Hi."))
    given_up, _ = script(says("Hello."), failed, failed, attempts=2)

    assert backend.requests[1].complaint == "was cut off"
    assert dialogue.usage == Usage(requests=5, prompt_tokens=90, completion_tokens=6)
    assert (given_up.reason, given_up.stage) == (EndReason.ANSWER_FAILED, "assistant")
    assert (given_up.check, given_up.raw) == ("cut_off", "{")
    assert given_up.usage == Usage(requests=7, prompt_tokens=150, completion_tokens=3)


def test_a_failure_of_a_step_tells_what_the_dialogue_consumed(script):
    failed, _ = script(says(""), says(""), attempts=2)

    assert failed.usage == Usage(requests=2, prompt_tokens=20, completion_tokens=6)


def test_a_model_that_refuses_is_asked_again_and_then_given_up(script):
    refused = AnswerFailed("the model refused", check="refused", raw="I'm sorry, I can't help with that.")

    dialogue, _ = script(says("Hello."), refused, tells("Hi."))
    failed, _ = script(says("Hello."), refused, refused, refused)

    assert dialogue.messages[-1].content == "Hi."
    assert (failed.check, failed.raw) == ("refused", "I'm sorry, I can't help with that.")


def test_what_a_server_refuses_for_good_is_not_asked_again(script):
    failed, backend = script(says("Hello."), ServerRefusal("context length exceeded", status=400))

    assert len(of_class(backend, AssistantRequest)) == 1
    assert (failed.reason, failed.check, failed.detail) == (
        EndReason.ANSWER_FAILED, "server", "context length exceeded",
    )  # fmt: skip


@pytest.mark.parametrize("error", [EndpointError("gone"), BudgetReached("spent")])
@pytest.mark.parametrize("place", range(4))
def test_what_concerns_the_whole_run_passes_through(script, error, place):
    answers = [says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one.")]

    with pytest.raises(type(error)):
        script(*answers[:place], error)


def test_what_the_plan_consumed_is_counted(small_catalogue):
    planned = Usage(requests=2, prompt_tokens=500, completion_tokens=90)
    blueprint = Blueprint(id="d1", seed=7, tools=(), turns=(ASK,), usage=planned)

    dialogue = play(blueprint, small_catalogue, backend=ScriptedBackend([says("Hello."), tells("Hi.")]))

    assert dialogue.usage == Usage(requests=4, prompt_tokens=520, completion_tokens=96)


# --- reasoning ------------------------------------------------------------------------------------------------------


def test_reasoning_is_asked_for_where_it_is_wanted_and_kept_apart_from_what_is_said(script):
    dialogue, backend = script(says("Hello."), tells("Hi.", reasoning="A greeting."), wants_reasoning=True)
    _, plain = script(says("Hello."), tells("Hi."))

    assert (dialogue.messages[-1].content, dialogue.messages[-1].reasoning) == ("Hi.", "A greeting.")
    assert of_class(backend, AssistantRequest)[0].wants_reasoning
    assert not of_class(plain, AssistantRequest)[0].wants_reasoning


# --- the plan and what becomes of it --------------------------------------------------------------------------------


def planned(*tools, kind="tool_request", prefix="p"):
    steps = tuple(
        PlannedStep(calls=(PlannedCall(id=f"{prefix}{number}", tool=tool),)) for number, tool in enumerate(tools)
    )
    return PlannedTurn(kind=kind, intent="Do it.", steps=steps)


def test_the_user_is_shown_the_whole_plan(script):
    turns = (ASK, PlannedTurn(kind="chitchat", intent="Thank."))

    _, backend = script(says("Hello."), tells("Hi."), says("Thanks."), tells("Bye."), turns=turns)

    assert [request.plan for request in of_class(backend, UserRequest)] == [turns, turns]


def test_calls_are_paired_with_planned_ones_by_tool_also_where_the_assistant_goes_another_way(script):
    turn = planned("book_hotel", "search_hotels", "search_hotels")
    weather_first = calls(("get_weather", {"city": "Lisbon"}), ("search_hotels", {"city": "Lisbon"}))

    _, backend = script(
        says("Lisbon, and Porto?"),
        weather_first,
        gives("mild"),
        WORLD,
        calls(("book_hotel", {"hotel_id": "HT-2041"})),
        gives(BOOKED),
        calls(("search_hotels", {"city": "Porto"})),
        gives({"hotels": []}),
        tells("Booked."),
        turns=(turn,),
    )

    assert of_class(backend, AssistantRequest)[-1].call_ids == (("p1", "call_2"), ("p0", "call_3"), ("p2", "call_4"))


def test_a_call_nobody_planned_is_paired_with_none(script):
    _, backend = script(says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one."), turns=(planned("get_weather"),))

    assert of_class(backend, AssistantRequest)[-1].call_ids == ()


def test_calls_in_small_talk_are_made_and_the_turn_is_recorded_as_what_it_became(script):
    dialogue, _ = script(
        says("Lisbon must be lovely."), SEARCH, WORLD, tells("There is HT-2041."), turns=(PlannedTurn(kind="chitchat"),)
    )

    assert dialogue.meta["turn_kinds"] == ["tool_request"]
    assert findings_in(dialogue) == ()


def test_a_turn_that_withholds_something_is_recorded_as_such_only_if_the_assistant_had_to_ask(script):
    turn = PlannedTurn(kind="missing_parameter", intent="Find a hotel.")

    at_once, _ = script(says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one."), turns=(turn,))
    asked, _ = script(
        says("A hotel?"), tells("In which city?"), says("Lisbon."), SEARCH, WORLD, tells("Found one."), turns=(turn,)
    )

    assert at_once.meta["turn_kinds"] == ["tool_request"]
    assert asked.meta["turn_kinds"] == ["missing_parameter", "missing_parameter"]


@pytest.mark.parametrize(
    "question", ["Which city?", "Which city? I can start right away.", "Please tell me the city.", "I need the city."]
)
def test_a_question_is_one_with_or_without_its_mark_at_the_end(script, question):
    _, backend = script(says("A hotel."), tells(question), says("Lisbon."), SEARCH, WORLD, tells("Found one."))

    assert [request.asked_back for request in of_class(backend, UserRequest)] == [False, True]


# --- the user's progress --------------------------------------------------------------------------------------------

BOOK = PlannedTurn(kind="tool_request", intent="Book it.")
FIRST = (says("A hotel in Lisbon?", current=1), SEARCH, gives({"hotels": []}), tells("Nothing."))


def test_the_user_may_come_back_to_an_earlier_item_before_the_next_one(script):
    dialogue, backend = script(
        *FIRST,
        says("Nothing at all? Not in Porto either?", done=(), current=1),
        tells("Shall I look there?"),
        says("Then book HT-2041.", done=(1,), current=2),
        calls(("book_hotel", {"hotel_id": "HT-2041"})),
        gives(BOOKED),
        tells("Booked."),
        turns=(ASK, BOOK),
    )

    asked = of_class(backend, UserRequest)
    assert [request.turn_number for request in asked] == [0, 1, 1]
    assert [request.turn for request in of_class(backend, AssistantRequest)][2:4] == [ASK, BOOK]
    assert asked[2].past == (ASK,)
    assert dialogue.meta["turn_kinds"] == ["tool_request"] * 3


MISCOUNTED = {
    "an item taken up twice": ({"current": 1}, "item 1 needs no further word"),
    "an item that is done by the speaker's own account": ({"done": (1,), "current": 1}, "item 1 is done, as you say"),
    "an item that comes later": ({"current": 3}, "item 3 comes later"),
    "an item there is none of": ({"current": 9}, "the plan has no item 9"),
}


@pytest.mark.parametrize("case", MISCOUNTED)
def test_a_user_who_speaks_of_another_item_is_asked_again(script, case):
    progress, complaint = MISCOUNTED[case]
    follow_up = [says("Nothing at all?", current=1), tells("Sorry.")] if case == "an item taken up twice" else []

    _, backend = script(
        *FIRST, *follow_up, says("Hm?", **progress), says("Book HT-2041.", current=2), tells("I cannot."),
        says("Bye."), tells("Bye."), turns=(ASK, BOOK, PlannedTurn(kind="chitchat")),
    )  # fmt: skip

    (complained,) = [request.complaint for request in of_class(backend, UserRequest) if request.complaint]
    assert complaint in complained
    assert "speak about item 2 now" in complained


def test_a_user_who_cannot_count_is_taken_by_his_words_in_the_end(script):
    dialogue, backend = script(*[says("A hotel?", current=7)] * 3, tells("None."))

    assert [bool(request.complaint) for request in of_class(backend, UserRequest)] == [False, True, True]
    assert dialogue.ended is EndReason.COMPLETED


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_turn_may_hold_so_many_steps_and_no_more(small_catalogue):
    def played(count):
        script = [says("A hotel in Lisbon?"), *[SEARCH, WORLD] * count, tells("Found one.")]
        blueprint = Blueprint(id="d1", seed=7, tools=("search_hotels",), turns=(ASK,))
        return play(blueprint, small_catalogue, backend=ScriptedBackend(script))

    assert sum(message.role == "tool" for message in played(MOST_STEPS).messages) == MOST_STEPS
    with pytest.raises(DialogueFailed, match="turn 1") as failed:
        played(MOST_STEPS + 1)
    assert (failed.value.reason, failed.value.stage) == (EndReason.TURN_LIMIT, "dialogue")
    assert sum(message.role == "tool" for message in failed.value.messages) == MOST_STEPS


def test_a_dialogue_without_end_is_cut(small_catalogue):
    turns = (PlannedTurn(kind="chitchat", intent="Chat."),) * MOST_MESSAGES
    backend = ScriptedBackend([says("Hm."), tells("Hm.")] * MOST_MESSAGES)

    with pytest.raises(DialogueFailed, match="did not come to an end") as failed:
        play(Blueprint(id="d1", seed=7, tools=(), turns=turns), small_catalogue, backend=backend)

    assert len(failed.value.messages) == MOST_MESSAGES + 1


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
