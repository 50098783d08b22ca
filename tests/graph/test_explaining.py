import pytest

from tests.graph.typed.shop import TOOLS
from tests.graph.typed.test_build import vectors_of
from toolgraph.graph.all_scores import all_scores
from toolgraph.graph.explaining import explain
from toolgraph.graph.rules import build_graph
from toolgraph.graph.typed.sides import Catalogue

PLACES = {tool.name: place for place, tool in enumerate(TOOLS)}


def explained(a, b, edges="typed", threshold=0.5):
    return explain(Catalogue.of(TOOLS), vectors_of, PLACES[a], PLACES[b], edges=edges, threshold=threshold)


@pytest.mark.parametrize(("edges", "threshold"), [("typed", 0.5), ("toolflow", 0.82)])
def test_what_is_explained_is_what_the_graph_has(edges, threshold):
    graph = build_graph(TOOLS, vectors_of, edges=edges)

    for a in PLACES:
        for b in PLACES:
            if a < b:
                found = [each.best for each in explained(a, b, edges, threshold) if each.is_edge]
                known = {(edge.kind, edge.source, edge.target): edge.score for edge in graph.edges_between(a, b)}
                assert {(e.kind, e.source, e.target): pytest.approx(e.score, abs=1e-5) for e in found} == known


def test_the_pieces_add_up_to_the_score():
    there, back, alike = explained("search_products", "create_order")

    assert [each.best.kind for each in (there, back, alike)] == ["P-R", "P-R", "P-P"]
    assert there.is_edge
    assert sum(piece.adds for piece in there.pieces) > there.needed
    assert sum(piece.adds for piece in back.pieces) < back.needed
    assert "can be handed to create_order as /product_id: " in there.sentence
    assert "is not expected to be handed to search_products" in back.sentence


def test_the_published_rule_knows_the_cosine_alone():
    for each in explained("search_products", "create_order", "toolflow", 0.82):
        assert [piece.name for piece in each.pieces] == ["cosine"]
        assert each.pieces[0].value == pytest.approx(each.best.score, abs=1e-5)


@pytest.mark.parametrize(("edges", "threshold"), [("typed", 0.5), ("toolflow", 0.82)])
def test_all_scores_hold_every_pair_with_fields_and_those_of_the_graph(edges, threshold):
    found = {(edge.kind, edge.source, edge.target): edge.score for edge in all_scores(TOOLS, vectors_of, edges=edges)}

    count = len(TOOLS)
    assert sum(kind == "P-P" for kind, _, _ in found) == count * (count - 1) / 2
    assert sum(kind == "P-R" for kind, _, _ in found) == count * (count - 1)
    for edge in build_graph(TOOLS, vectors_of, edges=edges).edges():
        assert found.pop((edge.kind, edge.source, edge.target)) == pytest.approx(edge.score, abs=1e-5)
    assert all(score <= threshold for score in found.values())
