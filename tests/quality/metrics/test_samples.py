import inspect
import random

import numpy as np
import pytest

from tests.fakes import word_vectors
from toolgraph.errors import ConfigError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.sampling import sample_tools
from toolgraph.quality.metrics import samples as metrics
from toolgraph.quality.metrics.samples import SAMPLE_METRICS, coverage_curve, description_cosine
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.spec import ToolSpec

CHAIN = ("search_hotels", "book_hotel", "cancel_hotel_booking")


@pytest.fixture
def graph(small_catalogue):
    """search -> book -> cancel by what they return; search and weather share a city, which search returns as well."""
    return build_tool_graph(small_catalogue, word_vectors)


@pytest.fixture
def sample(graph):
    def sample(*names, rules=()):
        return ToolSample("s", "walk", tuple(graph.tools[graph.index[name]] for name in names), (), rules)

    return sample


def numbered(names, flows):
    """A graph of tools in which data flows from one to another as given."""

    def schema(fields):
        return {"type": "object", "properties": {field: {"type": "string", "description": field} for field in fields}}

    tools = [
        ToolSpec(
            name=name,
            parameters=schema(f"{one}to{other}" for one, other in flows if other == name),
            returns=schema(f"{one}to{other}" for one, other in flows if one == name),
        )
        for name in names
    ]
    return build_tool_graph(tools, word_vectors)


def measured(samples, graph):
    """Every metric of some samples that needs no model."""
    return {name: metric(samples, graph) for name, metric in SAMPLE_METRICS.items()}


def test_every_metric_has_a_docstring_and_is_none_of_no_samples(graph):
    assert all(inspect.getdoc(metric) for metric in SAMPLE_METRICS.values())
    assert {name: figure for name, figure in measured([], graph).items() if figure is not None} == {
        "longest_chain": {"mean": None, "max": None}, "rules": {},
    }  # fmt: skip
    assert description_cosine([], graph, word_vectors) is None
    assert coverage_curve([], graph).tolist() == []


def test_relatedness_is_averaged_over_the_pairs_of_a_sample_and_then_over_samples(graph, sample):
    samples = [sample(*CHAIN), sample("search_hotels", "get_weather"), sample("get_weather")]

    assert metrics.linked_pairs(samples, graph) == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert metrics.edge_score(samples, graph) == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)


def test_the_cosine_of_descriptions_is_that_of_what_was_embedded(graph, sample):
    one, other = (f"{graph.tools[place].name}: {graph.tools[place].description}" for place in (0, 3))
    vectors = word_vectors([one, other])

    found = description_cosine([sample("search_hotels", "get_weather"), sample(*CHAIN)], graph, word_vectors, most=1)

    assert found == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-4)


def test_adjacent_flows_are_neighbours_of_which_one_feeds_the_other(graph, sample):
    assert metrics.adjacent_flows([sample(*CHAIN)], graph) == 1
    assert metrics.adjacent_flows([sample(*reversed(CHAIN))], graph) == 1
    assert metrics.adjacent_flows([sample(CHAIN[1], CHAIN[0], CHAIN[2])], graph) == 0.5
    assert metrics.adjacent_flows([sample("book_hotel")], graph) is None


def test_the_longest_chain_is_found_whatever_the_order_of_a_sample(graph, sample):
    samples = [sample(CHAIN[2], "get_weather", CHAIN[0], CHAIN[1]), sample(CHAIN[0], CHAIN[2]), sample(CHAIN[1])]

    assert metrics.longest_chain(samples, graph) == {"mean": round(5 / 3, 4), "max": 3}


@pytest.mark.parametrize(
    ("flows", "longest"),
    [
        ("", 1), ("ab", 2), ("ab ba", 2), ("ab bc ca", 3), ("ab ac ad", 2), ("ab bc cb cd", 4), ("ab cb cd", 2),
        ("ab ba cd de ec", 3),
    ],
)  # fmt: skip
def test_the_longest_chain_takes_each_tool_once(flows, longest):
    graph = numbered("abcde", [tuple(flow) for flow in flows.split()])

    assert metrics.longest_chain([ToolSample("s", "walk", graph.tools)], graph)["max"] == longest


def test_the_longest_chain_is_that_of_trying_everything():
    source = random.Random(7)
    flows = [(one, other) for one in "abcdefg" for other in "abcdefg" if one != other and source.random() < 0.25]
    graph = numbered("abcdefg", flows)

    def longest_from(path):
        takers = [taker for taker in graph.takers(path[-1]) if taker not in path]
        return max((longest_from([*path, taker]) for taker in takers), default=len(path))

    assert metrics.longest_chain([ToolSample("s", "walk", graph.tools)], graph)["max"] == max(
        longest_from([name]) for name in "abcdefg"
    )


def test_the_chains_of_very_large_samples_are_not_looked_for():
    graph = numbered([f"t{number}" for number in range(13)], [])

    assert metrics.longest_chain([ToolSample("s", "walk", graph.tools)], graph) == {"mean": None, "max": None}
    assert metrics.tools_per_sample([ToolSample("s", "walk", graph.tools)], graph) == 13


def test_coverage_counts_tools_once_and_its_curve_ends_there(graph, sample):
    samples = [sample("book_hotel"), sample(*CHAIN[:2]), sample("book_hotel")]

    assert metrics.coverage(samples, graph) == 0.5
    assert coverage_curve(samples, graph).tolist() == [1, 2, 2]


def test_gini_is_0_where_all_tools_are_used_equally_and_high_where_one_is(graph, sample):
    assert metrics.gini([sample(*CHAIN, "get_weather")] * 3, graph) == 0
    assert metrics.gini([sample("book_hotel")] * 3, graph) == 0.75


def test_sets_are_the_same_whatever_their_order(sample, graph):
    samples = [sample(*CHAIN), sample(*reversed(CHAIN)), sample("get_weather"), sample("book_hotel")]

    assert metrics.distinct_sets(samples, graph) == 0.75


def test_entropies_are_in_bits_over_tools_and_over_pairs(graph, sample):
    samples = [sample(*CHAIN[:2]), sample(CHAIN[1], CHAIN[0]), sample("cancel_hotel_booking", "get_weather")] * 2

    assert metrics.tool_entropy([*samples, samples[2], samples[2]], graph) == 2
    assert metrics.pair_entropy([*samples, samples[2], samples[2]], graph) == 1


def test_apis_are_counted_where_every_tool_says_its_own(graph, sample):
    def of(*apis):
        return ToolSample("s", "walk", tuple(
            tool.model_copy(update={"name": api, "origin": tool.origin.model_copy(update={"api": api, "file": ""})})
            for tool, api in zip(graph.tools, apis, strict=False)
        ))  # fmt: skip

    mixed = [sample(*CHAIN), of("stays", "mail"), of("mail")]

    assert metrics.apis_per_sample(mixed, graph) == round(4 / 3, 4)
    assert metrics.same_api(mixed, graph) == 0.5
    assert metrics.apis_per_sample([*mixed, of("")], graph) is None
    assert metrics.same_api([of("mail")], graph) is None


def test_dead_ends_are_samples_in_which_a_rule_fired(graph, sample):
    samples = [
        sample(*CHAIN, rules=(("backtrack", 2), ("restart", 1))), sample("book_hotel", rules=(("backtrack", 0),)),
        sample("get_weather", rules=(("backtrack", 1),)), sample("book_hotel"),
    ]  # fmt: skip

    assert metrics.dead_ends(samples, graph) == 0.5
    assert metrics.rules(samples, graph) == {"backtrack": 0.5, "restart": 0.25}


def test_a_graph_without_edges_gives_zeros_where_there_are_pairs():
    graph = numbered("abc", [])
    found = measured([ToolSample("s", "random", graph.tools)], graph)

    assert (found["edge_score"], found["linked_pairs"], found["adjacent_flows"]) == (0, 0, 0)
    assert found["longest_chain"] == {"mean": 1, "max": 1}


def test_metrics_ignore_the_order_of_samples(graph):
    samples = list(sample_tools(graph, strategy="walk", number=50, sizes=(1, 4), seed=3))

    assert measured(samples[::-1], graph) == measured(samples, graph)


def test_edge_scores_are_those_of_the_graphs_edges(graph):
    samples = list(sample_tools(graph, strategy="random", number=20, sizes=(2, 2), seed=3))
    scores = [
        max((edge.score for edge in graph.edges_between(*(tool.name for tool in one.tools))), default=0)
        for one in samples
    ]

    assert metrics.edge_score(samples, graph) == pytest.approx(np.mean(scores), abs=1e-4)


def test_a_sample_of_another_graph_is_one_sentence(sample):
    with pytest.raises(ConfigError, match="a sample holds the tool 'book_hotel', which the graph does not have"):
        measured([sample("book_hotel")], numbered("abc", []))
