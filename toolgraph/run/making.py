"""Making: outcome after outcome until enough are accepted, by processes without a model and by threads with one."""

import json
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing

from toolgraph.errors import BudgetReached, GenerationError
from toolgraph.models.online.opening import Models
from toolgraph.run import parallel
from toolgraph.run.allowance import Allowance
from toolgraph.run.config import RunConfig
from toolgraph.run.directory import RunDirectory
from toolgraph.run.live import Status
from toolgraph.run.outcome import Outcome, id_of
from toolgraph.run.progress import Progress
from toolgraph.run.summary import reasons_in
from toolgraph.run.threads import PULSE, threads
from toolgraph.run.workshop import Workshop

FEW = 20
"""Dialogues below which further processes cost more than they save, where their number is not given."""
MOST_IN_VAIN = 50
"""Dialogues rejected in a row after which a run that asks a model begins no more: the model is not up to the plan."""
LONGEST_EXAMPLE = 200
"""Characters of a reason that an error quotes."""


def make_dialogues(
    config: RunConfig, run: RunDirectory, workshop: Workshop, progress: Progress, models: Models | None
) -> str:  # fmt: skip
    """Append outcomes until enough are accepted or everything was tried; return why it stopped early, if it did.

    Whatever ends it, each outcome that was completed is written down first.

    Raises:
        EndpointError: a model's server cannot be used.
        GenerationError: an outcome cannot be written, or the models of the run bring nothing that is accepted.
    """
    if models is not None:
        return _make_with_models(config, run, workshop, progress, models)
    journal = run.journal
    progress.show("dialogues", journal.accepted, config.n)
    with closing(_by_rule(config, run, workshop)) as outcomes:
        for outcome in outcomes:
            journal.append(outcome)
            note = f"{journal.rejected} rejected" if journal.rejected else ""
            progress.show("dialogues", journal.accepted, config.n, note)
            if journal.accepted >= config.n:
                break
    return ""


def _by_rule(config: RunConfig, run: RunDirectory, workshop: Workshop) -> Generator[Outcome, None, None]:
    """Choose how the work is executed: in this process for a few dialogues or one worker, else in several."""
    wanted = config.n - run.journal.accepted
    indices = range(run.journal.tried, config.tries)
    workers = config.workers or (1 if wanted < FEW else parallel.cores())
    if workers == 1:
        return parallel.inline(workshop.attempt, indices)
    return parallel.processes(workshop.attempt, indices, workers=workers, at_start=run.forget_lock)


def _make_with_models(
    config: RunConfig, run: RunDirectory, workshop: Workshop, progress: Progress, models: Models
) -> str:  # fmt: skip
    view = _View(config, run, progress, models)
    outcomes = threads(
        workshop.attempt, view.beginning(run.journal.missing(config.tries)), tick=view.refresh, admits=view.admits,
        workers=config.workers or config.concurrency, at_error=view.stop,
    )  # fmt: skip
    try:
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


class _View:
    """What is known of a run with models while it works: to show it, and to say whether one more may be started."""

    def __init__(self, config: RunConfig, run: RunDirectory, progress: Progress, models: Models) -> None:
        self._n, self._journal, self._progress, self._models = config.n, run.journal, progress, models
        self._rejected = Counter(reasons_in(run.rejections))
        self._done_before = run.journal.accepted
        self.in_vain = _InVain()
        self._allowance = Allowance(models.budget, {id_of(i): fate for i, fate in run.journal.fates().items()})
        self._playing = 0
        self._is_stopping = False
        self._began, self._shown_at = time.monotonic(), float("-inf")

    def admits(self, playing: int) -> bool:
        """Whether one more index may be started; the first rule keeps the set of dialogues the same for any timing."""
        self._playing = playing
        return self._journal.accepted + playing < self._n and not self.is_hopeless and self._allowance.admits()

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
        self._progress.show("dialogues", self._journal.accepted, self._n, status=status)


class _InVain:
    """The dialogues of this start that were rejected since one was accepted, and why."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, outcome: Outcome) -> None:
        if outcome.is_accepted:
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
