import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graph.typed.shop import TOOLS
from tests.graph.typed.test_build import DRAWN, catalogue_of, edges_by_brute_force, edges_of, vectors_of
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed import build
from toolgraph.graph.typed.build import build_typed_graph
from toolgraph.graph.typed.growing import grow_typed_graph, grown_catalogue
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue


@settings(deadline=None)
@given(DRAWN, st.integers(0, 8), st.sampled_from([0.0, 0.1, 0.5]))
def test_new_tools_have_all_their_edges_and_known_ones_keep_theirs(drawn, known, threshold):
    tools = catalogue_of(drawn)
    graph = build_typed_graph(tools[:known], vectors_of, threshold=threshold)

    grown = grow_typed_graph(graph, tools[known:], vectors_of)

    inputs, outputs = len(graph.parameters.texts), len(graph.returns.texts)
    limits = {"P-P": (inputs, inputs), "P-R": (outputs, inputs)}
    every = edges_by_brute_force(grown.basis.catalogue, threshold)
    new = {pair: score for pair, score in every.items() if not is_within(pair[1:], limits[pair[0]])}
    assert edges_of(grown) == {**edges_of(graph), **new}


def is_within(pair, limits):
    return pair[0] < limits[0] and pair[1] < limits[1]


@settings(deadline=None)
@given(DRAWN, st.integers(0, 8))
def test_a_grown_catalogue_gives_the_evidence_of_one_that_was_read_whole_but_for_names(drawn, known):
    tools = catalogue_of(drawn)
    grown, whole = grown_catalogue(Catalogue.of(tools[:known]), tools[known:]), Catalogue.of(tools)

    for kind in ("P-P", "P-R"):
        asked = [Question.of(kind, catalogue) for catalogue in (grown, whole)]
        found, wanted = map(all_evidence, asked)
        assert found.keys() == wanted.keys()
        assert all(np.array_equal(found[name], wanted[name]) for name in found.keys() - {"name"})


def all_evidence(question):
    left, right = question.left, question.right
    a, b = (places.ravel() for places in np.indices((len(left), len(right)), np.int32))
    vectors = vectors_of(question.catalogue.texts)
    return question.evidence(a, b, cosines_of(vectors[left.text], vectors[right.text]).ravel())


@pytest.mark.parametrize("kept", [True, False])
def test_tools_may_be_added_again_and_again(monkeypatch, kept):
    monkeypatch.setattr(build, "MOST_KEPT", build.MOST_KEPT if kept else -1)
    graph = build_typed_graph(TOOLS[:3], vectors_of)
    for tool in TOOLS[3:]:
        graph = grow_typed_graph(graph, [tool], vectors_of)

    def linked(graph):
        return {(edge.source, edge.target, edge.source_field) for edge in graph.edges() if edge.kind == "P-R"}

    assert (graph.basis is not None) == kept
    assert graph.tools == TOOLS
    assert {("create_order", "cancel_order", "/order_id"), ("find_gyms", "book_class", "/gym_id")} <= linked(graph)
    assert len(linked(graph) ^ linked(build_typed_graph(TOOLS, vectors_of))) <= 2
