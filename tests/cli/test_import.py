import io
import json
import os
import sys
import threading
from functools import partial

import pytest

from tests.command_line import runner
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.importers import DOCUMENTS, IMPORTERS

TIME = {"name": "get_time", "description": "Tell the time in a city.", "parameters": {"properties": {"city": {}}}}
DATE = {"name": "get_date", "description": "Tell the date.", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.json").write_text(json.dumps([TIME, DATE, 5]))


@pytest.fixture
def run(monkeypatch, capsys):
    return partial(runner(monkeypatch, capsys), "import")


def test_the_report_alone_is_printed_without_a_file_to_write(run, tmp_path):
    code, out, err = run("tools.json")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "tools.json: 2 tools (2 json-schema)",
        "  skipped 1: expected a tool (an object), found int (tools.json, entry 3)",
        "2 tools; nothing is written without --out FILE",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["tools.json"]


def test_tools_are_written_as_others_read_them(run):
    code, out, _ = run("tools.json", "--out", "clean.jsonl")

    assert code == 0
    assert out.endswith("2 tools written to clean.jsonl\n")
    assert [tool.name for tool in load_tools(["clean.jsonl"])] == ["get_time", "get_date"]
    assert load_tools(["clean.jsonl"])[0].origin.file == "tools.json"


def test_a_file_is_not_written_over_without_being_asked_to(run, tmp_path):
    (tmp_path / "clean.jsonl").write_text("precious")

    code, out, err = run("tools.json", "--out", "clean.jsonl")

    assert (code, out) == (2, "")
    assert err == "error: clean.jsonl: exists; choose another file, or write over it with --force\n"
    assert (tmp_path / "clean.jsonl").read_text() == "precious"
    assert run("tools.json", "--out", "clean.jsonl", "--force")[0] == 0
    assert len(load_tools(["clean.jsonl"])) == 2


def test_tools_may_go_to_stdout_and_the_report_to_stderr(run):
    code, out, err = run("tools.json", "--out", "-")

    assert code == 0
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["get_time", "get_date"]
    assert "2 tools written to stdout" in err


def test_standard_input_is_a_source(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(DATE).encode())))

    code, out, _ = run("-")

    assert code == 0
    assert out.startswith("standard input: 1 tool (1 json-schema)")


def test_a_pattern_is_a_source(run, tmp_path):
    (tmp_path / "more.json").write_text(json.dumps(DATE))

    _, out, _ = run("*.json")

    assert "more.json: 1 tool (1 json-schema)\ntools.json: 2 tools" in out
    assert "1 identical tool of one name merged" in out


def test_every_format_is_listed_with_what_it_is(run):
    code, out, _ = run("--list-formats")

    listed = {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}
    assert code == 0
    assert list(listed) == [*DOCUMENTS, *IMPORTERS]
    assert all(listed.values())


def test_a_program_may_read_the_report(run):
    code, out, _ = run("tools.json", "--json", "--check", "--dedupe", "--out", "clean.jsonl")

    report = json.loads(out)
    assert code == 0
    assert (report["tools"], report["written_to"], report["merged"], report["twins"]) == (2, "clean.jsonl", 0, [])
    assert report["sources"] == [
        {
            "source": "tools.json", "tools": 2, "formats": {"json-schema": 2}, "repaired": [],
            "skipped": [
                {"count": 1, "reason": "expected a tool (an object), found int", "where": "tools.json, entry 3"}
            ],
            "doubts": [],
        }
    ]  # fmt: skip
    assert report["skipped"] == report["sources"][0]["skipped"]
    health = {measure["name"]: measure for measure in report["health"]}
    assert health["with a description"] == {
        "name": "with a description", "count": 2, "of": 2, "share": 1.0, "examples": [],
    }  # fmt: skip


def test_the_health_of_a_catalogue_is_a_table(run):
    _, out, _ = run("tools.json", "--check")

    rows = {line[:34].strip(): line[34:].split() for line in out.split("\n\n")[1].splitlines()}
    assert rows["with a description"] == ["2", "100.0%"]
    assert rows["without parameters"] == ["1", "50.0%"]
    assert rows["type unknown"] == ["1", "100.0%"]


def test_what_was_merged_and_renamed_is_told(run, tmp_path):
    (tmp_path / "more.json").write_text(
        json.dumps([DATE, {**TIME, "description": "Another."}, {**DATE, "name": "day"}])
    )

    _, out, _ = run("tools.json", "more.json", "--rename-duplicates", "--dedupe")

    assert "1 identical tool of one name merged" in out
    assert "1 tool shares a name with a different tool and was kept apart as NAME_2, NAME_3 ..." in out
    assert "left out day: has the same definition as get_date" in out
    assert "1 tool was not compared with others by description, which has fewer than three words" in out


def test_many_sources_are_told_in_short(run, tmp_path):
    for number in range(30):
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / "many" / f"{number:02}.json").write_text(json.dumps([{**TIME, "name": f"time_{number}"}, 5]))

    _, out, _ = run("many")

    assert len(out.splitlines()) == 24
    assert "many/00.json: 1 tool (1 json-schema), 1 skipped\n" in out
    assert "\nand 10 more (--json): 10 tools, 10 skipped\nall 30 together: 30 tools\n" in out
    assert "\n  skipped 30: expected a tool (an object), found int (such as many/00.json, entry 2)\n" in out


def test_where_no_tool_is_read_the_work_has_failed(run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "words.json").write_text("[1, 2]")

    code, out, _ = run("empty", "--out", "clean.jsonl")

    assert code == 1
    assert out.splitlines() == [
        "empty: files left out",
        "  skipped 1: holds no tools (empty/words.json)",
        "no tools were read, and nothing is written",
    ]
    assert not (tmp_path / "clean.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name what to import"),
        (["gone.json"], "gone.json: no such file or directory"),
        (["gone*.json"], "gone*.json: matches no file"),
        (["half.json"], "half.json, line 1: is not valid JSON"),
        (["bomb.yaml"], "bomb.yaml, line 7: repeats more than 1,000,000 values by aliases"),
        (["circle.yaml"], "circle.yaml, line 1: has the alias '*a' inside what it stands for"),
        (["page.html"], "page.html: holds no tools; it looks like an HTML page"),
        (["tools.json", "--format", "runes"], "there is no format 'runes'"),
        (["tools.json", "--env", "TOKEN"], "--env names what programs are given, and none is run"),
        (["hands.py", "--execute", "--env", "TOKEN=s3cret"], "--env TOKEN=...: expected the name of an environment"),
        (["hands.py", "--execute", "--env", "SHELF,TOKEN"], "--env TOKEN: is not set in the environment"),
        (["tools.json", "--out", "."], ".: is a directory; name the file to write, such as tools.jsonl"),
        (["tools.json", "--out", "no/such/file"], "no/such/file: cannot be written (No such file or directory)"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(run, tmp_path, monkeypatch, arguments, says):
    monkeypatch.setenv("SHELF", "tall")
    monkeypatch.delenv("TOKEN", raising=False)
    (tmp_path / "hands.py").write_text("def wave(): pass")
    bomb = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    (tmp_path / "bomb.yaml").write_text("\n".join(bomb))
    (tmp_path / "circle.yaml").write_text("&a {name: *a}")
    (tmp_path / "half.json").write_text('{"tools": [{"name"')
    (tmp_path / "page.html").write_text("<html><body>Not found</body></html>")

    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert says in err
    assert "s3cret" not in err
    assert err.count("\n") == 1


def test_a_device_is_written_to_and_not_replaced(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()

    code, _, _ = run("tools.json", "--out", "pipe", "--force")
    reader.join(10)

    assert code == 0
    assert json.loads(read[0].splitlines()[0])["name"]
    assert (tmp_path / "pipe").is_fifo()


def test_what_tools_say_cannot_control_the_terminal(run, tmp_path):
    (tmp_path / "evil.json").write_text(
        json.dumps([DATE, {"name": "f", "parameters": {"properties": {"a\x1b[2Jb": 7}}}])
    )

    _, out, _ = run("evil.json")

    assert "\x1b" not in out
    assert "parameter 'ab' must be a JSON Schema object" in out
