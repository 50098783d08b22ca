import pytest

from tests.graph.typed.shop import TOOLS
from tests.graph.typed.test_build import vectors_of
from toolgraph.graph.all_scores import all_scores
from toolgraph.graph.explaining import explain
from toolgraph.graph.reasons import FOR, WANTING, Piece, reasons_against, reasons_for
from toolgraph.graph.rules import build_graph
from toolgraph.graph.typed.combiner import shipped
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.spec import ToolSpec

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
    assert "Nothing that create_order returns is expected to fit a parameter of search_products. " in back.sentence


def test_what_keeps_two_tools_from_an_edge_is_said_and_what_speaks_for_one_is_not():
    pieces = [Piece("cosine", 0.1, 4.0), Piece("rare", 1.0, 1.0), Piece("entity", -1.0, 3.0), Piece("needed", 0.0, 1.0)]

    said = reasons_against(pieces, source="a", target="b", is_flow=True)

    assert said == (
        "they are ids of different things or of what is only being made, their texts are not much alike and "
        "b can do without it"
    )


def test_the_weightiest_reasons_for_an_edge_come_first():
    pieces = [Piece("rare", 0.9, 1.0), Piece("cosine", 0.9, 4.0), Piece("name", 0.1, 1.0), Piece("kind", -1.0, 1.0)]

    said = reasons_for(pieces, source="a", target="b", is_flow=True)

    assert said == (
        "their texts mean much the same and few tools have such a field, though a value of the one is no value "
        "for the other"
    )


@pytest.mark.parametrize("combiner", ["P-R", "P-P"])
def test_every_piece_of_evidence_can_be_put_into_words(combiner):
    names = set(shipped(combiner).weights)

    assert names <= set(FOR)
    assert names - {"entity"} <= set(WANTING)


def test_of_tools_without_fields_it_is_said_what_is_missing():
    tools = [ToolSpec(name=name) for name in ("ping", "pong")]
    found = explain(Catalogue.of(tools), vectors_of, 0, 1, edges="typed", threshold=0.5)

    assert [each.is_edge for each in found] == [False, False, False]
    assert [each.sentence for each in found] == [
        "ping does not say what it returns: there is nothing to compare.",
        "pong does not say what it returns: there is nothing to compare.",
        "ping takes no parameters: there is nothing to compare.",
    ]


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
