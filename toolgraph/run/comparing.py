"""Comparing: which way of sampling and planning makes better data, on the tools of a graph."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import get_args

from toolgraph.dialogue.blueprint import PlanStyle
from toolgraph.errors import ConfigError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.sampling import parse_range, require_strategy
from toolgraph.graph.statistics import graph_statistics
from toolgraph.quality.comparison import Arm, StrategyComparison
from toolgraph.quality.intervals import ALPHA, least_p
from toolgraph.quality.metrics import METRICS
from toolgraph.quality.metrics.rounds import entailment_rate, semantic_similarity
from toolgraph.quality.metrics.samples import SAMPLE_METRICS, description_cosine
from toolgraph.quality.metrics.side_by_side import ENR, JUDGE, SS, TITLES, Asked
from toolgraph.run import compare_dialogues, compare_samples
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import Pipeline
from toolgraph.run.progress import Progress, Silent

PLANS: tuple[str, ...] = get_args(PlanStyle)
STRATEGIES = ("random", "walk", "weighted", "dataflow", "coverage")
"""What is compared where nothing else is said."""
CHOSEN = (*compare_samples.METRICS, *compare_dialogues.METRICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """What is compared, and on how much."""

    strategies: tuple[str, ...] = STRATEGIES
    number: int = 2_000
    """Samples of each strategy, over all seeds."""
    seeds: int = 10
    """How many seeds the samples are from, and how many parts the dialogues are cut into."""
    dialogues: int = 0
    """Accepted dialogues of each strategy and plan; 0 compares samples only."""
    plans: tuple[str, ...] = ("grounded", "none")
    metrics: tuple[str, ...] = ()
    """The metrics that are wanted; none stands for all."""
    paper_table: bool = False
    """Whether the dialogues stand beside ToolFlow's published figures; they have to be of its four settings."""


def compare(
    graph: ToolGraph, options: CompareOptions, *, config: RunConfig | None = None, asked: Asked | None = None,
    out: Path | None = None, progress: Progress | None = None, pipeline: Pipeline | None = None,
) -> StrategyComparison:  # fmt: skip
    """Return how strategies compare on `graph`, and with `options.dialogues` what dialogues come of them.

    `config` holds the rest: the first seed, the sizes of samples, and what a run needs to make dialogues, which lie
    below `out`. The same arguments give the same comparison, apart from its times.

    Raises:
        ConfigError: a strategy, plan or metric is unknown, or the numbers do not go together.
    """
    config, asked, progress = config or RunConfig(), asked or Asked(), progress or Silent()
    require_options(options)
    metrics = tuple(map(_meant, options.metrics)) or CHOSEN
    sizes = parse_range(config.tools_per_dialogue)
    per_seed = -(-options.number // options.seeds)
    sampled = compare_samples.compare_samples(
        graph, strategies=options.strategies, per_seed=per_seed, metrics=metrics, embed_texts=asked.embed_texts,
        seeds=range(config.seed, config.seed + options.seeds), sizes=sizes, progress=progress,
    )  # fmt: skip
    spoken = compare_dialogues.Spoken((), 0)
    if options.dialogues:
        if out is None:
            raise ConfigError("dialogues are written down; name a directory for them")
        spoken = compare_dialogues.compare_dialogues(
            graph, config.model_copy(update={"n": options.dialogues}), strategies=options.strategies,
            plans=options.plans, parts=options.seeds, metrics=metrics, asked=asked, out=out, progress=progress,
            pipeline=pipeline,
        )  # fmt: skip
    return StrategyComparison(
        settings={
            **asdict(options), "metrics": list(metrics), "per_seed": per_seed, "first_seed": config.seed,
            "sizes": config.tools_per_dialogue, "parts": spoken.parts, "model": list(config.model),
        },
        graph=_facts_of(graph), samples=sampled.arms, dialogues=spoken.arms,
        about=_about(metrics, spoken.arms),
        curves=sampled.curves, spreads=sampled.spreads, pictures=sampled.pictures, time=sampled.time,
        notes=(*compare_samples.notes_on(graph, sizes), *_notes(options), *spoken.notes),
        failures=spoken.failures,
    )  # fmt: skip


def require_options(options: CompareOptions) -> None:
    """See to it that everything named is there, and that the numbers go together.

    Raises:
        ConfigError: they do not.
    """
    if not options.strategies:
        raise ConfigError("name at least one strategy, as in --strategies random,walk")
    for strategy in options.strategies:
        require_strategy(strategy)
    for plan in options.plans:
        _require_known("plan", plan, PLANS)
    for metric in options.metrics:
        _require_known("metric", _meant(metric), CHOSEN)
        if not options.dialogues and _meant(metric) not in compare_samples.METRICS:
            raise ConfigError(f"the metric '{metric}' is of dialogues; say how many to make with --dialogues")
    if options.seeds < 1 or options.number < options.seeds:
        raise ConfigError(
            f"{options.number} samples cannot be drawn from {options.seeds} seeds; ask for more samples with -n, or "
            "for fewer --seeds, at least one"
        )
    if options.dialogues and not options.plans:
        raise ConfigError(f"name at least one plan: {', '.join(PLANS)}")


def _meant(metric: str) -> str:
    """Return our name of a metric that may go by ToolFlow's, as SS or H."""
    return next((name for name, title in TITLES.items() if title.casefold() == metric.casefold()), metric)


def _require_known(kind: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        near = get_close_matches(name.lower().replace("-", "_"), known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"choose {', '.join(known)}"
        raise ConfigError(f"there is no {kind} '{name}'; {hint}")


def _facts_of(graph: ToolGraph) -> dict[str, object]:
    statistics = graph_statistics(graph).as_dict()
    kept = "edges degree components largest_component isolated edges_rule threshold model".split()
    return {"tools": len(graph), **{key: statistics[key] for key in kept}}


def _about(metrics: Sequence[str], dialogues: Sequence[Arm]) -> dict[str, str]:
    """Return what the metrics say of themselves, by the names they have in tables."""
    told = {**SAMPLE_METRICS, compare_samples.DESCRIPTIONS: description_cosine}
    if dialogues:
        told |= {SS: semantic_similarity, ENR: entailment_rate, **METRICS}
    about = {
        TITLES.get(name, name): " ".join((told[name].__doc__ or "").partition("\n\n")[0].split())
        for name in metrics
        if name in told
    }
    found = {name for arm in dialogues for name in arm.figures} | {JUDGE} & set(metrics if dialogues else ())
    about |= {name: sentence for name, sentence in compare_dialogues.ABOUT.items() if name in found}
    return about


def _notes(options: CompareOptions) -> list[str]:
    notes = []
    if options.number % options.seeds:
        drawn = -(-options.number // options.seeds) * options.seeds
        notes.append(f"{drawn:,} samples were drawn of each, so that every seed has as many")
    arms = max(len(options.strategies), bool(options.dialogues) * len(options.strategies) * len(options.plans))
    if options.seeds > 1 and arms > 1 and least_p(options.seeds, arms - 1) >= ALPHA:
        enough = next(seeds for seeds in count(options.seeds) if least_p(seeds, arms - 1) < ALPHA)
        notes.append(
            f"{options.seeds} seeds are too few for a test of {arms} columns to find anything; {enough} are enough"
        )
    return notes
