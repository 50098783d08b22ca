from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.graph.graph import ToolGraph, build_tool_graph
from toolgraph.graph.strategies import Coverage, coverage
from toolgraph.tools.spec import ToolSpec


def drawn(graph, count, *, sizes=(2, 4), seed=0, strategy=None):
    strategy = strategy or Coverage()
    return [strategy.draw(graph, i, sizes=sizes, seed=seed) for i in range(1, count + 1)]


def uses(graph, samples):
    counts = Counter(chain.from_iterable(sample.places for sample in samples))
    return [counts[place] for place in range(len(graph))]


@pytest.mark.parametrize("links", [[], [(0, n) for n in range(1, 20)], [(n, n + 1) for n in range(19)]])
def test_every_tool_is_used_about_equally_often(linked, links):
    # given no links, a hub, or a chain
    graph = linked(20, links)

    for count in (7, 100, 900):
        counts = uses(graph, drawn(graph, count))

        assert max(counts) - min(counts) <= 1


def test_uneven_rounds_hardly_add_up(linked, monkeypatch):
    monkeypatch.setattr(coverage, "SHORTEST", 10)
    graph = linked(20, [(n, n + 1) for n in range(19)])

    counts = uses(graph, drawn(graph, 100))

    assert max(counts) - min(counts) <= 10  # one for each round
    assert sum(counts) / len(counts) > 10


def test_a_tool_leads_to_a_neighbour_that_is_used_as_little(linked):
    # given a chain, of which the first four samples use eight of ten tools
    graph = linked(10, [(n, n + 1) for n in range(9)])

    samples = drawn(graph, 5, sizes=(2, 2))

    off_path = sum(not graph.has_edge(f"t{a}", f"t{b}") for (a, b), _ in samples)
    assert off_path == sum(rules["restart"] for _, rules in samples) < 4


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers())
@settings(deadline=None, max_examples=25)
def test_a_sample_is_the_same_whichever_was_drawn_before(graph_of_ten, numbers, seed):
    whole = drawn(graph_of_ten, 60, seed=seed)
    same = ToolGraph(*(getattr(graph_of_ten, name) for name in ToolGraph.__dataclass_fields__))

    again = [Coverage().draw(same, i, sizes=(2, 4), seed=seed) for i in numbers]

    assert again == [whole[i - 1] for i in numbers]


@pytest.fixture(scope="module")
def graph_of_ten():
    """Return a chain of ten tools."""
    fields = [[f"{n}"] * (n > 0) + [f"{n + 1}"] * (n < 9) for n in range(10)]
    tools = [ToolSpec(name=f"t{n}", parameters={"properties": {f: {} for f in fields[n]}}) for n in range(10)]
    return build_tool_graph(tools, lambda texts: np.eye(len(texts), dtype=np.float32))
