"""The limit on requests in flight to one model of one server, which threads wait at in the order they came."""

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from toolgraph.models.online.control import Control

MOST_IN_FLIGHT = 64


class AdaptiveLimit:
    """Admits requests first come, first served, within a limit that follows what the server says and how it behaves.

    Safe for any number of threads. Each HTTP attempt takes a slot and tells it how it ended:

        with limit.slot() as slot:
            ...
            slot.succeeded(seconds, tokens)     # or slot.refused(), or nothing: it failed for another reason

    Law: when a request is admitted, those in flight, itself included, are at most `limit`, and never more than `most`.
    """

    def __init__(self, most: int = MOST_IN_FLIGHT, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._control = Control(most, now=clock())
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._refused = 0

    @property
    def limit(self) -> float:
        """How many requests may be in flight now."""
        return self._control.limit

    @property
    def in_flight(self) -> int:
        """How many requests are in flight now."""
        return self._control.in_flight

    @property
    def refused(self) -> int:
        """How many requests the server has refused for being too many."""
        return self._refused

    def slot(self, kind: str = "") -> "Slot":
        """Return a context within which one request may be in flight; entering it waits for its turn.

        `kind` names requests that take about the same time (a role, say), so that like is compared with like.
        """
        return Slot(self, kind)

    def _enter(self) -> float:
        """Wait for a turn; return when the request started."""
        with self._lock:
            now = self._clock()
            if not self._waiting and self._control.delay(now) == 0:
                return self._admit(now)
            turn = threading.Event()
            self._waiting.append(turn)
        try:
            return self._wait(turn)
        except BaseException:
            self._leave(turn)
            raise

    def _wait(self, turn: threading.Event) -> float:
        while True:
            with self._lock:
                turn.clear()
                now = self._clock()
                delay = self._control.delay(now) if self._waiting[0] is turn else None
                if delay == 0:
                    self._waiting.popleft()
                    self._admit(now)
                    if self._control.delay(now) is not None:
                        self._wake_first()
                    return now
            turn.wait(delay)

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            self._waiting.remove(turn)
            self._wake_first()

    def _admit(self, now: float) -> float:
        self._control.started(now, is_wanted=bool(self._waiting))
        return now

    def _exit(self, slot: "Slot") -> None:
        with self._lock:
            now = self._clock()
            if slot.is_refused:
                self._refused += 1
                self._control.refused(now, started_at=slot.started_at)
            elif slot.seconds is not None:
                self._control.succeeded(now, started_at=slot.started_at, tokens=slot.tokens, kind=slot.kind)
            else:
                self._control.failed()
            self._wake_first()

    def _wake_first(self) -> None:
        if self._waiting:
            self._waiting[0].set()


class Slot:
    """The right to have one request in flight, and what came of it."""

    __slots__ = ("_limit", "is_refused", "kind", "seconds", "started_at", "tokens")

    def __init__(self, limit: AdaptiveLimit, kind: str) -> None:
        self._limit, self.kind = limit, kind
        self.seconds: float | None = None
        self.tokens = 0
        self.started_at = 0.0
        self.is_refused = False

    def succeeded(self, seconds: float, tokens: int = 0) -> None:
        """Say that the server answered within `seconds`, writing `tokens`."""
        self.seconds, self.tokens = seconds, tokens

    def refused(self) -> None:
        """Say that the server refused the request for being one too many (429, 503)."""
        self.is_refused = True

    def __enter__(self) -> Self:
        self.started_at = self._limit._enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limit._exit(self)
