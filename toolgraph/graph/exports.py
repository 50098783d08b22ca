"""A graph for other programs: a table of edges, GraphML and GEXF."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toolgraph.graph.graph import ToolGraph
from toolgraph.tools.edges import Edge
from toolgraph.whole_files import write_whole

COLUMNS = ("source", "target", "kind", "score", "source_field", "target_field")


def write_edges_csv(edges: Iterable[Edge], path: Path) -> None:
    """Write edges as rows of a CSV file; fields are named by their pointers."""

    def write(target: Path) -> None:
        with target.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for edge in edges:
                score = f"{edge.score:.6f}"
                writer.writerow((edge.source, edge.target, edge.kind, score, edge.source_field, edge.target_field))

    write_whole(path, write)


def write_graphml(graph: ToolGraph, path: Path) -> None:
    """Write the graph that `to_networkx` gives as GraphML; it takes memory for each edge."""
    import networkx

    write_whole(path, lambda target: networkx.write_graphml(_for_xml(graph), target))


def write_gexf(graph: ToolGraph, path: Path) -> None:
    """Write the graph that `to_networkx` gives as GEXF; it takes memory for each edge."""
    import networkx

    write_whole(path, lambda target: networkx.write_gexf(_for_xml(graph), target))


def _for_xml(graph: ToolGraph) -> Any:
    """Return the graph with the characters that XML cannot hold written as escapes."""
    import networkx

    network = graph.to_networkx()
    for attributes in (network.graph, *network.nodes.values(), *network.edges.values()):
        attributes.update({key: _escaped(value) for key, value in attributes.items() if isinstance(value, str)})
    names = {name: _escaped(name) for name in network if _escaped(name) != name}
    return networkx.relabel_nodes(network, names) if names else network


def _escaped(text: str) -> str:
    return "".join(char if _is_xml(char) else f"\\u{ord(char):04x}" for char in text)


def _is_xml(char: str) -> bool:
    return char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
