"""The pipeline: tools to graph to dialogues to metrics, and the one place that chooses who does each of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from agents.engine import play
from planners.toolflow import PlanOptions, plan_dialogue
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.errors import BudgetReached, GenerationError
from toolgraph.graph.confirmed import with_confirmations
from toolgraph.graph.embedding import EMBEDDED, Vectors, embed, load_encoder
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import DEFAULT, build_graph
from toolgraph.graph.sampling import DistinctSamples, parse_range, require_strategy, sample_once
from toolgraph.graph.vector_cache import default_cache
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.opening import Models
from toolgraph.quality.checks import run_checks
from toolgraph.quality.judge import judge
from toolgraph.run.button import EmbedWith, embed_with, make_from_tasks, scenario_file, seed_files
from toolgraph.run.clock import Clock
from toolgraph.run.config import RunConfig, require_consistent
from toolgraph.run.confirming import confirmations, confirmed_by_trial, is_asked
from toolgraph.run.directory import RunDirectory, digest_of, open_run, started_config
from toolgraph.run.executing import live_tools, require_running, today_of, tools_of
from toolgraph.run.filling import Filler, fill_tools
from toolgraph.run.making import make_dialogues
from toolgraph.run.models import OpenModels, models_of, open_for, require_usable, usage_in
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.scenarios import check_sources
from toolgraph.run.summary import RunSummary, measure_run
from toolgraph.run.tasks import settle_files
from toolgraph.run.workshop import Workshop
from toolgraph.seeds import derived_seed
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.returns import with_returns
from toolgraph.tools.spec import ToolSpec

Link = Callable[[Sequence[ToolSpec], RunConfig, Progress], ToolGraph]
"""Makes the graph of a catalogue."""
Equip = Callable[[RunConfig, ToolGraph, Models | None], Workshop]
"""Makes the workshop of a run, with the models it has, if any; called once, before workers are forked."""


def link_tools(
    tools: Sequence[ToolSpec], *, edges: str = DEFAULT, threshold: float | None = None, embedder: str = EMBEDDED,
    progress: Progress | None = None,
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools`, their fields embedded with the model `embedder` and the user's cache.

    `edges` is `typed`, or `toolflow` for the published rule; without a threshold it is the rule's own.

    Raises:
        ConfigError: the rule is unknown, or the threshold lies outside 0 to 1.
        EmbeddingError: the model cannot be used.
    """
    shown = progress or Silent()
    encoder, model_id = load_encoder(embedder)

    def embed_texts(texts: Sequence[str]) -> Vectors:
        return embed(texts, encoder, model_id, default_cache(), progress=partial(shown.show, "embedding fields"))

    return build_graph(tools, embed_texts, edges=edges, threshold=threshold, model_id=model_id)


def link(tools: Sequence[ToolSpec], config: RunConfig, progress: Progress) -> ToolGraph:
    """Return the graph of `tools` as `config` wants it; edges that are to be confirmed are not yet."""
    edges = "typed" if config.edges == "confirmed" else config.edges
    return link_tools(tools, edges=edges, threshold=config.threshold, embedder=config.embedder, progress=progress)


def equip(config: RunConfig, graph: ToolGraph, models: Models | None = None) -> Workshop:
    """Return the workshop that samples from `graph`, and plans, plays and checks with models or the offline backend."""
    require_strategy(config.strategy)  # a class of the user's own is looked for before anything is made
    backend = models.backend if models else OfflineBackend(config.seed)
    shortest, longest = parse_range(config.turns)
    live = live_tools(config, graph.tools)
    options = PlanOptions(
        plan_style=config.plan, min_turns=shortest, max_turns=longest, is_real=live is not None,
        today=today_of(live) if live else None,
    )  # fmt: skip
    sizes = parse_range(config.tools_per_dialogue)
    ways: dict[str, Any] = {"strategy": config.strategy, "sizes": sizes, "seed": config.seed}
    distinct = DistinctSamples(graph, **ways) if config.distinct else None
    fill = Filler(models.filler) if models and config.fills_offered else None
    offered: dict[str, ToolSpec] = {}

    def sample(index: int) -> ToolSample:
        drawn = sample_once(graph, **ways, i=distinct.number(index) if distinct else index)
        for tool in drawn.tools:  # the graph knows declared returns only; a dialogue needs some for every tool
            if tool.name not in offered:
                filled = fill(tool) if fill else tool
                offered[tool.name] = filled if live else with_returns(filled)  # real results are as they are
        return replace(drawn, tools=tuple(offered[tool.name] for tool in drawn.tools))

    def plan(drawn: ToolSample, name: str, index: int) -> Blueprint:
        seed = derived_seed(config.seed, "dialogue", index)
        checks = models is not None  # as with steps: what a rule plans is checked with the dialogue, and that is enough
        return plan_dialogue(drawn, id=name, seed=seed, backend=backend, options=options, checks_plan=checks)

    if models is None:
        return Workshop(sample=sample, plan=plan, play=partial(play, backend=backend, live=live), check=run_checks)
    return Workshop(
        sample=sample, plan=plan, check=run_checks,
        play=partial(play, backend=backend, live=live, checks_steps=True, wants_reasoning=config.reasoning),
        judge=partial(judge, backend=models.judge) if models.judge else None, min_score=config.min_score,
        models=partial(models_of, models), require_sample=distinct.number if distinct else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Who makes the graph and who makes the dialogues; the defaults are the embedding model and the offline backend.

    `open_models` is called only for a configuration that names models, and `embed_with`, which gives what embeds the
    texts of scenarios and tasks, only in button mode.
    """

    link: Link = link
    equip: Equip = equip
    open_models: OpenModels = open_for
    embed_with: EmbedWith = embed_with


def generate(
    config: RunConfig, out: str | Path, *, progress: Progress | None = None, pipeline: Pipeline | None = None
) -> RunSummary:
    """Make `config.n` accepted dialogues in the directory `out`, or continue there until there are as many.

    The accepted dialogues are the first ones by index that pass every check, whatever the number of workers and
    however often the run was interrupted: the same configuration ends with the same bytes. With models it ends with
    the same dialogues, as far as their responses are the same, in the order in which they were finished; a limit on
    money, tokens or time ends it early, and then `stopped` of the summary says so.

    Raises:
        InputError: the tools, the configuration or the directory cannot be used.
        EmbeddingError: the embedding model cannot be used.
        EndpointError: a model's server cannot be used; what was done until then is kept.
        GenerationError: too few dialogues were accepted within `config.tries`, or they cannot be written.
    """
    progress, path, clock = progress or Silent(), Path(out), Clock()
    with begun(config, path, clock) as (run, tools):
        before, stopped = run.journal.accepted, ""
        if before < config.n:
            stopped = make(config, run, tools, progress=progress, pipeline=pipeline or Pipeline(), clock=clock)
            if run.journal.accepted < config.n and not stopped:
                raise GenerationError(
                    f"only {run.journal.accepted} of {config.n} dialogues were accepted in {run.journal.tried} tries; "
                    f"{run.rejections} says why; raise --max-tries to go on"
                )
        with clock("metrics"):
            known = run.read_metrics()
            if known is None and config.mode == "button":
                settle_files(path, tried=None if config.model else run.journal.tried)
            metrics = known or measure_run(run.dialogues, run.rejections)
            if config.model:  # a price that was not known may be given later
                metrics = {**metrics, "usage": usage_in(run.path, config)}
            if metrics != known:
                run.write_metrics(metrics)
        return RunSummary(
            directory=str(path), accepted=run.journal.accepted, tried=run.journal.tried, rejected=metrics["rejected"],
            made=run.journal.accepted - before, seconds=clock.seconds, metrics=metrics, stopped=stopped,
        )  # fmt: skip


@contextmanager
def begun(
    config: RunConfig, path: Path, clock: Clock
) -> Iterator[tuple[RunDirectory, tuple[ToolSpec, ...] | None]]:  # fmt: skip
    """Open the directory of a run, and the tools if it is a new one; what can be refused leaves nothing behind.

    Raises:
        InputError: the tools, the configuration or the directory cannot be used.
    """
    require_consistent(config)
    if config.model:
        require_usable(config)
    digest = digest_of(config.sources)
    is_begun = started_config(path) is not None
    with clock("tools"):
        if config.mode == "button":
            check_sources(scenarios=scenario_file(config), seeds=seed_files(config))
            tools = None
        else:
            tools = None if is_begun else tools_of(config)
    if config.execute:
        live = live_tools(config, tools or ())
        if live is not None and (tools is None or not config.mcp or config.tools):  # a listing has shown that it runs
            with clock("tools"):
                require_running(live)
    with open_run(path, config, digest) as run:
        yield run, tools


def make(
    config: RunConfig, run: RunDirectory, tools: tuple[ToolSpec, ...] | None, *, progress: Progress,
    pipeline: Pipeline, clock: Clock, most_filled: int | None = None,
) -> str:  # fmt: skip
    """Make what is missing in a run: the graph or the scenarios, then dialogues; return why it stopped early, if so.

    `most_filled` bounds how many tools are filled in, where that is wanted; none is no bound.
    """
    run.forget_metrics()
    try:
        with ExitStack() as open_until_done:
            models = None
            if config.model:
                with clock("models"):
                    models = open_until_done.enter_context(pipeline.open_models(config, run.path))
            if config.mode == "button":
                return make_from_tasks(
                    config, run, models, progress=progress, clock=clock, embed_with=pipeline.embed_with
                )
            with clock("graph"):
                graph = run.stored_graph()
                if graph is None:
                    tools = tools or tools_of(config)
                    if config.fill == "catalogue" and models is not None:
                        tools = fill_tools(
                            tools, models.filler, workers=config.concurrency, progress=progress, most=most_filled,
                            at_error=partial(_close, models),
                        )  # fmt: skip
                    graph = pipeline.link(tools, config, progress)
                    if config.edges == "confirmed" and graph.edges_rule == "typed":
                        known = confirmed_by_trial(graph, config, progress=progress)
                        told = () if models is None or not is_asked(config) else confirmations(
                            graph, models.filler, most=config.confirm, workers=config.concurrency, settled=known,
                            progress=progress, at_error=partial(_close, models),
                        )  # fmt: skip
                        graph = with_confirmations(graph, (*known, *told))
                    run.store(tools, graph)
            with clock("workshop"):
                workshop = pipeline.equip(config, graph, models)
            with clock("dialogues"):
                return make_dialogues(config, run, workshop, progress, models)
    except BudgetReached as reached:
        return str(reached)


def _close(models: Models, error: BaseException) -> None:
    """Let nothing more be asked, because of an error that ends the run."""
    models.budget.close(str(error))
