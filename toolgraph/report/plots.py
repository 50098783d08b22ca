"""The plots of a comparison: means with intervals, coverage curves, distributions, mixes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolgraph.quality.comparison import Arm, StrategyComparison
from toolgraph.report.drawing import GREY, as_svg, colour, line, marker, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL, LARGE = (2.4, 0.75), (6.2, 3.4)
"""Inches: of a plot of one metric without its arms, and of a plot of curves without its legend."""
PER_ARM, PER_CHARACTER, PER_LINE = 0.24, 0.075, 0.21
"""Inches more for an arm, a character of the longest name, and a line of a legend."""
MIX = "provenance_mix "
"""Begins the names of the figures that are parts of a whole."""
LONGEST_NAME, LEGEND = 22, 80
"""Characters of an arm's name beside an axis, and of a line of a legend."""
FAR = 2
"""From how many times the highest point on a line that shows the whole would flatten the curves."""
STEPS = 200
"""Most steps of a distribution function."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and what it is of."""

    svg: str
    caption: str


def curves_of(comparison: StrategyComparison) -> list[Plot]:
    """Return what is drawn of samples as curves, by strategy."""
    spreads = comparison.spreads
    drawn = [
        Plot(
            coverage_curves(comparison),
            "Coverage: distinct tools in the first samples of a seed, as a mean over seeds.",
        ),
        Plot(
            distribution(
                spreads.get("edge_score", {}), name="r", label="mean edge score in a sample", whole="samples",
                title="Distribution of the mean edge score in a sample, by strategy",
            ),
            "Relatedness of single samples: the mean score of the best edge over their pairs of tools. Marks are "
            "quartiles.",
        ),
        Plot(
            distribution(
                spreads.get("uses", {}), name="u", label="samples that a tool is in", whole="tools",
                title="Distribution of how many samples a tool is in, by strategy",
            ),
            "Use of single tools: in how many samples of a seed each is, as a mean over seeds. Marks are quartiles.",
        ),
    ]  # fmt: skip
    return [plot for plot in drawn if plot.svg]


def intervals(arms: Sequence[Arm], *, name: str) -> list[str]:
    """Return a small plot for each metric: the mean of every arm with its interval; hollow where like the first.

    A metric that is the same for all arms is left out, and so are parts of a whole, which `mix` draws.
    """
    metrics = dict.fromkeys(key for arm in arms for key in arm.figures)
    shown = [metric for metric in metrics if not metric.startswith(MIX) and _says_something(arms, metric)]
    longest = max((len(_short(arm.name)) for arm in arms), default=0)
    size = (SMALL[0] + PER_CHARACTER * longest, SMALL[1] + PER_ARM * len(arms))

    def drawn(place: int, metric: str) -> str:
        def draw(figure: "Figure") -> None:
            _means(figure.add_subplot(), arms, metric)

        return as_svg(draw, name=f"{name}{place}", title=f"{plain(metric)}: means of {_names(arms)}", size=size)

    return [drawn(place, metric) for place, metric in enumerate(shown)]


def mix(arms: Sequence[Arm], *, name: str) -> str:
    """Return of every arm which share of its arguments comes from where, as parts of a bar."""
    parts = [part for part in dict.fromkeys(key for arm in arms for key in arm.figures) if part.startswith(MIX)]

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        begins = [0.0] * len(arms)
        for place, part in enumerate(parts):
            means = [_mean(arm, part) or 0.0 for arm in arms]
            axes.barh(range(len(arms)), means, left=begins, color=colour(place), height=0.7,
                      label=part.removeprefix(MIX))  # fmt: skip
            begins = [begin + mean for begin, mean in zip(begins, means, strict=True)]
        _name_arms(axes, arms)
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of arguments")
        _legend(figure)

    height = 1.1 + 1.2 * PER_ARM * len(arms)
    title = f"Where arguments come from, of {_names(arms)}"
    return as_svg(draw, name=name, title=title, size=(LARGE[0], height)) if parts else ""


def coverage_curves(comparison: StrategyComparison) -> str:
    """Return how many distinct tools were seen after how many samples, by strategy."""

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for place, (strategy, curve) in enumerate(comparison.curves.items()):
            samples, tools = zip(*curve, strict=True)
            axes.plot(
                samples, tools, color=colour(place), linestyle=line(place), marker=marker(place), markersize=5,
                markevery=(0.03 * place, 0.2), label=plain(strategy, 2 * LONGEST_NAME),
            )  # fmt: skip
        whole = comparison.graph["tools"]
        if whole < FAR * max(tools for curve in comparison.curves.values() for _, tools in curve):
            axes.axhline(whole, linestyle=":", color=GREY, label="all tools")
        axes.set_xlabel("samples")
        axes.set_ylabel(f"distinct tools seen, of {whole:,}")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        _legend(figure)

    title = "Coverage: distinct tools against the number of samples, by strategy"
    return as_svg(draw, name="coverage", title=title, size=_tall((*comparison.curves, ""))) if comparison.curves else ""


def distribution(
    spread: Mapping[str, Sequence[float]], *, name: str, title: str, label: str, whole: str
) -> str:  # fmt: skip
    """Return which share of the values is at most so large, by strategy: the empirical distribution functions."""

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for place, (strategy, values) in enumerate(spread.items()):
            if values:
                style: dict[str, Any] = {"color": colour(place), "linestyle": line(place)}
                axes.ecdf(_thinned(values), **style)
                axes.plot([], [], marker=marker(place), markersize=5, label=plain(strategy, 2 * LONGEST_NAME), **style)
                _mark_quartiles(axes, values, place)
        axes.set_xlabel(label)
        axes.set_ylabel(f"share of {whole} up to there")
        _legend(figure)

    return as_svg(draw, name=name, title=title, size=_tall(spread)) if any(spread.values()) else ""


def _says_something(arms: Sequence[Arm], metric: str) -> bool:
    """Whether the arms differ in a metric, or the seeds do of a single arm."""
    known = [figure.interval for arm in arms if (figure := arm.figures.get(metric)) and figure.interval]
    if len(arms) == 1:
        return any(one.low != one.high for one in known)
    return len({one.mean for one in known}) > 1


def _mean(arm: Arm, metric: str) -> float | None:
    figure = arm.figures.get(metric)
    return figure.interval.mean if figure and figure.interval else None


def _names(arms: Sequence[Arm]) -> str:
    return plain("; ".join(arm.name for arm in arms), 500)


def _means(axes: "Axes", arms: Sequence[Arm], metric: str) -> None:
    strategies = list(dict.fromkeys(arm.strategy for arm in arms))
    for row, arm in enumerate(arms):
        figure, place = arm.figures.get(metric), strategies.index(arm.strategy)
        if figure is None or figure.interval is None:
            continue
        mean, low, high = figure.interval.mean, figure.interval.low, figure.interval.high
        face = "none" if figure.differs is False else colour(place)
        if low is not None and high is not None:
            axes.plot([low, high], [row, row], color=colour(place), linewidth=2)
        axes.plot(mean, row, marker=marker(place), markersize=6, color=colour(place), markerfacecolor=face)
    axes.figure.suptitle(plain(metric), x=0.01, horizontalalignment="left", fontsize="large")
    _name_arms(axes, arms)
    axes.locator_params(axis="x", nbins=3)
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.margins(x=0.12)


def _name_arms(axes: "Axes", arms: Sequence[Arm]) -> None:
    axes.set_ylim(len(arms) - 0.5, -0.5)
    axes.set_yticks(range(len(arms)), [_short(arm.name) for arm in arms])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _short(name: str) -> str:
    """Return a name cut in its middle where it is too long for a label, as mixes begin alike."""
    whole = plain(name, 1_000)
    return whole if len(whole) <= LONGEST_NAME else f"{whole[: LONGEST_NAME // 2]}…{whole[1 - LONGEST_NAME // 2 :]}"


def _columns(labels: Iterable[str]) -> tuple[int, int]:
    """Return how many columns and lines a legend of some labels has."""
    lengths = [min(len(label), 2 * LONGEST_NAME) for label in labels]
    columns = max(1, min(LEGEND // (8 + max(lengths, default=0)), len(lengths)))
    return columns, -(-len(lengths) // columns)


def _tall(labels: Iterable[str]) -> tuple[float, float]:
    """Return the size of a plot of curves with a legend."""
    return LARGE[0], LARGE[1] + PER_LINE * _columns(labels)[1]


def _legend(figure: "Figure") -> None:
    labels = [str(one.get_label()) for axes in figure.axes for one in axes.get_legend_handles_labels()[0]]
    figure.legend(loc="outside upper left", ncols=_columns(labels)[0])


def _thinned(values: Sequence[float]) -> Sequence[float]:
    """Return no more values than a picture can show, evenly taken from ascending ones."""
    step = (len(values) - 1) / (STEPS - 1)
    return values if len(values) <= STEPS else [values[round(place * step)] for place in range(STEPS)]


def _mark_quartiles(axes: Any, values: Sequence[float], place: int) -> None:
    for share in (0.25, 0.5, 0.75):
        at = values[min(len(values) - 1, int(share * len(values)))]
        axes.plot(at, share, marker=marker(place), color=colour(place), markersize=5)
