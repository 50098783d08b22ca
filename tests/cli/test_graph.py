import csv
import json
import sys

import numpy as np
import pytest

from toolgraph.cli.main import main
from toolgraph.graph import embedding

TOOLS = [
    {"name": name, "parameters": {"type": "object", "properties": {field: {"type": "string"} for field in fields}}}
    for name, fields in {"find": ["city"], "book": ["city", "day"], "roll": []}.items()
]


class LetterEncoder:
    """Texts are alike as far as they have the same letters."""

    def encode(self, sentences, **options):
        return np.array([[text.count(chr(97 + letter)) for letter in range(26)] for text in sentences], np.float32)


@pytest.fixture(autouse=True)
def small_world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setattr(embedding, "load_encoder", lambda name="embedded": (LetterEncoder(), "letters"))
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))


@pytest.fixture
def run(monkeypatch, capsys):
    def run(line):
        monkeypatch.setattr(sys, "argv", ["toolgraph", *line.split()])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


def test_the_graph_of_a_catalogue_is_saved_and_described(run, tmp_path):
    code, out, _ = run("graph --tools tools.json --out graph")

    assert code == 0
    assert "1 P-P" in out
    assert "isolated    1 tools" in out
    written = sorted(path.name for path in (tmp_path / "graph").iterdir())
    assert written == ["graph.npz", "statistics.json", "tools.jsonl"]


def test_several_catalogues_may_follow_one_option(run, tmp_path):
    (tmp_path / "more.json").write_text(json.dumps([{**TOOLS[0], "name": "visit"}]))

    code, out, _ = run("graph --tools tools.json more.json --out graph --json")

    assert code == 0
    assert json.loads(out)["nodes"] == 4


def test_edges_and_exports_are_written_on_request(run, tmp_path):
    code, _, _ = run("graph --tools tools.json --out graph --edges-csv e.csv --graphml g.graphml --gexf g.gexf")

    assert code == 0
    with (tmp_path / "e.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {"source": "find", "target": "book", "kind": "P-P", "score": "1.000000"}
        | {"source_field": "/city", "target_field": "/city"}
    ]
    assert (tmp_path / "g.graphml").read_text().count("<node ") == 3
    assert (tmp_path / "g.gexf").read_text().count("<node ") == 3


def test_a_graph_is_made_again_over_itself(run):
    assert run("graph --tools tools.json --out graph")[0] == 0
    assert run("graph --tools tools.json --out graph")[0] == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("graph --tools tools.json --out graph --threshold 1.5", "between 0 and 1"),
        ("graph --tools tools.json --out graph --threshold nan", "between 0 and 1"),
        ("graph --tools empty.json --out graph", "is empty"),
        ("graph --tools none.json --out graph", "no such file"),
        ("graph --out graph", "name the tools"),
        ("graph --tools tools.json --out .", "holds something else"),
        ("graph --tools tools.json --out tools.json", "is a file"),
        ("graph --tools tools.json --out graph --edges-csv no/such/e.csv", "cannot be written"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(run, tmp_path, line, says):
    (tmp_path / "empty.json").write_text("")

    code, out, err = run(line)

    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == err.count("embedded") + 1
    assert json.loads((tmp_path / "tools.json").read_text()) == TOOLS
