"""Servers and threads in simulated time, so that hours of traffic are tried in a second and the same way each time."""

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from toolgraph.models.online.control import Control
from toolgraph.seeds import rng

Server = Callable[[float, int], float | None]
"""Given the time and the requests in flight, the new one included: the seconds it takes, or none if it is refused."""


@dataclass
class Traffic:
    """`workers` that each send one request after the other, through a `Control`, to a server."""

    server: Server
    workers: int = 64
    most: int = 64
    pause: float = 0.25
    """Seconds after which a refused request comes again."""
    tokens: int = 100
    answered_at: list[float] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)

    def run(self, until: float) -> "Traffic":
        """Let the workers work until a moment, beginning at 0."""
        self.control = Control(self.most, now=0.0)
        self.now, self._order = 0.0, itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting, self._wakes_at = self.workers, float("inf")
        self._at_server = 0
        self._start()
        while self._events and self._events[0][0] <= until:
            self.now, _, event = heapq.heappop(self._events)
            event()
            self._start()
            self.limits.append((self.now, self.control.limit))
        return self

    def rate(self, since: float, until: float) -> float:
        """Return the answers per second between two moments."""
        return sum(since <= moment < until for moment in self.answered_at) / (until - since)

    def refused_share(self, since: float, until: float) -> float:
        """Return the share of attempts between two moments that were refused."""
        refused = sum(since <= moment < until for moment in self.refused_at)
        return refused / max(1, refused + self.rate(since, until) * (until - since))

    def limit_at(self, moment: float) -> float:
        """Return the limit in force at a moment."""
        return next(limit for at, limit in reversed(self.limits) if at <= moment)

    def _later(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), event))

    def _start(self) -> None:
        while self._waiting:
            delay = self.control.delay(self.now)
            if delay is None:
                return
            if delay > 0:
                if not self.now < self._wakes_at <= self.now + delay:
                    self._wakes_at = self.now + delay
                    self._later(delay, lambda: None)
                return
            self._waiting -= 1
            self._send()

    def _send(self) -> None:
        self.control.started(self.now, is_wanted=self._waiting > 0)
        started_at, seconds = self.now, self.server(self.now, self._at_server + 1)
        if seconds is None:
            self._later(0.003, lambda: self._refused(started_at))
        else:
            self._at_server += 1
            self._later(seconds, lambda: self._answered(started_at))

    def _answered(self, started_at: float) -> None:
        self._at_server -= 1
        self.control.succeeded(self.now, started_at=started_at, tokens=self.tokens)
        self.answered_at.append(self.now)
        self._waiting += 1

    def _refused(self, started_at: float) -> None:
        self.control.refused(self.now, started_at=started_at)
        self.refused_at.append(self.now)
        self._later(self.pause, self._again)

    def _again(self) -> None:
        self._waiting += 1


def window_server(rate: float, seconds: Callable[[], float]) -> Server:
    """Return a server that admits so many requests in each full second."""
    admitted: dict[int, int] = {}

    def answer(now: float, in_flight: int) -> float | None:
        admitted[int(now)] = admitted.get(int(now), 0) + 1
        return seconds() if admitted[int(now)] <= rate else None

    return answer


def bucket_server(rate: float, seconds: Callable[[], float]) -> Server:
    """Return a server with a bucket of one second's tokens, one for each request."""
    state = [rate, 0.0]

    def answer(now: float, in_flight: int) -> float | None:
        state[:] = min(rate, state[0] + (now - state[1]) * rate), now
        if state[0] < 1:
            return None
        state[0] -= 1
        return seconds()

    return answer


def serial_server(seconds: Callable[[], float]) -> Server:
    """Return a server that works on one request at a time and queues the others."""
    state = [0.0]

    def answer(now: float, in_flight: int) -> float | None:
        state[0] = max(now, state[0]) + seconds()
        return state[0] - now

    return answer


def batch_server(seconds: Callable[[], float], *, width: float) -> Server:
    """Return a server that works on all at once: `1 + n / width` times as long with n in flight."""
    return lambda now, in_flight: seconds() * (1 + in_flight / width)


def capacity_server(most: int, seconds: Callable[[], float]) -> Server:
    """Return a server that refuses what exceeds so many requests in flight."""
    return lambda now, in_flight: seconds() if in_flight <= most else None


def wobbling(mean: float, seed: int = 0) -> Callable[[], float]:
    """Return what gives seconds that differ by about a half around a mean, as those of a language model do."""
    generator = rng(seed, "wobbling")
    return lambda: mean * math.exp(generator.gauss(-0.08, 0.4))
