import numpy as np
import pytest

from toolgraph.errors import ConfigError
from toolgraph.graph.confirmed import with_confirmations
from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.similarity import similar_among, similar_pairs
from toolgraph.graph.typed.build import build_typed_graph
from toolgraph.graph.updating import add_tools, grown_among, grown_pairs
from toolgraph.tools.edges import Confirmation


def test_a_graph_that_tools_were_added_to_is_the_graph_of_all(make_tool, embed_words):
    tools = [
        make_tool("find", ["city: name of the city"], ["hotel_id: id of the hotel", "city: name of the city"]),
        make_tool("rate", ["stars: one to five"]),
        make_tool("book", ["hotel_id: id of the hotel", "city: name of a city"], ["price: in euros"]),
        make_tool("guess", ["price: in euros"], None),
        make_tool("pay", ["price: in some euros"], ["stars: one to five"]),
    ]
    whole = build_tool_graph(tools, embed_words, threshold=0.5)

    for known in range(len(tools) + 1):
        grown = add_tools(build_tool_graph(tools[:known], embed_words, threshold=0.5), tools[known:], embed_words)

        assert grown.tools == whole.tools
        for name in ("parameters", "returns"):
            table, wanted = getattr(grown, name), getattr(whole, name)
            assert table.text_count == wanted.text_count
            assert same(table.offsets, wanted.offsets)
            assert same(table.texts, wanted.texts)
        assert same_matrix(grown.alike, whole.alike)
        assert same_matrix(grown.feeds, whole.feeds)


def test_only_new_texts_are_compared(unit_vectors, monkeypatch):
    known = similar_among(unit_vectors[:90], 0.3)
    seen = []
    monkeypatch.setattr("numpy.matmul", watched(np.matmul, seen))

    grown_among(known, unit_vectors, 0.3)

    assert sum(seen) == 90 * 10 + 10 * 10


def watched(multiply, seen):
    def watched(left, right, **options):
        seen.append(len(left) * right.shape[1])
        return multiply(left, right, **options)

    return watched


def test_both_sides_of_a_matrix_may_grow(unit_vectors):
    left, right = unit_vectors[:60], unit_vectors[40:]

    grown = grown_pairs(similar_pairs(left[:50], right[:20], 0.3), left, right, 0.3)

    assert same_matrix(grown, similar_pairs(left, right, 0.3))


def test_a_name_that_is_taken_is_one_clear_sentence(make_tool, embed_words):
    graph = build_tool_graph([make_tool("find", ["city"])], embed_words)

    with pytest.raises(ConfigError, match="has a tool named 'find' already"):
        add_tools(graph, [make_tool("find", ["town"])], embed_words)


def test_a_typed_graph_is_asked_for_new_texts_alone(make_tool, embed_words, encoder):
    graph = build_typed_graph([make_tool("find", ["city"], ["hotel_id"])], embed_words)
    encoder.texts.clear()

    grown = add_tools(graph, [make_tool("book", ["hotel_id", "town"])], embed_words)

    assert encoder.texts == ["town"]
    assert [(edge.source, edge.target) for edge in grown.edges()] == [("find", "book")]


def test_a_confirmed_graph_keeps_what_was_confirmed(make_tool, embed_words):
    graph = build_typed_graph(
        [make_tool("find", [], ["hotel_id"]), make_tool("book", ["hotel_id"])], embed_words, threshold=0.3
    )
    told = tuple(Confirmation(edge, "confirmed", "A hotel is booked by its id.") for edge in graph.edges())

    grown = add_tools(with_confirmations(graph, told), [make_tool("rate", ["hotel_id"])], embed_words)

    scores = {(edge.source, edge.target): edge.score for edge in grown.edges() if edge.kind == "P-R"}
    assert scores["find", "book"] == 1
    assert 0 < scores["find", "rate"] < 1
    assert (grown.edges_rule, grown.confirmations) == ("confirmed", told)


def test_a_part_of_a_graph_does_not_grow(travel, make_tool, embed_words):
    with pytest.raises(ConfigError, match="a part of a graph"):
        add_tools(travel.subgraph(["book_flight"]), [make_tool("pay", ["price"])], embed_words)


def same(a, b):
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def same_matrix(a, b):
    return a.shape == b.shape and all(
        same(getattr(a, name), getattr(b, name)) for name in ("data", "indices", "indptr")
    )
