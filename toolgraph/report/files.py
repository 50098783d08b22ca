"""A comparison as JSON and CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from toolgraph.quality.comparison import Arm, Figure, StrategyComparison

COLUMNS = ("part", "strategy", "plan", "metric", "mean", "low", "high", "p", "differs", "seeds")


def as_dict(comparison: StrategyComparison) -> dict[str, Any]:
    """Return a comparison as JSON holds it; only `time` differs between two runs of the same command."""
    return {
        "settings": dict(comparison.settings),
        "graph": dict(comparison.graph),
        "samples": [_arm(arm) for arm in comparison.samples],
        "dialogues": [_arm(arm) for arm in comparison.dialogues],
        "curves": {name: [list(point) for point in curve] for name, curve in comparison.curves.items()},
        "pictures": {name: [asdict(picture) for picture in drawn] for name, drawn in comparison.pictures.items()},
        "about": dict(comparison.about),
        "notes": list(comparison.notes),
        "failures": list(comparison.failures),
        "time": {name: dict(times) for name, times in comparison.time.items()},
    }


def as_csv(comparison: StrategyComparison) -> str:
    """Return the figures of a comparison, one line each."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for part, arms in (("samples", comparison.samples), ("dialogues", comparison.dialogues)):
        writer.writerows(row for arm in arms for row in _rows(part, arm))
    return file.getvalue()


def _rows(part: str, arm: Arm) -> Iterator[tuple[Any, ...]]:
    for name, figure in arm.figures.items():
        told = _figure(figure)
        differs = "" if figure.differs is None else str(figure.differs).lower()
        known = sum(value is not None for value in figure.values)
        yield part, arm.strategy, arm.plan, name, told["mean"], told["low"], told["high"], told["p"], differs, known


def _arm(arm: Arm) -> dict[str, Any]:
    figures = {name: _figure(figure) for name, figure in arm.figures.items()}
    return {"strategy": arm.strategy, "plan": arm.plan or None, "figures": figures}


def _figure(figure: Figure) -> dict[str, Any]:
    ends = asdict(figure.interval) if figure.interval else {"mean": None, "low": None, "high": None}
    rounded = {name: None if value is None else round(value, 6) for name, value in ends.items()}
    values = [None if value is None else round(value, 6) for value in figure.values]
    return {**rounded, "p": None if figure.p is None else round(figure.p, 6), "differs": figure.differs,
            "values": values}  # fmt: skip
