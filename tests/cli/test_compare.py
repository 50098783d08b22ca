import json
import re

import numpy as np
import pytest

from tests.quality.nli_models import write_nli_model
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.spool import Spool
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
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "one.json").write_text(json.dumps([entry(0)]))


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


def test_enr_of_dialogues_is_by_the_model_that_is_named_and_has_intervals(run, tmp_path):
    model = write_nli_model(tmp_path / "nli", ("ENTAILMENT", "NEUTRAL", "CONTRADICTION"))
    line = "--strategies random,walk --plans grounded -n 20 --seeds 2 --dialogues 4 --metrics EnR,gini --no-html"

    code, out, _ = run(f"compare --tools tools.json {line} --out c --nli {model}")

    assert code == 0
    assert re.search(r"EnR +100 ±0 +100 ±0", out)
    assert f"EnR is by {model}" in out


def test_judges_scores_are_in_the_table_with_intervals(run, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    line = "--strategies random,walk --plans intents -n 20 --seeds 2 --dialogues 4 --metrics judge,dollars_per_dialogue"

    with ChatServer(Spool()) as server:
        code, out, err = run(
            f"compare --tools tools.json {line} --out c --no-html --model {MODEL} --judge-model {MODEL} "
            f"--base-url {server.base_url} --price {MODEL}=1/2 --turns 2"
        )

    assert code == 0, err
    assert re.search(r"NAT +4 ±0 +4 ±0", out)
    assert re.search(r"dollars_per_dialogue +0\.00\d+ ±", out)


def test_where_a_server_dies_the_tables_of_samples_are_printed_and_written(run, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    line = "--strategies random,walk --plans intents -n 20 --seeds 2 --dialogues 4 --patience 1"

    code, out, err = run(f"compare --tools tools.json {line} --out c --model {MODEL} --base-url http://127.0.0.1:1/v1")

    assert code == 1
    assert "samples: 2 seeds x 10" in out
    assert "error: random, intents: " in err.splitlines()[-1]
    assert "the same command goes on from there" in err.splitlines()[-1]
    assert json.loads((tmp_path / "c" / "compare.json").read_text())["samples"]


def test_the_paper_table_is_its_two_by_two_with_its_edges(run):
    code, out, _ = run("compare --tools tools.json --paper-table --dialogues 4 -n 20 --seeds 2 --no-html --out c")

    assert code == 0
    assert "ToolFlow's 2 x 2: ours, and as published" in out
    assert all(name in out for name in ("walk, intents", "walk, none", "random, intents", "random, none"))
    assert "63.36" in out
    with open("c/compare.json") as file:
        assert json.load(file)["graph"]["edges_rule"] == "toolflow"


def test_what_is_printed_into_a_file_has_no_blanks_at_the_ends_of_lines_and_the_width_of_columns(run, monkeypatch):
    line = "compare --tools tools.json --strategies random,walk,weighted,dataflow -n 20 --seeds 2 --no-html"

    _, usual, _ = run(f"{line} --out a")
    monkeypatch.setenv("COLUMNS", "60")
    _, narrow, _ = run(f"{line} --out b")

    lines = [*usual.splitlines(), *narrow.splitlines()]
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, usual.splitlines())) > 60 >= max(map(len, narrow.splitlines()))
    assert narrow.count("samples: 2 seeds") > usual.count("samples: 2 seeds") == 1


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


def test_a_directory_that_cannot_be_made_is_told_before_all_else(run):
    assert run("compare --tools tools.json -n 20 --seeds 2 --out tools.json/c") == (
        2, "", "error: tools.json/c: cannot be written (Not a directory)\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--tools tools.json --strategies random,wlak", "did you mean 'walk'?"),
        ("--tools tools.json --strategies walk,random,walk", "the strategy 'walk' is named twice"),
        ("--tools tools.json --plans none,none", "the plan 'none' is named twice"),
        ("--tools tools.json --json --csv", "name one"),
        ("--tools tools.json -n 0", "-n 0 and"),
        ("--tools tools.json --seeds 0", "at least one"),
        ("--tools empty.json", "empty.json"),
        ("--tools tools.json --plans ground", "did you mean 'grounded'?"),
        ("--tools tools.json --metrics cover", "did you mean 'coverage'?"),
        ("--tools tools.json --edges tpyed", "one of typed, toolflow"),
        ("--tools tools.json --metrics yield", "the metric 'yield' is of dialogues"),
        ("--tools tools.json --sizes 6-2", "--sizes: '6-2' is not a range"),
        ("--tools tools.json --strategies ,", "--strategies names nothing"),
        ("--tools tools.json --metrics D3 --dialogues 2", "did you mean 'D-3'?"),
        ("--tools tools.json --metrics nat", "the metric 'nat' is of dialogues"),
        ("--tools tools.json -n 3", "-n 3 and --seeds 10 give no sample"),
        ("--tools tools.json --graph g", "name the tools or a graph"),
        ("--tools tools.json --out tools.json", "is a file"),
        ("--tools tools.json --out .", "holds something else"),
        ("--graph g --edges toolflow", "--edges has no say with --graph"),
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
