"""The law by which the limit moves: up while more brings more, down when the server refuses or only queues."""

import math

from toolgraph.models.online.queueing import QueueLaw

START = 48.0
"""Requests in flight at first: enough that a short run is not slowed, few enough for a server on a desk."""
LEAST = 0.02
"""The lowest window: one request every fifty round trips."""
PLATEAU = 6.0
"""Seconds from a small decrease until the window is back where the server refused."""
PLATEAU_STARTS, LONGEST_PLATEAU = 150, 300.0
"""It is at least what so many starts take, or of few requests every tenth would be refused; and at most so long."""
STEPS = (0.95, 0.9, 0.8, 0.7)
"""What the window is multiplied with at the first, second ... refusal of a row."""
ROW = 3.0
"""Refusals within so many seconds of the last decrease are of one row."""
FIRST_STEP = 0.7
"""What it is multiplied with at the very first refusal: the window may be far off."""

MOST_IN_VAIN = 3
"""Decreases with no answer between, after which there are no more: a server that refuses all refuses fewer, too."""


class Control:
    """A limit on requests in flight, moved by what became of each; it knows no threads and no clock.

    It grows by one per answer until the first refusal. From then on it is AIMD with the growth of CUBIC (RFC 9438):
    a refusal lowers it by a few percent and marks the level, and growth is fast below that level, slow around it and
    faster again beyond. A server that counts requests per second refuses bursts, however few are in flight; so after
    the first refusal starts are also spaced evenly, `latency / window` apart (Little's law), and the window may be
    a fraction, even less than one. A server that queues instead of refusing is found out by `QueueLaw`.
    """

    def __init__(self, most: int, *, now: float) -> None:
        self.most = float(most)
        self.in_flight = 0
        self._queue = QueueLaw(most)
        self._window = min(START, self.most)
        self._latency = 0.0
        self._level: float | None = None
        self._age = 0.0
        self._plateau = PLATEAU
        self._row = 0
        self._in_vain = 0
        self._decreased_at = -math.inf
        self._grown_at = now
        self._next_start = -math.inf
        self._is_wanted = False

    @property
    def limit(self) -> float:
        """How many requests may be in flight, by all that is known; at least one."""
        window = self._window if self._level is None else math.floor(self._window) + 1.0
        return max(1.0, min(self.most, window, self._queue.ceiling))

    @property
    def spacing(self) -> float:
        """Seconds between two starts; 0 where they need not be spaced."""
        return 0.0 if self._level is None else self._latency / self._window

    def delay(self, now: float) -> float | None:
        """Return the seconds until the next request may start, or none where one in flight must end first."""
        if self.in_flight + 1 > self.limit:
            return None
        return max(0.0, self._next_start - now)

    def started(self, now: float, *, is_wanted: bool) -> None:
        """Note that a request starts, and whether others wait behind it."""
        self.in_flight += 1
        spacing = self.spacing
        # One start may be made up for, so that a thread that woke late does not slow down those behind it.
        self._next_start = max(self._next_start, now - spacing) + spacing if spacing else -math.inf
        self._is_wanted = is_wanted or self.in_flight + 1 > self.limit

    def failed(self) -> None:
        """Note that a request ended in a way that says nothing about the limit."""
        self.in_flight -= 1

    def succeeded(self, now: float, *, started_at: float, tokens: int = 0, kind: str = "") -> None:
        """Learn from an answer."""
        limit = self.limit
        self.in_flight -= 1
        self._in_vain = 0
        self._latency += (now - started_at - self._latency) * (0.05 if self._latency else 1)
        elapsed, self._grown_at = min(now - self._grown_at, 1.0), now
        if not self._is_wanted:
            return
        self._queue.answered(
            now, started_at=started_at, tokens=tokens, kind=kind, limit=limit, in_flight=self.in_flight
        )
        if self._level is not None:
            self._age += elapsed
            self._window = min(self.most, self._level * self._share())
        elif self._queue.allows_growth(now):
            self._window = min(self.most, self._window + 1)

    def refused(self, now: float, *, started_at: float) -> None:
        """Learn from a refusal; those of one round trip count once."""
        self.in_flight -= 1
        is_known = started_at < self._decreased_at or now - self._decreased_at < self._latency
        if is_known or self._in_vain >= MOST_IN_VAIN:
            return
        self._in_vain += 1
        self._row = self._row + 1 if now - self._decreased_at < ROW else 0
        step = FIRST_STEP if self._level is None else STEPS[min(self._row, len(STEPS) - 1)]
        self._level = max(LEAST, min(self._window, self._queue.ceiling))
        self._window = max(LEAST, self._level * step)
        self._plateau = min(LONGEST_PLATEAU, max(PLATEAU, PLATEAU_STARTS * self.spacing))
        self._age = self._plateau - self._plateau * ((1 - step) / (1 - STEPS[0])) ** (1 / 3)
        self._decreased_at = self._grown_at = now

    def _share(self) -> float:
        """Return the window as a share of the level at which the server refused last."""
        return 1 + (1 - STEPS[0]) * (self._age / self._plateau - 1) ** 3
