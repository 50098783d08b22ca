"""Progress: how far a run is, on a terminal with rich, elsewhere as a plain line every few seconds."""

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

from toolgraph.amounts import duration
from toolgraph.run.live import Status, as_line, as_panel

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress as RichBars
    from rich.progress import TaskID

PAUSE, LONGEST_PAUSE = 3.0, 60.0
"""Seconds between plain lines, at first and in a long run, whose log would be all lines else."""
GROWTH = 0.05
"""The pause as a share of the time that a stage has taken."""
REFRESH = 0.1
"""Seconds between two pictures of a bar."""


class Progress(Protocol):
    """Whatever wants to know how far a run is."""

    def show(self, stage: str, done: int, total: int, note: str = "", *, status: Status | None = None) -> None:
        """Take note that `done` of `total` are done in `stage`; stages follow each other.

        A run with models gives its `status` while it makes dialogues, several times a second.
        """
        ...


class Silent:
    """Shows nothing."""

    def show(self, stage: str, done: int, total: int, note: str = "", *, status: Status | None = None) -> None:
        """Do nothing."""


class PlainLines:
    """Lines of text: one when a stage begins, one now and then, and one when it is complete."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage = ""
        self._began_at = self._written_at = 0.0
        self._began_with = 0
        self._is_stopping = False

    def show(self, stage: str, done: int, total: int, note: str = "", *, status: Status | None = None) -> None:
        """Write a line if it is time for one."""
        now, is_stopping = time.monotonic(), status is not None and status.is_stopping
        if stage != self._stage:
            self._stage, self._began_at, self._began_with = stage, now, done
        elif done < total and now - self._written_at < self._pause(now) and is_stopping == self._is_stopping:
            return
        self._is_stopping = is_stopping
        self._written_at = now
        if status is not None:
            self._write(f"{stage}: {as_line(done, total, status)}")
            return
        rate = (done - self._began_with) / (now - self._began_at) if now > self._began_at else 0.0
        parts = [f"{done}/{total}"] + [note] * bool(note)
        if rate and done < total:
            parts += [f"{rate:.1f}/s", f"{duration((total - done) / rate)} left"]
        self._write(f"{stage}: {', '.join(parts)}")

    def _pause(self, now: float) -> float:
        return min(max(PAUSE, GROWTH * (now - self._began_at)), LONGEST_PAUSE)

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class Bars:
    """A bar per stage on a terminal, and below them a panel for a run with models.

    They are redrawn when something is shown and never from a thread of their own, which forked workers would inherit
    in the middle of its work.
    """

    def __init__(self, bars: "RichBars", live: "Live") -> None:
        self._bars = bars
        self._live = live
        self._tasks: dict[str, TaskID] = {}
        self._drawn_at = 0.0

    def show(self, stage: str, done: int, total: int, note: str = "", *, status: Status | None = None) -> None:
        """Move the bar of the stage, or redraw the panel."""
        from rich.console import Group

        if status is None:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(stage, total=total, completed=done, note=note)
            self._bars.update(self._tasks[stage], total=total, completed=done, note=note)
        now = time.monotonic()
        if done >= total or now - self._drawn_at >= REFRESH:
            self._drawn_at = now
            below = [as_panel(stage, done, total, status)] if status is not None else []
            self._live.update(Group(self._bars, *below), refresh=True)


@contextlib.contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """Give the progress that suits a stream: bars on a terminal, plain lines elsewhere."""
    if not stream.isatty():
        yield PlainLines(stream)
        return
    from rich import progress
    from rich.console import Console
    from rich.live import Live

    columns = (
        progress.TextColumn("{task.description}"), progress.BarColumn(bar_width=30), progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[note]}"), progress.TimeElapsedColumn(), progress.TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(file=stream)
    bars = progress.Progress(*columns, console=console, auto_refresh=False)
    with Live(bars, console=console, auto_refresh=False) as live:
        yield Bars(bars, live)
