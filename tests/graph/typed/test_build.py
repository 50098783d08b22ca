from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graph.typed.shop import TOOLS, made
from toolgraph.errors import ConfigError
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed import apis, candidates, groups
from toolgraph.graph.typed.build import build_typed_graph
from toolgraph.graph.typed.evidence import told_by_cosine
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.spec import Origin

NAMES = ("id", "user_id", "user", "order_id", "city", "page integer", "name", "price number", "date")
VERBS = ("get", "create", "delete")
FIELDS = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)
ORIGINS = st.sampled_from([Origin(), Origin(api="a"), Origin(api="a", category="x"), Origin(api="b")])
DRAWN = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(["user", "order"]), FIELDS, FIELDS, ORIGINS), max_size=8
)


def catalogue_of(drawn):
    return [made(f"{verb}_{thing}_{n}", *fields) for n, (verb, thing, *fields) in enumerate(drawn)]


def vectors_of(texts):
    """Texts are alike as far as they have the same letters."""
    letters = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts], np.float32).reshape(-1, 26)
    return letters / np.maximum(np.linalg.norm(letters, axis=1, keepdims=True), 1)


def edges_by_brute_force(catalogue, threshold):
    """Return the score of every pair of fields that makes an edge, by kind and fields."""
    vectors = vectors_of(catalogue.texts)
    found = {}
    for question in (Question.of("P-P", catalogue), Question.of("P-R", catalogue)):
        left, right, home = question.left, question.right, catalogue.apis.home
        cosines = cosines_of(vectors[left.text], vectors[right.text])
        everything = (np.arange(len(side), dtype=np.int32) for side in (left, right))
        scores = question.combiner.score(question.table(*everything, cosines))
        for a, b in np.argwhere(scores > threshold).tolist():
            x, y = left.tool[a], right.tool[b]
            if x != y and (cosines[a, b] > candidates.NEAR or home[x] == home[y] >= 0):
                found[question.kind, a, b] = pytest.approx(float(scores[a, b]), abs=1e-5)
    return found


def edges_of(graph):
    matrices = {"P-P": graph.alike.tocoo(), "P-R": graph.feeds.tocoo()}
    return {
        (kind, a, b): score
        for kind, matrix in matrices.items()
        for a, b, score in zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True)
    }


@settings(deadline=None)
@given(DRAWN, st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.sampled_from([1, 3, 200]))
def test_the_graph_has_every_pair_above_the_threshold_that_is_near_or_at_home(drawn, threshold, home):
    tools = catalogue_of(drawn)

    with mock.patch.object(apis, "HOME", home):
        assert edges_of(build_typed_graph(tools, vectors_of, threshold=threshold)) == edges_by_brute_force(
            Catalogue.of(tools), threshold
        )


@settings(deadline=None)
@given(DRAWN, st.sampled_from([1, 3, 200]))
def test_no_pair_of_fields_adds_up_to_more_than_its_bound(drawn, home):
    with mock.patch.object(apis, "HOME", home):
        catalogue = Catalogue.of(catalogue_of(drawn))
        vectors, at = vectors_of(catalogue.texts), catalogue.apis.home
        for question in (Question.of("P-P", catalogue), Question.of("P-R", catalogue)):
            left, right, weights = question.left, question.right, question.combiner.weights
            a, b = (places.ravel() for places in np.indices((len(left), len(right)), np.int32))
            cosines = cosines_of(vectors[left.text], vectors[right.text]).ravel()
            best = question.left_best[a] + question.right_best[b] + question.pair_best
            assert np.all(question.totals(a, b, cosines) <= best + weights["cosine"] * told_by_cosine(cosines) + 1e-4)

            x, y = left.tool[a], right.tool[b]
            of_strangers = question.half_of_api(left)[a] + question.half_of_api(right)[b]
            at_home = weights["same_api"] * catalogue.apis.at_home[x]
            are_at_home = (at[x] == at[y]) & (at[x] >= 0)
            api_best = np.where(are_at_home, at_home, of_strangers)
            assert np.all((question.api_totals(a, b) <= api_best + 1e-4) | (x == y))


def test_the_graph_is_the_same_however_many_pairs_are_looked_at_at_a_time(monkeypatch):
    whole = edges_of(build_typed_graph(TOOLS, vectors_of, threshold=0.2))
    monkeypatch.setattr(groups, "PORTION", 3)
    monkeypatch.setattr(candidates, "GATHERED", 2)

    assert edges_of(build_typed_graph(TOOLS, vectors_of, threshold=0.2)) == whole
    assert len(whole) > 10


def test_an_approximate_index_finds_the_edges_of_a_small_catalogue(caplog):
    pytest.importorskip("faiss")
    tools = [
        tool.model_copy(update={"origin": Origin(), "name": f"{tool.name}_{n}"}) for n in range(3) for tool in TOOLS
    ]
    exact = edges_of(build_typed_graph(tools, vectors_of, threshold=0.2))

    assert edges_of(build_typed_graph(tools, vectors_of, threshold=0.2, is_approximate=True)) == exact
    assert len(exact) > 100
    assert "approximate index" in caplog.text


def test_a_shop_is_linked_as_a_person_would_link_it():
    graph = build_typed_graph(TOOLS, vectors_of, model_id="letters")

    flows = {(edge.source, edge.target, edge.source_field) for edge in graph.edges() if edge.kind == "P-R"}
    assert ("search_products", "create_order", "/product_id") in flows
    assert ("get_customer", "list_orders", "/id") in flows
    assert ("create_order", "cancel_order", "/order_id") in flows
    assert ("find_gyms", "book_class", "/gym_id") in flows
    assert not any(target == "search_products" for _, target, _ in flows)
    assert (graph.edges_rule, graph.threshold, graph.model_id) == ("typed", 0.5, "letters")


def test_scores_lie_between_the_threshold_and_one_and_no_tool_is_linked_to_itself():
    edges = list(build_typed_graph(TOOLS, vectors_of).edges())

    assert all(0.5 < edge.score < 1 for edge in edges)
    assert all(edge.source != edge.target for edge in edges)


def test_pages_link_nothing():
    graph = build_typed_graph(TOOLS, vectors_of)

    assert not any(edge.target_field == "/page" for edge in graph.edges())


@pytest.mark.parametrize("tools", [(), TOOLS[:1], [made("ping", [], [], Origin())] * 2])
def test_a_catalogue_with_nothing_to_link_is_a_graph_without_edges(tools):
    graph = build_typed_graph(tools, vectors_of)

    assert len(graph) == len(tools)
    assert list(graph.edges()) == []


def test_a_threshold_outside_0_to_1_is_refused():
    with pytest.raises(ConfigError, match="between 0 and 1"):
        build_typed_graph(TOOLS, vectors_of, threshold=1.5)
