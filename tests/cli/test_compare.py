import json
import re

import numpy as np
import pytest

from tests.command_line import runner
from toolgraph.graph import embedding
from toolgraph.run import pipeline


def entry(place):
    key, value = ({"properties": {f"key_{i}": {"type": "string"}}, "type": "object"} for i in (place, place + 1))
    return {"name": f"tool_{place}", "description": "Does it.", "parameters": key, "returns": value}


class Apart:
    """Equal texts are alike, and others are not."""

    def encode(self, sentences, **options):
        return np.stack([np.random.default_rng(list(text.encode())).normal(size=64) for text in sentences])


@pytest.fixture(autouse=True)
def small_world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / ".cache"))
    for module in (embedding, pipeline):
        monkeypatch.setattr(module, "load_encoder", lambda name="embedded": (Apart(), "apart"))
    (tmp_path / "tools.json").write_text(json.dumps([entry(place) for place in range(12)]))
    (tmp_path / "one.json").write_text(json.dumps([entry(0)]))


@pytest.fixture
def run(monkeypatch, capsys):
    return runner(monkeypatch, capsys)


def test_tables_go_to_stdout_and_three_files_to_the_directory(run, tmp_path):
    code, out, err = run("compare --tools tools.json --edges toolflow --strategies random,walk -n 60 --seeds 6 --out c")

    assert code == 0
    assert re.search(r"metric +random +walk", out)
    assert {path.name for path in (tmp_path / "c").iterdir()} == {"compare.json", "compare.csv", "compare.html"}
    assert "wrote compare.json, compare.csv, compare.html in c" in err
    compared = json.loads((tmp_path / "c" / "compare.json").read_text())
    assert compared["samples"][1]["figures"]["adjacent_flows"]["differs"] is True


def test_json_and_csv_on_stdout_are_what_the_files_hold(run, tmp_path):
    line = "compare --tools tools.json --strategies random -n 20 --seeds 2 --no-html --out c"

    _, as_json, _ = run(f"{line} --json")
    told = (tmp_path / "c" / "compare.json").read_text()
    _, as_csv, _ = run(f"{line} --csv")

    assert as_json == told
    assert as_csv.replace("\r\n", "\n") == (tmp_path / "c" / "compare.csv").read_text()
    assert not (tmp_path / "c" / "compare.html").exists()


def test_a_stored_graph_gives_the_same_as_its_tools(run, tmp_path):
    run("graph --tools tools.json --edges toolflow --out g")
    line = "--strategies walk -n 20 --seeds 2 --no-html --json"

    from_graph, from_tools = (
        json.loads(run(f"compare {source} {line} --out {out}")[1])
        for source, out in (("--graph g", "a"), ("--tools tools.json --edges toolflow", "b"))
    )

    assert from_graph["samples"] == from_tools["samples"]
    assert from_graph["graph"] == from_tools["graph"]


def test_dialogues_are_made_and_can_be_looked_at(run, tmp_path):
    code, out, _ = run(
        "compare --tools tools.json --strategies random,dataflow -n 20 --seeds 2 --dialogues 4 --plans grounded,none "
        "--no-html --out c"
    )

    assert code == 0
    assert "dialogues: 4 asked of each" in out
    assert run("check c/dialogues/dataflow-grounded")[1].endswith("4 of 4 dialogues pass every check\n")


def test_the_paper_table_is_its_two_by_two_with_its_edges(run):
    code, out, _ = run("compare --tools tools.json --paper-table --dialogues 4 -n 20 --seeds 2 --no-html --out c")

    assert code == 0
    assert "ToolFlow's 2 x 2: ours, and as published" in out
    assert all(name in out for name in ("walk, intents", "walk, none", "random, intents", "random, none"))
    assert "63.4" in out
    with open("c/compare.json") as file:
        assert json.load(file)["graph"]["edges_rule"] == "toolflow"


def test_dialogues_that_are_missing_are_told_after_all_else_was_written(run, tmp_path):
    line = "--strategies random -n 20 --seeds 2 --dialogues 9 --max-tries 3 --plans none --no-html --out c"

    code, out, err = run(f"compare --tools tools.json {line}")

    assert code == 1
    assert re.search(r"error: random, none: only \d of 9 dialogues were accepted in 3 tries", err)
    assert "samples: 2 seeds x 10" in out
    assert (tmp_path / "c" / "compare.json").exists()


def test_runs_of_another_comparison_are_left_alone(run):
    line = "compare --tools tools.json --strategies random -n 20 --seeds 2 --dialogues 2 --plans none --no-html --out c"
    run(line)

    code, out, err = run(f"{line} --seed 8")

    assert (code, out) == (2, "")
    assert "c/dialogues/random-none: holds another run: seed was 0 and is now 8" in err


def test_one_tool_gives_a_sensible_result(run):
    code, out, _ = run("compare --tools one.json -n 20 --seeds 2 --out c")

    assert code == 0
    assert "the catalogue has one tool" in out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--tools tools.json --strategies random,wlak", "did you mean 'walk'?"),
        ("--tools tools.json --plans ground", "did you mean 'grounded'?"),
        ("--tools tools.json --metrics cover", "did you mean 'coverage'?"),
        ("--tools tools.json --edges tpyed", "one of typed, toolflow"),
        ("--tools tools.json --metrics yield", "the metric 'yield' is of dialogues"),
        ("--tools tools.json --sizes 6-2", "expected a range"),
        ("--tools tools.json -n 3", "3 samples cannot be drawn from 10 seeds"),
        ("--tools tools.json --graph g", "name the tools or a graph"),
        ("--tools tools.json --out tools.json", "is a file"),
        ("--tools tools.json --out .", "holds something else"),
        ("--graph nowhere", "holds no graph"),
        ("--tools nowhere.json", "nowhere.json"),
        ("--tools tools.json --paper-table --strategies walk,restart", "random and one other strategy"),
        ("--tools tools.json --max-cost 3", "max_cost is set and no model is"),
    ],
)
def test_bad_input_is_one_sentence_and_ends_with_2(run, line, says):
    code, out, err = run(f"compare {line}" if "--out" in line else f"compare {line} --out c")

    assert (code, out) == (2, "")
    assert says in err.splitlines()[-1]
