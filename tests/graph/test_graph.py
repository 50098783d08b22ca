import math

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.errors import ConfigError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.tools.edges import Edge
from toolgraph.tools.spec import ToolSpec

TEXTS = tuple(f"field_{number}" for number in range(12))
VECTORS = np.random.default_rng(3).standard_normal((len(TEXTS), 3)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
SOME_TEXTS = st.lists(st.sampled_from(TEXTS), max_size=4, unique=True)
CATALOGUES = st.lists(st.tuples(SOME_TEXTS, st.none() | SOME_TEXTS), max_size=7)


def tools_of(catalogue):
    def properties(texts):
        return {"type": "object", "properties": {text: {"type": "string"} for text in texts}}

    return [
        ToolSpec(name=f"t{place}", parameters=properties(takes), returns=None if gives is None else properties(gives))
        for place, (takes, gives) in enumerate(catalogue)
    ]


def look_up(texts):
    return VECTORS[[TEXTS.index(text) for text in texts]].reshape(-1, 3)


def pairs_by_brute_force(tools, threshold):
    """Yield every similar pair of fields as `(kind, source, target, source field, target field)`, and its cosine."""
    for source in tools:
        for target in tools:
            for kind, fields in (("P-P", source.parameter_fields), ("P-R", source.return_fields)):
                if source is target or (kind == "P-P" and source.name > target.name):
                    continue
                for left in fields:
                    for right in target.parameter_fields:
                        cosine = math.fsum(np.multiply(*look_up([left.text, right.text]), dtype=float))
                        if cosine > threshold:
                            yield (kind, source.name, target.name, left.pointer, right.pointer), cosine


@settings(deadline=None)
@given(CATALOGUES, st.sampled_from([0.0, 0.3, 0.6, 0.82, 0.95]))
def test_the_sparse_graph_equals_a_brute_force_over_all_pairs_of_fields(catalogue, threshold):
    tools = tools_of(catalogue)
    expected = dict(pairs_by_brute_force(tools, threshold))

    graph = build_tool_graph(tools, look_up, threshold=threshold)

    found = graph.sample_edges(tool.name for tool in tools)
    assert {fields_of(edge) for edge in found} == set(expected)
    assert len(found) == len(expected)
    assert all(edge.score == pytest.approx(expected[fields_of(edge)], abs=1e-5) for edge in found)
    linked = {frozenset(key[1:3]) for key in expected}
    assert {frozenset((a.name, b)) for a in tools for b in graph.neighbours(a.name)} == linked
    assert graph.adjacency.nnz == 2 * len(linked)


@settings(deadline=None)
@given(CATALOGUES)
def test_streamed_edges_are_the_best_pair_of_each_two_tools(catalogue):
    tools = tools_of(catalogue)
    graph = build_tool_graph(tools, look_up, threshold=0.3)

    streamed = list(graph.edges())

    names = [tool.name for tool in tools]
    between = [edge for i, a in enumerate(names) for b in names[i + 1 :] for edge in graph.edges_between(a, b)]
    assert sorted(streamed, key=repr) == sorted(between, key=repr)
    assert graph.shared.nnz // 2 == sum(edge.kind == "P-P" for edge in streamed)
    assert graph.flows.nnz == sum(edge.kind == "P-R" for edge in streamed)


def test_a_result_that_another_tool_takes_is_a_directed_edge(travel):
    edges = travel.edges_between("book_flight", "search_flights")

    assert edges == (Edge("P-R", "search_flights", "book_flight", "/flight_id", "/flight_id", 1.0),)
    assert travel.takers("search_flights") == ("book_flight",)
    assert travel.returners("search_flights") == ()


def test_the_same_parameter_in_two_tools_is_an_edge_without_direction(travel):
    assert travel.edges_between("get_weather", "search_flights") == (
        Edge("P-P", "search_flights", "get_weather", "/city", "/city", 1.0),
    )
    assert travel.has_edge("get_weather", "search_flights")
    assert travel.has_edge("search_flights", "get_weather")


def test_a_tool_without_parameters_has_no_neighbours(travel):
    assert travel.neighbours("roll_dice") == ()
    assert not travel.has_edge("roll_dice", "book_flight")


def test_a_tool_has_no_edge_to_itself(make_tool, embed_words):
    tools = [make_tool("again", ["cursor: where to go on"], ["cursor: where to go on"])]

    assert list(build_tool_graph(tools, embed_words).edges()) == []


def test_inferred_returns_make_no_edges(make_tool, embed_words):
    guessed = make_tool("find", [], ["user_id: the user"], returns_inferred=True)

    graph = build_tool_graph([guessed, make_tool("show", ["user_id: the user"])], embed_words)

    assert list(graph.edges()) == []


@pytest.mark.parametrize("threshold", [1.0, 0.9999999])
def test_the_threshold_is_strict_at_its_upper_end(make_tool, embed_words, threshold):
    tools = [make_tool("a", ["city: any"]), make_tool("b", ["city: any"])]

    graph = build_tool_graph(tools, embed_words, threshold=threshold)

    assert graph.has_edge("a", "b") == (threshold < 1)


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused_in_one_sentence(threshold):
    with pytest.raises(ConfigError, match="between 0 and 1"):
        build_tool_graph([], look_up, threshold=threshold)


def test_tools_of_any_size_and_script_are_linked(make_tool, embed_words):
    wide = make_tool("wide", [f"p{number}: value {number}" for number in range(200)])
    arabic = make_tool("طقس", ["مدينة: اسم المدينة " + "و" * 10_000])
    chinese = make_tool("天气", ["城市: 城市名称", "p7: value 7"])
    lone = make_tool("lone", ["broken \ud800: half a character"])

    graph = build_tool_graph([wide, arabic, chinese, lone], embed_words)

    assert graph.neighbours("天气") == ("wide",)


def test_a_subgraph_keeps_all_edges_among_its_tools(travel):
    names = ["get_weather", "search_flights", "book_flight"]

    part = travel.subgraph(names)

    assert [tool.name for tool in part.tools] == ["search_flights", "book_flight", "get_weather"]
    assert part.sample_edges(names) == travel.sample_edges(names)
    assert part.neighbours("search_flights") == ("book_flight", "get_weather")


def test_networkx_sees_the_same_graph(travel):
    network = travel.to_networkx()

    assert list(network) == [tool.name for tool in travel.tools]
    assert network["search_flights"]["book_flight"]["P-R"]["directed"]
    assert not network["search_flights"]["get_weather"]["P-P"]["directed"]
    assert networkx.number_connected_components(network.to_undirected()) == 2


def fields_of(edge):
    return edge.kind, edge.source, edge.target, edge.source_field, edge.target_field
