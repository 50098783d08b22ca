import json

import pytest

from toolgraph.errors import RunDirectoryError
from toolgraph.graph.rules import build_graph
from toolgraph.graph.storage import load_graph, save_graph


def test_a_saved_graph_comes_back_the_same(travel, tmp_path):
    save_graph(travel, tmp_path / "graph")

    graph = load_graph(tmp_path / "graph")

    assert graph.tools == travel.tools
    assert list(graph.edges()) == list(travel.edges())
    assert (graph.threshold, graph.model_id) == (travel.threshold, travel.model_id)


def test_the_rule_of_a_graph_comes_back_and_each_edge_with_it(travel_tools, embed_words, tmp_path):
    typed = build_graph(travel_tools, embed_words, edges="typed")

    save_graph(typed, tmp_path)

    graph = load_graph(tmp_path)
    assert graph.edges_rule == "typed"
    assert list(graph.edges()) == list(typed.edges()) != []
    assert json.loads((tmp_path / "statistics.json").read_text())["edges_rule"] == "typed"


def test_the_same_graph_is_saved_as_the_same_bytes(travel, tmp_path):
    for name in ("a", "b"):
        save_graph(travel, tmp_path / name)

    written = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("a", "b")]

    assert written[0] == written[1]
    assert sorted(written[0]) == ["graph.npz", "statistics.json", "tools.jsonl"]


def test_a_graph_is_saved_over_an_earlier_one(travel, tmp_path):
    save_graph(travel, tmp_path)
    save_graph(travel.subgraph(["roll_dice"]), tmp_path)

    assert len(load_graph(tmp_path)) == 1
    assert json.loads((tmp_path / "statistics.json").read_text())["nodes"] == 1


@pytest.mark.parametrize("name", ["notes.txt", "tools.jsonl", "graph.npz"])
def test_a_directory_with_something_else_is_left_alone(travel, tmp_path, name):
    (tmp_path / name).write_text("mine")

    with pytest.raises(RunDirectoryError, match="something else"):
        save_graph(travel, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_in_the_place_of_the_directory_is_left_alone(travel, tmp_path):
    (tmp_path / "graph").write_text("mine")

    with pytest.raises(RunDirectoryError, match="is a file"):
        save_graph(travel, tmp_path / "graph")


def test_a_directory_without_a_graph_is_one_clear_sentence(tmp_path):
    with pytest.raises(RunDirectoryError, match="holds no graph"):
        load_graph(tmp_path)


@pytest.mark.parametrize("name", ["graph.npz", "tools.jsonl"])
def test_a_damaged_graph_is_one_clear_sentence(travel, tmp_path, name):
    save_graph(travel, tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(RunDirectoryError, match="damaged"):
        load_graph(tmp_path)


def test_what_a_killed_process_left_is_not_in_the_way(travel, tmp_path):
    (tmp_path / ".tools.jsonl.partial").write_text("half a to")

    save_graph(travel, tmp_path)

    assert len(load_graph(tmp_path)) == len(travel)
    assert not list(tmp_path.glob(".*"))


def test_tools_that_are_not_the_graphs_are_refused(travel, tmp_path):
    save_graph(travel, tmp_path)
    lines = (tmp_path / "tools.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "tools.jsonl").write_text("".join(reversed(lines)))

    with pytest.raises(RunDirectoryError, match="not those of the graph"):
        load_graph(tmp_path)
