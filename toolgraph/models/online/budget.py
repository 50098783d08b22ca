"""The limits a run keeps on money, tokens and time, with what is under way counted as if it were spent."""

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from toolgraph.amounts import duration, money
from toolgraph.errors import BudgetReached, ConfigError
from toolgraph.models.online.exchange import Body, Role
from toolgraph.models.online.ledger import Account, Ledger, Total, cost_of
from toolgraph.models.online.prices import Prices

Kind = tuple[Role, str]
"""A role and the model that plays it."""
CHARACTERS_PER_TOKEN = 4
FIRST_COMPLETION = 500
"""Tokens that an answer is taken to have as long as none of its kind has come."""
LOOK_AGAIN = 0.5
"""Seconds after which a waiting request looks at the clock."""
SETTLING = 30.0
"""Seconds that a run which stops waits for answers under way: they are paid for, and the next start needs them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may consume; none is no limit. Money and tokens count all its starts, time this one."""

    cost: float | None = None
    """In dollars."""
    tokens: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for flag, limit in (("--max-cost", self.cost), ("--max-tokens", self.tokens), ("--max-time", self.seconds)):
            if limit is not None and not limit >= 0:
                raise ConfigError(f"{flag} must not be negative, and is {limit}")


class Spending(NamedTuple):
    """An amount of both that limits are set on."""

    cost: float
    tokens: float

    def plus(self, other: "Spending") -> "Spending":
        """Return the sum."""
        return Spending(self.cost + other.cost, self.tokens + other.tokens)

    def beyond(self, other: "Spending") -> "Spending":
        """Return by how much this exceeds the other, each amount by at least nothing."""
        return Spending(max(self.cost - other.cost, 0.0), max(self.tokens - other.tokens, 0.0))

    def or_more(self, other: "Spending") -> "Spending":
        """Return the larger one of each amount."""
        return Spending(max(self.cost, other.cost), max(self.tokens, other.tokens))

    def times(self, factor: float) -> "Spending":
        """Return so many times this."""
        return Spending(self.cost * factor, self.tokens * factor)


NOTHING = Spending(0.0, 0.0)


class Budget:
    """Lets a request go out while the limits hold.

    What a request will consume is expected to be the mean of its role and model so far. It counts as spent while the
    request is under way; one that would only fit if those under way took less waits for them. So as many threads as
    one likes spend a limit almost exactly: beyond it goes at most by how much the answers under way exceed the mean.
    Once reached, a limit stays reached.

    Raises:
        ConfigError: there is a limit on money, and the price of a model is not known.
    """

    def __init__(
        self, ledger: Ledger, prices: Prices, models: Iterable[str], *,
        limits: Limits = Limits(), clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._ledger, self._prices, self._limits, self._clock = ledger, prices, limits, clock
        self._start = clock()
        self._settled = threading.Condition()
        self._under_way: Counter[Kind] = Counter()
        self._expected = NOTHING
        self._end = ""
        """The sentence that says why nothing more may be spent; empty while it may."""
        self._ended_at = 0.0
        require_known_prices(limits, prices, [*models, *(account.model for account in ledger.totals())])

    @property
    def under_way(self) -> int:
        """The number of requests sent and not answered."""
        return self._under_way.total()

    def check(self) -> None:
        """Do nothing while something may be spent.

        Raises:
            BudgetReached: a limit is reached.
        """
        with self._settled:
            self._require_room(NOTHING)

    def close(self, reason: str) -> None:
        """Let nothing more go out; what is under way may end."""
        with self._settled:
            self._finish(reason)

    def wait_until_idle(self, *, seconds: float) -> bool:
        """Wait for what is under way, at most so long, and return whether all of it ended."""
        with self._settled:
            return self._settled.wait_for(lambda: not self.under_way, timeout=seconds)

    def settle(self) -> None:
        """Wait for what is under way, at most `SETTLING` seconds after the moment that nothing more went out."""
        self.wait_until_idle(seconds=max(self._ended_at + SETTLING - self._clock(), 0.0))

    @property
    def limits_spending(self) -> bool:
        """Whether there is a limit on money or tokens."""
        return self._limits.cost is not None or self._limits.tokens is not None

    def spent_on(self, dialogue: str) -> Spending:
        """Return what the dialogue of an id has consumed."""
        return self._spending_of(self._ledger.totals_of(dialogue))

    def shortage(self, needed: Spending, *, seconds: float) -> str:
        """Return a sentence if less is left than one more dialogue needs, which takes so many seconds; else nothing."""
        spent = self._spent() if self.limits_spending else NOTHING
        if flag := self._exceeded(spent.plus(needed)):
            return self._sentence(flag, spent, needed, "another dialogue")
        limit = self._limits.seconds
        if limit is not None and self._clock() - self._start + seconds >= limit:
            return _out_of_time(limit, seconds)
        return ""

    @contextlib.contextmanager
    def reserved(self, role: Role, model: str, body: Body) -> Iterator[None]:
        """Hold room for one request until the context ends, however it ends.

        Raises:
            BudgetReached: there is none.
        """
        kind = (role, model)
        with self._settled:
            expected = self._awaited_room(kind, body)
            self._under_way[kind] += 1
            self._expected = self._expected.plus(expected)
        try:
            yield
        finally:
            with self._settled:
                self._under_way[kind] -= 1
                self._expected = self._expected.plus(Spending(-expected.cost, -expected.tokens))
                if not self.under_way:
                    self._expected = NOTHING  # without what rounding left
                self._settled.notify_all()

    def _awaited_room(self, kind: Kind, body: Body) -> Spending:
        """Return what a request is expected to consume, once there is room for it beside those under way."""
        while True:
            expected = self._expectation(kind, body)
            spent = self._require_room(expected)
            if not self.under_way or self._exceeded(spent.plus(self._expected).plus(expected)) is None:
                return expected
            self._settled.wait(LOOK_AGAIN)

    def _expectation(self, kind: Kind, body: Body) -> Spending:
        if not self.limits_spending:
            return NOTHING
        accounts = self._ledger.totals().items()
        past = sum((total for account, total in accounts if (account.role, account.model) == kind), Total())
        if past.requests:
            prompt, completion = past.prompt_tokens / past.requests, past.completion_tokens / past.requests
        else:
            prompt, completion = len(json.dumps(body, ensure_ascii=False)) / CHARACTERS_PER_TOKEN, FIRST_COMPLETION
        price = self._prices.of(kind[1])
        return Spending(price.of(prompt, completion) if price else 0.0, prompt + completion)

    def _require_room(self, more: Spending) -> Spending:
        """Return what is spent, if `more` still fits."""
        spent = self._spent() if self.limits_spending else NOTHING
        seconds = self._limits.seconds
        if seconds is not None and self._clock() - self._start >= seconds:
            self._finish(_out_of_time(seconds))
        elif flag := self._exceeded(spent.plus(more)):
            self._finish(self._sentence(flag, spent, more))
        if self._end:
            raise BudgetReached(self._end)
        return spent

    def _finish(self, reason: str) -> None:
        """Let nothing more go out, for the first reason there was."""
        if not self._end:
            self._end, self._ended_at = reason, self._clock()
        self._settled.notify_all()

    def _spent(self) -> Spending:
        return self._spending_of(self._ledger.totals())

    def _spending_of(self, totals: Mapping[Account, Total]) -> Spending:
        return Spending(cost_of(totals, self._prices) or 0.0, sum(total.tokens for total in totals.values()))

    def _exceeded(self, spending: Spending) -> str | None:
        """Return the flag of the limit that so much would exceed, if any."""
        for flag, limit, amount in (
            ("--max-cost", self._limits.cost, spending.cost),
            ("--max-tokens", self._limits.tokens, spending.tokens),
        ):
            if limit is not None and amount > limit:
                return flag
        return None

    def _sentence(self, flag: str, spent: Spending, more: Spending, what: str = "the next request") -> str:
        left = Spending(self._limits.cost or 0.0, self._limits.tokens or 0).beyond(spent)
        limit, used, unspent, coming = self._shown(flag, spent, left, more)
        following = f", {unspent} left, and {what} is expected to take {coming}" if more != NOTHING else ""
        return (
            f"the limit of {limit} ({flag}) is reached: {used} used{following}; raise it and run the same command "
            "again to go on"
        )

    def _shown(self, flag: str, *spendings: Spending) -> list[str]:
        """The limit of a flag, and what counts towards it of some spendings, in words."""
        if flag == "--max-cost":
            return [money(amount) for amount in (self._limits.cost or 0.0, *(each.cost for each in spendings))]
        amounts = (self._limits.tokens or 0, *(each.tokens for each in spendings))
        return [f"{amount:,.0f} tokens" for amount in amounts]


def require_known_prices(limits: Limits, prices: Prices, models: Iterable[str]) -> None:
    """See to it that a limit on money can be kept.

    Raises:
        ConfigError: there is one, and the price of a model is not known.
    """
    unknown = prices.unknown(models)
    if limits.cost is not None and unknown:
        raise ConfigError(
            f"--max-cost cannot be kept, since the price of {', '.join(unknown)} is not known; give it with "
            f"--price {unknown[0]}=IN/OUT, dollars per million tokens read and written (0/0 if it costs nothing)"
        )


def _out_of_time(limit: float, seconds: float = 0.0) -> str:
    following = f", since another dialogue is expected to take {duration(seconds)}" if seconds else ""
    return f"the limit of {duration(limit)} (--max-time) is reached{following}; run the same command again to go on"
