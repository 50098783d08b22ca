import json

import pytest

from tests.models.online.online_fakes import calls, response
from tests.models.test_requests import EXAMPLES
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.models.online.native import native_messages, read_move, sent_tools
from toolgraph.models.online.reading import Complaint, Refused
from toolgraph.models.requests import AssistantRequest
from toolgraph.tools.spec import ToolSpec

REQUEST = EXAMPLES[AssistantRequest].model_copy(update={"complaint": ""})
ODD = ("hotels/search", "hotels.search", "hotels_search", "\u6771\u4eac", "x" * 70, "x" * 80, "")


def sent(request, **options):
    return native_messages(request, sent_tools(request.tools), **options)


def move_of(body, request=REQUEST):
    return read_move(request, body, sent_tools(request.tools))


def test_the_dialogue_is_sent_as_messages_with_one_system_message_that_holds_guidance_and_setting():
    messages = sent(REQUEST)

    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
    assert messages[0]["content"].startswith(REQUEST.render_parts()[0])
    assert messages[0]["content"].endswith("Today is Monday, 2026-03-02.")


def test_content_beside_calls_is_empty_and_never_null_and_results_are_linked_by_id():
    _, _, assistant, tool = sent(REQUEST)

    assert assistant["content"] == ""
    assert tool["tool_call_id"] == assistant["tool_calls"][0]["id"] == "call_1"


def test_what_was_wrong_stands_at_the_end_of_the_system_message():
    request = REQUEST.model_copy(update={"complaint": "nothing states the day"})

    messages = sent(request, complaint="the answer was cut off.")

    assert messages[-1]["role"] == "tool"
    assert messages[0]["content"].endswith("nothing states the day\n\nthe answer was cut off.")


def test_tools_without_parameters_are_sent_with_an_empty_object():
    assert sent_tools((ToolSpec(name="now"),)).bodies[0]["function"]["parameters"] == {
        "type": "object",
        "properties": {},
    }
    assert sent_tools((ToolSpec(name="now", parameters={}),)).bodies[0]["function"]["parameters"]["properties"] == {}


def test_parameters_are_sent_simplified():
    tool = ToolSpec(name="t", parameters={"type": "dict", "properties": {"a": {"type": "str", "maxLength": 5000}}})

    assert sent_tools((tool,)).bodies[0]["function"]["parameters"]["properties"] == {"a": {"type": "string"}}


def test_alternatives_at_the_root_of_the_parameters_are_not_sent():
    tool = ToolSpec(
        name="t", parameters={"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}}
    )

    parameters = sent_tools((tool,)).bodies[0]["function"]["parameters"]

    assert parameters["type"] == "object"
    assert "anyOf" not in parameters


def test_names_that_servers_do_not_admit_are_mapped_to_unique_ones_and_back():
    tools = sent_tools(tuple(ToolSpec(name=name) for name in ODD if name))

    names = [body["function"]["name"] for body in tools.bodies]
    assert all(0 < len(name) <= 64 and name.replace("_", "").replace("-", "").isascii() for name in names)
    assert len(set(names)) == len(names)
    assert [tools.real_name[name] for name in names] == [name for name in ODD if name]
    assert "hotels_search" in names
    assert tools.sent_name["hotels_search"] == "hotels_search"


def test_a_mapped_tool_is_called_by_its_real_name_in_the_record_and_its_sent_name_in_the_history():
    tool = ToolSpec(name="hotels/search")
    call = ToolCall(id="call_1", name="hotels/search", arguments="{}")
    history = (Message(role="user", content="Hi"), Message(role="assistant", tool_calls=(call,)))
    request = REQUEST.model_copy(update={"tools": (tool,), "messages": history})

    assert sent(request)[-1]["tool_calls"][0]["function"]["name"] == "hotels_search"
    assert move_of(calls(("hotels_search", {})), request).calls[0].tool == "hotels/search"


def test_a_tool_named_in_another_script_says_its_name_in_words_and_may_be_called_by_it():
    tools = (
        ToolSpec(name="\u67e5\u8be2\u5929\u6c14", description="Weather."),
        ToolSpec(name="tool"),
        ToolSpec(name="\u6771\u4eac"),
    )
    request = REQUEST.model_copy(update={"tools": tools})

    told = {body["function"]["name"]: body["function"]["description"] for body in sent_tools(tools).bodies}
    assert told == {"tool_2": "\u67e5\u8be2\u5929\u6c14: Weather.", "tool": "", "tool_3": "\u6771\u4eac"}
    for name, meant in (("\u67e5\u8be2\u5929\u6c14", 0), ("tool_2", 0), ("tool", 1), ("\u6771\u4eac", 2)):
        assert move_of(calls((name, {})), request).calls[0].tool == tools[meant].name


def test_several_calls_are_one_move_and_words_beside_them_are_dropped():
    answer = move_of(
        calls(("search_hotels", {"city": "Lisbon"}), ("search_hotels", {"city": "Porto"}), content="Wait.")
    )

    assert [call.arguments["city"] for call in answer.calls] == ["Lisbon", "Porto"]
    assert answer.text == ""


def test_words_are_a_move():
    assert move_of(response(" Which nights? ")).text == "Which nights?"


@pytest.mark.parametrize(
    ("body", "check"),
    [
        (response(""), "empty_answer"),
        (response(None), "empty_answer"),
        (response("Which ni", finish="length"), "cut_off"),
        (calls(("search_hotels", {"city": "Lisbon"}), finish="length"), "cut_off"),
        (calls(("search_hotels", '{"city": "Li')), "valid_json"),
        (calls(("fly", {})), "known_tool"),
        (calls(("search_hotels", {})), "valid_arguments"),
        (calls(("search_hotels", {"city": 5})), "valid_arguments"),
        (response("<think>Hm"), "empty_answer"),
    ],
)
def test_a_response_without_a_usable_move_is_complained_about(body, check):
    with pytest.raises(Complaint) as caught:
        move_of(body)

    assert caught.value.check == check


def test_a_refusal_is_no_move():
    with pytest.raises(Refused):
        move_of(response("I'm sorry, but I can't help with that."))


@pytest.mark.parametrize(
    "body",
    [
        response("<reasoning>No nights were named.</reasoning>\n\nWhich nights?"),
        response("<think>No nights were named.</think>Which nights?"),
        response("Which nights?", reasoning_content="No nights were named."),
    ],
)
def test_reasoning_is_kept_where_it_is_wanted_and_dropped_where_not(body):
    wanted = REQUEST.model_copy(update={"wants_reasoning": True})

    assert move_of(body, wanted).reasoning == "No nights were named."
    assert move_of(body).reasoning == ""
    assert move_of(body).text == move_of(body, wanted).text == "Which nights?"
    assert "<reasoning>" in sent(wanted)[0]["content"]
    assert "<reasoning>" not in sent(REQUEST)[0]["content"]


def test_nothing_of_the_plan_is_sent():
    text = json.dumps(sent(REQUEST))

    assert "/planned" not in text
    assert "Find a place to stay." not in text
