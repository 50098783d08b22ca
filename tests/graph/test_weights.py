import pytest
from hypothesis import given, settings

from tests.graph.test_graph import CATALOGUES, look_up, tools_of
from toolgraph.graph import weights
from toolgraph.graph.graph import build_tool_graph


@settings(deadline=None)
@given(CATALOGUES)
def test_a_weight_is_the_score_of_the_best_edge_of_two_tools(catalogue):
    graph = build_tool_graph(tools_of(catalogue), look_up, threshold=0.3)

    found = graph.weights.tocoo()

    best = {
        (a.name, b.name): pytest.approx(max(edge.score for edge in edges), abs=1e-6)
        for a in graph.tools
        for b in graph.tools
        if a is not b and (edges := graph.edges_between(a.name, b.name))
    }
    entries = zip(found.row, found.col, found.data.tolist(), strict=True)
    assert {(f"t{a}", f"t{b}"): score for a, b, score in entries} == best
    assert found.dtype == "float32"


def test_weights_do_not_depend_on_how_many_tools_are_scored_at_a_time(travel, monkeypatch):
    whole = travel.weights.toarray()
    monkeypatch.setattr(weights, "CELLS", 2 * len(travel))

    by_two = weights.best_scores(travel.adjacency, travel.parameters, travel.returns, travel.alike, travel.feeds)

    assert by_two.tolist() == whole[travel.adjacency.toarray()].tolist()
