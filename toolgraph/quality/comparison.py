"""Comparison: figures of several ways to make data side by side, and which of them differ from the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from toolgraph.quality.intervals import ALPHA, Interval, bootstrap_interval, holm, least_p, paired_p


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one arm."""

    values: tuple[float | None, ...]
    """What was measured, once per seed; none where it cannot be said."""
    interval: Interval | None
    """The mean with its interval; none where no seed has a value."""
    p: float | None = None
    """The chance of such a difference from the first arm if there were none, by Holm's correction over the arms; none
    where the seeds are too few for any difference to be significant."""

    @property
    def differs(self) -> bool | None:
        """Whether the difference from the first arm is significant; none for the first, and where nothing is known."""
        return None if self.p is None else self.p < ALPHA


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to make data: a strategy, of dialogues with a plan as well, and its figures by metric."""

    strategy: str
    plan: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How it is called in tables."""
        return f"{self.strategy}, {self.plan}" if self.plan else self.strategy


@dataclass(frozen=True, slots=True)
class Picture:
    """One sample to be drawn: its tools in the order sampled, and which of them are linked, by places in `tools`."""

    tools: tuple[str, ...]
    shared: tuple[tuple[int, int], ...]
    """Tools that take something similar."""
    flows: tuple[tuple[int, int], ...]
    """From the tool that returns something to the one that takes it."""


@dataclass(frozen=True, slots=True)
class StrategyComparison:
    """All that was compared, for a table, a file or a page."""

    settings: Mapping[str, Any]
    """What was asked for."""
    graph: Mapping[str, Any]
    """What the graph looks like that was sampled."""
    samples: tuple[Arm, ...]
    dialogues: tuple[Arm, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """What each metric is, in a sentence."""
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    """By strategy: after so many samples so many distinct tools were seen, as a mean over seeds."""
    spreads: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    """By what is spread and by strategy: values of single samples, or of single tools, ascending."""
    pictures: Mapping[str, Sequence[Picture]] = field(default_factory=dict)
    """By strategy: a few samples."""
    notes: tuple[str, ...] = ()
    """What a reader should know of the figures, a sentence each."""
    failures: tuple[str, ...] = ()
    """What was asked for and could not be had, a sentence each."""
    time: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    """By strategy, what differs from run to run: `seconds` for all samples, and `ratio` to `random`."""


def compare_arms(measured: Mapping[tuple[str, str], Sequence[Mapping[str, float | None]]]) -> tuple[Arm, ...]:
    """Return the arms with intervals and tests, from what was measured of each, by (strategy, plan), once per seed.

    Each arm is tested against the first, seed by seed; the p of a metric are adjusted for the number of arms by Holm's
    method, and not for the number of metrics.
    """
    arms = [
        Arm(strategy, plan, {name: _figure([seed[name] for seed in seeds]) for name in seeds[0]} if seeds else {})
        for (strategy, plan), seeds in measured.items()
    ]
    if not arms:
        return ()
    first, *others = arms
    tested: list[dict[str, Figure]] = [{} for _ in others]
    for name in dict.fromkeys(name for arm in arms for name in arm.figures):
        having = [arm.figures.get(name, Figure((), None)) for arm in others]
        base = first.figures.get(name, Figure((), None))
        for figures, figure, p in zip(
            tested, having, holm([_p(figure, base, len(others)) for figure in having]), strict=True
        ):
            figures[name] = replace(figure, p=p)
    return (first, *(replace(arm, figures=figures) for arm, figures in zip(others, tested, strict=True)))


def difference(with_it: Sequence[Figure | None], without: Sequence[Figure | None]) -> Figure | None:
    """Return what something changes: the mean with it less the mean without, seed by seed, over several cases each.

    It is tested against no difference; none where some figure is missing or the seeds are not equally many.
    """
    known = [figure.values for figure in (*with_it, *without) if figure is not None]
    if len(known) < len(with_it) + len(without) or len({len(values) for values in known}) != 1:
        return None
    signs = [1 / len(with_it)] * len(with_it) + [-1 / len(without)] * len(without)
    seeds = [values for values in zip(*known, strict=True) if None not in values]
    changes = [sum(sign * (value or 0.0) for sign, value in zip(signs, values, strict=True)) for values in seeds]
    figure = _figure(changes)
    return replace(figure, p=_p(figure, Figure((0.0,) * len(changes), None), 1))


def _figure(values: Sequence[float | None]) -> Figure:
    known = [value for value in values if value is not None]
    return Figure(tuple(values), bootstrap_interval(known) if known else None)


def _p(ours: Figure, theirs: Figure, tests: int) -> float | None:
    """Return the p of a difference, one of several tests.

    None where values do not pair up, and where there are so few that no difference could be significant.
    """
    if len(ours.values) != len(theirs.values):
        return None
    pairs = [(a, b) for a, b in zip(ours.values, theirs.values, strict=True) if a is not None and b is not None]
    return None if least_p(len(pairs), tests) >= ALPHA else paired_p(*zip(*pairs, strict=True))
