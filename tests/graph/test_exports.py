import csv

import networkx
import pytest

from toolgraph.graph.exports import COLUMNS, write_edges_csv, write_gexf, write_graphml
from toolgraph.graph.graph import build_tool_graph


def test_the_table_of_edges_has_a_row_for_each_edge(travel, tmp_path):
    write_edges_csv(travel.edges(), tmp_path / "edges.csv")

    with (tmp_path / "edges.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert rows == [
        ["search_flights", "get_weather", "P-P", "1.000000", "/city", "/city"],
        ["search_flights", "book_flight", "P-R", "1.000000", "/flight_id", "/flight_id"],
        ["book_flight", "cancel_booking", "P-R", "1.000000", "/booking_id", "/booking_id"],
    ]


@pytest.mark.parametrize(
    ("write", "read"), [(write_graphml, networkx.read_graphml), (write_gexf, networkx.read_gexf)], ids=["ml", "gexf"]
)
def test_an_exported_graph_is_read_back(travel, tmp_path, write, read):
    write(travel, tmp_path / "graph")

    network = read(tmp_path / "graph")

    assert set(network) == set(travel.index)
    kinds = {(source, target): edge["kind"] for source, target, edge in network.edges(data=True)}
    assert kinds[("search_flights", "book_flight")] == "P-R"
    assert kinds[("search_flights", "get_weather")] == "P-P"


def test_characters_that_xml_cannot_hold_are_escaped(make_tool, embed_words, tmp_path):
    tools = [make_tool("bell\x07", ["a: b"], description="\ud800 & <tag>"), make_tool("plain", ["a: b"])]

    write_graphml(build_tool_graph(tools, embed_words), tmp_path / "graph")

    network = networkx.read_graphml(tmp_path / "graph")
    assert set(network) == {"bell\\u0007", "plain"}
    assert network.nodes["bell\\u0007"]["description"] == "\\ud800 & <tag>"
