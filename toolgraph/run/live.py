"""Live: what a run with models says of itself while it works, as a line of text and as a panel on a terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolgraph.amounts import duration, money
from toolgraph.models.online.budget import SETTLING

if TYPE_CHECKING:
    from rich.panel import Panel

SHOWN_REASONS = 3
"""Reasons of rejection on a line; a panel has room for twice as many."""
STOPPING = f"stopping, waits up to {duration(SETTLING)} for answers under way"


@dataclass(frozen=True, slots=True)
class Status:
    """How a run with models stands, beside how many dialogues are done."""

    playing: int = 0
    """Dialogues that are being made."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """How many were not accepted, by `stage/check`."""
    in_flight: int = 0
    """Requests that wait for an answer."""
    limit: float = 0.0
    """How many may do so, all models taken together."""
    refused: int = 0
    """Requests that a server put off because it had too many."""
    tokens: int = 0
    """Tokens consumed by the run so far."""
    tokens_per_minute: float = 0.0
    cost: float | None = None
    """Dollars spent by the run so far; none where a price is unknown."""
    seconds: float = 0.0
    """Time since this start of the run began to make dialogues."""
    done_before: int = 0
    """Dialogues that were accepted before this start."""
    cost_of_ended: float = 0.0
    """Dollars of those spent that went into dialogues accepted or rejected."""
    cost_in_play: float = 0.0
    """Dollars of those spent that went into dialogues in play."""
    shares: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)
    """Tokens and dollars of each role in its stage, as in `planner/plan`."""
    is_stopping: bool = False
    """Whether nothing more is asked, and only answers under way are waited for."""

    def projected(self, done: int, total: int) -> float | None:
        """Return the dollars the whole run will have cost, once a dialogue is done.

        The missing ones will cost what those done did, with what was rejected on the way; a part of it is spent.

        >>> Status(cost=3.0, cost_of_ended=1.0, cost_in_play=1.5).projected(done=5, total=100)
        20.5
        """
        if self.cost is None or not done:
            return None
        return self.cost + max(self.cost_of_ended * (total - done) / done - self.cost_in_play, 0.0)

    def seconds_left(self, done: int, total: int) -> float | None:
        """Return the time until `total` are done, once this start has done one.

        Those in play count as half made, as far as they may be expected to be accepted.

        >>> Status(seconds=60.0, done_before=10, playing=4).seconds_left(done=18, total=28)
        48.0
        >>> Status(seconds=60.0, playing=8, rejected={"judge/min_score": 8}).seconds_left(done=8, total=20)
        60.0
        """
        if done <= self.done_before:
            return None
        coming = self.playing / 2 * done / (done + sum(self.rejected.values()))
        return max(total - done - coming, 0) * self.seconds / (done - self.done_before + coming)


def as_line(done: int, total: int, status: Status) -> str:
    """Return all of it on one line.

    >>> status = Status(playing=2, in_flight=2, limit=8.0, tokens=900, tokens_per_minute=600.0, seconds=90.0)
    >>> as_line(1, 4, status)
    '1/4, 2 of at most 8 requests in flight, 600 tokens/min, price unknown, 1 min 30 s left'
    """
    parts = [f"{done:,}/{total:,}"]
    if status.rejected:
        parts.append(f"{sum(status.rejected.values()):,} rejected ({_reasons(status.rejected, SHOWN_REASONS)})")
    parts += [_requests(status), f"{status.tokens_per_minute:,.0f} tokens/min", _money(done, total, status)]
    left = status.seconds_left(done, total)
    if status.is_stopping:
        parts.append(STOPPING)
    elif left is not None and done < total:
        parts.append(f"{duration(left)} left")
    return ", ".join(parts)


def as_panel(stage: str, done: int, total: int, status: Status) -> "Panel":
    """Return all of it as a panel for a terminal."""
    from rich.panel import Panel
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column()
    table.add_row("", ProgressBar(total=max(total, 1), completed=done, width=40))
    for name, text in _rows(done, total, status):
        table.add_row(name, text)
    return Panel(table, title=stage, title_align="left", expand=False)


def _rows(done: int, total: int, status: Status) -> Iterator[tuple[str, str]]:
    yield "accepted", f"{done:,} of {total:,}, {status.playing} in play"
    rejected = sum(status.rejected.values())
    yield "rejected", f"{rejected:,}" + (f": {_reasons(status.rejected, 2 * SHOWN_REASONS)}" if rejected else "")
    put_off = f", {status.refused:,} put off by the server" if status.refused else ""
    yield "requests", _requests(status).removesuffix(" requests in flight") + f" in flight{put_off}"
    yield "tokens", f"{status.tokens:,}, {status.tokens_per_minute:,.0f} per minute"
    yield "money", _money(done, total, status)
    for name, (tokens, cost) in status.shares.items():
        yield f"  {name}", f"{tokens:,} tokens, {'price unknown' if cost is None else money(cost)}"
    left = status.seconds_left(done, total)
    ahead = STOPPING if status.is_stopping else "unknown yet" if left is None else f"{duration(left)} left"
    yield "time", f"{duration(status.seconds)} passed, {ahead}"


def _requests(status: Status) -> str:
    return f"{status.in_flight} of at most {status.limit:.0f} requests in flight"


def _money(done: int, total: int, status: Status) -> str:
    if status.cost is None:
        return "price unknown"
    projected = status.projected(done, total)
    return money(status.cost) + (f" of about {money(projected)}" if projected is not None and done < total else "")


def _reasons(rejected: Mapping[str, int], most: int) -> str:
    """The most frequent reasons first; the rest as one number."""
    ranked = sorted(rejected.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count} {reason}" for reason, count in ranked[:most]]
    others = sum(count for _, count in ranked[most:])
    return ", ".join(parts + [f"{others} others"] * bool(others))
