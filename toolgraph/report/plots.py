"""The plots of a comparison: intervals, coverage curves, distributions, and a few sampled subgraphs."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from toolgraph.quality.comparison import Arm, Picture, StrategyComparison
from toolgraph.report.drawing import as_svg, colour, marker, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 3
"""Small plots beside each other."""


def plots_of(comparison: StrategyComparison) -> dict[str, str]:
    """Return the plots of a comparison as SVG, by name; one of which there is nothing to draw is empty."""
    return {
        "sample_intervals": intervals(comparison.samples, name="s", title="Metrics of samples, means with intervals"),
        "dialogue_intervals": intervals(
            comparison.dialogues, name="d", title="Metrics of dialogues, means with intervals"
        ),
        "coverage": coverage_curves(comparison),
        "related": distribution(
            comparison.spreads["edge_score"], name="r", label="mean edge score in a sample",
            title="Distribution of the mean edge score in a sample, by strategy",
        ),
        "uses": distribution(
            comparison.spreads["uses"], name="u", label="samples that a tool is in",
            title="Distribution of how many samples a tool is in, by strategy",
        ),
    }  # fmt: skip


def intervals(arms: Sequence[Arm], *, name: str, title: str) -> str:
    """Return a small plot for each metric: the mean of every arm with its interval; hollow where like the first."""
    metrics = [metric for metric in dict.fromkeys(key for arm in arms for key in arm.figures) if _is_told(arms, metric)]
    rows = ceil(len(metrics) / COLUMNS)

    def draw(figure: "Figure") -> None:
        for place, metric in enumerate(metrics):
            axes = figure.add_subplot(rows, COLUMNS, place + 1)
            axes.set_title(plain(metric.replace("_", " ")))
            _means(axes, arms, metric, has_names=place % COLUMNS == 0)

    height = rows * (0.7 + 0.24 * len(arms))
    return as_svg(draw, name=name, title=title, size=(12, max(height, 1.5))) if metrics else ""


def coverage_curves(comparison: StrategyComparison) -> str:
    """Return how many distinct tools were seen after how many samples, by strategy."""

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for place, (strategy, curve) in enumerate(comparison.curves.items()):
            samples, tools = zip(*curve, strict=True)
            axes.plot(
                samples, tools, color=colour(place), marker=marker(place), markevery=0.2, markersize=5,
                label=plain(strategy),
            )  # fmt: skip
        axes.axhline(comparison.graph["tools"], linestyle=":", color=colour(8), label="all tools")
        axes.set_xlabel("samples")
        axes.set_ylabel("distinct tools seen")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))

    title = "Coverage: distinct tools against the number of samples, by strategy"
    return as_svg(draw, name="coverage", title=title, size=(8.5, 4))


def distribution(spread: Mapping[str, Sequence[float]], *, name: str, title: str, label: str) -> str:
    """Return which share of the values is at most so large, by strategy: the empirical distribution functions."""

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for place, (strategy, values) in enumerate(spread.items()):
            if values:
                axes.ecdf(values, color=colour(place))
                axes.plot([], [], color=colour(place), marker=marker(place), markersize=5, label=plain(strategy))
                _mark_quartiles(axes, values, place)
        axes.set_xlabel(label)
        axes.set_ylabel("share at most so large")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))

    return as_svg(draw, name=name, title=title, size=(8.5, 3.6)) if any(spread.values()) else ""


def subgraphs(strategy: str, pictures: Sequence[Picture], *, place: int) -> str:
    """Return a few samples of a strategy as small graphs: arrows are data that flows, dashes what both take."""

    def draw(figure: "Figure") -> None:
        for number, picture in enumerate(pictures):
            axes = figure.add_subplot(1, len(pictures), number + 1)
            _network(axes, picture, place)

    title = f"Samples by {strategy}: " + "; ".join(_told(picture) for picture in pictures)
    return as_svg(draw, name=f"n{place}", title=plain(title, 2_000), size=(12, 2.5))


def _is_told(arms: Sequence[Arm], metric: str) -> bool:
    return any(arm.figures[metric].interval for arm in arms if metric in arm.figures)


def _means(axes: Any, arms: Sequence[Arm], metric: str, *, has_names: bool) -> None:
    for place, arm in enumerate(arms):
        figure = arm.figures.get(metric)
        if figure is None or figure.interval is None:
            continue
        mean, low, high = figure.interval.mean, figure.interval.low, figure.interval.high
        face = "none" if figure.differs is False else colour(place)
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color=colour(place), linewidth=2)
        axes.plot(mean, place, marker=marker(place), markersize=6, color=colour(place), markerfacecolor=face)
    axes.set_ylim(len(arms) - 0.5, -0.5)
    axes.set_yticks(range(len(arms)), [plain(arm.name, 28) for arm in arms] if has_names else [""] * len(arms))
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.12)


def _mark_quartiles(axes: Any, values: Sequence[float], place: int) -> None:
    ordered = sorted(values)
    for share in (0.25, 0.5, 0.75):
        at = ordered[min(len(ordered) - 1, int(share * len(ordered)))]
        axes.plot(at, share, marker=marker(place), color=colour(place), markersize=5)


def _network(axes: Any, picture: Picture, place: int) -> None:
    import networkx

    network: networkx.DiGraph[int] = networkx.DiGraph()
    network.add_nodes_from(range(len(picture.tools)))
    network.add_edges_from((*picture.shared, *picture.flows))
    at = networkx.circular_layout(network)
    networkx.draw_networkx_nodes(network, at, ax=axes, node_color=colour(place), node_size=60)
    shared = [pair for pair in picture.shared if pair not in picture.flows and pair[::-1] not in picture.flows]
    networkx.draw_networkx_edges(
        network, ax=axes, pos=at, node_size=60, edgelist=shared, style="dashed", edge_color=colour(8), arrows=True,
        arrowstyle="-",
    )  # fmt: skip
    networkx.draw_networkx_edges(
        network, ax=axes, pos=at, node_size=60, edgelist=picture.flows, edge_color=colour(place), arrows=True,
        arrowsize=10, connectionstyle="arc3,rad=0.12",
    )  # fmt: skip
    for number, tool in enumerate(picture.tools):
        x, y = at[number]
        side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        away = (7 * x, 11 * y if side == "center" else 6 * y)
        axes.annotate(
            plain(tool, 24), (x, y), away, textcoords="offset points", ha=side, va="center", fontsize=7.5
        )  # fmt: skip
    axes.set_xlim(-3.2, 3.2)
    axes.set_ylim(-1.35, 1.35)
    axes.set_axis_off()


def _told(picture: Picture) -> str:
    return f"{', '.join(picture.tools)} ({len(picture.flows)} flows, {len(picture.shared)} shared)"
