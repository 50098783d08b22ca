"""The table of `toolgraph metrics` on a terminal."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from toolgraph.cli.terminal import clean

if TYPE_CHECKING:
    from toolgraph.quality.metrics.side_by_side import Cell, Comparison

WIDEST = 22
"""Characters of a column's name."""


def print_table(table: "Comparison", notes: Sequence[str], *, hidden: Sequence[str]) -> None:
    """Print a column for each set and a line for each figure, then what a reader must know."""
    shown = [row for row in table.rows() if row.metric not in hidden and not any(isinstance(c, str) for c in row.cells)]
    heads = [_shortened(name) for name in table.names]
    lines = [(row.title, *_figures(row.cells)) for row in shown]
    widths = [max(len(line[column]) for line in [("", *heads), *lines]) for column in range(len(heads) + 1)]
    for place, columns in enumerate(_columns(widths)):
        click.secho("\n" * bool(place) + _line(("", *heads), widths, columns), bold=True)
        for line in lines:
            click.echo(_line(line, widths, columns))
    for number, note in enumerate(notes):
        click.echo(("" if number else "\n") + clean(note))


def _columns(widths: Sequence[int]) -> list[list[int]]:
    """Which columns stand beside each other: on a terminal as many as there is room for, else all of them."""
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() or "COLUMNS" in os.environ else sys.maxsize
    groups: list[list[int]] = [[]]
    for column in range(1, len(widths)):
        if groups[-1] and widths[0] + sum(2 + widths[shown] for shown in (*groups[-1], column)) > room:
            groups.append([])
        groups[-1].append(column)
    return groups


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[int]) -> str:
    return "  ".join([f"{cells[0]:<{widths[0]}}", *(f"{cells[column]:>{widths[column]}}" for column in columns)])


def _figures(cells: "Sequence[Cell]") -> list[str]:
    """The figures of a line, shares with as many decimals as each other."""
    decimals = 4 if all(abs(cell) <= 1 for cell in cells if isinstance(cell, float)) else 2
    return [_figure(cell, decimals) for cell in cells]


def _figure(cell: "Cell", decimals: int) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:,.{decimals}f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _shortened(name: str) -> str:
    return name if len(name) <= WIDEST else f"...{name[3 - WIDEST :]}"
