"""Preparing: tasks are made in waves, as many as dialogues are still missing, before these are made of them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice

from toolgraph.run import parallel
from toolgraph.run.journal import Journal
from toolgraph.run.tasks import Draft, Plan, Tasks, draft
from toolgraph.run.threads import threads

LARGEST_WAVE = 500
"""Tasks that are prepared together at the most."""
SPARE, SPARE_SHARE = 4, 8
"""By rule some more are prepared than are missing, a few and each so-and-so-many-th, since some will be rejected."""


class Preparation:
    """Makes the tasks that a run needs next, by processes without a model and by threads with one."""

    def __init__(self, tasks: Tasks, plan: Plan) -> None:
        self.tasks, self._plan = tasks, plan

    def wave(self, journal: Journal, *, missing: int, tries: int, most: int = LARGEST_WAVE) -> tuple[int, ...]:
        """Return the indices to be tried next: as many as are missing, but not too many at once.

        Plans of indices that have their fate are let go.
        """
        self.tasks.forget(journal.fates())
        return tuple(islice(journal.missing(tries), min(missing, most)))

    def by_rule(self, end: int, *, workers: int, at_start: Callable[[], None]) -> Iterator[int]:
        """Prepare all tasks below `end`; yield how many there are by now.

        Raises:
            GenerationError: they cannot be written.
        """
        indices = range(self.tasks.count, end)
        work = partial(draft, self._plan)
        made = (
            parallel.inline(work, indices) if workers == 1
            else parallel.processes(work, indices, workers=workers, at_start=at_start)
        )  # fmt: skip
        with closing(made):
            yield from self.tasks.prepare(zip(indices, made, strict=False))

    def with_models(
        self, end: int, *, workers: int, tick: Callable[[], None], at_error: Callable[[BaseException], None]
    ) -> Iterator[int]:  # fmt: skip
        """Prepare all tasks below `end`, asking models; yield how many there are by now.

        Raises:
            BudgetReached: nothing more may be spent.
            EndpointError: a model's server cannot be used.
            GenerationError: they cannot be written.
        """

        def work(index: int) -> tuple[int, Draft]:
            return index, draft(self._plan, index)

        made = threads(
            work, range(self.tasks.count, end), workers=workers, admits=lambda _: True, tick=tick, at_error=at_error
        )
        with closing(made):
            yield from self.tasks.prepare(made)


def with_spare(missing: int) -> int:
    """Return how many tasks are prepared by rule where so many dialogues are missing.

    >>> with_spare(1), with_spare(30), with_spare(400)
    (5, 37, 454)
    """
    return missing + missing // SPARE_SHARE + SPARE
