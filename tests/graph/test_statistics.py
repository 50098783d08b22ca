from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.statistics import graph_statistics


def test_statistics_count_what_one_can_count_by_eye(travel):
    # weather - search -> book -> cancel, and dice alone
    statistics = graph_statistics(travel)

    assert statistics.nodes == 5
    assert statistics.edges == {"P-P": 1, "P-R": 2}
    assert statistics.degree == {"min": 0, "median": 1.0, "mean": 1.2, "max": 2}
    assert (statistics.components, statistics.largest_component, statistics.isolated) == (2, 4, 1)
    assert statistics.hub_tools == (
        ("search_flights", 2), ("book_flight", 2), ("cancel_booking", 1), ("get_weather", 1),
    )  # fmt: skip
    assert statistics.hub_fields[0] == ("city: the city to fly to", 2)


def test_an_empty_graph_has_statistics(embed_words):
    statistics = graph_statistics(build_tool_graph([], embed_words))

    assert (statistics.nodes, statistics.components, statistics.hub_tools) == (0, 0, ())
