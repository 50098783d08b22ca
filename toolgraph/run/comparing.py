"""Comparing: which way of sampling and planning makes better data, on the tools of a graph."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any, get_args

from toolgraph.dialogue.blueprint import PlanStyle
from toolgraph.errors import ConfigError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.sampling import parse_range, require_strategy
from toolgraph.graph.statistics import graph_statistics
from toolgraph.quality.comparison import Arm, StrategyComparison
from toolgraph.quality.intervals import ALPHA, least_p
from toolgraph.quality.judge import SCORES
from toolgraph.quality.metrics import METRICS
from toolgraph.quality.metrics.rounds import entailment_rate, semantic_similarity
from toolgraph.quality.metrics.samples import SAMPLE_METRICS, description_cosine
from toolgraph.quality.metrics.side_by_side import ENR, JUDGE, MEANT, SS, TITLES, Asked
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
    graph: ToolGraph, options: CompareOptions | None = None, *, config: RunConfig | None = None,
    asked: Asked | None = None, out: str | Path | None = None, progress: Progress | None = None,
    pipeline: Pipeline | None = None, keep: Callable[[StrategyComparison], None] | None = None,
) -> StrategyComparison:  # fmt: skip
    """Return how strategies compare on `graph`, and with `options.dialogues` what dialogues come of them.

        tools = toolgraph.load_tools(["my_tools.json"])
        options = toolgraph.CompareOptions(strategies=("random", "walk"))
        compared = toolgraph.compare(toolgraph.link_tools(tools), options)
        for arm in compared.samples:
            print(arm.name, arm.figures["coverage"].interval, arm.figures["coverage"].differs)

    `config` holds the rest: the first seed, the sizes of samples, and what a run needs to make dialogues, which lie
    below `out`. `asked` says who measures what cannot be counted. The same arguments give the same comparison, apart
    from its times. `keep` is given what is known of the samples before any dialogue is made, which may take hours.

    Raises:
        ConfigError: a strategy, plan or metric is unknown, or the numbers do not go together.
        RunDirectoryError: `out` holds runs of another configuration.
    """
    options, config = options or CompareOptions(), config or RunConfig()
    asked, progress = asked or Asked(), progress or Silent()
    require_options(options)
    if options.dialogues and out is None:
        raise ConfigError("dialogues are written down; name a directory for them")
    metrics = tuple(map(_meant, options.metrics)) or CHOSEN
    sizes = parse_range(config.tools_per_dialogue)
    per_seed = -(-options.number // options.seeds)
    sampled = compare_samples.compare_samples(
        graph, strategies=options.strategies, per_seed=per_seed, metrics=metrics, embed_texts=asked.embed_texts,
        seeds=range(config.seed, config.seed + options.seeds), sizes=sizes, progress=progress,
    )  # fmt: skip
    notes = (*compare_samples.notes_on(graph, sizes), *_notes(options), *_names(asked, options, metrics))
    of_samples = StrategyComparison(
        settings=_settings(options, config, per_seed), graph=_facts_of(graph), samples=sampled.arms,
        about=_about(metrics, ()), curves=sampled.curves, spreads=sampled.spreads, pictures=sampled.pictures,
        time=sampled.time, notes=notes,
    )  # fmt: skip
    if out is None or not options.dialogues:
        return of_samples
    if keep is not None:
        keep(of_samples)
    spoken = compare_dialogues.compare_dialogues(
        graph, config.model_copy(update={"n": options.dialogues}), strategies=options.strategies, plans=options.plans,
        parts=options.seeds, metrics=metrics, asked=asked, out=Path(out), progress=progress, pipeline=pipeline,
    )  # fmt: skip
    return replace(
        of_samples, settings={**of_samples.settings, "parts": spoken.parts}, dialogues=spoken.arms,
        about=_about(metrics, spoken.arms), notes=(*notes, *spoken.notes), failures=spoken.failures,
    )  # fmt: skip


def _names(asked: Asked, options: CompareOptions, metrics: Sequence[str]) -> list[str]:
    measured = [metric for metric in metrics if options.dialogues or metric in compare_samples.METRICS]
    return [f"{TITLES.get(metric, metric)} is {asked.names[metric]}" for metric in measured if metric in asked.names]


def _settings(options: CompareOptions, config: RunConfig, per_seed: int) -> dict[str, Any]:
    """Return what decides the figures, for whoever wants to have them again."""
    settings = {
        **asdict(options), "per_seed": per_seed, "first_seed": config.seed, "sizes": config.tools_per_dialogue,
        "parts": 0, "tools": list(config.tools), "toolgraph": version("toolgraph"),
    }  # fmt: skip
    if options.dialogues:
        kept = ("turns", "model", "user_model", "tool_model", "judge_model", "min_score", "temperature", "reasoning")
        settings |= {name: getattr(config, name) for name in kept}
    else:
        del settings["plans"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


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
    _require_once("strategy", options.strategies)
    _require_once("plan", options.plans)
    for metric in options.metrics:
        _require_known("metric", _meant(metric), CHOSEN)
        if not options.dialogues and _meant(metric) not in compare_samples.METRICS:
            raise ConfigError(f"the metric '{metric}' is of dialogues; say how many to make with --dialogues")
    if options.seeds < 1 or options.number < options.seeds:
        raise ConfigError(
            f"-n {options.number} and --seeds {options.seeds} give no sample for each seed; ask for more samples with "
            "-n, or for fewer --seeds, at least one"
        )
    if options.dialogues and not options.plans:
        raise ConfigError(f"name at least one plan: {', '.join(PLANS)}")


def _require_once(kind: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"the {kind} '{twice}' is named twice; name each once")


def _meant(metric: str) -> str:
    """Return our name of a metric that may go by ToolFlow's, as SS or NAT."""
    return MEANT.get(metric.casefold(), metric)


def _require_known(kind: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        others = {title.casefold(): title for title in (*TITLES.values(), *SCORES)} if kind == "metric" else {}
        near = get_close_matches(name.casefold().replace("-", "_"), (*known, *others), n=1)
        hint = (
            f"did you mean '{others.get(near[0], near[0])}'?" if near else f"choose {', '.join(dict.fromkeys(known))}"
        )
        raise ConfigError(f"there is no {kind} '{name}'; {hint}")


def _facts_of(graph: ToolGraph) -> dict[str, object]:
    statistics = graph_statistics(graph).as_dict()
    kept = "edges degree components largest_component isolated edges_rule threshold model".split()
    return {"tools": len(graph), **{key: statistics[key] for key in kept}}


def _about(metrics: Sequence[str], dialogues: Sequence[Arm]) -> dict[str, str]:
    """Return what the metrics say of themselves, by the names they have in tables."""
    of_samples: dict[str, Callable[..., Any]] = {**SAMPLE_METRICS, compare_samples.DESCRIPTIONS: description_cosine}
    of_dialogues: dict[str, Callable[..., Any]] = (
        {SS: semantic_similarity, ENR: entailment_rate, **METRICS} if dialogues else {}
    )
    about = {}
    for name in dict.fromkeys(metrics):
        told = [_sentence(kind[name]) for kind in (of_samples, of_dialogues) if name in kind]
        if told:
            about[TITLES.get(name, name)] = " Of dialogues: ".join(told)
    found = {name for arm in dialogues for name in arm.figures} | {JUDGE} & set(metrics if dialogues else ())
    return about | {name: sentence for name, sentence in compare_dialogues.ABOUT.items() if name in found}


def _sentence(metric: Callable[..., Any]) -> str:
    return " ".join((metric.__doc__ or "").partition("\n\n")[0].replace("`", "").split())


def _notes(options: CompareOptions) -> list[str]:
    notes = []
    if options.number % options.seeds:
        drawn = -(-options.number // options.seeds) * options.seeds
        notes.append(f"{drawn:,} samples were drawn of each, so that every seed has as many")
    arms = max(len(options.strategies), bool(options.dialogues) * len(options.strategies) * len(options.plans))
    if options.seeds > 1 and arms > 1 and least_p(options.seeds, arms - 1) >= ALPHA:
        enough = next(seeds for seeds in count(options.seeds) if least_p(seeds, arms - 1) < ALPHA)
        notes.append(f"{options.seeds} seeds are too few to test whether {arms} columns differ; {enough} are enough")
    return notes
