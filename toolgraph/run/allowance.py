"""Allowance: lets a dialogue begin only if what is left of the budget brings it to its end."""

import time
from collections.abc import Callable, Mapping
from functools import reduce

from toolgraph.models.online.budget import NOTHING, Budget, Spending

FIRST = 4
"""Dialogues in play while it is not known what one takes, if money or tokens are limited."""


class Allowance:
    """Reckons what dialogues take, so that a spent budget leaves few of them half made.

    One more may begin if what is left covers it, at the mean of those accepted so far, and lets each of those in play
    become as dear as the dearest accepted. The first to end are the short ones, so what those in play have taken is
    counted as if it had gone into those accepted: too much at first, and little amiss where few are in play beside many
    accepted, as in the end. Rejected ones are left out, since many failed early and took little.
    """

    def __init__(
        self, budget: Budget, fates: Mapping[str, bool] | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the budget, and the ids of the dialogues that earlier starts tried, with whether each was accepted."""
        self._budget, self._clock = budget, clock
        self._began: dict[str, float] = {}
        """When each dialogue in play began."""
        self.spent_on_ended = NOTHING
        """What those tried took."""
        self._spent_on_accepted, self._dearest, self._paid = NOTHING, NOTHING, 0
        self._seconds, self._timed = 0.0, 0
        self.shortage = ""
        """Why what was left was too little when last asked; empty if it was enough."""
        for dialogue, is_accepted in (fates or {}).items():
            self._reckon(dialogue, is_accepted=is_accepted)

    def begin(self, dialogue: str) -> None:
        """Note that a dialogue begins."""
        self._began[dialogue] = self._clock()

    def end(self, dialogue: str, *, is_accepted: bool) -> None:
        """Note that a dialogue ended."""
        seconds = self._clock() - self._began.pop(dialogue)
        self._reckon(dialogue, is_accepted=is_accepted)
        if is_accepted:
            self._seconds, self._timed = self._seconds + seconds, self._timed + 1

    def admits(self) -> bool:
        """Say whether one more dialogue may begin; if what is left is too little, `shortage` says so."""
        needed = self._needed() if self._budget.limits_spending and self._paid else NOTHING
        self.shortage = self._budget.shortage(needed, seconds=self._seconds / self._timed if self._timed else 0.0)
        is_unknown = self._budget.limits_spending and not self._paid
        return not self.shortage and not (is_unknown and len(self._began) >= FIRST)

    def _needed(self) -> Spending:
        """What one more dialogue and those in play are expected to take from now on."""
        taken = [self._budget.spent_on(dialogue) for dialogue in self._began]
        mean = reduce(Spending.plus, taken, self._spent_on_accepted).times(1 / self._paid)
        most = self._dearest.or_more(mean)
        return reduce(Spending.plus, (most.beyond(spent) for spent in taken), mean)

    @property
    def spent_in_play(self) -> Spending:
        """What the dialogues in play have taken so far."""
        return reduce(Spending.plus, map(self._budget.spent_on, self._began), NOTHING)

    def _reckon(self, dialogue: str, *, is_accepted: bool) -> None:
        spent = self._budget.spent_on(dialogue)
        self.spent_on_ended = self.spent_on_ended.plus(spent)
        if is_accepted and spent != NOTHING:  # one whose answers another run's cache gave tells nothing
            self._spent_on_accepted = self._spent_on_accepted.plus(spent)
            self._dearest = self._dearest.or_more(spent)
            self._paid += 1
