from collections import Counter

import numpy as np
import pytest

from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.strategies import Community, WalkWithRestart, WeightedWalk
from toolgraph.graph.strategies.community import communities
from toolgraph.seeds import rng

CLIQUES = [(a, b) for first in (0, 4) for a in range(first, first + 4) for b in range(a + 1, first + 4)]


def seconds(strategy, graph, *, start, draws=3_000):
    """Count which tool comes second in the samples that begin with `start`."""
    drawn = (strategy.sample(graph, 2, rng(0, number)).places for number in range(draws))
    return Counter(second for first, second in drawn if first == start)


def test_weighted_takes_a_neighbour_in_proportion_to_its_score(make_tool):
    # given t0 whose parameter is like t1's with a cosine of 0.9 and like t2's with 0.45
    angles = {"here": 0.0, "near": np.arccos(0.9), "far": -np.arccos(0.45)}

    def embed(texts):
        return np.array([(np.cos(angles[text]), np.sin(angles[text])) for text in texts], np.float32)

    graph = build_tool_graph([make_tool(f"t{n}", [text]) for n, text in enumerate(angles)], embed, threshold=0.3)

    found = seconds(WeightedWalk(), graph, start=0)

    assert found.keys() == {1, 2}
    assert found[1] / found[2] == pytest.approx(2, rel=0.2)


def test_restart_stays_around_its_start(linked):
    # given a chain of ten tools
    graph = linked(10, [(n, n + 1) for n in range(9)])

    drawn = [WalkWithRestart().sample(graph, 3, rng(0, number)).places for number in range(500)]

    assert all(max(places) - min(places) == 2 for places in drawn)
    both_sides = sum(min(places) < places[0] < max(places) for places in drawn if 0 < places[0] < 9)
    assert both_sides > 100  # a walk goes on to the other side only where it comes to the end of the chain


def test_restart_goes_on_elsewhere_when_its_island_is_taken(linked):
    graph = linked(6, [(0, 1), (2, 3), (4, 5)])

    for number in range(50):
        places, rules = WalkWithRestart().sample(graph, 4, rng(0, number))

        assert rules == {"restart": 1}
        assert {places[0] // 2, places[2] // 2} == {places[1] // 2, places[3] // 2}


def test_community_does_not_cross_a_bridge(linked):
    # given two cliques of four tools, and one link between them
    graph = linked(8, [*CLIQUES, (3, 4)])

    for number in range(50):
        places, rules = Community().sample(graph, 4, rng(0, number))

        assert len({place // 4 for place in places}) == 1
        assert not rules


def test_community_is_left_when_all_its_tools_are_taken(linked):
    graph = linked(8, [*CLIQUES, (3, 4)])

    places, rules = Community().sample(graph, 6, rng(0))

    assert {place // 4 for place in places[:4]} != {place // 4 for place in places[4:]}
    assert rules["leave_community"] == 1


def test_communities_are_found_once_for_each_graph(linked):
    graph, other = linked(8, CLIQUES), linked(3, [])

    assert communities(graph) is communities(graph)
    assert len(set(communities(graph).tolist())) == 2
    assert communities(other).tolist() == [0, 1, 2]
