"""Pictures of sampled tools: a small graph of numbers, and what each number is called."""

from typing import TYPE_CHECKING

from toolgraph.quality.comparison import Picture
from toolgraph.report.drawing import GREY, as_svg, colour, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = (3.2, 2.4)
NODE = 240


def network(picture: Picture, *, name: str, place: int) -> str:
    """Return a sample as a graph: arrows are data that flows, dashes what both take.

    The tools are numbers around a circle, from the top clockwise in the order sampled: names of any length and in any
    script stand beside the picture.
    """

    def draw(figure: "Figure") -> None:
        _draw(figure, picture, colour(place))

    told = f"{len(picture.tools)} tools, {len(picture.flows)} flows, {len(picture.shared)} shared parameters"
    title = plain(f"A sample of {told}: {', '.join(picture.tools)}", 1_000)
    return as_svg(draw, name=name, title=title, size=SIZE)


def _draw(figure: "Figure", picture: Picture, ink: str) -> None:
    import networkx
    import numpy as np

    count = len(picture.tools)
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    at = {tool: (np.cos(angle), np.sin(angle)) for tool, angle in enumerate(angles)}
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(at)
    graph.add_edges_from((*picture.shared, *picture.flows))
    axes = figure.add_subplot()
    networkx.draw_networkx_nodes(graph, at, ax=axes, node_color=ink, node_size=NODE)
    networkx.draw_networkx_labels(
        graph, at, {tool: str(tool + 1) for tool in at}, ax=axes, font_size=9, font_color="white"
    )
    shared = [pair for pair in picture.shared if pair not in picture.flows and pair[::-1] not in picture.flows]
    networkx.draw_networkx_edges(
        graph, at, ax=axes, node_size=NODE, edgelist=shared, style="dashed", edge_color=GREY, arrows=True,
        arrowstyle="-",
    )  # fmt: skip
    networkx.draw_networkx_edges(
        graph, at, ax=axes, node_size=NODE, edgelist=picture.flows, edge_color=ink, arrows=True, arrowsize=11,
        connectionstyle="arc3,rad=0.15",
    )  # fmt: skip
    axes.set_xlim(-1.25, 1.25)
    axes.set_ylim(-1.25, 1.25)
    axes.set_aspect("equal")
    axes.set_axis_off()
