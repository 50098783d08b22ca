import json
import sys

import pytest
from click.testing import CliRunner

from toolgraph.cli.check import command
from toolgraph.cli.main import main
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.task import CompositionalTask, SubTask
from toolgraph.formats import FORMATS, read_dialogues

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
    rows = {line.split()[0]: line.split()[1:] for line in outcome.output.splitlines()[:12]}
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


TASK = CompositionalTask(
    id="d1", scenario="A trip", composition="sequential", text="Find a room and book it.",
    subtasks=(
        SubTask(id="s1", text="Find a room", functions=("find",)),
        SubTask(id="s2", text="Book it", needs=("s1",), functions=("book",)),
    ),
)  # fmt: skip


def run_of(tmp_path, *tasks):
    """A run directory in button mode with a dialogue for every task, that calls `find` only."""
    plans = [
        Blueprint(id=f"d{number}", mode="button", seed=1, tools=("find",), task=task).model_dump_json()
        for number, task in enumerate(tasks)
    ]
    (tmp_path / "blueprints.jsonl").write_text("".join(f"{plan}\n" for plan in plans) + '{"id": "cut", "task"', "utf-8")
    source = next(read_dialogues(file_of(tmp_path, record(), name="openai.jsonl")))
    ours = [source.model_copy(update={"blueprint": f"d{number}"}) for number, _ in enumerate(tasks)]
    file_of(tmp_path, *map(FORMATS["native"].write, ours), name="dialogues.jsonl")
    return tmp_path


def test_a_run_directory_in_button_mode_is_held_against_its_tasks(tmp_path):
    done = TASK.model_copy(update={"subtasks": TASK.subtasks[:1]})

    outcome = check(run_of(tmp_path, TASK, done, None))

    assert outcome.exit_code == 1
    assert ["task", "2", "1", "1"] in [line.split() for line in outcome.output.splitlines()]
    assert "sub-task s2 (Book it) is not done" in outcome.output
    assert "2 of 3 dialogues were held against the sub-tasks of their blueprints" in outcome.output
    assert "2 of 3 dialogues pass every check" in outcome.output


def test_a_file_is_checked_by_its_transcripts_alone(tmp_path):
    outcome = check(run_of(tmp_path, TASK) / "dialogues.jsonl")

    assert outcome.exit_code == 0
    assert "sub-task" not in outcome.output


def test_a_blueprint_that_is_none_is_one_sentence(tmp_path):
    run = run_of(tmp_path, TASK)
    (run / "blueprints.jsonl").write_text('{"id": "d0", "task": 5}\n')

    assert "blueprints.jsonl, line 1: has an invalid " in str(check(run).exception)


def test_other_peoples_button_records_are_checked(tmp_path):
    call = {"name": "find", "arguments": {"city": "Lisbon"}}
    listed = json.dumps([{"name": "find", "parameters": {"city": {"type": "string"}}, "required": ["city"]}])
    said = [
        ("system", f"These are yours:\n<tool>\n{listed}\n</tool>\nPut calls into <call></call>."),
        ("user", "A room in Lisbon?"),
        ("assistant", f"I look. <call>{json.dumps([call])}</call>"),
        ("tool", json.dumps([{**call, "results": []}])),
        ("assistant", "Nothing. <final>None there.</final>"),
    ]
    file = file_of(tmp_path, {"messages": [{"role": role, "content": content} for role, content in said]})

    for options in ((), ("--format", "button")):
        outcome = check(file, *options)
        assert outcome.exit_code == 0
        assert "1 of 1 dialogues pass every check" in outcome.output
