import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts import messages_held
from talks import TOOLS, calls, good, result, says, system, talk, user

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.parallel import PARALLEL_OFF, PARALLEL_ON, allows_parallel
from toolgraph.errors import FormatError
from toolgraph.formats import FORMATS, button
from toolgraph.tools.spec import ToolSpec

RAIN = {
    "name": "get_rain",
    "description": "Tells how much it rains.",
    "parameters": {"city": {"type": "string", "description": "Name of the city"}},
    "required": ["city"],
    "responses": {"millimetres": {"type": "number", "description": "Rain of the day"}},
}
"""A function as others describe one: a map of properties, and what is required beside it."""
FOREIGN = (
    "Solve the task with functions. They are:\n<tool>\n{tools}\n</tool>\n\nThink first. Put calls into <call></call>. "
    "You should call one function at a time, and wait for the response before calling the next function.\n"
    "Put the answer into <final></final>."
)
ONE = '[{"name": "get_rain", "arguments": {"city": "Oslo"}}]'


def thinks(thought: str, message: Message) -> Message:
    return message.model_copy(update={"reasoning": thought})


def record(*said: tuple[str, object], tools: str = json.dumps([RAIN])) -> dict[str, object]:
    """A record of somebody else: its messages after the system message, as role and content."""
    first = {"role": "system", "content": FOREIGN.replace("{tools}", tools)}
    return {"messages": [first, *({"role": role, "content": content} for role, content in said)]}


def read(*said: tuple[str, object], **more: str) -> tuple[Message, ...]:
    """What is read of such a record, without its system message."""
    return button.read(record(*said, **more), "f.jsonl, line 3").messages[1:]


TWO = talk(
    system(f"Today is 2026-12-01. {PARALLEL_ON}"),
    user("Rooms in Lisbon and Porto?"),
    thinks(
        "Two cities, two calls.",
        calls(("call_1", "search_rooms", {"city": "Lisbon"}), ("call_2", "search_rooms", {"city": "Porto"})),
    ),
    result("call_1", {"rooms": []}),
    result("call_2", "busy"),
    thinks("Nothing there.", says("None.")),
)  # fmt: skip


def test_a_dialogue_is_written_in_the_published_layout():
    (key,) = button.write(TWO)
    messages = button.write(TWO)["messages"]

    assert key == "messages"
    assert all(list(message) == ["role", "content"] for message in messages)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert messages[2]["content"] == (
        'Two cities, two calls.\n<call>[{"name": "search_rooms", "arguments": {"city": "Lisbon"}}, '
        '{"name": "search_rooms", "arguments": {"city": "Porto"}}]</call>'
    )
    assert json.loads(messages[3]["content"]) == [
        {"name": "search_rooms", "arguments": {"city": "Lisbon"}, "results": {"rooms": []}},
        {"name": "search_rooms", "arguments": {"city": "Porto"}, "results": "busy"},
    ]
    assert messages[4]["content"] == "Nothing there.\n<final>None.</final>"


def test_the_system_message_lists_the_functions_on_lines_of_their_own():
    lines = button.write(TWO)["messages"][0]["content"].split("\n")

    functions = json.loads(lines[lines.index("<tool>") + 1])
    assert lines[0].startswith("Today is 2026-12-01.")
    assert lines[lines.index("<tool>") + 2] == "</tool>"
    assert [function["name"] for function in functions] == [tool.name for tool in TOOLS]
    assert list(functions[0]) == ["name", "description", "parameters", "required", "responses"]
    assert functions[0]["required"] == ["city"]


@pytest.mark.parametrize(
    ("own", "allowed"), [(PARALLEL_OFF, False), (PARALLEL_ON, True), ("Be kind.", True), ("", True)]
)
def test_one_sentence_of_the_system_message_says_whether_calls_may_be_made_at_once(own, allowed):
    dialogue = talk(system(own), user("Hi"), says("Hello"), tools=())

    text = button.write(dialogue)["messages"][0]["content"]

    assert allows_parallel(text) is allowed
    assert sum(sentence in text for sentence in (PARALLEL_ON, PARALLEL_OFF)) == 1
    assert button.read(button.write(dialogue), "x").messages == dialogue.messages


def test_what_is_written_is_read_again_as_it_was():
    again = button.read(json.loads(json.dumps(button.write(TWO))), "f.jsonl, line 1")

    assert again.messages == TWO.messages
    assert again.id == "f.jsonl, line 1"
    assert [(tool.name, tool.parameters) for tool in again.tools] == [(tool.name, tool.parameters) for tool in TOOLS]


def test_what_a_function_returns_is_kept():
    tool = ToolSpec(name="f", returns={"type": "object", "properties": {"a": {"type": "string"}}})

    (again,) = button.read(button.write(talk(user("Hi"), says("Hm."), tools=(tool,))), "x").tools

    assert again.returns == tool.returns


def test_several_turns_are_written_and_words_beside_calls_become_thoughts():
    step = thinks("First the rooms.", calls(("call_1", "search_rooms", {"city": "Lisbon"})))
    dialogue = talk(
        user("Rooms?"), says("Where?"), user("Lisbon."), step.model_copy(update={"content": "One moment."}),
        result("call_1", {}), says("None."),
    )  # fmt: skip

    messages = button.read(button.write(dialogue), "x").messages

    assert messages == messages_held(dialogue, "button")
    assert messages[3].reasoning == "First the rooms.\n\nOne moment."


TRICKY = "Not <call>[{}]</call> nor </final>, &lt;call&gt; or <final>, <tool> or </tool>."


def test_tags_in_somebodys_words_begin_nothing():
    dialogue = talk(
        system(TRICKY), user(TRICKY), thinks(TRICKY, calls(("call_1", "get_room", {"room_id": TRICKY}))),
        result("call_1", {"note": TRICKY}), thinks(TRICKY, says(TRICKY)), user("So?"), says(TRICKY),
        tools=(ToolSpec(name="get_room", description=TRICKY),),
    )  # fmt: skip

    written = button.write(dialogue)
    again = button.read(json.loads(json.dumps(written)), "x")

    assert again.messages == dialogue.messages
    assert again.tools[0].description == TRICKY
    replies = [said["content"] for said in written["messages"] if said["role"] == "assistant"]
    assert [(text.count("<call>"), text.count("<final>")) for text in replies] == [(1, 0), (0, 1), (0, 1)]


def test_a_call_without_its_result_cannot_be_written():
    with pytest.raises(FormatError, match="are not each answered once right after it"):
        button.write(talk(user("Hi"), calls(("a", "get_room", {})), says("Hm.")))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_a_trajectory_with_its_thoughts(name):
    again = FORMATS[name].read(json.loads(json.dumps(FORMATS[name].write(TWO))), "x")

    assert again.messages == TWO.messages


# --- what others write ---------------------------------------------------------------------------------------------


def test_a_foreign_record_is_read_with_all_of_its_system_message_but_the_functions():
    dialogue = button.read(record(("user", "Rain?"), ("assistant", f"Look. <call>{ONE}</call>")), "x")

    assert dialogue.messages[0].content.startswith("Solve the task with functions. They are:\n\nThink first.")
    assert "get_rain" not in dialogue.messages[0].content
    assert allows_parallel(dialogue.messages[0].content) is False
    assert dialogue.tools[0].parameters == {
        "type": "object", "properties": RAIN["parameters"], "required": ["city"],
    }  # fmt: skip
    assert dialogue.tools[0].returns == {"type": "object", "properties": RAIN["responses"]}
    assert dialogue.messages[2].reasoning == "Look."


SCHEMA = {"type": "object", "properties": RAIN["parameters"]}


@pytest.mark.parametrize(
    "tools",
    [
        json.dumps([RAIN]),
        json.dumps(RAIN),
        json.dumps([RAIN], indent=2),
        f"```json\n{json.dumps([RAIN])}\n```",
        json.dumps([{**RAIN, "parameters": SCHEMA}]),
        json.dumps([{**RAIN, "parameters": {**SCHEMA, "required": ["city"]}, "required": []}]),
        json.dumps({"type": "function", "function": RAIN}),
        json.dumps(RAIN).replace("Tells", "Of </tool> tells"),
        str([RAIN]),
    ],
)
def test_functions_are_read_in_every_shape_they_come_in(tools):
    (tool,) = button.read(record(("user", "Hi"), tools=tools), "x").tools

    assert tool.name == "get_rain"
    assert tool.input_schema["required"] == ["city"]
    assert set(tool.input_schema["properties"]) == {"city"}


def test_functions_one_per_line_are_read():
    lines = f"{json.dumps(RAIN)}\n{json.dumps({**RAIN, 'name': 'get_snow'})}"

    assert [tool.name for tool in button.read(record(tools=lines), "x").tools] == ["get_rain", "get_snow"]


@pytest.mark.parametrize(
    ("content", "thought"),
    [
        (f"Look. <call>{ONE}</call>", "Look."),
        (f"<call>\n  {ONE}\n</call>\n", ""),
        (f"Look.\n<call>{ONE[1:-1]}</call>", "Look."),
        (f"<call>```json\n{ONE}\n```</call>", ""),
        (f"<call>```json\n{ONE}\n```", ""),
        (f"<call>{ONE}</call> Then I wait.", "Then I wait."),
        (f"Look. <call>{ONE}", "Look."),
        (f"I use <call> here: <call>{ONE}</call>", "I use <call> here:"),
        ("<call>[{'name': 'get_rain', 'arguments': {'city': 'Oslo'},}]</call>", ""),
        ('<call>{"function": {"name": "get_rain", "arguments": {"city": "Oslo"}}}</call>', ""),
        ('<call>{"name": "get_rain", "parameters": {"city": "Oslo"}}</call>', ""),
        (f"<call>{ONE}\nplease</call>", "please"),
    ],
)
def test_calls_are_read_in_every_shape_they_come_in(content, thought):
    _, message = read(("user", "Rain?"), ("assistant", content))

    (call,) = message.tool_calls
    assert (call.id, call.name, json.loads(call.arguments)) == ("call_1", "get_rain", {"city": "Oslo"})
    assert message.reasoning.replace("\n\n", " ") == thought
    assert message.content == ""


@pytest.mark.parametrize(
    "line", ['{"name": "f", "arguments": {"a": "x\ny"}}', "{'name': 'f', 'arguments': {'a': 'x\ny'}}"]
)
def test_line_feeds_in_values_need_no_escape(line):
    (message,) = read(("assistant", f"<call>{line}</call>"))

    assert message.tool_calls[0].parsed() == {"a": "x\ny"}


def test_several_lists_of_calls_in_one_message_are_one_step():
    (message,) = read(("assistant", f"Both. <call>{ONE}</call>\n<call>{ONE}</call>"))

    assert [call.id for call in message.tool_calls] == ["call_1", "call_2"]


def test_a_closing_tag_in_a_value_does_not_end_the_calls():
    (message,) = read(("assistant", '<call>[{"name": "f", "arguments": {"a": "</call>"}}]</call>'))

    assert message.tool_calls[0].parsed() == {"a": "</call>"}


@pytest.mark.parametrize(
    ("content", "thought", "words"),
    [
        ("I know. <final>5 mm.</final>", "I know.", "5 mm."),
        ("<final>\n5 mm.\n</final>\n", "", "5 mm."),
        ("I know. <final>5 mm.", "I know.", "5 mm."),
        ("<final>5 mm.</final> That is all.", "That is all.", "5 mm."),
        ("No <call></call> needed. <final>5 mm.</final>", "No <call></call> needed.", "5 mm."),
        ("5 mm.", "", "5 mm."),
        ("", "", ""),
    ],
)
def test_answers_are_read_in_every_shape_they_come_in(content, thought, words):
    (message,) = read(("assistant", content))

    assert (message.reasoning, message.content, message.tool_calls) == (thought, words, ())


def test_a_call_and_an_answer_in_one_message_are_both_kept_for_the_checks():
    (message,) = read(("assistant", f"<call>{ONE}</call><final>5 mm.</final>"))

    assert (len(message.tool_calls), message.content) == (1, "5 mm.")


CALL = ("assistant", f"<call>{ONE}</call>")
PAIR = ("assistant", '<call>[{"name": "f", "arguments": {"a": 1}}, {"name": "f", "arguments": {"a": 2}}]</call>')


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "get_rain", "arguments": {"city": "Oslo"}, "results": {"mm": 5}}]',
        '{"name": "get_rain", "results": {"mm": 5}}',
        '[\n {"name": "get_rain",\n  "results": {"mm": 5}}\n]\n',
        '{"mm": 5}',
        "[{'name': 'get_rain', 'arguments': {}, 'results': {'mm': 5}}]",
        [{"name": "get_rain", "results": {"mm": 5}}],
        {"mm": 5},
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", ["tool", "tools", "function"])
def test_results_are_read_in_every_shape_they_come_in(role, content):
    _, answer = read(CALL, (role, content))

    assert (answer.role, answer.tool_call_id, json.loads(answer.content)) == ("tool", "call_1", {"mm": 5})


@pytest.mark.parametrize(
    "content", ["5 mm", '["a", "b"]', "[]", "", '{"name": "Oslo", "id": 4}', '[{"id": 1}, {"id": 2}]']
)
def test_what_names_no_function_is_the_result_itself(content):
    assert read(CALL, ("tool", content))[1].content == content


def test_results_belong_to_the_calls_of_their_name_and_arguments():
    swapped = [
        {"name": "f", "arguments": {"a": 2}, "results": "two"},
        {"name": "f", "arguments": {"a": 1}, "results": "one"},
    ]

    _, one, two = read(PAIR, ("tool", json.dumps(swapped)))

    assert [(answer.tool_call_id, answer.content) for answer in (one, two)] == [("call_1", "one"), ("call_2", "two")]


def test_results_in_several_messages_are_put_together():
    _, one, two = read(PAIR, ("tool", '{"name": "f", "results": 1}'), ("tool", '{"name": "f", "results": 2}'))

    assert (one.content, two.content) == ("1", "2")


def test_roles_are_known_by_their_other_names():
    plural = {**record(("user", "Hi"))["messages"][0], "role": "systems"}  # type: ignore[index]

    assert button.read({"messages": [plural, {"role": "user", "content": "Hi"}]}, "x").messages[0].role == "system"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (("assistant", "<call>[{]</call>"), "message 1: what stands in <call> is not valid JSON"),
        (("assistant", "<call>get_rain(Oslo)</call>"), "message 1: what stands in <call> is not valid JSON"),
        (("assistant", "<call>[5]</call>"), "message 1: expected a call as"),
        (("assistant", "<call></call>"), "message 1: holds '<call>' but neither calls nor an answer"),
        (("assistant", "Done.</final>"), "message 1: holds '</final>' but neither calls nor an answer"),
        (("assistant", "<call> " * 99), "message 1: holds '<call>' again and again"),
        (("assistant", None), 'message 1: expected {"role", "content"}'),
        (("king", "Hi"), 'message 1: has the role "king"; expected system, user, assistant or tool'),
        (("tool", "[]"), "message 1: holds results, and no call before it waits for one"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_place(said, reason):
    with pytest.raises(FormatError) as caught:
        read(said)

    assert str(caught.value).startswith("f.jsonl, line 3, ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"name": "f", "results": 1}]', "message 2: holds 1 results for 2 calls"),
        (
            '[{"name": "f", "results": 1}, {"name": "g", "results": 1}]',
            "message 2: holds a result of \"g\" where one of 'f'",
        ),
        ("busy", "message 2: holds 1 results for 2 calls"),
    ],
)
def test_results_that_do_not_fit_their_calls_are_one_sentence(content, reason):
    with pytest.raises(FormatError) as caught:
        read(PAIR, ("tool", content), ("assistant", "<final>So.</final>"))

    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({}, "has no list of 'messages'"),
        ({"messages": []}, "begin with a system message holding <tool>"),
        ({"messages": ["Hi"]}, "begin with a system message holding <tool>"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "begin with a system message holding <tool>"),
        ({"messages": [{"role": "system", "content": "<tool>[{}]"}]}, "message 0: has no '</tool>'"),
        ({"messages": [{"role": "system", "content": "<tool>[{]</tool>"}]}, "what stands in <tool> is not valid JSON"),
        ({"messages": [{"role": "system", "content": "<tool>[5]</tool>"}]}, "tool 1: expected a tool"),
        ({"messages": [{"role": "system", "content": "<tool>[{}]</tool>"}]}, "tool 1:"),
        ({"messages": [*record()["messages"], 5]}, "message 1: expected an object, found int"),
        (
            {"messages": [*record()["messages"], {"role": "assistant", "content": "", "tool_calls": [{}]}]},
            "message 1: holds 'tool_calls'",
        ),
    ],
)  # fmt: skip
def test_a_record_of_something_else_is_one_sentence(broken, reason):
    with pytest.raises(FormatError) as caught:
        button.read(broken, "f.jsonl, line 3")

    assert str(caught.value).startswith("f.jsonl, line 3")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        "<call>" + "[" * 100_000,
        "<call>" + "(" * 50_000 + "</call>",
        "<call>" + "-" * 90_000 + "1</call>",
        "<call>(1)" * 5_000 + "<final></call>",
        "<call>[1]" * 5_000,
    ],
)
def test_texts_nested_or_repeated_beyond_reason_are_words_or_an_error(text):
    try:
        (message,) = read(("assistant", text))
    except FormatError:
        assert "<call>" in text
    else:
        assert message.content == text


def test_a_huge_result_is_read():
    rows = [{"id": number, "text": "ж" * 20} for number in range(20_000)]

    _, answer = read(CALL, ("tool", json.dumps([{"name": "get_rain", "results": rows}], ensure_ascii=False)))

    assert json.loads(answer.content) == rows


def test_other_languages_pass_unchanged():
    arguments = json.dumps({"city": "Лиссабон"}, ensure_ascii=False)
    dialogue = talk(
        user("Есть ли комнаты в Лиссабоне?"), thinks("ищу", calls(("call_1", "search_rooms", arguments))),
        result("call_1", json.dumps({"rooms": ["青い部屋"]}, ensure_ascii=False)), says("غرفة واحدة 🏨"),
    )  # fmt: skip

    written = button.write(dialogue)

    assert "Лиссабон" in written["messages"][2]["content"]
    assert button.read(written, "x").messages == dialogue.messages


def test_our_own_good_dialogue_survives_but_for_the_ids_of_its_calls():
    again = button.read(button.write(good()), "x").messages

    assert [message.content for message in again] == [message.content for message in good().messages]
    assert [call.id for message in again for call in message.tool_calls] == ["call_1", "call_2"]


PIECES = [
    "<call>", "</call>", "<final>", "</final>", "<tool>", "[", "]", "{", "}", ONE, "'name'", '"', ":", ",", "```json",
    "\n", "&lt;call&gt;", "да", "5", "Look.",
]  # fmt: skip
SOUPS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
KEYS = st.sampled_from(["name", "arguments", "results", "role", "content", "function", "parameters", "required"])
ANYTHING = st.recursive(
    st.none() | st.integers() | SOUPS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant", "tool"]), SOUPS | ANYTHING), max_size=4), ANYTHING)
def test_whatever_others_write_is_a_dialogue_or_one_sentence(said, tools):
    told, given_record = "", record(*said, tools=tools if isinstance(tools, str) else json.dumps([tools]))
    try:
        dialogue = button.read(given_record, "x")
    except FormatError as error:
        told = str(error)
    else:
        spoken = [role for role, _ in said if role != "tool"]
        assert [message.role for message in dialogue.messages[1:] if message.role != "tool"] == spoken
    assert "\n" not in told


def test_a_record_is_known_by_its_functions_and_its_tags():
    assert button.matches(record(("user", "Hi")))
    assert not button.matches({**record(("user", "Hi")), "tools": []})
    assert not button.matches({"messages": [{"role": "system", "content": "Of <tool>[] I know."}]})
    assert not button.matches({"messages": []})
