import json

import pytest
from click.testing import CliRunner

from toolgraph.cli.show import command

TOOL = {
    "name": "find_rooms",
    "description": "",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "sort": {"type": "string", "default": "price"},
            "code": {"type": "string"},
            "near": {"type": "object", "properties": {"id": {"type": "string"}}},
        },
    },
}
FIRST = {"city": "Lisbon", "sort": "price", "code": "X9"}
SECOND = {"near": {"id": "RM-10"}}
RECORD = {
    "id": "d1",
    "tools": [TOOL],
    "messages": [
        {"role": "system", "content": "Today is 2026-12-01."},
        {"role": "user", "content": "A room in Lisbon, please."},
        {"role": "assistant", "tool_calls": [{"id": "c1", "name": "find_rooms", "arguments": json.dumps(FIRST)}]},
        {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"id": "RM-10", "about": "nice " * 200})},
        {"role": "assistant", "tool_calls": [{"id": "c2", "name": "find_rooms", "arguments": json.dumps(SECOND)}]},
        {"role": "tool", "tool_call_id": "c2", "content": "\x1b[31mred\x1b[0m \x07alarm \x1b]0;title\x07"},
        {"role": "assistant", "content": "The room is RM-10.\nAnything else?"},
    ],
    "meta": {"style": "terse"},
}


@pytest.fixture
def file(tmp_path):
    """Four dialogues, d1 to d4."""
    path = tmp_path / "dialogues.jsonl"
    path.write_text("".join(json.dumps({**RECORD, "id": f"d{number}"}) + "\n" for number in range(1, 5)))
    return path


def show(*arguments, color=False):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], color=color)


def test_a_dialogue_reads_as_a_talk_with_the_source_of_every_argument(file):
    shown = show(file, "-n", "1").output

    assert shown.startswith("== d1 ===")
    assert "style: terse" in shown
    assert "tools: find_rooms" in shown
    assert "\nUser: A room in Lisbon, please.\n" in shown
    assert "\n-> find_rooms(city=Lisbon, sort=price, code=X9)\n" in shown
    assert "city = Lisbon  <- user, message 1: 'Lisbon'" in shown
    assert "sort = price  <- the schema's default" in shown
    assert "code = X9  <- UNRESOLVED" in shown
    assert "near.id = RM-10  <- result of c1, /id" in shown
    assert "\nAssistant: The room is RM-10.\n      Anything else?\n" in shown


def test_a_long_result_is_abbreviated(file):
    shown = show(file, "-n", "1").output

    assert "… (1,0" in shown
    assert max(map(len, shown.split("\n"))) < 130


def test_as_many_are_shown_as_asked_for(file):
    assert show(file).output.count("== d") == 3
    assert show(file, "-n", "9").output.count("== d") == 4


def test_one_dialogue_is_shown_by_its_id(file):
    shown = show(file.parent, "d3").output

    assert "== d3 ===" in shown
    assert "== d1 ===" not in shown


def test_an_id_that_is_not_there_is_one_sentence(file):
    assert "holds no dialogue 'd9'" in str(show(file, "d9").exception)


def test_what_others_wrote_cannot_drive_the_terminal(file):
    shown = show(file, "-n", "1").output

    assert "red alarm" in shown
    assert not {"\x1b", "\x07"} & set(shown)


def test_a_terminal_gets_colours(file):
    assert "\x1b[36m" in show(file, "-n", "1", color=True).output


def test_arguments_that_are_no_json_are_shown_as_they_are(tmp_path):
    call = {"id": "c", "name": "f", "arguments": "{nonsense"}
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({"id": "x", "tools": [], "messages": [{"role": "assistant", "tool_calls": [call]}]}))

    assert "-> f({nonsense)" in show(path).output


def test_thoughts_are_told_apart_from_words(tmp_path):
    thinking = [*RECORD["messages"][:2], {"role": "assistant", "reasoning": "long " * 50, "content": "None."}]
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({**RECORD, "messages": thinking, "meta": {"composition": "chain"}}))

    shown, coloured = show(path).output, show(path, color=True).output

    assert "composition: chain" in shown
    assert "\n   thinks: long long" in shown
    assert shown.index("thinks: ") < shown.index("Assistant: None.")
    thought = [line for line in coloured.split("\n") if "long" in line]
    assert len(thought) == 3
    assert all(line.startswith("\x1b[2m\x1b[3m") for line in thought)
