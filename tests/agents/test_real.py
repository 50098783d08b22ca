"""Dialogues whose calls are really made: what becomes of errors, of nothing found, of plans that do not come true."""

import json
from contextlib import contextmanager

import pytest

from agents.engine import DialogueFailed, play
from agents.real import is_playable
from toolgraph.dialogue.blueprint import Blueprint, PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.errors import LiveError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.requests import AssistantAnswer, PlainCall, ToolRequest, UserAnswer
from toolgraph.quality.checks import findings_in
from toolgraph.tools.live import LiveResult, failed

TWO = {"hotels": [{"hotel_id": "HT-1", "city": "Leeds"}, {"hotel_id": "HT-2", "city": "Leeds"}]}
SEARCH = PlannedCall(
    id="c1", tool="search_hotels", arguments=(PlannedArgument(pointer="/city", source="user", value="Leeds"),)
)
WEATHER = PlannedCall(
    id="c3", tool="get_weather", arguments=(PlannedArgument(pointer="/city", source="user", value="Leeds"),)
)


def book(pick, id="c2"):
    hotel = PlannedArgument(pointer="/hotel_id", source="result", call="c1", path="/hotels/*/hotel_id", pick=pick)
    return PlannedCall(id=id, tool="book_hotel", arguments=(hotel,))


def turn(*calls):
    return PlannedTurn(kind="tool_request", intent="Find.", steps=tuple(PlannedStep(calls=(call,)) for call in calls))


class Answering:
    """Real tools by name; a LiveError for the session, where there is one."""

    def __init__(self, results, broken=""):
        self.results, self.broken, self.calls = results, broken, []

    @contextmanager
    def session(self):
        if self.broken:
            raise LiveError(self.broken)
        yield self

    def call(self, name, arguments):
        self.calls.append(name)
        result = self.results[name]
        return result if isinstance(result, LiveResult) else LiveResult(result)


@pytest.fixture
def played(small_catalogue):
    def run(turns, results, **more):
        tools = Answering(results, **more)
        plan = Blueprint(id="d1", seed=7, tools=("x",), style="plain", turns=turns)
        dialogue = play(plan, small_catalogue, backend=OfflineBackend(7), live=tools)
        assert findings_in(dialogue) == ()
        return dialogue, tools

    return run


def last_words(dialogue):
    return dialogue.messages[-1].content


def test_results_are_those_of_the_tools_and_arguments_are_taken_from_them(played):
    dialogue, tools = played((turn(SEARCH, book("1")),), {"search_hotels": TWO, "book_hotel": {"booking_id": "BK-9"}})

    assert tools.calls == ["search_hotels", "book_hotel"]
    told = [json.loads(message.content) for message in dialogue.messages if message.role == "tool"]
    assert told == [TWO, {"booking_id": "BK-9"}]
    assert dialogue.messages[4 - 1].tool_calls[0].parsed() == {"hotel_id": "HT-2"}
    assert dialogue.meta["executed"] == {"calls": 2, "errors": 0}
    assert "BK-9" in last_words(dialogue)


def test_an_error_becomes_a_tool_message_and_the_assistant_says_so(played):
    results = {"search_hotels": TWO, "book_hotel": failed("The hotel is closed for the winter.")}

    dialogue, _ = played((turn(SEARCH, book("0")),), results)

    assert json.loads(dialogue.messages[-2].content) == {"error": "The hotel is closed for the winter."}
    assert "The hotel is closed for the winter." in last_words(dialogue)
    assert dialogue.meta["executed"]["errors"] == 1


def test_where_nothing_is_found_the_rest_of_the_plan_is_left_out(played):
    results = {"search_hotels": {"hotels": []}, "get_weather": {"sky": "grey"}}

    dialogue, tools = played((turn(WEATHER), turn(SEARCH, book("0")), turn(book("0", "c4"))), results)

    assert tools.calls == ["get_weather", "search_hotels"]
    assert sum(message.role == "user" for message in dialogue.messages) == 2
    assert any(word in last_words(dialogue) for word in ("nothing", "Nothing", "empty", "no match"))


def test_an_entry_that_is_not_there_ends_the_turn_with_what_there_is(played):
    one = {"hotels": TWO["hotels"][:1]}

    dialogue, tools = played((turn(SEARCH, book("1")),), {"search_hotels": one})

    assert tools.calls == ["search_hotels"]
    assert "one match" in last_words(dialogue)
    assert "HT-2" not in last_words(dialogue)


def test_a_result_that_breaks_a_promise_is_real_and_the_mismatch_is_recorded(played):
    results = {"search_hotels": LiveResult({"inns": [{"name": "The Bell"}]}, mismatches=("the whole: 'hotels' ...",))}

    dialogue, _ = played((turn(SEARCH),), results)

    assert "The Bell" in last_words(dialogue)
    assert dialogue.meta["executed"]["mismatches"] == ["search_hotels the whole: 'hotels' ..."]


@pytest.mark.parametrize(("result", "check"), [(failed("the server ended"), "error"), ({"hotels": []}, "empty_result")])
def test_a_dialogue_in_which_no_call_brings_anything_is_given_up(played, result, check):
    with pytest.raises(DialogueFailed) as caught:
        played((turn(SEARCH),), {"search_hotels": result})

    assert (caught.value.stage, caught.value.check) == ("tool", check)


def test_tools_that_cannot_be_started_cost_the_dialogue_and_nothing_else(played):
    with pytest.raises(DialogueFailed) as caught:
        played((turn(SEARCH),), {}, broken="MCP server 'x': it ended with exit code 3")

    assert (caught.value.stage, caught.value.check) == ("tool", "session")


def test_a_technical_error_is_not_quoted_to_the_user(played):
    results = {"search_hotels": TWO, "book_hotel": failed("KeyError: room_type_id in book_hotel_v2")}

    dialogue, _ = played((turn(SEARCH, book("0")),), results)

    assert "room_type_id" not in last_words(dialogue)
    assert "error" in last_words(dialogue) or "work" in last_words(dialogue) or "done" in last_words(dialogue)


@pytest.mark.parametrize(
    ("result", "pick", "expected"),
    [
        (TWO, "1", True), (TWO, "-1", True), (TWO, "2", False), ({"hotels": []}, "0", False),
        ({"error": "no"}, "0", False), ({"hotels": None}, "0", False), ([], "0", False),
        ({"hotels": [{"hotel_id": None}]}, "0", False),
    ],
)  # fmt: skip
def test_a_turn_is_playable_if_what_it_takes_is_there(result, pick, expected):
    messages = (Message(role="tool", content=json.dumps(result), tool_call_id="call_1"),)

    assert is_playable(turn(book(pick)), messages, {"c1": "call_1"}) is expected


def test_what_a_turn_finds_itself_need_not_be_there_before():
    assert is_playable(turn(SEARCH, book("0")), (), {})
    assert not is_playable(turn(book("0")), (), {})


def test_with_models_too_the_tools_answer_and_no_model_is_asked_to(script):
    tools = Answering({"search_hotels": TWO})

    dialogue, backend = script(
        UserAnswer(text="Find me a hotel in Leeds, please."),
        AssistantAnswer(calls=(PlainCall(tool="search_hotels", arguments={"city": "Leeds"}),)),
        AssistantAnswer(text="There are two hotels in Leeds: HT-1 and HT-2."),
        turns=(turn(SEARCH),), live=tools, checks_steps=True,
    )  # fmt: skip

    assert tools.calls == ["search_hotels"]
    assert not any(isinstance(request, ToolRequest) for request in backend.requests)
    assert dialogue.meta["executed"] == {"calls": 1, "errors": 0}
