"""`toolgraph graph` over tools that run: they are listed, tried, and their edges confirmed by calls."""

import json
import sys
from pathlib import Path

import pytest

from tests.command_line import runner
from tests.servers.hashed import hashed_vectors
from toolgraph.graph import embedding
from toolgraph.graph.storage import load_graph
from toolgraph.resources import data_dir

pytest.importorskip("mcp")

LIBRARY = f"{sys.executable} {data_dir() / 'servers' / 'library.py'}"


class Hashed:
    def encode(self, sentences, **options):
        return hashed_vectors(sentences)


@pytest.fixture
def toolgraph(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setattr(embedding, "load_encoder", lambda name="embedded": (Hashed(), "hashed"))
    return runner(monkeypatch, capsys)


def test_edges_are_confirmed_by_calls_and_explained_by_what_came_of_them(toolgraph):
    code, out, err = toolgraph("graph --execute --edges confirmed --out g --json", "--mcp", LIBRARY)

    assert code == 0, err
    verdicts = json.loads(out)["verdicts"]
    graph = load_graph(Path("g"))
    count = len(graph.confirmations)
    assert verdicts == {"confirmed": count, "refused": 0, "undecided": 0}
    assert f"trials of {count} edges: {count} confirmed, 0 refused and 0 undecided" in err
    assert len(graph) == 9  # what changes something is linked, though never called
    assert {each.by for each in graph.confirmations} == {"trial"}
    _, explained, _ = toolgraph("graph explain search_library_books get_library_book --graph g")
    said = " ".join(explained.split())
    assert "score 1.00" in said
    assert "a trial has confirmed it, because: search_library_books returned book_id BK-" in said
    assert "confirmed by the trial: /books/*/book_id -> /book_id, search_library_books returned" in said


def test_tools_of_a_server_are_linked_without_being_called(toolgraph):
    code, out, _ = toolgraph("graph --out g --json", "--mcp", LIBRARY)

    assert (code, json.loads(out)["nodes"], json.loads(out)["verdicts"]) == (0, 9, {})


def test_no_more_edges_are_tried_than_wanted(toolgraph):
    code, out, _ = toolgraph("graph --execute --edges confirmed --confirm 2 --out g --json", "--mcp", LIBRARY)

    assert (code, sum(json.loads(out)["verdicts"].values())) == (0, 2)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("--mcp library --edges confirmed", "let tools be run with --execute"),
        ("--tools shop.json --execute --edges confirmed", "name a server with --mcp, or Python files"),
        ("--execute", "there is nothing to run"),
        ("--env NAME --tools shop.json", "env is set and no tools are run"),
        ("--mcp library --add shop.json --graph g", "--mcp has no say with --add"),
        ("--mcp library --allow-writes", "No such option '--allow-writes'"),
    ],
)
def test_what_does_not_go_together_is_refused(toolgraph, more, says):
    Path("shop.json").write_text('[{"name": "get_shop", "parameters": {"type": "object", "properties": {}}}]')
    assert toolgraph("graph --tools shop.json --edges toolflow --out g")[0] == 0

    code, _, err = toolgraph(f"graph {more} --out other")

    assert code == 2
    assert says in err
    assert not Path("other").exists()
