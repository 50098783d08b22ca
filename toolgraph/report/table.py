"""A comparison as tables on a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from toolgraph.quality.comparison import Arm, Figure, StrategyComparison
from toolgraph.report.amounts import UNKNOWN, number, with_margin
from toolgraph.report.drawing import plain
from toolgraph.report.legend import legend
from toolgraph.report.published import NOT_COMPARABLE, SHOWN, Setting, beside_the_paper

NAME, COLUMN = 29, 18
"""Characters of the names of metrics, and of an arm's figures."""


def as_tables(comparison: StrategyComparison, *, width: int) -> RenderableType:
    """Return what rich prints on so many columns: tables of samples, dialogues and the paper's figures, and notes."""
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in _parts(comparison, width)))


def _parts(comparison: StrategyComparison, width: int) -> Iterator[RenderableType]:
    settings = comparison.settings
    title = f"samples: {settings['seeds']} seeds x {settings['per_seed']:,}"
    times = {arm.name: number(comparison.time[arm.strategy]["ratio"]) for arm in comparison.samples}
    yield from _tables(title, comparison.samples, width, times)
    if comparison.dialogues:
        yield from _tables(f"dialogues: {settings['dialogues']:,} asked of each", comparison.dialogues, width)
    rows = beside_the_paper(comparison)
    if rows:
        yield _paper(rows)
        yield Text(NOT_COMPARABLE, style="italic")
    yield Text(legend(comparison), style="dim")
    notes = [f"note: {note}" for note in comparison.notes]
    if notes:
        yield Text("\n".join(plain(note, 1_000) for note in notes))


def _tables(title: str, arms: Sequence[Arm], width: int, times: Mapping[str, str] | None = None) -> Iterator[Table]:
    """Yield the arms in tables of as many columns as find room."""
    most = max(1, (width - NAME) // COLUMN)
    names = dict.fromkeys(name for arm in arms for name in arm.figures)
    for first in range(0, len(arms), most):
        shown = arms[first : first + most]
        table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=SIMPLE_HEAD)
        table.add_column("metric", no_wrap=True)
        for arm in shown:
            table.add_column(Text(plain(arm.name)), justify="right")
        for name in names:
            table.add_row(plain(name.replace("_", " ")), *(_cell(arm.figures.get(name)) for arm in shown))
        if times:
            table.add_row("time, of random", *(times[arm.name] for arm in shown))
        yield table


def _cell(figure: Figure | None) -> Text:
    return Text(with_margin(figure), style="dim" if figure and figure.differs is False else "", no_wrap=True)


def _paper(rows: Sequence[Setting]) -> Table:
    table = Table(
        title="ToolFlow's 2 x 2: ours, and as published", title_justify="left", title_style="bold", box=SIMPLE_HEAD
    )
    for name in ("graph", "plan", "", *SHOWN):
        table.add_column(name.replace("_", " "), justify="left" if len(name) < 6 and name not in SHOWN else "right")
    for row in rows:
        ours = [number(figure.interval.mean) if figure and figure.interval else UNKNOWN for figure in row.ours]
        graph, plan = ("yes" if row.has_graph else "no"), ("yes" if row.has_plan else "no")
        table.add_row(graph, plan, "ours", *ours)
        table.add_row("", "", "TF", *map(number, row.published), style="dim")
    return table
