"""A comparison as one HTML page, which needs nothing else: no script, no network."""

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

from toolgraph.quality.comparison import Arm, StrategyComparison
from toolgraph.report import plots
from toolgraph.report.amounts import SAME, UNKNOWN, between, number
from toolgraph.report.drawing import plain, require_drawing
from toolgraph.report.legend import legend
from toolgraph.report.published import NOT_COMPARABLE, SHOWN, beside_the_paper

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
    from markupsafe import Markup

    named = plots.plots_of(comparison)
    networks = [
        (strategy, Markup(plots.subgraphs(strategy, pictures, place=place)))
        for place, (strategy, pictures) in enumerate(comparison.pictures.items())
        if pictures
    ]
    return _environment().get_template(TEMPLATE).render(
        settings=comparison.settings, graph=comparison.graph, samples=comparison.samples,
        dialogues=comparison.dialogues, about=comparison.about, notes=comparison.notes, failures=comparison.failures,
        time=comparison.time, legend=legend(comparison), paper=beside_the_paper(comparison), shown=SHOWN,
        not_comparable=NOT_COMPARABLE, same=SAME, unknown=UNKNOWN, metrics=_metrics, networks=networks,
        **{name: Markup(svg) for name, svg in named.items()},
    )  # fmt: skip


def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    template = resources.files("toolgraph.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(
        loader=DictLoader({TEMPLATE: template}), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(number=number, between=between, told=lambda text: plain(text, 300))
    return environment


def _metrics(arms: Sequence[Arm]) -> list[str]:
    return list(dict.fromkeys(name for arm in arms for name in arm.figures))
