"""What strategies and plans make of dialogues: a run of each, cut into equal parts, and every metric of the parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import GenerationError
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
"""Tokens of each speaker, and pairs of rounds, that are kept of a part."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was found of the dialogues of all strategies and plans."""

    arms: tuple[Arm, ...]
    parts: int
    """How many parts each run was cut into."""
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


@dataclass(slots=True)
class _Part:
    """A part of a run: the ids of all that was tried in it, and what they consumed."""

    accepted: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    tokens: int = 0


def compare_dialogues(
    graph: ToolGraph, config: RunConfig, *, strategies: Sequence[str], plans: Sequence[str], parts: int,
    metrics: Sequence[str], asked: Asked, out: Path, progress: Progress, pipeline: Pipeline | None = None,
) -> Spoken:  # fmt: skip
    """Make `config.n` dialogues with each strategy and plan, each a run below `out`, and measure them.

    A dialogue draws from the run's seed and its index alone, so that a part of a run is as good as a run with a seed of
    its own; part by part the runs pair up. A limit on money, tokens or time is for all runs, each has an equal share.

    Raises:
        InputError: the configuration or a directory cannot be used.
        EndpointError: a model's server cannot be used.
    """
    arms = list(product(strategies, plans))
    failures: list[str] = []
    runs: dict[tuple[str, str], Path] = {}
    for strategy, plan in arms:
        runs[strategy, plan] = directory = out / quote(f"{strategy}-{plan}", safe="=,")
        own = config.model_copy(update={"strategy": strategy, "plan": plan, **_share_of_limits(config, len(arms))})
        shortage = _make(own, directory, graph, pipeline or Pipeline(), _Named(progress, f"{strategy}, {plan}"))
        failures += [f"{strategy}, {plan}: {shortage}"] * bool(shortage)
    fates = {arm: _fates(directory) for arm, directory in runs.items()}
    had = [count for found in fates.values() if (count := sum(is_accepted for _, is_accepted in found))]
    count = min([parts, *had])
    cut = {arm: _parts(found, count) for arm, found in fates.items() if any(is_accepted for _, is_accepted in found)}
    rows, notes = _measured(cut, runs, metrics, asked)
    for arm, found in cut.items():
        for row, part in zip(rows[arm], found, strict=True):
            row.update(_cost(part, runs[arm], config, metrics))
    compared = compare_arms({arm: rows.get(arm, []) for arm in arms})
    return Spoken(compared, count if had else 0, tuple(notes), tuple(failures))


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
    return parts


def _measured(
    cut: Mapping[tuple[str, str], Sequence[_Part]], runs: Mapping[tuple[str, str], Path], metrics: Sequence[str],
    asked: Asked,
) -> tuple[dict[tuple[str, str], list[dict[str, float | None]]], tuple[str, ...]]:  # fmt: skip
    """Return the figures of every part, H and D-3 at as many tokens for all, and what is to be known of them."""
    sets: list[DataSet] = []
    for (strategy, plan), parts in cut.items():
        own = [
            DataSet(f"{strategy}, {plan}, part {place}", tokens=MOST_TOKENS, pairs=MOST_PAIRS, judged=0)
            for place, _ in enumerate(parts, start=1)
        ]
        home = {name: place for place, part in enumerate(parts) for name in part.accepted}
        for line in _lines(runs[strategy, plan] / DIALOGUES):
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
    split = iter(found)
    return {arm: [next(split) for _ in parts] for arm, parts in cut.items()}, compared.notes


def _cost(part: _Part, directory: Path, config: RunConfig, metrics: Sequence[str]) -> dict[str, float | None]:
    """Return what a part of a run took for what it gave."""
    given = len(part.accepted)
    figures: dict[str, float | None] = {YIELD: given / len(part.tried)}
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
