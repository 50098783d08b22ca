"""Whether and when a request is sent once more after an attempt failed."""

import random
import time

from toolgraph.models.online.breaker import NEW_PATIENCE, Breaker
from toolgraph.models.online.failures import Failure, Meaning

MOST_ATTEMPTS = {Meaning.AGAIN: 6, Meaning.STUBBORN: 3}
"""Attempts that may break before the request is given up; one that ran out of time counts twice."""
SECOND_LOOK = 1.0
"""Seconds before a request of limited attempts is sent again, in which a server that stumbled may get up."""
LONGEST_BUSY_PAUSE = 8.0
"""Seconds between two attempts at a busy server that does not say when to come again."""
OF_REQUEST = {Meaning.AGAIN, Meaning.STUBBORN, Meaning.BUSY, Meaning.REFUSED}
"""What may be wrong with one request alone; anything else is wrong with the endpoint."""


class Retries:
    """Decides after each failed attempt of one request whether and when there is another."""

    def __init__(self, breaker: Breaker, *, is_probe: bool, attempts: int | None = None) -> None:
        """Take what is known of the endpoint, and how often the request may break if that is limited.

        The limit is for what may crash a server, so it holds where the connection breaks or the server says 5xx.
        """
        self._breaker = breaker
        self._is_probe, self._limit = is_probe, attempts
        self._started_at = time.monotonic()
        self._counts = dict.fromkeys(Meaning, 0)
        self.failing_for = 0.0
        self.is_endpoint_lost = False

    @property
    def attempts(self) -> int:
        """How many attempts failed."""
        return sum(self._counts.values())

    def pause_after(self, error: Exception) -> bool | float:
        """Return whether to try again: false, true (after a growing pause), or after so many seconds."""
        if not isinstance(error, Failure):
            return False
        meaning = error.meaning
        self._counts[meaning] += 1
        if self._is_probe and error.status >= 400 and meaning is not Meaning.BUSY:
            return False
        if meaning is Meaning.BUSY:
            return self._after_busy(error)
        if meaning is Meaning.DOWN:
            return self._is_in_time(self._breaker.failed(), self._patience()) and 0.0
        if meaning in (Meaning.KEY, Meaning.ROUTE, Meaning.MODEL):
            # What was right before is right again in a moment: a gateway that restarts says such things.
            return self._breaker.has_answered and self._counts[meaning] < MOST_ATTEMPTS[Meaning.STUBBORN]
        return meaning in MOST_ATTEMPTS and self._after_break(error)

    def _after_busy(self, failure: Failure) -> bool | float:
        seconds, patience = self._breaker.failed(), self._breaker.patience
        if not self._is_in_time(seconds, patience):
            return False
        if time.monotonic() - self._started_at > 2 * patience:
            return False  # others are answered, this one never is
        pause = min(LONGEST_BUSY_PAUSE, 0.125 * 2 ** min(10, self._counts[Meaning.BUSY])) * random.uniform(0.5, 1)
        self._breaker.rest(min(patience - seconds, pause if failure.wait is None else failure.wait))
        return 0.0

    def _after_break(self, failure: Failure) -> bool | float:
        seconds = self._breaker.failed()
        if self._limit is not None and _may_be_crash(failure):
            broken = sum(self._counts[meaning] for meaning in MOST_ATTEMPTS)
            return broken < self._limit and SECOND_LOOK
        tries = self._counts[failure.meaning] * (2 if failure.code == "timeout" else 1)
        if tries < MOST_ATTEMPTS[failure.meaning]:
            return True
        if self._breaker.has_answered and self._breaker.gave_up():
            return False
        return self._is_in_time(seconds, self._patience())

    def _patience(self) -> float:
        return self._breaker.patience if self._breaker.has_answered else min(NEW_PATIENCE, self._breaker.patience)

    def _is_in_time(self, seconds: float, patience: float) -> bool:
        """Whether the endpoint may still come to itself; if not, it is lost."""
        self.failing_for = seconds
        self.is_endpoint_lost = seconds >= patience
        return not self.is_endpoint_lost


def _may_be_crash(failure: Failure) -> bool:
    """Whether an attempt broke as it does when a server dies of the request, rather than being slow or cut short."""
    return failure.status >= 500 or (not failure.status and failure.code != "timeout")
