import json

import pytest

from agents.planned import is_held, pair, require_stated
from agents.steps import StepError
from tests.agents.scripts import WORLD, calls, of_class, says, tells
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.models.requests import AssistantRequest
from toolgraph.tools.catalogue import parse_tools

ROOMS = {
    "name": "find_rooms",
    "parameters": {
        "type": "object",
        "properties": {
            "day": {"type": "string", "format": "date"},
            "seats": {"type": "integer"},
            "has_beamer": {"type": "boolean", "description": "Whether there is a beamer"},
            "place": {"type": "string"},
            "features": {"type": "array", "items": {"type": "string", "enum": ["balcony", "kitchen"]}},
        },
    },
}
TOOLS = {tool.name: tool for tool in parse_tools([ROOMS], where="test")}
TODAY = Message(role="system", content="Today is Monday, 2026-03-02.")


def argument(pointer, value, source="user"):
    return PlannedArgument(pointer=pointer, source=source, value=value)


def planned(*arguments, id="p"):
    return PlannedCall(id=id, tool="find_rooms", arguments=arguments)


def turn(*made):
    return PlannedTurn(kind="tool_request", intent="Find a room.", steps=(PlannedStep(calls=made),))


def call(id="call_1", **arguments):
    return ToolCall(id=id, name="find_rooms", arguments=json.dumps(arguments))


def missing(text, one, made):
    try:
        require_stated([(planned(one), made)], (TODAY, Message(role="user", content=text)), TOOLS)
    except StepError as error:
        return error.detail
    return ""


LEFT_OUT = {
    "a list": (
        argument("/features", ["balcony"]), "With a balcony.",
        "the user said 'balcony' in message 1; find_rooms takes that as /features",
    ),
    "a date in words": (
        argument("/day", "2026-03-03"), "For tomorrow.",
        "the user said 'tomorrow' in message 1; find_rooms takes that as /day",
    ),
    "a yes": (
        argument("/has_beamer", True, "inferred"), "There has to be a beamer.",
        "what the user said in message 1 settles one thing more; find_rooms takes that as /has_beamer",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_the_user_stated_is_not_left_out_of_a_call(case):
    one, text, complaint = LEFT_OUT[case]

    assert missing(text, one, call(seats=4)) == complaint
    assert missing("Something else.", one, call(seats=4)) == ""
    assert missing(text, one, call(**{one.pointer[1:]: one.value})) == ""


def test_what_is_not_the_users_or_stands_elsewhere_in_the_call_may_be_left_out():
    assert missing("For 4.", argument("/seats", 4, "default"), call()) == ""
    assert missing("In Porto.", argument("/place", "Porto"), call(day="Porto")) == ""
    assert missing("In Porto.", argument("/place", "Porto"), call(day="2026-03-02")) != ""


def test_calls_are_paired_with_the_planned_ones_that_they_are_most_like():
    small, large = planned(argument("/seats", 4), id="a"), planned(argument("/seats", 40), id="b")
    made = (call("call_1", seats=40), call("call_2", seats=4), call("call_3"))

    pairs = pair(turn(small, large), made, ())

    assert [(one.id, actual.id) for one, actual in pairs] == [("b", "call_1"), ("a", "call_2")]
    assert [one.id for one, _ in pair(turn(small, large), made[:1], {"b"})] == ["a"]


def test_an_argument_is_held_by_a_turn_with_its_entries():
    held = turn(planned(argument("/features", ["balcony"])))

    assert is_held(held, "find_rooms", "/features/0")
    assert not is_held(held, "find_rooms", "/seats")
    assert not is_held(held, "find_halls", "/features/0")


# --- in the engine --------------------------------------------------------------------------------------------------

STARS = PlannedTurn(
    kind="tool_request",
    intent="Find a hotel.",
    steps=(
        PlannedStep(
            calls=(
                PlannedCall(
                    id="p", tool="search_hotels", arguments=(argument("/city", "Lisbon"), argument("/stars", 4))
                ),
            )
        ),
    ),
)
WHOLE, HALF = ({"city": "Lisbon", "stars": 4}, {"city": "Lisbon"})


def complaints(backend):
    return [request.complaint for request in of_class(backend, AssistantRequest)]


def test_a_call_that_leaves_out_what_was_said_is_made_again(script):
    dialogue, backend = script(
        says("A hotel with 4 stars in Lisbon?"), calls(("search_hotels", HALF)), calls(("search_hotels", WHOLE)), WORLD,
        tells("Found one."), turns=(STARS,), checks_steps=True,
    )  # fmt: skip

    assert "the user said '4' in message 0; search_hotels takes that as /stars" in complaints(backend)[1]
    assert dialogue.messages[1].tool_calls[0].parsed() == WHOLE


def test_in_the_last_attempt_such_a_call_passes(script):
    half = calls(("search_hotels", HALF))

    dialogue, backend = script(
        says("A hotel with 4 stars in Lisbon?"), half, half, half, WORLD, tells("Found one."), turns=(STARS,),
        checks_steps=True,
    )  # fmt: skip

    assert sum("takes that as /stars" in complaint for complaint in complaints(backend)) == 2
    assert dialogue.messages[1].tool_calls[0].parsed() == HALF


def test_nobody_is_advised_to_leave_out_what_the_user_wants_said(script):
    wrong = calls(("search_hotels", {"city": "Lisbon", "stars": 3}))

    _, backend = script(
        says("A hotel with 4 stars in Lisbon?"), wrong, calls(("search_hotels", WHOLE)), WORLD, tells("Found one."),
        turns=(STARS,), checks_steps=True,
    )  # fmt: skip

    assert "nothing states /stars; use what the conversation states, or ask the user for it" in complaints(backend)[1]
