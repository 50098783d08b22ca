"""A comparison as one HTML page, which needs nothing else: no script, no network."""

from importlib import resources
from typing import TYPE_CHECKING

from toolgraph.quality.comparison import StrategyComparison
from toolgraph.report import plots
from toolgraph.report.amounts import SAME, number, rows_of
from toolgraph.report.drawing import plain, require_drawing
from toolgraph.report.legend import legend
from toolgraph.report.networks import network
from toolgraph.report.published import NOT_COMPARABLE, SHOWN, as_lines, beside_the_paper

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE = "page.html"


def as_html(comparison: StrategyComparison) -> str:
    """Return the page: the figures, the plots, and what is to be known of them.

    Names of tools are other people's words, and stand in it as text only.

    Raises:
        ConfigError: jinja2 or matplotlib is not installed.
    """
    require_drawing()
    samples, dialogues = comparison.samples, comparison.dialogues
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            compared=comparison, rows=rows_of, legend=legend(comparison), same=SAME,
            sample_intervals=plots.intervals(samples, name="s"), curves=plots.curves_of(comparison),
            dialogue_intervals=plots.intervals(dialogues, name="d"), mix=plots.mix(dialogues, name="mix"),
            networks=_networks(comparison), shown=list(SHOWN.values()), not_comparable=NOT_COMPARABLE,
            paper=[(row, as_lines(row)) for row in beside_the_paper(comparison)],
        )
    )  # fmt: skip


def _networks(comparison: StrategyComparison) -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    """Return the samples drawn of each strategy, each with the names of its tools."""
    return [
        (
            strategy,
            [
                (network(picture, name=f"n{place}-{number}", place=place), picture.tools)
                for number, picture in enumerate(pictures)
            ],
        )
        for place, (strategy, pictures) in enumerate(comparison.pictures.items())
        if pictures
    ]


def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    template = resources.files("toolgraph.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(
        loader=DictLoader({TEMPLATE: template}), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(number=number, told=lambda text: plain(str(text), 300))
    return environment
