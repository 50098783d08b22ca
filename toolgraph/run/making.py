"""Making: outcome after outcome until enough are accepted, by processes without a model and by threads with one."""

import json
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from toolgraph.errors import BudgetReached, GenerationError
from toolgraph.models.online.opening import Models
from toolgraph.run import parallel
from toolgraph.run.allowance import Allowance
from toolgraph.run.config import RunConfig
from toolgraph.run.directory import RunDirectory
from toolgraph.run.live import Status
from toolgraph.run.outcome import Outcome, id_of
from toolgraph.run.preparing import LARGEST_WAVE, Preparation, with_spare
from toolgraph.run.progress import Progress
from toolgraph.run.summary import reasons_in
from toolgraph.run.threads import PULSE, threads
from toolgraph.run.workshop import Workshop
from toolgraph.tools.live_mcp import end_servers_at_termination

FEW = 20
"""Dialogues below which further processes cost more than they save, where their number is not given."""
MOST_IN_VAIN = 50
"""Dialogues rejected in a row after which a run that asks a model begins no more: the model is not up to the plan."""
MOST_BROKEN = 10
"""Dialogues in a row that real tools spoil, by errors or by bringing nothing, after which the run ends: each may have
taken as long as a call may take."""
_TASKS = "tasks"
LONGEST_EXAMPLE = 200
"""Characters of a reason that an error quotes."""


def make_dialogues(
    config: RunConfig, run: RunDirectory, workshop: Workshop, progress: Progress, models: Models | None,
    preparation: Preparation | None = None,
) -> str:  # fmt: skip
    """Append outcomes until enough are accepted or everything was tried; return why it stopped early, if it did.

    Whatever ends it, each outcome that was completed is written down first. With a `preparation` the tasks of dialogues
    are prepared before these are made, wave by wave.

    Raises:
        EndpointError: a model's server cannot be used.
        GenerationError: an outcome cannot be written, or the models of the run bring nothing that is accepted.
    """
    if models is not None:
        return _make_with_models(config, run, workshop, progress, models, preparation)
    journal = run.journal
    broken = _InVain()
    if preparation is None:
        progress.show("dialogues", journal.accepted, config.n)
    for end in _prepared_by_rule(config, run, progress, preparation):
        with closing(_by_rule(config, run, workshop, end)) as outcomes:
            for outcome in outcomes:
                journal.append(outcome)
                note = f"{journal.rejected} rejected" if journal.rejected else ""
                progress.show("dialogues", journal.accepted, config.n, note)
                if journal.accepted >= config.n:
                    return ""
                broken.add(outcome, is_chain=outcome.reason.startswith("tool/"))
                if config.execute and broken.count >= MOST_BROKEN:
                    raise GenerationError(
                        f"{broken}; {run.rejections} says more; see to it that the tools work, and start the same "
                        "command again"
                    )
    return ""


def _prepared_by_rule(
    config: RunConfig, run: RunDirectory, progress: Progress, preparation: Preparation | None
) -> Iterator[int]:  # fmt: skip
    """Yield up to which index dialogues may be made; it goes on as long as that is asked for and there are tries."""
    if preparation is None:
        yield config.tries
        return
    journal = run.journal
    while wave := preparation.wave(
        journal, missing=with_spare(config.n - journal.accepted), tries=config.tries
    ):  # fmt: skip
        end = wave[-1] + 1
        progress.show(_TASKS, preparation.tasks.count, end)
        workers = _processes(config, end - preparation.tasks.count)
        for count in preparation.by_rule(end, workers=workers, at_start=run.forget_lock):
            progress.show(_TASKS, count, end)
        progress.show("dialogues", journal.accepted, config.n)
        yield end


def _by_rule(config: RunConfig, run: RunDirectory, workshop: Workshop, end: int) -> Generator[Outcome, None, None]:
    """Choose how the work is executed: in this process for a few dialogues or one worker, else in several."""
    indices = range(run.journal.tried, end)
    workers = _processes(config, config.n - run.journal.accepted)
    if workers == 1:
        return parallel.inline(workshop.attempt, indices)

    def at_start() -> None:
        run.forget_lock()
        if config.execute and config.mcp:
            end_servers_at_termination()

    return parallel.processes(workshop.attempt, indices, workers=workers, at_start=at_start)


def _processes(config: RunConfig, wanted: int) -> int:
    return config.workers or (1 if wanted < FEW else parallel.cores())


def _make_with_models(
    config: RunConfig, run: RunDirectory, workshop: Workshop, progress: Progress, models: Models,
    preparation: Preparation | None,
) -> str:  # fmt: skip
    view = _View(config, run, progress, models)
    try:
        for end in _prepared_with_models(config, run, view, preparation):
            indices = _with_sample(workshop, run.journal.missing(end))
            outcomes = threads(
                workshop.attempt, view.beginning(indices), tick=view.refresh, admits=view.admits,
                workers=config.workers or config.concurrency, at_error=view.stop,
            )  # fmt: skip
            with closing(outcomes):
                for outcome in outcomes:
                    run.journal.append(outcome)
                    view.end(outcome)
    except BudgetReached as reached:
        return str(reached)
    finally:
        view.show()
    if view.is_hopeless:
        raise GenerationError(
            f"{view.in_vain}; {run.rejections} says more; the same command goes on, "
            "and another model, in another directory, may do better"
        )
    return view.shortage if run.journal.accepted < config.n else ""


def _with_sample(workshop: Workshop, indices: Iterator[int]) -> Iterator[int]:
    """Yield indices for which there are tools; where these have run out, what is in play is still brought to its end.

    Raises:
        GenerationError: they have.
    """
    for index in indices:
        workshop.require_sample(index)
        yield index


def _prepared_with_models(
    config: RunConfig, run: RunDirectory, view: "_View", preparation: Preparation | None
) -> Iterator[int]:  # fmt: skip
    """Yield up to which index dialogues may be made.

    While nothing was accepted waves are no longer than it takes to see that a model is not up to it, and where a limit
    is set only what the rest of the budget brings to an end is prepared at all.
    """
    if preparation is None:
        yield config.tries
        return
    tasks = preparation.tasks
    while (missing := config.n - run.journal.accepted) > 0 and not view.is_hopeless:
        most = LARGEST_WAVE if view.has_accepted else MOST_IN_VAIN
        wave = view.reserved(preparation.wave(run.journal, missing=missing, tries=config.tries, most=most))
        if not wave:
            return
        end, first = wave[-1] + 1, tasks.count
        view.prepare(first, end, first)
        for count in preparation.with_models(
            end, workers=config.workers or config.concurrency, tick=view.refresh, at_error=view.stop
        ):  # fmt: skip
            view.prepare(count, end, first)
        view.play()
        yield end


class _View:
    """What is known of a run with models while it works: to show it, and to say whether one more may be started."""

    def __init__(self, config: RunConfig, run: RunDirectory, progress: Progress, models: Models) -> None:
        self._n, self._journal, self._progress, self._models = config.n, run.journal, progress, models
        self._rejected = Counter(reasons_in(run.rejections))
        self._done_before = run.journal.accepted
        self.in_vain = _InVain()
        self._allowance = Allowance(models.budget, {id_of(i): fate for i, fate in run.journal.fates().items()})
        self._playing = 0
        self._reserved: frozenset[int] = frozenset()
        self._preparing: tuple[int, int, int, float] | None = None
        self._is_stopping = False
        self._began, self._shown_at = time.monotonic(), float("-inf")

    def admits(self, playing: int) -> bool:
        """Whether one more index may be started; the first rule keeps the set of dialogues the same for any timing."""
        self._playing = playing
        if self._journal.accepted + playing >= self._n or self.is_hopeless:
            return False
        return bool(self._reserved) or self._allowance.admits()

    def reserved(self, wave: tuple[int, ...]) -> tuple[int, ...]:
        """Return how much of a wave what is left of the budget brings to its end; that may begin, whatever comes."""
        begun: list[int] = []
        for index in wave:
            if not self._allowance.admits():
                break
            self._allowance.begin(id_of(index))
            begun.append(index)
        self._reserved = frozenset(begun)
        return tuple(begun)

    def prepare(self, count: int, end: int, first: int) -> None:
        """Show from now on how many tasks of a wave, which began with `first`, are prepared."""
        began = self._preparing[3] if self._preparing else time.monotonic()
        self._preparing = (count, end, first, began)
        self.refresh()

    def play(self) -> None:
        """Show dialogues from now on."""
        self._preparing = None
        self.show()

    @property
    def has_accepted(self) -> bool:
        """Whether this run has an accepted dialogue."""
        return self._journal.accepted > 0

    @property
    def is_hopeless(self) -> bool:
        """Whether so many were rejected in a row that the next ones will be; those in play may still prove it wrong."""
        return bool(self._models.clients) and self.in_vain.count >= MOST_IN_VAIN

    @property
    def shortage(self) -> str:
        """Why what was left of the budget was too little for one more dialogue when it was last asked, if it was."""
        return self._allowance.shortage

    def beginning(self, indices: Iterator[int]) -> Iterator[int]:
        """Yield indices, each of which is begun then."""
        for index in indices:
            self._allowance.begin(id_of(index))
            yield index

    def stop(self, error: BaseException) -> None:
        """Let nothing more be asked, because of an error that ends the run."""
        self._is_stopping = True
        self._models.budget.close(str(error))

    def end(self, outcome: Outcome) -> None:
        """Count an outcome that was written down."""
        self._allowance.end(id_of(outcome.index), is_accepted=outcome.is_accepted)
        self.in_vain.add(outcome)
        if not outcome.is_accepted:
            self._rejected[outcome.reason] += 1

    def refresh(self) -> None:
        """Show how things stand, a few times a second; end the run where a limit is reached while answers are awaited.

        Raises:
            BudgetReached: nothing more may be spent.
        """
        if not self._is_stopping:
            self._models.budget.check()
        if time.monotonic() - self._shown_at >= PULSE:
            self.show()

    def show(self) -> None:
        """Show how things stand."""
        self._shown_at = time.monotonic()
        now = self._models.status()
        status = Status(
            playing=self._playing, rejected=self._rejected, in_flight=now.in_flight, limit=now.limit,
            refused=now.refused, tokens=now.tokens, tokens_per_minute=now.tokens_per_minute, cost=now.cost,
            seconds=self._shown_at - self._began, done_before=self._done_before, is_stopping=self._is_stopping,
            shares=now.shares,
            cost_of_ended=self._allowance.spent_on_ended.cost, cost_in_play=self._allowance.spent_in_play.cost,
        )  # fmt: skip
        if self._preparing is None:
            self._progress.show("dialogues", self._journal.accepted, self._n, status=status)
            return
        done, end, first, began = self._preparing  # what a wave will cost is no part of what the run is expected to
        status = replace(status, seconds=self._shown_at - began, done_before=first, cost_of_ended=0.0, playing=0)
        self._progress.show(_TASKS, done, end, status=status)


class _InVain:
    """The dialogues of this start that were rejected since one was accepted, and why."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, outcome: Outcome, *, is_chain: bool = True) -> None:
        """Take an outcome in; one that is accepted ends the row, and so does one that is none of the chain."""
        if outcome.is_accepted or not is_chain:
            self._reasons.clear()
            self._examples.clear()
        else:
            self._reasons[outcome.reason] += 1
            self._examples.setdefault(outcome.reason, outcome.line)

    @property
    def count(self) -> int:
        return self._reasons.total()

    def __str__(self) -> str:
        ((most, count),) = self._reasons.most_common(1)
        words = " ".join(str(json.loads(self._examples[most])["reason"]).split())
        example = words if len(words) <= LONGEST_EXAMPLE else f"{words[: LONGEST_EXAMPLE - 1]}…"
        return f"{self.count} dialogues in a row were rejected, {count} of them by {most} (as in: {example})"
