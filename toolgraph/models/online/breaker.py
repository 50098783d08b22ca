"""What the threads of an endpoint know together: whether it answers, is away for a while, or cannot be used at all."""

import random
import threading
import time
from collections.abc import Callable

from toolgraph.errors import EndpointError

NEW_PATIENCE = 10.0
"""Seconds to wait for a server that nobody has reached yet: more likely its address is wrong than that it starts."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between two tries of a server that is away: the first, growing to the longest."""
MOST_GIVEN_UP = 5
"""Requests given up one after the other, no answer between: the next one waits, for it must be the endpoint."""


class Breaker:
    """Shared by all threads that ask one endpoint.

    Once the endpoint cannot be used, everybody hears the same sentence at once. While it is away, one thread at a time
    tries it and the others wait, for as long as `patience` allows without an answer to anybody.
    """

    def __init__(self, patience: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self._clock = clock
        self._changed = threading.Condition()
        self._error: str | None = None
        self._about = ""
        self._answered_at: float | None = None
        self._failing_since: float | None = None
        self._is_away = False
        self._tried_by: int | None = None
        self._pause = FIRST_PAUSE
        self._next_try = 0.0
        self._given_up = 0

    @property
    def has_answered(self) -> bool:
        """Whether anybody was ever answered."""
        return self._answered_at is not None

    def admit(self) -> None:
        """Return when the endpoint may be asked; while it is away, that is one thread at a time.

        Raises:
            EndpointError: it was found to be unusable.
        """
        if not self._is_away and self._error is None:
            return
        with self._changed:
            while self._is_away and self._error is None:
                left = self._next_try - self._clock()
                if self._tried_by is None and left <= 0:
                    self._tried_by = threading.get_ident()
                    break
                self._changed.wait(left if self._tried_by is None else None)
        self.check()

    def check(self) -> None:
        """Raise the error with which the endpoint was given up, if it was."""
        if self._error is not None:
            raise self._raised()

    def answered(self) -> None:
        """Note that somebody got an answer."""
        self._answered_at = self._clock()
        if self._failing_since is not None or self._given_up or self._is_away:
            with self._changed:
                self._failing_since, self._given_up = None, 0
                self._come_back()

    def spoke(self) -> None:
        """Note that the server said something, if not an answer: it is not away."""
        if self._is_away:
            with self._changed:
                self._come_back()

    def failed(self) -> float:
        """Note that an attempt failed for a reason that is the endpoint's; return for how long it has been so."""
        with self._changed:
            now = self._clock()
            if self._failing_since is None:
                self._failing_since = now
            return now - self._failing_since

    def went_away(self) -> float:
        """Note that nobody accepts connections; return for how long there has been no answer."""
        seconds = self.failed()
        with self._changed:
            is_try = self._tried_by == threading.get_ident()
            if not self._is_away or is_try:
                self._pause = min(LONGEST_PAUSE, self._pause * 1.5) if is_try else FIRST_PAUSE
                self._next_try = self._clock() + self._pause * random.uniform(0.5, 1)
                self._is_away, self._tried_by = True, None
                self._changed.notify_all()
        return seconds

    def left_turn(self) -> None:
        """Note that an attempt ended without telling whether the server is there, so that the next one may try."""
        with self._changed:
            if self._tried_by == threading.get_ident():
                self._tried_by = None
                self._changed.notify_all()

    def gave_up(self) -> bool:
        """Note that a request ran out of attempts; return whether to give it up rather than to blame the endpoint."""
        with self._changed:
            self._given_up += 1
            return self._given_up <= MOST_GIVEN_UP

    def rest(self, seconds: float) -> None:
        """Sleep, unless the endpoint is given up meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None, seconds)

    def open(self, sentence: str, *, about: str = "") -> EndpointError:
        """Give the endpoint up for good; return the error that all hear, with the sentence of the first.

        `about` is what is to be mended, as `EndpointError.about` has it.
        """
        with self._changed:
            if self._error is None:
                self._error, self._about = sentence, about
            self._changed.notify_all()
            return self._raised()

    def _raised(self) -> EndpointError:
        error = EndpointError(self._error)
        error.about = self._about
        return error

    def _come_back(self) -> None:
        self._is_away, self._tried_by = False, None
        self._pause = FIRST_PAUSE
        self._changed.notify_all()
