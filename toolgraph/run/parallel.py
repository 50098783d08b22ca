"""Parallel execution without a model: results in the order of their indices, whatever makes them.

A way to execute is a function from work and indices to an iterator of results. `inline` and `processes` give them in
order; work that waits for a model's server wants `threads`, in a module of its own.
"""

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from toolgraph.errors import GenerationError

ResultT = TypeVar("ResultT")
Work = Callable[[int], ResultT]

CHUNK = 8
"""Indices per message to a worker: few enough that little is made in vain at the end of a run."""
IN_FLIGHT = 2
"""Chunks a worker holds: the one it works on and the one it takes up next."""
LOOKAHEAD = 4
"""Chunks per worker that may be finished before their turn; bounds the memory where one chunk takes long."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def inline(work: Work[ResultT], indices: range) -> Generator[ResultT, None, None]:
    """Yield `work(index)` for each index, made in this process when it is asked for."""
    with short_collections():
        yield from map(work, indices)


@contextlib.contextmanager
def short_collections() -> Iterator[None]:
    """Keep the garbage collector from walking again and again through graph, tools and wordings, which all stay.

    What exists is set aside and what comes is looked through less often; dialogues hold few cycles. Measured: a
    sixth of the time of a run without a model.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def processes(
    work: Work[ResultT], indices: range, *, workers: int, at_start: Callable[[], None] | None = None
) -> Generator[ResultT, None, None]:
    """Yield `work(index)` for each index in order, made by `workers` processes.

    Where the system can fork, workers share the memory of `work` and nothing is pickled but results; elsewhere each
    gets `work` once. They end with the iterator, and with this process, however it ends. `at_start` is called first in
    each worker that was forked, to let go of what it should not have inherited. An error in `work` is raised here in
    its turn, after all results before it.
    """
    crew = _Crew(work, workers, at_start)
    try:
        yield from crew.results(indices)
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Chunk(Generic[ResultT]):
    """The results of a chunk, and the error that ended it early."""

    number: int
    results: list[ResultT] = field(default_factory=list)
    error: BaseException | None = None


class _Crew(Generic[ResultT]):
    """The workers, each with a channel of its own."""

    def __init__(self, work: Work[ResultT], workers: int, at_start: Callable[[], None] | None) -> None:
        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
        context: Any = multiprocessing.get_context(method)
        self._held: dict[Connection, int] = {}
        self._members: list[tuple[BaseProcess, Connection]] = []
        with _interrupts_blocked():
            for _ in range(workers):
                ours, theirs = context.Pipe()
                strangers = [*(channel for _, channel in self._members), ours]
                inherited = (strangers, at_start) if method == "fork" else ([], None)
                member = context.Process(target=_serve, args=(theirs, work, *inherited), daemon=True)
                member.start()
                theirs.close()
                self._members.append((member, ours))
                self._held[ours] = 0

    def results(self, indices: range) -> Iterator[ResultT]:
        """Yield the results in order, handing out chunks as they are needed."""
        chunks = enumerate(indices[first : first + CHUNK] for first in range(0, len(indices), CHUNK))
        handed_out, turn = 0, 0
        ready: dict[int, _Chunk[ResultT]] = {}
        while True:
            for channel in sorted(self._held, key=self._held.__getitem__) * IN_FLIGHT:
                if self._held[channel] < IN_FLIGHT and handed_out < turn + LOOKAHEAD * len(self._members):
                    chunk = next(chunks, None)
                    if chunk is None:
                        break
                    self._hand_out(channel, chunk)
                    handed_out += 1
            if turn == handed_out:
                return
            while turn not in ready:
                for talking in wait(list(self._held)):
                    assert isinstance(talking, Connection)
                    done = self._receive(talking)
                    ready[done.number] = done
            done = ready.pop(turn)
            yield from done.results
            if done.error is not None:
                raise done.error
            turn += 1

    def dismiss(self) -> None:
        """End the workers, whatever they are at; they hold nothing that could be lost."""
        for member, channel in self._members:
            channel.close()
            member.terminate()
        for member, _ in self._members:
            member.join()
            member.close()

    def _hand_out(self, channel: Connection, chunk: tuple[int, range]) -> None:
        with contextlib.suppress(BrokenPipeError):  # a worker that is gone is noticed where its results are missed
            channel.send(chunk)
        self._held[channel] += 1

    def _receive(self, channel: Connection) -> _Chunk[ResultT]:
        try:
            done: _Chunk[ResultT] = channel.recv()
        except (EOFError, ConnectionResetError) as error:
            member = next(member for member, ours in self._members if ours is channel)
            member.join(timeout=1)
            raise GenerationError(
                f"a worker process ended unexpectedly (exit code {member.exitcode}); start the same command again, "
                "with fewer --workers if memory was short"
            ) from error
        self._held[channel] -= 1
        return done


def _serve(
    channel: Connection, work: Work[ResultT], strangers: list[Connection], at_start: Callable[[], None] | None
) -> None:
    """Work on chunks until the channel closes, which it does when the parent ends.

    `strangers` are the parent's ends of all channels so far, inherited by forking: a copy left open would keep the
    other workers waiting for a parent that is gone. Ctrl-C reaches workers too, but the parent decides.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for stranger in strangers:
        stranger.close()
    if at_start is not None:
        at_start()
    # What was inherited is never collected, so its memory stays shared.
    with short_collections(), contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            number, indices = channel.recv()
            channel.send(_work_on(number, indices, work))


def _work_on(number: int, indices: range, work: Work[ResultT]) -> _Chunk[ResultT]:
    chunk: _Chunk[ResultT] = _Chunk(number)
    for index in indices:
        try:
            chunk.results.append(work(index))
        except Exception as error:  # whatever it is, it is the parent that must raise it, in its turn
            error.add_note(f"in a worker process, at index {index}:\n{traceback.format_exc()}")
            chunk.error = error if _survives_pickling(error) else GenerationError(traceback.format_exc())
            break
    return chunk


def _survives_pickling(error: Exception) -> bool:
    try:
        return isinstance(pickle.loads(pickle.dumps(error)), type(error))
    except Exception:  # an error class may refuse in any way
        return False


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Hold Ctrl-C back while workers are born, so that none is born in time to be hit by it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
