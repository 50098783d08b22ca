from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.errors import ConfigError, GenerationError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.sampling import STRATEGIES, DistinctSamples, parse_range, sample_once, sample_tools
from toolgraph.seeds import rng
from toolgraph.tools.spec import ToolSpec


def names_of(sample):
    return [tool.name for tool in sample.tools]


@given(st.integers(0, 10_000), st.sampled_from(["walk", "dataflow", "weighted", "community", "coverage"]))
@settings(deadline=None)
def test_a_walk_stays_on_edges_where_no_rule_fired(shared_graph, seed, strategy):
    (sample,) = sample_tools(shared_graph, strategy=strategy, number=1, sizes=(2, 6), seed=seed)

    names = names_of(sample)

    assert len(set(names)) == len(names) <= 6
    off_path = sum(not shared_graph.has_edge(a, b) for a, b in pairwise(names))
    assert off_path <= sum(dict(sample.rules).values())


@given(st.integers(), st.sampled_from(sorted(STRATEGIES)), st.integers(1, 4))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_samples_wherever_one_begins(shared_graph, seed, strategy, first):
    options = {"strategy": strategy, "sizes": (2, 5), "seed": seed}

    whole = list(sample_tools(shared_graph, number=5, **options))

    assert list(sample_tools(shared_graph, number=6 - first, first=first, **options)) == whole[first - 1 :]


def test_every_neighbour_of_the_last_tool_is_equally_likely(shared_graph):
    walks = [STRATEGIES["walk"].sample(shared_graph, 2, rng(1, number)).places for number in range(6_000)]

    seconds = Counter(f"t{second}" for first, second in walks if first == 0)

    assert set(seconds) == set(shared_graph.neighbours("t0"))
    expected = seconds.total() / len(seconds)
    assert all(0.7 * expected < count < 1.3 * expected for count in seconds.values())


def test_a_dead_end_leads_back_to_the_latest_tool_with_a_free_neighbour(linked):
    # given a star: t0 is linked to t1, t2 and t3, which have no other link
    graph = linked(4, [(0, 1), (0, 2), (0, 3)])

    samples = list(sample_tools(graph, strategy="walk", number=30, sizes=(4, 4), seed=0))

    assert {frozenset(names_of(sample)) for sample in samples} == {frozenset({"t0", "t1", "t2", "t3"})}
    fired = {names_of(sample)[0] == "t0": dict(sample.rules)["backtrack"] for sample in samples}
    assert fired == {True: 2, False: 1}


def test_a_small_component_is_left_for_another(linked):
    # given two pairs
    graph = linked(4, [(0, 1), (2, 3)])

    samples = list(sample_tools(graph, strategy="walk", number=10, sizes=(4, 4), seed=0))

    assert all(sample.rules == (("restart", 1),) for sample in samples)
    assert all({*names_of(sample)[:2]} in ({"t0", "t1"}, {"t2", "t3"}) for sample in samples)


def test_a_catalogue_smaller_than_the_sample_gives_all_its_tools(travel):
    (sample,) = sample_tools(travel, strategy="random", number=1, sizes=(9, 9), seed=0)

    assert sorted(names_of(sample)) == sorted(travel.index)
    assert sample.rules == (("small_catalogue", 1),)


def test_dataflow_goes_from_what_returns_to_what_takes(travel):
    samples = sample_tools(travel, strategy="dataflow", number=40, sizes=(3, 3), seed=0)

    chains = [names_of(sample) for sample in samples]

    assert all(chain[1] == "book_flight" for chain in chains if chain[0] == "search_flights")
    assert ["search_flights", "book_flight", "cancel_booking"] in chains


def test_dataflow_prefers_an_identifier_over_other_results(make_tool, embed_words):
    tools = [
        make_tool("find_user", [], ["user_id: the user", "city: where they live"]),
        make_tool("get_weather", ["city: where they live"]),
        make_tool("get_orders", ["user_id: the user"]),
    ]
    graph = build_tool_graph(tools, embed_words)

    drawn = [STRATEGIES["dataflow"].sample(graph, 2, rng(0, number)).places for number in range(30)]

    assert {second for first, second in drawn if first == 0} == {2}


def test_a_sample_holds_the_edges_among_its_tools(travel):
    for sample in sample_tools(travel, strategy="walk", number=5, sizes=(2, 3), seed=4):
        assert sample.edges == travel.sample_edges(names_of(sample))


def test_samples_are_numbered_from_one(travel):
    ids = [sample.id for sample in sample_tools(travel, strategy="walk", number=2, sizes=(1, 1), seed=0)]

    assert ids == ["s000001", "s000002"]


@pytest.mark.parametrize("text", ["", "0", "6-2", "2-", "a-b", "2-3-4", "-1", "1.5", "\uff12"])
def test_a_bad_range_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError, match="not a range"):
        parse_range(text)


def test_an_unknown_strategy_is_refused_with_the_known_ones(travel):
    with pytest.raises(ConfigError, match="choose random, walk, dataflow"):
        list(sample_tools(travel, strategy="drunk", number=1, sizes=(1, 1), seed=0))


@pytest.mark.parametrize("strategy", [*STRATEGIES, "mixed:walk=1,coverage=1"])
@pytest.mark.parametrize("links", [(1, []), (5, []), (6, [(0, 1), (2, 3)])], ids=["one tool", "no links", "islands"])
def test_every_strategy_samples_what_is_there(linked, strategy, links):
    graph = linked(*links)

    samples = list(sample_tools(graph, strategy=strategy, number=8, sizes=(4, 9), seed=0))

    assert len(samples) == 8
    assert all(len(set(names_of(sample))) == len(names_of(sample)) >= min(4, len(graph)) for sample in samples)
    assert any(names_of(sample) != names_of(samples[0]) for sample in samples) == (len(graph) > 1)


def test_distinct_samples_leave_out_the_repeats_and_keep_their_numbers(travel):
    options = {"strategy": "walk", "sizes": (1, 2), "seed": 0}
    many = list(sample_tools(travel, number=60, **options))

    few = list(sample_tools(travel, number=6, distinct=True, **options))

    assert len({frozenset(names_of(sample)) for sample in few}) == 6
    assert few == [sample for sample in many if sample in few]
    first = {}
    for sample in many:
        first.setdefault(frozenset(names_of(sample)), sample)
    assert few == list(first.values())[:6]


def test_distinct_samples_end_where_the_catalogue_has_no_more(travel):
    samples = list(sample_tools(travel, strategy="random", number=99, sizes=(2, 5), seed=0, distinct=True))

    assert len(samples) == 10 + 10 + 5 + 1  # the sets of 2, 3, 4 and 5 out of 5 tools


def test_distinct_samples_have_places_whoever_asks_for_them_first(travel):
    ways = {"strategy": "random", "sizes": (2, 2), "seed": 0}
    asked = DistinctSamples(travel, **ways)

    third = asked.number(2)
    numbers = [DistinctSamples(travel, **ways).number(0), asked.number(1), third]

    assert numbers == sorted(numbers) == [asked.number(place) for place in range(3)]
    assert len({frozenset(names_of(sample_once(travel, **ways, i=number))) for number in numbers}) == 3
    with pytest.raises(GenerationError, match="distinct sets of tools were found"):
        asked.number(10_000)


def test_an_empty_graph_is_refused(embed_words):
    with pytest.raises(ConfigError, match="no tools"):
        list(sample_tools(build_tool_graph([], embed_words), strategy="walk", number=1, sizes=(1, 1), seed=0))


@pytest.fixture(scope="module")
def shared_graph():
    """Return a ring of eight tools with two chords, a pair beside it, and a tool alone."""
    pairs = [*pairwise(range(8)), (0, 7), (0, 4), (1, 5), (8, 9)]
    texts = [f"{a}-{b}" for a, b in pairs]

    def units(wanted):
        from numpy import eye, float32

        return eye(len(texts), dtype=float32)[[texts.index(text) for text in wanted]]

    takes = [{texts[number]: {} for number, pair in enumerate(pairs) if place in pair} for place in range(11)]
    return build_tool_graph(
        [ToolSpec(name=f"t{place}", parameters={"properties": fields}) for place, fields in enumerate(takes)], units
    )
