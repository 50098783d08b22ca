import pytest

from tests.graph.typed.shop import TOOLS, made
from tests.graph.typed.test_build import vectors_of
from toolgraph.errors import ConfigError
from toolgraph.graph.confirmed import with_confirmations, worth_asking
from toolgraph.graph.explaining import explain
from toolgraph.graph.rules import build_graph
from toolgraph.graph.statistics import graph_statistics
from toolgraph.graph.storage import load_graph, save_graph
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.edges import Confirmation


@pytest.fixture
def graph():
    return build_graph(TOOLS, vectors_of)


def flows(graph):
    """The score of every P-R edge, by its fields."""
    edges = graph.sample_edges(tool.name for tool in graph.tools)
    return {(e.source, e.target, e.source_field, e.target_field): e.score for e in edges if e.kind == "P-R"}


def named(edge):
    return edge.source, edge.target, edge.source_field, edge.target_field


def test_all_edges_are_asked_about_and_the_most_promising_first(graph):
    asked = worth_asking(graph, most=1000)

    assert {named(edge): edge.score for edge in asked} == flows(graph)
    assert [edge.score for edge in asked] == sorted((edge.score for edge in asked), reverse=True)
    assert worth_asking(graph, most=3) == asked[:3]


def test_two_tools_best_pair_of_fields_comes_before_the_second_best_of_any():
    names = ["order_id", "invoice_id", "parcel_id"]
    tools = [
        made("get_order", ["email"], names, TOOLS[0].origin),
        made("cancel_order", names, ["refund number"], TOOLS[0].origin, names),
        made("find_gym", ["city"], ["gym_id"], TOOLS[0].origin),
        made("book_gym", ["gym_id"], ["booking_id"], TOOLS[0].origin, ["gym_id"]),
    ]
    asked = worth_asking(build_graph(tools, vectors_of), most=1000)

    links = [(edge.source, edge.target) for edge in asked]
    best = len(set(links))
    assert len(links) > best
    assert len(set(links[:best])) == best


def test_what_is_confirmed_is_certain_and_what_is_refused_is_gone(graph):
    yes, no, open_, *_ = worth_asking(graph, most=1000)
    told = [
        Confirmation(yes, "confirmed", "y"),
        Confirmation(no, "refused", "n"),
        Confirmation(open_, "undecided", ""),
    ]
    before = flows(graph)

    confirmed = with_confirmations(graph, told)

    expected = {**before, named(yes): 1.0}
    del expected[named(no)]
    assert flows(confirmed) == expected
    assert flows(graph) == before
    assert (confirmed.edges_rule, confirmed.alike.nnz) == ("confirmed", graph.alike.nnz)
    assert graph_statistics(confirmed).verdicts == {"confirmed": 1, "refused": 1, "undecided": 1}
    assert graph_statistics(graph).verdicts == {}
    assert confirmed.weights.max() == 1.0


def test_a_graph_does_not_depend_on_the_order_of_the_answers(graph, tmp_path):
    told = [Confirmation(edge, "confirmed", "Fits.") for edge in worth_asking(graph, most=5)]

    for name, part in (("a", told), ("b", told[::-1])):
        save_graph(with_confirmations(graph, part), tmp_path / name)

    assert (tmp_path / "a" / "graph.npz").read_bytes() == (tmp_path / "b" / "graph.npz").read_bytes()


def test_a_confirmed_graph_is_stored_with_every_reason(graph, tmp_path):
    edges = worth_asking(graph, most=2)
    told = [Confirmation(edges[0], "confirmed", "Ein Grund: 東京 \ud800 'x'"), Confirmation(edges[1], "refused", "No.")]
    confirmed = with_confirmations(graph, told)

    save_graph(confirmed, tmp_path / "graph")
    loaded = load_graph(tmp_path / "graph")

    assert (loaded.edges_rule, loaded.confirmations) == ("confirmed", confirmed.confirmations)
    assert flows(loaded) == flows(confirmed)
    save_graph(graph, tmp_path / "graph")
    assert load_graph(tmp_path / "graph").confirmations == ()


def test_nothing_is_asked_about_a_graph_without_edges():
    empty = build_graph([], vectors_of)

    assert worth_asking(empty, most=5) == ()
    assert with_confirmations(empty, []).feeds.nnz == 0


def test_what_a_model_has_to_confirm_is_not_made_without_one():
    with pytest.raises(ConfigError, match="toolgraph graph --edges confirmed --model NAME"):
        build_graph(TOOLS, vectors_of, edges="confirmed")


@pytest.mark.parametrize("verdict", ["confirmed", "refused"])
def test_what_is_explained_is_what_a_confirmed_graph_has(graph, verdict):
    told = [Confirmation(edge, verdict, "It is the same order.") for edge in worth_asking(graph, most=8)]
    confirmed = with_confirmations(graph, told)
    catalogue = Catalogue.of(TOOLS)

    said = 0
    for a in range(len(TOOLS)):
        for b in range(a + 1, len(TOOLS)):
            found = explain(catalogue, vectors_of, a, b, edges="confirmed", threshold=0.5, told=confirmed.confirmations)
            best = {(e.best.kind, e.best.source): e.best.score for e in found if e.is_edge}
            known = confirmed.edges_between(TOOLS[a].name, TOOLS[b].name)
            assert best == {(e.kind, e.source): pytest.approx(e.score, abs=1e-5) for e in known}
            said += sum(f"a model has {verdict} it, because: It is the same order." in e.sentence for e in found)
    assert said > 0


def test_a_refused_pair_of_fields_leaves_the_next_best_to_the_evidence(graph):
    first, *_ = worth_asking(graph, most=1)
    places = {tool.name: place for place, tool in enumerate(TOOLS)}
    told = [Confirmation(first, "refused", "No.")]

    there, *_ = explain(
        Catalogue.of(TOOLS), vectors_of, places[first.source], places[first.target], edges="confirmed", threshold=0.5,
        told=told,
    )  # fmt: skip

    assert there.told == tuple(told)
    assert named(there.best) != named(first)
    assert 0 < there.best.score < first.score
