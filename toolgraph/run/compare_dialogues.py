"""What strategies and plans make of dialogues: a run of each, cut into equal parts, and every metric of the parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import EndpointError, GenerationError
from toolgraph.graph.graph import ToolGraph
from toolgraph.quality.comparison import Arm, compare_arms
from toolgraph.quality.metrics.side_by_side import ENR, JUDGE, SS, Asked, DataSet, compare_sets
from toolgraph.run.config import RunConfig
from toolgraph.run.journal import DIALOGUES, REJECTED
from toolgraph.run.live import Status
from toolgraph.run.models import books_of, prices_of
from toolgraph.run.outcome import Fate
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.run.progress import Progress

COUNTED = (
    SS, ENR, "entropy", "distinct_trigrams", JUDGE, "multi_step_share", "chain_length", "provenance_mix",
    "calls_per_dialogue", "call_turns_per_dialogue", "parallel_step_share", "tool_coverage", "tool_entropy",
)  # fmt: skip
"""The metrics of a data set that are compared, ToolFlow's table 2 first."""
YIELD, TOKENS, DOLLARS = "yield", "model_tokens_per_dialogue", "dollars_per_dialogue"
METRICS = (*COUNTED, YIELD, TOKENS, DOLLARS)
ABOUT = {
    JUDGE: "NAT, COH, HELP, ACC: what the judge gave for naturalness, coherence, helpfulness and accuracy, 1 to 5.",
    YIELD: "Accepted dialogues, of those tried.",
    TOKENS: "Tokens that models read and wrote for an accepted dialogue, for those rejected on the way as well.",
    DOLLARS: "What they cost.",
}
MOST_TOKENS, MOST_PAIRS = 20_000, 2_000
"""Tokens of each speaker that are looked at in a part, and pairs of rounds in a run."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was found of the dialogues of all strategies and plans."""

    arms: tuple[Arm, ...]
    parts: int
    """How many parts each run was cut into, or as many as it has dialogues."""
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


Ran = tuple[str, str]
"""The strategy and the plan of a run."""


@dataclass(slots=True)
class _Part:
    """A part of a run: the ids of all that was tried for its dialogues, and what they consumed."""

    accepted: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    tokens: int = 0
    given: float = 0.0
    """Accepted, of a part of the run's tries; those are cut apart, since a part that ends at an acceptance has more."""


def compare_dialogues(
    graph: ToolGraph, config: RunConfig, *, strategies: Sequence[str], plans: Sequence[str], parts: int,
    metrics: Sequence[str], asked: Asked, out: Path, progress: Progress, pipeline: Pipeline | None = None,
) -> Spoken:  # fmt: skip
    """Make `config.n` dialogues with each strategy and plan, each a run below `out`, and measure them.

    A dialogue draws from the run's seed and its index alone, so that a part of a run is as good as a run with a seed of
    its own; part by part the runs pair up. A limit on money, tokens or time is for all runs, each has an equal share.
    Where a model's server cannot be used any more, nothing more is made, and what there is is measured.

    Raises:
        InputError: the configuration or a directory cannot be used.
    """
    runs = {
        (strategy, plan): out / quote(f"{strategy}-{plan}", safe="=,") for strategy, plan in product(strategies, plans)
    }
    failures: list[str] = []
    for (strategy, plan), directory in runs.items():
        name = f"{strategy}, {plan}"
        own = config.model_copy(update={"strategy": strategy, "plan": plan, **_share_of_limits(config, len(runs))})
        try:
            shortage = _make(own, directory, graph, pipeline or Pipeline(), _Named(progress, name))
        except EndpointError as error:  # the others would wait for the same server
            failures.append(f"{name}: {error}; the same command goes on from there")
            break
        failures += [f"{name}: {shortage}"] * bool(shortage)
    fates = {ran: _fates(directory) for ran, directory in runs.items()}
    had = {ran: sum(is_accepted for _, is_accepted in found) for ran, found in fates.items()}
    count = min(parts, max(had.values()))
    cut = {ran: _parts(found, min(count, had[ran])) for ran, found in fates.items() if had[ran]}
    progress.show("measuring the dialogues", 0, len(cut))
    rows, notes = _measured(cut, runs, metrics, asked)
    for ran, found in cut.items():
        for row, part in zip(rows[ran], found, strict=True):
            row.update(_cost(part, runs[ran], config, metrics))
    progress.show("measuring the dialogues", len(cut), len(cut))
    compared = compare_arms({ran: rows.get(ran, []) for ran in runs})
    return Spoken(compared, count, (*notes, *_notes_on_sizes(had, count)), tuple(failures))


def _notes_on_sizes(had: Mapping[Ran, int], parts: int) -> Iterator[str]:
    for (strategy, plan), accepted in had.items():
        if 0 < accepted < parts:
            yield f"{strategy}, {plan} has {accepted} dialogues, fewer than {parts} parts, and is not tested"
    if len({accepted for accepted in had.values() if accepted}) > 1:
        yield (
            "there are not equally many dialogues of each: tool_coverage, tool_entropy and chain_length max grow with "
            "their number"
        )


def _make(config: RunConfig, directory: Path, graph: ToolGraph, pipeline: Pipeline, progress: Progress) -> str:
    """Make a run over a graph that is there already, and return why it has fewer dialogues than wanted, if so."""
    linked = Pipeline(lambda *_: graph, pipeline.equip, pipeline.open_models, pipeline.embed_with)
    try:
        return generate(config, directory, progress=progress, pipeline=linked).stopped
    except GenerationError as error:
        return str(error)


def _share_of_limits(config: RunConfig, runs: int) -> dict[str, Any]:
    return {
        "max_cost": config.max_cost and config.max_cost / runs,
        "max_tokens": config.max_tokens and max(1, config.max_tokens // runs),
        "max_time": config.max_time and config.max_time / runs,
    }


def _fates(directory: Path) -> list[tuple[Fate, bool]]:
    """Return what became of everything that was tried in a run, in the order of the indices."""
    fates = [
        (Fate.model_validate_json(line), name == DIALOGUES)
        for name in (DIALOGUES, REJECTED)
        for line in _lines(directory / name)
    ]
    return sorted(fates, key=lambda fate: int(fate[0].id[1:]))


def _parts(fates: Sequence[tuple[Fate, bool]], count: int) -> list[_Part]:
    """Cut a run into parts of as many accepted dialogues, or nearly; what was rejected belongs to the next accepted."""
    parts = [_Part() for _ in range(count)]
    accepted = sum(is_accepted for _, is_accepted in fates)
    done = 0
    for fate, is_accepted in fates:
        part = parts[min(done * count // accepted, count - 1)]
        part.tried.add(fate.id)
        part.tokens += fate.usage.prompt_tokens + fate.usage.completion_tokens
        if is_accepted:
            part.accepted.add(fate.id)
            done += 1
    for part, tries in zip(parts, np.array_split([is_accepted for _, is_accepted in fates], count), strict=True):
        part.given = float(tries.mean())
    return parts


def _measured(
    cut: Mapping[Ran, Sequence[_Part]], runs: Mapping[Ran, Path], metrics: Sequence[str], asked: Asked
) -> tuple[dict[Ran, list[dict[str, float | None]]], tuple[str, ...]]:  # fmt: skip
    """Return the figures of every part, H and D-3 at as many tokens for all, and what is to be known of them."""
    sets: list[DataSet] = []
    for ran, parts in cut.items():
        pairs = -(-MOST_PAIRS // len(parts))
        own = [
            DataSet(f"part {place} of {', '.join(ran)}", tokens=MOST_TOKENS, pairs=pairs, judged=0)
            for place, _ in enumerate(parts, start=1)
        ]
        home = {name: place for place, part in enumerate(parts) for name in part.accepted}
        for line in _lines(runs[ran] / DIALOGUES):
            dialogue = Dialogue.model_validate_json(line)
            own[home[dialogue.id]].add(dialogue)
        sets += own
    if not sets:
        return {}, ()
    compared = compare_sets(sets, [metric for metric in COUNTED if metric in metrics], asked, tokens=None)
    found: list[dict[str, float | None]] = [{} for _ in sets]
    for titled in compared.rows():
        for row, cell in zip(found, titled.cells, strict=True):
            row[titled.title] = None if isinstance(cell, str) else cell
    notes = [*compared.notes, *_notes_on_verdicts(compared.measured)]
    if {SS, ENR} & set(metrics) and not any(one.rounds.seen for one in sets):
        notes.append("there is no SS and no EnR: no two requests with a reply in words between them")
    if {SS, ENR} & set(metrics) and any(one.rounds.seen > len(one.rounds.pairs()) for one in sets):
        notes.append(f"SS and EnR are of {MOST_PAIRS:,} pairs of rounds of each, drawn at random")
    split = iter(found)
    return {ran: [next(split) for _ in parts] for ran, parts in cut.items()}, tuple(notes)


def _notes_on_verdicts(measured: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    verdicts = [figures[JUDGE] for figures in measured if figures.get(JUDGE)]
    without = sum(verdict["without_verdict"] for verdict in verdicts)
    if without:
        tried = without + sum(verdict["judged"] for verdict in verdicts)
        yield f"of {without:,} of {tried:,} dialogues the judge gave no usable verdict; they have no score"


def _cost(part: _Part, directory: Path, config: RunConfig, metrics: Sequence[str]) -> dict[str, float | None]:
    """Return what a part of a run took for what it gave."""
    given = len(part.accepted)
    figures: dict[str, float | None] = {YIELD: part.given}
    if config.asks_model:
        figures |= {TOKENS: part.tokens / given, DOLLARS: _dollars(part, directory, config, given)}
    return {name: figure for name, figure in figures.items() if name in metrics}


def _dollars(part: _Part, directory: Path, config: RunConfig, given: int) -> float | None:
    prices = prices_of(config)
    entries = [entry for entry in books_of(directory) if entry.dialogue in part.tried]
    priced = [(prices.of(entry.model), entry) for entry in entries]
    costs = [price.of(entry.prompt_tokens, entry.completion_tokens) for price, entry in priced if price is not None]
    return sum(costs) / given if len(costs) == len(entries) else None


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file


class _Named:
    """Progress of one run among several."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress, self._name = progress, name

    def show(self, stage: str, done: int, total: int, note: str = "", *, status: Status | None = None) -> None:
        """Pass on how far the run is, with its name."""
        self._progress.show(f"{self._name}: {stage}", done, total, note, status=status)
