import json

import pytest
from talks import calls, good, result, says, system, talk, user

from toolgraph.dialogue.messages import Message
from toolgraph.errors import FormatError
from toolgraph.formats import hermes, sharegpt

TWO = talk(
    user("Lisbon and Porto?"),
    calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "search_rooms", {"city": "Porto"})),
    result("b", {"rooms": []}),
    result("a", "busy"),
    says("None."),
)
"""A parallel step whose results come in another order, one of them no JSON."""


def test_sharegpt_is_what_llama_factory_reads():
    record = sharegpt.write(good())

    assert record["system"].startswith("Today is")
    assert [turn["from"] for turn in record["conversations"]] == [
        "human", "function_call", "observation", "gpt", "human", "function_call", "observation", "gpt",
    ]  # fmt: skip
    assert json.loads(record["conversations"][1]["value"]) == {"name": "search_rooms", "arguments": {"city": "Lisbon"}}
    assert json.loads(record["tools"])[0]["name"] == "search_rooms"


def test_in_sharegpt_a_parallel_step_is_one_list_of_calls_and_one_of_results():
    record = sharegpt.write(TWO)

    assert [call["arguments"]["city"] for call in json.loads(record["conversations"][1]["value"])] == [
        "Lisbon",
        "Porto",
    ]
    assert json.loads(record["conversations"][2]["value"]) == ["busy", {"rooms": []}]


def test_hermes_puts_tools_calls_and_results_into_tags():
    record = hermes.write(TWO)
    first, _, step, results, last = (turn["value"] for turn in record["conversations"])

    assert [turn["from"] for turn in record["conversations"]] == ["system", "human", "gpt", "tool", "gpt"]
    assert '<tools>\n[{"type": "function", "function": {"name": "search_rooms"' in first
    assert step == (
        '<tool_call>\n{"name": "search_rooms", "arguments": {"city": "Lisbon"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "search_rooms", "arguments": {"city": "Porto"}}\n</tool_call>'
    )
    assert results == (
        '<tool_response>\n{"name": "search_rooms", "content": "busy"}\n</tool_response>\n'
        '<tool_response>\n{"name": "search_rooms", "content": {"rooms": []}}\n</tool_response>'
    )
    assert last == "None."


def test_the_own_system_message_stands_before_the_tools_in_hermes():
    value = hermes.write(talk(system("Be kind."), user("Hi"), says("Hello")))["conversations"][0]["value"]

    assert value.startswith("Be kind.\n\nYou can call functions")


def test_a_foreign_hermes_record_is_read():
    record = {
        "id": "x",
        "conversations": [
            {
                "from": "system",
                "value": 'Use tools.\n<tools>\n{"name": "f", "parameters": {}}\n{"name": "g"}\n</tools>',
            },
            {"from": "human", "value": "Go"},
            {"from": "gpt", "value": 'Well.\n<tool_call>\n{"arguments": {"a": 1}, "name": "f"}\n</tool_call>\n'},
            {"from": "tool", "value": "<tool_response>\nall good\n</tool_response>"},
            {"from": "gpt", "value": "<think>\nhm\n</think>\n\nDone."},
        ],
    }

    dialogue = hermes.read(record, "here")

    assert [tool.name for tool in dialogue.tools] == ["f", "g"]
    assert [message.role for message in dialogue.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert dialogue.messages[2].content == "Well."
    assert dialogue.messages[2].tool_calls[0].arguments == '{"a": 1}'
    assert dialogue.messages[3].content == "all good"
    assert (dialogue.messages[4].reasoning, dialogue.messages[4].content) == ("hm", "Done.")


@pytest.mark.parametrize("format", [sharegpt, hermes])
def test_a_call_and_a_result_that_do_not_stand_together_cannot_be_written(format):
    apart = talk(*good().messages[:3], says("Wait."), *good().messages[3:])
    orphan = talk(user("Hi"), result("c", {}), says("Hm"))

    with pytest.raises(
        FormatError, match="dialogue t1, message 2: its calls are not each answered once right after it"
    ):
        format.write(apart)
    with pytest.raises(FormatError, match="dialogue t1, message 1: a result that answers no call"):
        format.write(orphan)


@pytest.mark.parametrize("format", [sharegpt, hermes])
def test_reasoning_that_would_end_itself_cannot_be_written(format):
    odd = talk(user("Hi"), Message(role="assistant", content="Hello", reasoning="a </think> b"))

    with pytest.raises(FormatError, match="dialogue t1: the reasoning holds '</think>'"):
        format.write(odd)


def test_words_that_look_like_a_call_cannot_be_written_in_hermes():
    with pytest.raises(FormatError, match="the assistant's words hold '<tool_call>'"):
        hermes.write(talk(user("Hi"), says("I write <tool_call> now.")))


@pytest.mark.parametrize(
    ("conversations", "reason"),
    [
        ("hello", "has no list of 'conversations'"),
        ([{"value": 1}], "conversation 0: expected"),
        ([{"from": "robot", "value": "x"}], 'conversation 0: comes from "robot"'),
        ([{"from": "function_call", "value": "{"}], "conversation 0: is not valid JSON"),
        ([{"from": "function_call", "value": "{}"}], "conversation 0: expected a call"),
        ([{"from": "observation", "value": "{}"}], "conversation 0: holds 1 results for 0 calls"),
    ],
)
def test_what_is_no_sharegpt_is_one_sentence(conversations, reason):
    with pytest.raises(FormatError) as caught:
        sharegpt.read({"conversations": conversations, "tools": "[]"}, "here")

    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ({"from": "robot", "value": "x"}, 'conversation 1: comes from "robot"'),
        ({"from": "gpt"}, "conversation 1: expected"),
        ({"from": "gpt", "value": "<tool_call>{}</tool_call>"}, "conversation 1: expected a call"),
        ({"from": "tool", "value": "<tool_response>1</tool_response>"}, "holds 1 results for 0 calls"),
    ],
)
def test_what_is_no_hermes_is_one_sentence(turn, reason):
    record = {"conversations": [{"from": "system", "value": "<tools>[]</tools>"}, turn]}

    with pytest.raises(FormatError) as caught:
        hermes.read(record, "here")

    assert reason in str(caught.value)
