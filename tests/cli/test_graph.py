import csv
import json

import numpy as np
import pytest

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
    more = "--edges-csv e.csv --graphml g.graphml --gexf g.gexf"
    code, _, _ = run(f"graph --tools tools.json --edges toolflow --out graph {more}")

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


@pytest.mark.parametrize("grown", ["graph", "grown"])
def test_tools_added_to_a_graph_give_the_graph_of_all(run, tmp_path, grown):
    (tmp_path / "new.json").write_text(json.dumps([TOOLS[0], {**TOOLS[1], "name": "visit"}]))
    (tmp_path / "more.json").write_text(json.dumps([{**TOOLS[0], "name": "leave"}]))
    sources = "tools.json new.json more.json"
    _, whole, _ = run(f"graph --tools {sources} --edges toolflow --out whole --edges-csv whole.csv --json")
    assert run("graph --tools tools.json --edges toolflow --out graph")[0] == 0

    code, out, _ = run(f"graph --add new.json more.json --graph graph --out {grown} --edges-csv e.csv --json")

    assert (code, out) == (0, whole)
    assert json.loads(out)["nodes"] == 5
    assert (tmp_path / "e.csv").read_text() == (tmp_path / "whole.csv").read_text()
    assert (tmp_path / grown / "tools.jsonl").read_text() == (tmp_path / "whole" / "tools.jsonl").read_text()


def test_tools_are_added_to_the_default_graph(run, tmp_path):
    (tmp_path / "new.json").write_text(json.dumps([{**TOOLS[1], "name": "visit"}]))
    assert run("graph --tools tools.json --threshold 0.1 --out graph")[0] == 0

    code, out, _ = run("graph --add new.json --graph graph --out grown --edges-csv e.csv --json")

    statistics = json.loads(out)
    assert (code, statistics["nodes"], statistics["edges_rule"], statistics["threshold"]) == (0, 4, "typed", 0.1)
    assert "book,visit,P-P," in (tmp_path / "e.csv").read_text()


def test_another_tool_of_a_name_is_added_under_a_number_where_that_is_wanted(run, tmp_path):
    (tmp_path / "new.json").write_text(json.dumps([{**TOOLS[0], "description": "Another one."}]))
    assert run("graph --tools tools.json --edges toolflow --out graph")[0] == 0

    refused, _, says = run("graph --add new.json --graph graph --out graph")
    code, out, _ = run("graph --add new.json --graph graph --out graph --rename-duplicates --json")

    assert refused == 2
    assert "two different tools are named 'find'" in says
    assert (code, json.loads(out)["nodes"]) == (0, 4)
    assert "find_2" in (tmp_path / "graph" / "tools.jsonl").read_text()


def test_tools_are_added_to_a_graph_with_its_own_threshold_and_embedder(run, monkeypatch):
    assert run("graph --tools tools.json --edges toolflow --out published")[0] == 0

    changed = run("graph --add tools.json --graph published --out published --threshold 0.9")
    monkeypatch.setattr(embedding, "load_encoder", lambda name="embedded": (LetterEncoder(), "others"))
    other = run("graph --add tools.json --graph published --out published")

    assert [code for code, _, _ in (changed, other)] == [2, 2]
    assert "--threshold has no say with --add" in changed[2]
    assert "made with the embedder 'letters'" in other[2]


@pytest.mark.parametrize("edges", ["typed", "toolflow"])
def test_an_approximate_index_finds_the_edges_of_a_small_catalogue(run, tmp_path, caplog, edges):
    pytest.importorskip("faiss")
    assert run(f"graph --tools tools.json --edges {edges} --threshold 0.3 --edges-csv exact.csv")[0] == 0
    assert run(f"graph --tools tools.json --edges {edges} --threshold 0.3 --edges-csv near.csv --ann")[0] == 0

    assert "approximate index" in caplog.text
    assert (tmp_path / "near.csv").read_text() == (tmp_path / "exact.csv").read_text()


def test_an_approximate_index_without_faiss_names_the_extra(run, monkeypatch):
    monkeypatch.setattr("toolgraph.graph.approximate.is_installed", lambda: False)

    code, _, says = run("graph --tools tools.json --edges toolflow --out graph --ann")

    assert code == 2
    assert 'install "toolgraph[ann]"' in says


def test_the_published_rule_and_ours_say_what_they_are(run):
    assert "threshold   typed score > 0.5" in run("graph --tools tools.json --out typed")[1]
    assert "threshold   cosine > 0.82" in run("graph --tools tools.json --edges toolflow --out published")[1]


def test_all_scores_hold_pairs_below_the_threshold(run, tmp_path):
    code, _, _ = run("graph --tools tools.json --threshold 0.9 --edges-csv e.csv --all-scores")

    assert code == 0
    with (tmp_path / "e.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["target"], row["kind"]) == ("find", "book", "P-P")
    assert 0.5 < float(row["score"]) < 0.9


def test_why_two_tools_are_linked_is_explained(run):
    assert run("graph --tools tools.json --out graph")[0] == 0

    code, out, _ = run("graph explain find book --graph graph")

    assert code == 0
    assert "find and book are linked, by 1 edge\n" in out
    assert "find -- book  P-P, edge, score 0.55 (threshold 0.5)" in out
    assert "cosine       1.00" in out
    assert "/city of find and /city of book stand for the same" in out
    assert run("graph explain find book --tools tools.json")[1] == out


def test_why_two_tools_are_not_linked_is_explained(run):
    _, out, _ = run("graph explain find book --tools tools.json --threshold 0.9")
    _, none, _ = run("graph explain find roll --tools tools.json --json")

    assert "find and book are not linked" in out
    assert "P-P, no edge" in out
    assert "No parameter of find is taken to stand for the same as one of book." in " ".join(out.split())
    assert [record["is_edge"] for record in json.loads(none)] == [False, False, False]
    assert "roll takes no parameters" in json.loads(none)[2]["sentence"]


def test_what_a_graph_was_made_with_cannot_be_said_anew_when_it_is_explained(run):
    assert run("graph --tools tools.json --out graph")[0] == 0

    for option in ("--edges toolflow", "--threshold 0.9", "--rename-duplicates"):
        code, out, says = run(f"graph explain find book --graph graph {option}")
        assert (code, out) == (2, "")
        assert f"{option.split()[0]} has no say with --graph" in says


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("graph --tools tools.json", "name where the graph is written"),
        ("graph --tools tools.json --out graph --edges tolflow", "did you mean 'toolflow'"),
        ("graph --tools tools.json --edges typd", "did you mean 'typed'"),
        ("graph --add tools.json --out graph", "--graph DIR --add FILE"),
        ("graph --graph graph --out graph", "--graph DIR --add FILE"),
        ("graph --tools tools.json --add tools.json --graph graph --out graph", "--graph DIR --add FILE"),
        ("graph --add tools.json --graph nowhere --out graph", "holds no graph"),
        ("graph --tools tools.json --out graph --all-scores", "--edges-csv"),
        ("graph explain find bok --tools tools.json", "did you mean 'book'"),
        ("graph explain FIN book --tools tools.json", "did you mean 'find'"),
        ("graph explain find find --tools tools.json", "name two"),
        ("graph explain find book", "name the tools or a graph"),
        ("graph explain find book --graph nowhere", "holds no graph"),
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
