"""Threads: the way to execute work that waits for a network; results come as they are completed.

Which indices are started does not depend on which thread is quick: see `docs/decisions/threads-and-order.md`.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

from toolgraph.models.online.budget import SETTLING
from toolgraph.run.parallel import short_collections

ResultT = TypeVar("ResultT")
Work = Callable[[int], ResultT]
Admits = Callable[[int], bool]
"""Whether one more index may be started, given how many are being worked on."""

PULSE = 0.25
"""Seconds between two calls of `tick` while no result comes."""


def threads(
    work: Work[ResultT], indices: Iterable[int], *, workers: int, admits: Admits, tick: Callable[[], None],
    at_error: Callable[[BaseException], None] = lambda error: None, grace: float = SETTLING,
) -> Generator[ResultT, None, None]:  # fmt: skip
    """Yield `work(index)` for the indices, started in order by up to `workers` threads, as each is completed.

    An index is started only while `admits` allows it; a result counts for what `admits` sees once the caller has
    taken it and comes back for the next. `tick` is called in the caller's thread, several times a second.

    An error in `work`, or in `tick`, ends the run: nothing more is started, `at_error` is told, what the other threads
    complete within `grace` seconds is yielded, and then the first error is raised. Threads that hang are left behind;
    they are daemons and end with the process. An error in `indices` is raised when all that was started is completed.
    """
    crew = _Crew(work, workers)
    with short_collections(), contextlib.closing(crew):
        yield from crew.results(iter(indices), admits, tick, at_error, grace)


class _Crew(Generic[ResultT]):
    """The threads, born when they are needed; each takes an index, works on it and hands in what came of it."""

    def __init__(self, work: Work[ResultT], workers: int) -> None:
        self._work = work
        self._workers = workers
        self._born = 0
        self._in_hand = 0
        self._orders: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[ResultT | None, BaseException | None]] = queue.SimpleQueue()

    def results(
        self, indices: Iterator[int], admits: Admits, tick: Callable[[], None],
        at_error: Callable[[BaseException], None], grace: float,
    ) -> Generator[ResultT, None, None]:  # fmt: skip
        """Yield results, starting indices between them."""
        failure: BaseException | None = None
        deadline = float("inf")
        while time.monotonic() < deadline:
            while failure is None and self._in_hand < self._workers and admits(self._in_hand):
                try:
                    index = next(indices, None)
                except Exception as ended:
                    failure = ended
                    break
                if index is None:
                    break
                self._start(index)
            if not self._in_hand:
                break
            try:
                tick()
            except Exception as stopped:
                if failure is None:
                    failure, deadline = stopped, time.monotonic() + grace
                    at_error(stopped)
            try:
                result, error = self._done.get(timeout=PULSE)
            except queue.Empty:
                continue
            self._in_hand -= 1
            if error is None:
                yield result  # type: ignore[misc]  # it is a result where there is no error
            elif failure is None:
                failure, deadline = error, time.monotonic() + grace
                at_error(error)
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Let every thread end when it is done with what it has in hand, if it ever is."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._orders.get_nowait()
        for _ in range(self._born):
            self._orders.put(None)

    def _start(self, index: int) -> None:
        self._orders.put(index)
        self._in_hand += 1
        if self._born < self._in_hand:
            self._born += 1
            threading.Thread(target=self._serve, name=f"dialogue-{self._born}", daemon=True).start()

    def _serve(self) -> None:
        while (index := self._orders.get()) is not None:
            try:
                self._done.put((self._work(index), None))
            except BaseException as error:  # whatever it is, the caller's thread must raise it
                self._done.put((None, error))
