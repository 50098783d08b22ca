"""A comparison as tables on a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from toolgraph.quality.comparison import Arm, StrategyComparison
from toolgraph.report.amounts import Told, number, rows_of
from toolgraph.report.drawing import plain
from toolgraph.report.legend import legend
from toolgraph.report.published import NOT_COMPARABLE, SHOWN, Setting, as_lines, beside_the_paper

BETWEEN = 3
"""Blanks between two columns."""
TIME = "time / random's"
LONGEST_NAME = 30


def as_tables(comparison: StrategyComparison, *, width: int) -> RenderableType:
    """Return what rich prints on so many columns: tables of samples, dialogues and the paper's figures, and notes."""
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in _parts(comparison, width)))


def _parts(comparison: StrategyComparison, width: int) -> Iterator[RenderableType]:
    settings = comparison.settings
    seeds = settings["seeds"]
    title = f"samples: {seeds} {'seed' if seeds == 1 else 'seeds'} x {settings['per_seed']:,}"
    yield from _tables(title, comparison.samples, width, comparison.time)
    if comparison.dialogues:
        yield from _tables(f"dialogues: {settings['dialogues']:,} asked of each", comparison.dialogues, width)
    rows = beside_the_paper(comparison)
    if rows:
        yield from _paper(rows, width)
        yield Text(NOT_COMPARABLE, style="italic")
    yield Text(legend(comparison), style="dim")
    notes = [f"note: {note}" for note in comparison.notes]
    if notes:
        yield Text("\n".join(plain(note, 1_000) for note in notes))


def _tables(
    title: str, arms: Sequence[Arm], width: int, time: Mapping[str, Mapping[str, float | None]] | None = None
) -> Iterator[Table]:
    """Yield the arms in tables of as many columns as find room; the first arm, the others' measure, is in each."""
    rows = rows_of(arms)
    if time:
        rows.append((TIME, [Told(number(time[arm.strategy]["ratio"], 1)) for arm in arms]))
    heads = [plain(arm.name, LONGEST_NAME) for arm in arms]
    widths = [
        BETWEEN + max(map(len, (head, *(told[place].on_one_line for _, told in rows))))
        for place, head in enumerate(heads)
    ]
    names = [plain(name, LONGEST_NAME) for name, _ in rows]
    for shown in _packed(widths, width - 2 * BETWEEN - max(map(len, ("metric", *names)))):
        table = _empty(title)
        table.add_column("metric", no_wrap=True)
        for place in shown:
            table.add_column(Text(heads[place]), justify="right", no_wrap=True)
        for name, (_, told) in zip(names, rows, strict=True):
            table.add_row(name, *(_cell(told[place]) for place in shown))
        yield table


def _packed(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield which columns stand in each table: the first one and as many others as there is room for, at least one.

    >>> list(_packed([4, 4, 4, 4], 12)), list(_packed([4], 1)), list(_packed([4, 9, 9], 2))
    ([[0, 1, 2], [0, 3]], [[0]], [[0, 1], [0, 2]])
    """
    shown = [0]
    for place in range(1, len(widths)):
        if len(shown) > 1 and sum(widths[other] for other in shown) + widths[place] > room:
            yield shown
            shown = [0]
        shown.append(place)
    yield shown


def _empty(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=SIMPLE_HEAD)


def _cell(told: Told) -> Text:
    return Text(told.on_one_line, style="dim" if told.is_same else "", no_wrap=True)


def _paper(rows: Sequence[Setting], width: int) -> Iterator[Table]:
    """Yield the settings and effects in tables of as many figures as find room."""
    lines = [line for row in rows for line in as_lines(row)]
    heads = list(SHOWN.values())
    fixed = [max(map(len, column)) for column in zip(*(line[:2] for line in lines), strict=True)]
    widths = [BETWEEN + max(map(len, column)) for column in zip(heads, *(line[2:] for line in lines), strict=True)]
    for shown in _packed([0, *widths], width - sum(fixed) - 3 * BETWEEN):
        table = _empty("ToolFlow's 2 x 2: ours, and as published (TF)")
        for head in ("", "", *(heads[place - 1] for place in shown[1:])):
            table.add_column(head, justify="right" if head else "left", no_wrap=True)
        for row, line in enumerate(lines):
            told = (line[1 + place] for place in shown[1:])
            table.add_row(*line[:2], *told, style="dim" if row % 2 else "", end_section=row == 7)
        yield table
