import json

import pytest

from tests.models.test_requests import EXAMPLES
from toolgraph.models.filling import FillRequest
from toolgraph.models.judging import JudgeRequest
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.reading import Complaint, Refused
from toolgraph.models.online.schemas import closed, is_strict
from toolgraph.models.online.wires import WIRES, is_refusal
from toolgraph.models.requests import REQUESTS, AssistantRequest, PlanRequest, ToolRequest, UserRequest
from toolgraph.tools.spec import ToolSpec

RETURNS = {
    "type": "object",
    "properties": {"total": {"type": "number"}, "note": {"type": "string"}},
    "required": ["total"],
}
TOOL = ToolSpec(name="sum_up", returns=RETURNS)
SEARCH = ToolSpec(
    name="search",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}},
        "required": ["city"],
    },
)
TURN = {"kind": "tool_request", "intent": "Find a room.", "link": "opening"}
CALL = {"id": "c1", "tool": "search", "arguments": [{"pointer": "/city", "source": "user", "value": "Lisbon"}]}


def example(request_class, **changes):
    return EXAMPLES[request_class].model_copy(update=changes)


def read(request, value):
    return WIRES[type(request)].read(request, value)


def complaint_of(request, value):
    with pytest.raises(Complaint) as caught:
        read(request, value)
    return caught.value


def asked_of(tool=TOOL):
    return example(ToolRequest, tool=tool, arguments={})


def move_of(**changes):
    return example(AssistantRequest, **{"tools": (SEARCH,), **changes})


def test_every_request_has_a_wire():
    assert set(WIRES) == set(REQUESTS)


@pytest.mark.parametrize("request_class", [PlanRequest, UserRequest, JudgeRequest, FillRequest])
def test_the_schemas_of_our_own_answers_obey_strict_mode(request_class):
    assert WIRES[request_class].sent(example(request_class)).is_strict


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_schema_is_made_once_for_requests_of_a_kind(request_class):
    request = example(request_class)

    assert WIRES[request_class].sent(request) is WIRES[request_class].sent(request.model_copy(deep=True))


def test_what_only_rules_know_is_in_no_schema_and_in_no_answer():
    assert "meaning" not in WIRES[UserRequest].sent(example(UserRequest)).text
    assert "is_guessed" not in WIRES[FillRequest].sent(example(FillRequest)).text
    value = {"text": "Hello.", "meaning": [{"calls": [CALL]}], "mood": "good"}
    assert read(example(UserRequest), value).meaning == ()


def test_a_plan_of_needs_alone_has_no_room_for_calls():
    request = example(PlanRequest, plan_style="intents")

    answer = read(request, {"turns": [{**TURN, "steps": [{"calls": [CALL]}], "withheld": ["/city"]}]})

    assert "steps" not in WIRES[PlanRequest].sent(request).text
    assert (answer.turns[0].steps, answer.turns[0].withheld) == ((), ())


def test_a_grounded_plan_is_read_with_its_calls_and_written_calls_first():
    request = example(PlanRequest, plan_style="grounded")

    answer = read(request, {"turns": [{**TURN, "steps": [{"calls": [CALL]}], "withheld": [], "mood": 1}]})

    assert answer.turns[0].steps[0].calls[0].arguments[0].value == "Lisbon"
    item = WIRES[PlanRequest].schema(request)["properties"]["turns"]["items"]["properties"]
    assert list(item).index("steps") < list(item).index("intent")


def test_a_planned_argument_has_a_value_or_says_where_it_will_be_found_and_writes_nothing_idle():
    request = example(PlanRequest, plan_style="grounded")

    item = WIRES[PlanRequest].schema(request)["properties"]["turns"]["items"]["properties"]
    call = item["steps"]["items"]["properties"]["calls"]["items"]
    given, found = call["properties"]["arguments"]["items"]["anyOf"]

    assert given["required"] == ["pointer", "source", "value", "is_carried"]
    assert given["properties"]["source"]["enum"] == ["user", "context", "default", "inferred"]
    assert found["required"] == ["pointer", "source", "call", "path", "pick"]
    assert found["properties"]["source"]["enum"] == ["result"]


def test_a_planned_argument_of_either_shape_is_read_and_so_is_one_with_all_parts():
    found = {"pointer": "/city", "source": "result", "call": "c0", "path": "/city", "pick": ""}
    whole = {**found, "value": None, "is_carried": False}

    for argument in (found, whole):
        call = {"id": "c1", "tool": "search", "arguments": [argument]}
        answer = read(example(PlanRequest), {"turns": [{**TURN, "steps": [{"calls": [call]}]}]})
        assert answer.turns[0].steps[0].calls[0].arguments[0].model_dump() == whole


@pytest.mark.parametrize("value", ["Lisbon", 3, 2.5, True, None, ["a", "b"], [1, 2]])
def test_the_value_of_a_planned_argument_may_be_of_any_kind_and_keeps_it(value):
    argument = {"pointer": "/x", "source": "user", "value": value, "call": None, "path": "", "pick": ""}
    call = {"id": "c1", "tool": "search", "arguments": [argument]}

    answer = read(example(PlanRequest), {"turns": [{**TURN, "steps": [{"calls": [call]}]}]})

    found = answer.turns[0].steps[0].calls[0].arguments[0].value
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [[TURN], {"turns": [TURN]}, {"plan": {"turns": [TURN]}}, {"items": [TURN]}])
def test_a_plan_is_found_within_and_without_its_braces(value):
    assert read(example(PlanRequest), value).turns[0].intent == "Find a room."


def test_a_complaint_about_a_plan_names_the_place():
    complaint = complaint_of(example(PlanRequest), {"turns": [{**TURN, "kind": "wish"}]})

    assert complaint.check == "answer_shape"
    assert "/turns/0/kind: Input should be 'tool_request'" in complaint.text


def test_a_plan_without_turns_is_complained_about():
    assert complaint_of(example(PlanRequest), {"turns": []}).check == "answer_shape"


def test_a_bare_text_is_what_the_user_says():
    assert read(example(UserRequest), "Hello.").text == "Hello."
    assert read(example(UserRequest), {"text": "Hello.", "done": [1], "current": 2}).done == (1,)


@pytest.mark.parametrize(
    "value", [{"text": ""}, {"text": " \n"}, {"text": 5}, {}, [], 7, {"text": "x", "current": "2"}]
)
def test_a_user_message_that_is_none_is_complained_about(value):
    complaint_of(example(UserRequest), value)


def test_a_user_who_will_not_play_is_a_refusal():
    with pytest.raises(Refused):
        read(example(UserRequest), {"text": "I\u2019m sorry, but I can\u2019t assist with that request."})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can't help with that.", True),
        ("I'm sorry, but I cannot comply with this request.", True),
        ("Sorry, I am unable to fulfill that request.", True),
        ("As an AI language model, I cannot do that.", True),
        ("I'm sorry, but I can't find any room in Lisbon for these nights.", False),
        ("I can't help with that date, but the 4th is free.", False),
        ("I'm sorry to hear that. Shall I cancel the booking?", False),
        ("Could you help me with that?", False),
        ("", False),
    ],
)
def test_bare_refusals_are_told_from_bad_news(text, expected):
    assert is_refusal(text) is expected


@pytest.mark.parametrize(
    "value",
    [
        {"result": {"total": 3}},
        {"total": 3},
        {"result": '{"total": 3}'},
        {"result": {"total": 3}, "explanation": "as asked"},
    ],
)
def test_a_result_is_read_wrapped_bare_or_as_text(value):
    assert read(asked_of(), value).result == {"total": 3}


def test_a_result_that_has_a_result_of_its_own_is_kept_whole():
    tool = ToolSpec(
        name="t", returns={"type": "object", "properties": {"result": {"type": "integer"}}, "required": ["result"]}
    )

    assert read(asked_of(tool), {"result": 3}).result == {"result": 3}
    assert read(asked_of(tool), {"result": {"result": 3}}).result == {"result": 3}


def test_any_result_will_do_where_nothing_is_known_of_it():
    tool = ToolSpec(name="t")

    assert read(asked_of(tool), {"result": [1]}).result == [1]
    assert read(asked_of(tool), "done").result == "done"
    assert read(asked_of(tool), {"result": '{"status": "done"}'}).result == {"status": "done"}
    assert read(asked_of(tool), {"result": "41"}).result == "41"
    assert WIRES[ToolRequest].schema(asked_of(tool))["properties"] == {"result": {}}


def test_a_result_is_validated_by_the_full_schema_and_the_complaint_says_what_is_wrong():
    tool = ToolSpec(
        name="t", returns={"type": "object", "properties": {"code": {"type": "string", "pattern": r"^\d{2}$"}}}
    )

    complaint = complaint_of(asked_of(tool), {"result": {"code": "abc"}})

    assert complaint.check == "valid_results"
    assert r"/code: 'abc' does not match '^\\d{2}$'" in complaint.text
    assert "pattern" not in WIRES[ToolRequest].schema(asked_of(tool))["properties"]["result"]["properties"]["code"]


def test_numbers_in_quotes_are_no_numbers():
    assert complaint_of(asked_of(), {"result": {"total": "3"}}).check == "valid_results"


@pytest.mark.parametrize(
    "value",
    [
        {"say": "", "calls": [{"tool": "search", "arguments": {"city": "Lisbon"}}]},
        {"say": "One moment.", "calls": [{"tool": "search", "arguments": {"city": "Lisbon", "nights": None}}]},
        {"calls": [{"name": "search", "arguments": '{"city": "Lisbon"}'}]},
        [{"tool": "search", "arguments": {"city": "Lisbon"}}],
        {"tool": "search", "arguments": {"city": "Lisbon"}},
    ],
)
def test_a_prompted_call_is_read_and_words_beside_it_dropped(value):
    answer = read(move_of(), value)

    assert [(call.tool, call.arguments) for call in answer.calls] == [("search", {"city": "Lisbon"})]
    assert answer.text == ""


def test_prompted_words_are_read():
    assert read(move_of(), {"say": " Which city? ", "calls": []}).text == "Which city?"
    assert read(move_of(), "Which city?").text == "Which city?"


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ({"say": "", "calls": []}, "empty_answer"),
        ({"say": "", "calls": [{"tool": "fly", "arguments": {}}]}, "known_tool"),
        ({"say": "", "calls": [{"tool": "search", "arguments": {}}]}, "valid_arguments"),
        ({"say": "", "calls": [{"tool": "search", "arguments": {"city": "Lisbon", "nights": "2"}}]}, "valid_arguments"),
        ({"say": "", "calls": [{"tool": "search", "arguments": {"city": None}}]}, "valid_arguments"),
        ({"say": "", "calls": [{"tool": "search", "arguments": "{'city'}"}]}, "valid_json"),
        ({"say": "", "calls": [{"tool": "search", "arguments": [1]}]}, "valid_call"),
        ({"say": "", "calls": {"tool": "search"}}, "answer_shape"),
        (7, "answer_shape"),
    ],
)
def test_a_move_that_cannot_be_used_is_complained_about(value, check):
    assert complaint_of(move_of(), value).check == check


def test_reasoning_is_asked_for_and_kept_only_where_it_is_wanted():
    value = {"reasoning": "No city was named.", "say": "Which city?", "calls": []}

    wanted, unwanted = move_of(wants_reasoning=True), move_of()

    assert read(wanted, value).reasoning == "No city was named."
    assert read(unwanted, value).reasoning == ""
    assert next(iter(WIRES[AssistantRequest].schema(wanted)["properties"])) == "reasoning"
    assert "reasoning" not in WIRES[AssistantRequest].schema(unwanted)["properties"]


def test_a_prompted_call_is_held_to_the_tools_and_their_parameters():
    items = WIRES[AssistantRequest].schema(move_of())["properties"]["calls"]["items"]

    assert items["properties"]["tool"]["enum"] == ["search"]
    assert items["properties"]["arguments"]["required"] == ["city"]


def test_with_very_many_tools_their_parameters_are_not_spelt_out():
    tools = tuple(ToolSpec(name=f"tool_{number}") for number in range(30))

    items = WIRES[AssistantRequest].schema(move_of(tools=tools))["properties"]["calls"]["items"]

    assert len(items["properties"]["tool"]["enum"]) == 30
    assert items["properties"]["arguments"] == {"type": "object"}


def test_a_verdict_with_scores_that_are_none_is_complained_about():
    verdict = {"reason": "Fine.", "naturalness": 4, "coherence": 4, "helpfulness": 4, "accuracy": 5}
    request = example(JudgeRequest)

    assert read(request, verdict).accuracy == 5
    for wrong in ("4", 4.5, 4.0, 0, 6, "4/5", True, None):
        complaint_of(request, {**verdict, "accuracy": wrong})
    complaint_of(request, {name: score for name, score in verdict.items() if name != "coherence"})


@pytest.mark.parametrize("request_class", [PlanRequest, UserRequest, ToolRequest, FillRequest])
def test_what_the_rules_answer_is_read_back_from_its_json(request_class):
    request = example(request_class)
    if request_class is UserRequest:
        request = request.model_copy(update={"asked_back": False, "past": (), "call_ids": ()})
    answer = OfflineBackend(7).complete(request).answer

    known = answer.model_copy(update={"meaning": ()}) if request_class is UserRequest else answer
    known = known.model_copy(update={"is_guessed": False}) if request_class is FillRequest else known

    assert read(request, json.loads(answer.model_dump_json())) == known


def test_strict_mode_is_claimed_only_where_its_rules_are_kept():
    text = {"type": "string"}
    loose = {"type": "object", "properties": {"a": text}, "required": []}

    assert is_strict(closed(loose))
    assert not is_strict(loose)
    assert not is_strict({**closed(loose), "additionalProperties": {"type": "string"}})
    assert not is_strict(closed({"type": "object", "properties": {"a": {}}}))
    assert not is_strict({"anyOf": [closed(loose)]})
    assert not is_strict(closed({"type": "object", "properties": {"a": {"type": "array"}}}))
    assert not is_strict(text)
