import pytest

from tests.models.online.online_fakes import calls, response, says
from toolgraph.models.online.reading import Complaint, Refused, answers_in, raw_text, said, shown_text, without_thoughts

OFFERED = ("search", "book")


def complaint_of(body, offered=OFFERED):
    with pytest.raises(Complaint) as caught:
        answers_in(said(body, offered=offered))
    return caught.value


@pytest.mark.parametrize(
    ("leaked", "reasoning"),
    [
        ("<think>Which city?</think>Lisbon.", "Which city?"),
        ("<think>\nWhich city?\n</think>\n\nLisbon.", "Which city?"),
        ("Which city?</think>Lisbon.", "Which city?"),
        ("Lisbon.<think>Was that right", "Was that right"),
        ("<thinking>Which city?</thinking>Lisbon.", "Which city?"),
        ("[THINK]Which city?[/THINK]Lisbon.", "Which city?"),
        ("<reasoning>Which city?</reasoning>Lisbon.", "Which city?"),
        ("<THINK>Which city?</THINK>Lisbon.", "Which city?"),
    ],
)
def test_leaked_thoughts_are_told_from_what_was_said(leaked, reasoning):
    spoken = said(response(leaked))

    assert (spoken.text, spoken.reasoning) == ("Lisbon.", reasoning)


def test_thoughts_without_an_end_leave_nothing_that_was_said():
    assert complaint_of(response("<think>Hm, which city")).check in ("empty_answer", "valid_json")


def test_comparisons_and_footnotes_are_no_thoughts():
    assert without_thoughts("5 < 6 and [1]") == ("5 < 6 and [1]", [])


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_in_a_field_of_their_own_are_kept_apart(field):
    spoken = said(response("Lisbon.", **{field: "Which city?"}))

    assert (spoken.text, spoken.reasoning) == ("Lisbon.", "Which city?")


def test_a_constrained_answer_that_landed_among_the_thoughts_is_found():
    assert answers_in(said(response(None, reasoning_content='{"text": "hello"}'))) == [{"text": "hello"}]


def test_thoughts_are_no_answer():
    assert complaint_of(response("", reasoning_content="I would say {hello}")).check == "valid_json"


@pytest.mark.parametrize("content", [None, "", "   ", []])
def test_empty_content_is_complained_about(content):
    assert complaint_of(response(content)).check == "empty_answer"


def test_content_in_parts_is_put_together():
    parts = [{"type": "reasoning", "text": "Hm."}, {"type": "text", "text": "Lis"}, {"type": "text", "text": "bon."}]

    spoken = said(response(parts))

    assert (spoken.text, spoken.reasoning) == ("Lisbon.", "Hm.")


@pytest.mark.parametrize(
    "body",
    [{}, {"choices": []}, {"choices": None}, {"choices": [{}]}, {"choices": [{"message": None}]}, {"choices": "x"}],
)
def test_a_response_without_a_message_is_complained_about(body):
    assert complaint_of(body).check == "empty_answer"
    assert raw_text(body)
    assert shown_text(body) == ""


def test_an_answer_that_was_cut_off_is_complained_about_as_such():
    assert complaint_of(response('{"text": "hel', finish="length")).check == "cut_off"
    assert complaint_of(response("", finish="length")).check == "cut_off"


def test_an_answer_that_was_complete_before_it_was_cut_off_counts():
    assert answers_in(said(response('{"text": "hello"}   \n\n\n ', finish="length"))) == [{"text": "hello"}]


def test_a_cut_off_call_that_claims_to_be_whole_is_complained_about_with_the_error_in_it():
    complaint = complaint_of(calls(("search", '{"city": "Lis'), finish="tool_calls"))

    assert complaint.check == "valid_json"
    assert "arguments of search" in complaint.text
    assert "Unterminated string" in complaint.text


def test_a_cut_off_call_is_complained_about_as_cut_off_where_the_server_says_so():
    assert complaint_of(calls(("search", '{"city": "Lis'), finish="length")).check == "cut_off"


@pytest.mark.parametrize("arguments", ['{"city": "Lisbon"}', {"city": "Lisbon"}])
def test_arguments_are_read_as_text_and_as_an_object(arguments):
    function = {"name": "search", "arguments": arguments}

    spoken = said(response(None, tool_calls=[{"type": "function", "function": function}]), offered=OFFERED)

    assert [(call.name, call.arguments) for call in spoken.calls] == [("search", {"city": "Lisbon"})]


@pytest.mark.parametrize("arguments", [None, "", "  ", "{}"])
def test_missing_arguments_are_none(arguments):
    body = response("", tool_calls=[{"function": {"name": "search", "arguments": arguments}}])

    spoken = said(body, offered=OFFERED)

    assert spoken.calls[0].arguments == {}


@pytest.mark.parametrize("arguments", ["[1]", '"Lisbon"', [1]])
def test_arguments_that_are_no_object_are_complained_about(arguments):
    body = response("", tool_calls=[{"function": {"name": "search", "arguments": arguments}}])

    assert complaint_of(body).check == "valid_call"


@pytest.mark.parametrize("call", [None, {}, {"function": {}}, {"function": {"name": None}}, "search"])
def test_a_call_without_a_name_is_complained_about(call):
    assert complaint_of(response("", tool_calls=[call])).check == "valid_call"


def test_calls_without_ids_or_with_the_same_id_are_calls_all_the_same():
    body = calls(("search", {"city": "Lisbon"}), ("search", {"city": "Porto"}))
    del body["choices"][0]["message"]["tool_calls"][0]["id"]

    assert [call.arguments["city"] for call in said(body, offered=OFFERED).calls] == ["Lisbon", "Porto"]


def test_a_call_in_the_old_form_is_read():
    body = response(None, function_call={"name": "search", "arguments": '{"city": "Lisbon"}'})

    assert said(body, offered=OFFERED).calls[0].arguments == {"city": "Lisbon"}


def test_a_call_of_an_unknown_tool_is_complained_about_with_the_tools_there_are():
    complaint = complaint_of(calls(("fly", {})))

    assert complaint.check == "known_tool"
    assert complaint.text == "there is no tool named 'fly'; the tools are: book, search"


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "search", "arguments": {"city": "Lisbon"}}\n</tool_call>',
        'I will look.\n<tool_call>{"name": "search", "arguments": {"city": "Lisbon"}}',
        '<function=search>{"city": "Lisbon"}</function>',
        '[TOOL_CALLS] [{"name": "search", "arguments": {"city": "Lisbon"}}]',
        '<|python_tag|>{"name": "search", "parameters": {"city": "Lisbon"}}',
        '{"name": "search", "arguments": {"city": "Lisbon"}}',
        '<think>Call {"name": "book"}</think>{"type": "function", "name": "search", "parameters": {"city": "Lisbon"}}',
    ],
)
def test_a_call_that_a_chat_template_left_in_the_text_is_a_call(text):
    spoken = said(response(text), offered=OFFERED)

    assert [(call.name, call.arguments) for call in spoken.calls] == [("search", {"city": "Lisbon"})]
    assert "search" not in spoken.text


def test_a_leaked_call_that_is_no_json_is_complained_about():
    assert complaint_of(response("<tool_call>{'name': 'search'}</tool_call>")).check == "valid_json"


def test_json_that_calls_no_offered_tool_is_text():
    text = '{"name": "Lisbon", "arguments": {}}'

    assert said(response(text), offered=OFFERED).text == text


def test_a_refusal_is_told_from_an_answer():
    with pytest.raises(Refused, match="not able"):
        said(response(None, refusal="I am not able to do that."))
    with pytest.raises(Refused, match="no such thing"):
        said(response([{"type": "refusal", "refusal": "no such thing"}]))


def test_an_answer_stopped_by_a_content_filter_is_refused():
    with pytest.raises(Refused, match="content filter"):
        said(response("", finish="content_filter"))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}\n```',
        'Here it is:\n\n```json\n{"a": 1}\n```\n\nI hope this helps.',
        'Here it is: {"a": 1}. Good luck!',
        'As shown in [1], {"a": 1}',
        '<think>{"a": 2}?</think>{"a": 1}',
    ],
)
def test_the_json_in_a_text_is_found(text):
    assert answers_in(said(response(text))) == [{"a": 1}]


def test_each_of_several_values_is_found():
    text = 'A draft:\n```json\n{"a": 1}\n```\nBetter:\n```json\n{"a": 2}\n```'

    assert answers_in(said(response(text))) == [{"a": 1}, {"a": 2}]
    assert answers_in(said(response('{"a": 1} or {"a": 2}'))) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["{'a': 1}", '{"a": 1,}', "{a: 1}", '{"a": NaN}', '{"a": 1e999}', '{"a": tru}'])
def test_nothing_is_guessed_of_what_is_almost_json(text):
    assert complaint_of(response(text)).check == "valid_json"


def test_a_complaint_says_where_the_json_breaks():
    assert "line 1 column 9" in complaint_of(response('{"a": 1,}')).text


def test_raw_control_characters_are_read_and_lone_surrogates_replaced():
    assert answers_in(said(response('{"a": "one\ntwo\tthree"}'))) == [{"a": "one\ntwo\tthree"}]
    assert answers_in(said(response('{"a": "x\\ud83dy"}'))) == [{"a": "x\ufffdy"}]
    assert answers_in(said(response('{"a": "\\ud83d\\ude00"}'))) == [{"a": "\U0001f600"}]
    assert said(response("x\ud83dy")).text == "x\ufffdy"


def test_deep_nesting_is_complained_about():
    assert complaint_of(response("[" * 100_000)).check == "valid_json"


def test_what_is_kept_of_a_response_can_be_written():
    assert "x\ufffdy" in raw_text(response("x\ud83dy"))
    assert shown_text(calls(("search", {"city": "Lisbon"}), content="Wait.")) == 'Wait.\nsearch {"city": "Lisbon"}'
    assert shown_text(says({"a": 1})) == '{"a": 1}'
