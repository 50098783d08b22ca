"""Progress: how far a run is, on a terminal with rich, elsewhere as a plain line every few seconds."""

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichBars
    from rich.progress import TaskID

PAUSE = 3.0
"""Seconds between plain lines."""
REFRESH = 0.1
"""Seconds between two pictures of a bar."""


class Progress(Protocol):
    """Whatever wants to know how far a run is."""

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Take note that `done` of `total` are done in `stage`; stages follow each other."""
        ...


class Silent:
    """Shows nothing."""

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Do nothing."""


class PlainLines:
    """Lines of text: one when a stage begins, one every few seconds, and one when it is complete."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._stage = ""
        self._began_at = self._written_at = 0.0
        self._began_with = 0

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Write a line if it is time for one."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began_at, self._began_with = stage, now, done
        elif done < total and now - self._written_at < PAUSE:
            return
        self._written_at = now
        rate = (done - self._began_with) / (now - self._began_at) if now > self._began_at else 0.0
        parts = [f"{done}/{total}"] + [note] * bool(note)
        if rate and done < total:
            parts += [f"{rate:.1f}/s", f"{duration((total - done) / rate)} left"]
        self._stream.write(f"{stage}: {', '.join(parts)}\n")
        self._stream.flush()


class Bars:
    """A bar per stage on a terminal.

    Bars are redrawn when something is shown and never from a thread of their own, which forked workers would inherit
    in the middle of its work.
    """

    def __init__(self, bars: "RichBars") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._drawn_at = 0.0

    def show(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Move the bar of the stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total, completed=done, note=note)
        self._bars.update(self._tasks[stage], total=total, completed=done, note=note)
        now = time.monotonic()
        if done >= total or now - self._drawn_at >= REFRESH:
            self._drawn_at = now
            self._bars.refresh()


@contextlib.contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """Give the progress that suits a stream: bars on a terminal, plain lines elsewhere."""
    if not stream.isatty():
        yield PlainLines(stream)
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"), progress.BarColumn(bar_width=30), progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[note]}"), progress.TimeElapsedColumn(), progress.TimeRemainingColumn(),
    )  # fmt: skip
    with progress.Progress(*columns, console=Console(file=stream), auto_refresh=False) as bars:
        yield Bars(bars)


def duration(seconds: float) -> str:
    """Return a time span in words short enough for a line.

    >>> duration(42), duration(150), duration(7300)
    ('42 s', '2 min 30 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
