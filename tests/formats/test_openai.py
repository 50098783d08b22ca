import json

import pytest
from talks import good

from toolgraph.errors import FormatError
from toolgraph.formats import openai


def test_a_dialogue_is_written_as_openai_wants_it():
    record = openai.write(good())

    assert list(record) == ["id", "tools", "messages"]
    assert record["tools"][0]["type"] == "function"
    assert set(record["tools"][0]["function"]) == {"name", "description", "parameters"}
    assert record["messages"][2] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "search_rooms", "arguments": '{"city": "Lisbon"}'}}
        ],
    }
    assert list(record["messages"][3]) == ["role", "tool_call_id", "content"]
    assert json.loads(record["messages"][3]["content"])["rooms"][0]["room_id"] == "RM-10"


def read(*messages, **more):
    return openai.read({"messages": list(messages), **more}, "f.jsonl, line 3")


def test_a_dialogue_without_an_id_is_named_by_its_place():
    assert read({"role": "user", "content": "Hi"}).id == "f.jsonl, line 3"


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ({"role": "assistant", "content": None}, ""),
        ({"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "!"}]}, "Hello!"),
        ({"role": "tool", "tool_call_id": "c", "content": {"a": 1}}, '{"a": 1}'),
        ({"role": "tool", "tool_call_id": "c", "content": [1, 2]}, "[1, 2]"),
        ({"role": "developer", "content": "Be brief."}, "Be brief."),
    ],
)
def test_contents_are_read_in_every_shape_they_come_in(message, content):
    assert read(message).messages[0].content == content


def test_arguments_given_as_an_object_become_text():
    call = {"id": "c", "function": {"name": "f", "arguments": {"city": "Zürich"}}}

    (message,) = read({"role": "assistant", "tool_calls": [call]}).messages

    assert message.tool_calls[0].arguments == '{"city": "Zürich"}'


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (["hello"], "message 0: expected an object, found str"),
        ([{"role": "robot"}], 'message 0: has the role "robot"; expected system, user, assistant or tool'),
        ([{"role": "assistant", "tool_calls": {"id": 1}}], "message 0: 'tool_calls' must be a list, found dict"),
        ([{"role": "assistant", "tool_calls": [{"name": "f"}]}], "message 0, call 1: expected"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}], "part of type 'image_url'"),
    ],
)
def test_what_is_no_message_is_one_sentence_with_its_place(messages, reason):
    with pytest.raises(FormatError) as caught:
        read(*messages)

    assert str(caught.value).startswith("f.jsonl, line 3, ")
    assert reason in str(caught.value)


def test_a_tool_that_is_none_is_named():
    with pytest.raises(FormatError, match=r"f\.jsonl, line 3, tool 2: the tool has no name"):
        read(tools=[{"name": "f"}, {"type": "function", "function": {"description": "x"}}])


def test_equal_tools_of_one_file_are_one_object():
    one, other = (read(tools=[{"name": "f", "parameters": {}}]) for _ in range(2))

    assert one.tools[0] is other.tools[0]


@pytest.mark.parametrize("entry", [[], 5, "find"])
def test_a_tool_that_is_no_object_is_one_sentence(entry):
    with pytest.raises(FormatError, match=r"f\.jsonl, line 3, tool 1: expected a tool \(an object\), found"):
        read(tools=[entry])
