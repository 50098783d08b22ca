"""The pipeline: tools to graph to dialogues to metrics, and the one place that chooses who does each of them."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from agents.engine import play
from planners.toolflow import PlanOptions, plan_dialogue
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.errors import GenerationError
from toolgraph.graph.embedding import EMBEDDED, Vectors, embed, load_encoder
from toolgraph.graph.graph import THRESHOLD, ToolGraph, build_tool_graph
from toolgraph.graph.sampling import parse_range, sample_once
from toolgraph.graph.vector_cache import default_cache
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.quality.checks import run_checks
from toolgraph.run import parallel
from toolgraph.run.config import RunConfig
from toolgraph.run.directory import RunDirectory, digest_of, open_run, started_config
from toolgraph.run.outcome import Outcome
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.summary import RunSummary, measure_run
from toolgraph.run.workshop import Workshop
from toolgraph.seeds import derived_seed
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.returns import with_returns
from toolgraph.tools.spec import ToolSpec

FEW = 20
"""Dialogues below which further processes cost more than they save, where their number is not given."""

Link = Callable[[Sequence[ToolSpec], RunConfig, Progress], ToolGraph]
"""Makes the graph of a catalogue."""
Equip = Callable[[RunConfig, ToolGraph], Workshop]
"""Makes the workshop of a run; called once, before workers are forked."""


def link_tools(
    tools: Sequence[ToolSpec], *, threshold: float = THRESHOLD, embedder: str = EMBEDDED,
    progress: Progress | None = None,
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools`, their fields embedded with the model `embedder` and the user's cache.

    Raises:
        ConfigError: the threshold lies outside 0 to 1.
        EmbeddingError: the model cannot be used.
    """
    shown = progress or Silent()
    encoder, model_id = load_encoder(embedder)

    def embed_texts(texts: Sequence[str]) -> Vectors:
        return embed(texts, encoder, model_id, default_cache(), progress=partial(shown.show, "embedding fields"))

    return build_tool_graph(tools, embed_texts, threshold=threshold, model_id=model_id)


def link(tools: Sequence[ToolSpec], config: RunConfig, progress: Progress) -> ToolGraph:
    """Return the graph of `tools` as `config` wants it."""
    return link_tools(tools, threshold=config.threshold, embedder=config.embedder, progress=progress)


def equip(config: RunConfig, graph: ToolGraph) -> Workshop:
    """Return the workshop that samples from `graph`, and plans, plays and checks with the offline backend."""
    backend = OfflineBackend(config.seed)
    shortest, longest = parse_range(config.turns)
    options = PlanOptions(plan_style=config.plan, min_turns=shortest, max_turns=longest)
    sizes = parse_range(config.tools_per_dialogue)
    offered: dict[str, ToolSpec] = {}

    def sample(index: int) -> ToolSample:
        drawn = sample_once(graph, strategy=config.strategy, sizes=sizes, seed=config.seed, i=index)
        for tool in drawn.tools:  # the graph knows declared returns only; a dialogue needs some for every tool
            if tool.name not in offered:
                offered[tool.name] = with_returns(tool)
        return replace(drawn, tools=tuple(offered[tool.name] for tool in drawn.tools))

    def plan(drawn: ToolSample, name: str, index: int) -> Blueprint:
        seed = derived_seed(config.seed, "dialogue", index)
        return plan_dialogue(drawn, id=name, seed=seed, backend=backend, options=options)

    return Workshop(sample=sample, plan=plan, play=partial(play, backend=backend), check=run_checks)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Who makes the graph and who makes the dialogues; the defaults are the embedding model and the offline backend."""

    link: Link = link
    equip: Equip = equip


def generate(
    config: RunConfig, out: str | Path, *, progress: Progress | None = None, pipeline: Pipeline | None = None
) -> RunSummary:
    """Make `config.n` accepted dialogues in the directory `out`, or continue there until there are as many.

    The accepted dialogues are the first ones by index that pass every check, whatever the number of workers and
    however often the run was interrupted: the same configuration ends with the same bytes.

    Raises:
        InputError: the tools, the configuration or the directory cannot be used.
        EmbeddingError: the embedding model cannot be used.
        GenerationError: too few dialogues were accepted within `config.tries`, or they cannot be written.
    """
    progress, pipeline, path = progress or Silent(), pipeline or Pipeline(), Path(out)
    clock = Clock()
    digest = digest_of(config.sources)
    is_begun = started_config(path) is not None
    with clock("tools"):  # before anything is written, so that tools that cannot be read leave nothing behind
        tools = None if is_begun else load_tools(config.sources, rename_duplicates=config.rename_duplicates)
    with open_run(path, config, digest) as run:
        before = run.journal.accepted
        if before < config.n:
            with clock("graph"):
                graph = run.stored_graph()
                if graph is None:
                    tools = tools or load_tools(config.sources, rename_duplicates=config.rename_duplicates)
                    graph = pipeline.link(tools, config, progress)
                    run.store(tools, graph)
            with clock("workshop"):
                workshop = pipeline.equip(config, graph)
            with clock("dialogues"):
                _make_dialogues(config, run, workshop, progress)
        metrics = run.read_metrics()
        if metrics is None:
            with clock("metrics"):
                metrics = measure_run(run.dialogues, run.rejections)
                run.write_metrics(metrics)
        return RunSummary(
            directory=str(path), accepted=run.journal.accepted, tried=run.journal.next_index,
            rejected=metrics["rejected"], made=run.journal.accepted - before, seconds=clock.seconds, metrics=metrics,
        )  # fmt: skip


def _make_dialogues(config: RunConfig, run: RunDirectory, workshop: Workshop, progress: Progress) -> None:
    """Append outcomes, index by index, until enough are accepted.

    Raises:
        GenerationError: there are too few after `config.tries`.
    """
    journal = run.journal
    indices = range(journal.next_index, config.tries)
    progress.show("dialogues", journal.accepted, config.n)
    with closing(_outcomes(config, run, workshop, indices)) as outcomes:
        for outcome in outcomes:
            journal.append(outcome)
            note = f"{journal.rejected} rejected" if journal.rejected else ""
            progress.show("dialogues", journal.accepted, config.n, note)
            if journal.accepted >= config.n:
                return
    raise GenerationError(
        f"only {journal.accepted} of {config.n} dialogues were accepted in {journal.next_index} tries; "
        f"{run.rejections} says why; raise --max-tries to go on"
    )


def _outcomes(
    config: RunConfig, run: RunDirectory, workshop: Workshop, indices: range
) -> Generator[Outcome, None, None]:
    """Choose how the work is executed: in this process for a few dialogues or one worker, else in several."""
    wanted = config.n - run.journal.accepted
    workers = config.workers or (1 if wanted < FEW else parallel.cores())
    if workers == 1:
        return parallel.inline(workshop.attempt, indices)
    return parallel.processes(workshop.attempt, indices, workers=workers, at_start=run.forget_lock)


class Clock:
    """Measures how long each stage takes; `seconds` has them by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time until the context ends to `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began
