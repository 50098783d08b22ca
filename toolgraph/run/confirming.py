"""Confirming edges: by calls, where tools can be run, and by asking a model whether one tool's result suits another."""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import get_args

from toolgraph.amounts import money
from toolgraph.errors import AnswerError, BudgetReached
from toolgraph.graph.confirmed import with_confirmations, worth_asking
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.reasons import listed
from toolgraph.graph.vector_cache import cache_directory
from toolgraph.models.confirming import EdgeRequest
from toolgraph.models.online.cache import RESPONSES
from toolgraph.models.online.opening import OFFLINE
from toolgraph.models.request import Backend
from toolgraph.run.config import RunConfig
from toolgraph.run.edge_trials import edge_trials
from toolgraph.run.executing import live_tools
from toolgraph.run.models import OpenModels, open_for
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.threads import threads
from toolgraph.tools.edges import Confirmation, Edge, Verdict

LONGEST_REASON = 300
STAGE = "confirming edges"


def confirmations(
    graph: ToolGraph, backend: Backend, *, most: int, workers: int, settled: Collection[Confirmation] = (),
    progress: Progress | None = None, at_error: Callable[[BaseException], None] = lambda error: None,
) -> Iterator[Confirmation]:  # fmt: skip
    """Yield what a model says of the best `most` P-R edges of a typed graph, in one request each, as the answers come.

    What `settled` has decided is not asked about. An answer that cannot be used confirms nothing and refuses nothing.
    `at_error` is told at once what ends the asking.

    Raises:
        EndpointError: the model's server cannot be used at all.
        BudgetReached: nothing more may be spent.
    """
    decided = {each.edge for each in settled if each.verdict != "undecided"}
    edges = [edge for edge in worth_asking(graph, most=most) if edge not in decided]
    shown = progress or Silent()

    def ask(number: int) -> Confirmation:
        return _confirmation(edges[number], graph, backend)

    if edges:
        shown.show(STAGE, 0, len(edges))
    everything = threads(
        ask, range(len(edges)), workers=workers, admits=lambda _: True, tick=lambda: None, at_error=at_error
    )
    for done, told in enumerate(everything, start=1):
        shown.show(STAGE, done, len(edges))
        yield told


def is_asked(config: RunConfig) -> bool:
    """Say whether there is a model to ask about edges."""
    return bool(set(config.model) - {OFFLINE})


def confirmed_by_trial(
    graph: ToolGraph, config: RunConfig, *, progress: Progress | None = None
) -> tuple[Confirmation, ...]:  # fmt: skip
    """Return what trials show of the edges of a typed graph, where `config` lets tools be run; else nothing.

    Raises:
        LiveError: the tools cannot be run.
        ConfigError: there is nothing to run them with.
    """
    live = live_tools(config.model_copy(update={"allow_writes": False}), graph.tools)
    if live is None:
        return ()
    return tuple(edge_trials(graph, live, most=config.confirm, seed=config.seed, progress=progress))


def confirmed_graph(
    graph: ToolGraph, config: RunConfig, *, progress: Progress | None = None, open_models: OpenModels = open_for
) -> tuple[ToolGraph, str]:
    """Return a typed graph as trials and the model that `config` names confirm it, and a sentence on what that took.

    The model is asked about what trials leave open. Where nothing more may be spent it ends with what is confirmed by
    then. Answers are kept in the file that `config` names, else in the user's cache, so that the same command does not
    pay for them again.

    Raises:
        ConfigError: an address, a price, a limit or a file cannot be used.
        EndpointError: the model's server cannot be used at all.
    """
    tried = confirmed_by_trial(graph, config, progress=progress)
    verdicts = Counter(each.verdict for each in tried)
    counts = listed([f"{verdicts[verdict]:,} {verdict}" for verdict in get_args(Verdict)])
    note = f"trials of {len(tried):,} edges: {counts}" if config.execute else ""
    if not is_asked(config):
        return with_confirmations(graph, tried), note
    if config.cache is None:
        config = config.model_copy(update={"cache": str(cache_directory() / RESPONSES)})
    told: list[Confirmation] = []
    stopped = ""
    with tempfile.TemporaryDirectory() as books, open_models(config, Path(books)) as models:
        try:
            said = confirmations(
                graph, models.filler, most=config.confirm, workers=config.concurrency, settled=tried, progress=progress,
                at_error=lambda error: models.budget.close(str(error)),
            )  # fmt: skip
            for each in said:
                told.append(each)
        except BudgetReached as reached:
            stopped = f"; it ended early: {reached}"
        status = models.status()
    cost = "price unknown" if status.cost is None else money(status.cost)
    asked = f"asking {', '.join(config.model)} about {len(told):,} edges took {status.tokens:,} tokens, {cost}{stopped}"
    return with_confirmations(graph, (*tried, *told)), f"{note}; {asked}" if note else asked


def _confirmation(edge: Edge, graph: ToolGraph, backend: Backend) -> Confirmation:
    source, target = (graph.tools[graph.index[name]] for name in (edge.source, edge.target))
    try:
        answer = backend.complete(EdgeRequest.about(edge, source, target)).answer
    except AnswerError as error:
        return Confirmation(edge, "undecided", _in_short(str(error)))
    return Confirmation(edge, "confirmed" if answer.feeds else "refused", _in_short(answer.reason))


def _in_short(reason: str) -> str:
    """Return a reason as one line of text that can be written: a model may spell half a character."""
    return " ".join(reason.split()).encode(errors="replace").decode()[:LONGEST_REASON]
