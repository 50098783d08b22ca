import json
import sys

import pytest
from click.testing import CliRunner

from toolgraph.cli.export import EXPORTED, TOOL_FORMS, command
from toolgraph.cli.main import main
from toolgraph.formats import FORMATS, read_dialogues
from toolgraph.tools.catalogue import load_tools, write_tools
from toolgraph.tools.exporters import EXPORTERS

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


@pytest.fixture
def catalogue(tmp_path, small_catalogue):
    """A file with the four tools of the small catalogue."""
    path = tmp_path / "tools.jsonl"
    write_tools(small_catalogue, path)
    return path


def test_every_form_of_tools_can_be_chosen():
    assert set(TOOL_FORMS) == EXPORTERS.keys()


@pytest.mark.parametrize("form", TOOL_FORMS)
def test_tools_are_written_in_a_form_that_is_read_back(catalogue, tmp_path, small_catalogue, form):
    out = tmp_path / "exported.json"

    outcome = export("--tools", catalogue, "--format", form, "--out", out)

    assert outcome.exit_code == 0
    assert "4 tools written" in outcome.stderr
    assert [tool.name for tool in load_tools([out])] == [tool.name for tool in small_catalogue]


def test_what_a_form_has_no_place_for_is_told(catalogue, tmp_path):
    outcome = export("--tools", catalogue, "--format", "openai", "--out", tmp_path / "out.json")

    assert "left out, as the form has no place for it: effects of 4, origin of 4, returns of 3" in outcome.stderr


def test_names_that_other_software_refuses_are_told(tmp_path):
    path = tmp_path / "odd.json"
    path.write_text('[{"name": "math.sum", "parameters": {"type": "object", "properties": {}}}]')

    outcome = export("--tools", path, "--format", "anthropic", "--out", tmp_path / "out.json")

    assert "1 names that readers of the form may refuse, such as 'math.sum'" in outcome.stderr


def test_of_a_run_directory_its_tools_are_written(catalogue, tmp_path):
    (tmp_path / "config.yaml").write_text("n: 1\n")
    (tmp_path / "dialogues.jsonl").write_text("{}\n")

    outcome = export("--tools", tmp_path, "--format", "mcp", "--out", "-")

    assert len(json.loads(outcome.stdout)["tools"]) == 4


def test_a_run_without_tools_says_how_to_get_them(tmp_path):
    (tmp_path / "config.yaml").write_text("n: 1\n")

    refused = export("--tools", tmp_path, "--format", "mcp", "--out", "-")

    assert "this run has no tools yet; continue it with `toolgraph generate`" in str(refused.exception)


@pytest.mark.parametrize(("form", "flags"), [("hermes", ["--tools"]), ("mcp", [])])
def test_a_form_of_the_other_kind_is_refused_with_those_that_there_are(catalogue, form, flags):
    refused = export(*flags, catalogue, "--format", form, "--out", "-")

    assert f"--format {form}: is no form of {'tools' if flags else 'dialogues'}; choose openai" in str(
        refused.exception
    )
