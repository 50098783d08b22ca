import json
import sys

import pytest
from click.testing import CliRunner

from toolgraph.cli.export import EXPORTED, command
from toolgraph.cli.main import main
from toolgraph.formats import FORMATS, read_dialogues

RECORD = {
    "id": "d1",
    "tools": [{"name": "find", "description": "", "parameters": {"type": "object", "properties": {}}}],
    "messages": [{"role": "user", "content": "Hé?"}, {"role": "assistant", "content": "Yes\u2028no."}],
}


@pytest.fixture
def run(tmp_path):
    """A run directory with two dialogues."""
    directory = tmp_path / "run"
    directory.mkdir()
    (directory / "dialogues.jsonl").write_text(f"{json.dumps(RECORD)}\n{json.dumps({**RECORD, 'id': 'd2'})}\n")
    return directory


def export(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_every_format_but_our_own_can_be_exported():
    assert {*EXPORTED, "native"} == FORMATS.keys()


@pytest.mark.parametrize("name", EXPORTED)
def test_a_run_is_written_one_dialogue_per_line(run, tmp_path, name):
    out = tmp_path / "out.jsonl"

    outcome = export(run, "--format", name, "--out", out)

    assert outcome.exit_code == 0
    assert "2 dialogues written" in outcome.stderr
    assert len(out.read_bytes().strip().split(b"\n")) == 2
    original = list(read_dialogues(run))
    assert [dialogue.messages for dialogue in read_dialogues(out)] == [dialogue.messages for dialogue in original]


def test_a_dash_is_stdout(run):
    outcome = export(run / "dialogues.jsonl", "--format", "openai", "--out", "-")

    assert [json.loads(line)["id"] for line in outcome.stdout.strip().split("\n")] == ["d1", "d2"]


def test_a_file_that_exists_is_written_over_only_by_force(run, tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("precious")

    refused = export(run, "--format", "openai", "--out", out)

    assert "exists; choose another file, or write over it with --force" in str(refused.exception)
    assert out.read_text() == "precious"
    assert export(run, "--format", "openai", "--out", out, "--force").exit_code == 0
    assert out.read_text() != "precious"


def test_a_source_that_breaks_off_leaves_nothing_behind(run, tmp_path):
    with (run / "dialogues.jsonl").open("a") as file:
        file.write('{"mess')
    out = tmp_path / "out.jsonl"

    refused = export(run, "--format", "openai", "--out", out)

    assert "line 3: is not valid JSON" in str(refused.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_place_that_cannot_be_written_is_one_sentence(run, tmp_path, monkeypatch, capsys):
    out = tmp_path / "none" / "out.jsonl"
    monkeypatch.setattr(sys, "argv", ["toolgraph", "export", str(run), "--format", "openai", "--out", str(out)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {out}: cannot be written (No such file or directory)\n"
