import json
import sys

import pytest
from click.testing import CliRunner

from toolgraph.cli.check import command
from toolgraph.cli.main import main

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"city": "Lisbon"}'}}
TOOLS = [{"type": "function", "function": {"name": "find", "parameters": {"properties": {"city": {"type": "string"}}}}}]


def record(ask="A room in Lisbon?", answer="None there.", id="d1"):
    messages = [
        {"role": "user", "content": ask},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "[]"},
        {"role": "assistant", "content": answer},
    ]
    return {"id": id, "tools": TOOLS, "messages": messages}


def file_of(tmp_path, *records, name="d.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def check(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_good_dialogues_exit_with_0(tmp_path):
    outcome = check(file_of(tmp_path, record(), record()))

    assert outcome.exit_code == 0
    assert "2 of 2 dialogues pass every check" in outcome.output


def test_a_finding_exits_with_1_and_stands_in_the_table_with_its_place(tmp_path):
    outcome = check(file_of(tmp_path, record(), record(ask="A room?", id="bad")))

    assert outcome.exit_code == 1
    rows = {line.split()[0]: line.split()[1:] for line in outcome.output.splitlines()[:11]}
    assert rows["check"] == ["dialogues", "failed", "findings"]
    assert rows["provenance"] == ["2", "1", "1"]
    assert rows["finished"] == ["2", "0", "0"]
    assert 'bad, message 1, c1 /city: "Lisbon" stands nowhere before' in outcome.output


def test_with_json_every_finding_has_its_place(tmp_path):
    file = file_of(tmp_path, *(record(ask="A room?", id=f"bad{number}") for number in range(5)))

    told = json.loads(check(file, "--json").output)

    assert (told["dialogues"], told["failed_dialogues"], len(told["findings"])) == (5, 5, 5)
    assert told["findings"][4].keys() == {"file", "dialogue", "check", "message", "place", "reason"}
    assert told["findings"][4] | {"reason": ""} == {
        "file": str(file), "dialogue": "bad4", "check": "provenance", "message": 1, "place": "c1 /city", "reason": "",
    }  # fmt: skip


def test_several_files_are_told_apart(tmp_path):
    one, two = file_of(tmp_path, record(), name="one.jsonl"), file_of(tmp_path, record(ask="Hm?"), name="two.jsonl")

    outcome = check(one, two)

    assert "1 of 2 dialogues pass every check" in outcome.output
    assert f"{two}: d1" in outcome.output


def test_a_format_may_be_named(tmp_path):
    assert check(file_of(tmp_path, record()), "--format", "openai").exit_code == 0


def test_what_others_wrote_cannot_drive_the_terminal(tmp_path):
    outcome = check(file_of(tmp_path, record(answer='It is "\x1b[31mRed\x1b]0;title\x07 Room".')))

    assert outcome.exit_code == 1
    assert "\x1b" not in outcome.output
    assert "\x07" not in outcome.output


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "is empty"), ('{"messages": ', "line 1: is not valid JSON"), ('{"a": 1}', "is not a dialogue")],
)
def test_unusable_input_exits_with_2_and_one_sentence(tmp_path, monkeypatch, capsys, content, reason):
    (tmp_path / "d.jsonl").write_text(content)
    monkeypatch.setattr(sys, "argv", ["toolgraph", "check", str(tmp_path / "d.jsonl")])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {tmp_path / 'd.jsonl'}")
    assert reason in told
    assert told.count("\n") == 1
