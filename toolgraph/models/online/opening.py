"""Opening the models of a run: one client, limit and ladder for each endpoint, one cache, one ledger and one budget."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.backend import OnlineBackend
from toolgraph.models.online.budget import Budget, Limits
from toolgraph.models.online.cache import RESPONSES, ResponseCache
from toolgraph.models.online.client import PATIENCE, TIMEOUT, ChatClient
from toolgraph.models.online.counter import CountingExchange
from toolgraph.models.online.endpoint import Endpoint, endpoint_of
from toolgraph.models.online.exchange import Role
from toolgraph.models.online.ladder import Ladder
from toolgraph.models.online.ledger import USAGE, Account, Ledger, Total, cost_of
from toolgraph.models.online.limiter import MOST_IN_FLIGHT, AdaptiveLimit
from toolgraph.models.online.prices import Prices
from toolgraph.models.online.roles import NamedBackend, RoleBackend
from toolgraph.models.request import Backend

OFFLINE = "offline"
"""The name that means the offline rules, wherever a model is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineSettings:
    """Which models play which roles, and how they are asked."""

    model: tuple[str, ...]
    """Who plays every role without a model of its own; of several, one is drawn per dialogue."""
    user_model: tuple[str, ...] = ()
    tool_model: tuple[str, ...] = ()
    judge_model: tuple[str, ...] = ()
    """Who judges; without one nobody does."""
    base_url: str | None = None
    """The server of the models that name none; none stands for `OPENAI_BASE_URL`, or OpenAI's."""
    temperature: float | None = None
    """None leaves it to the server."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every request carries beside our own."""
    most_in_flight: int = MOST_IN_FLIGHT
    """Per model; the limit in force follows what the server bears."""
    timeout: float = TIMEOUT
    """Seconds for one answer."""
    patience: float = PATIENCE
    """Seconds without any answer, after which a server is given up."""
    prices: tuple[str, ...] = ()
    """As `--price` has them."""
    max_cost: float | None = None
    """In dollars."""
    max_tokens: int | None = None
    max_seconds: float | None = None
    cache: Path | None = None
    """File of responses; none stands for one in the directory of the run."""

    def names(self) -> dict[Role, tuple[str, ...]]:
        """Return the names of the models that play each role."""
        return {
            "planner": self.model,
            "user": self.user_model or self.model,
            "assistant": self.model,
            "tool": self.tool_model or self.model,
            "judge": self.judge_model,
            "filler": tuple(name for name in self.model if name != OFFLINE) or self.model,
        }


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What the models of a run are doing, and what they have consumed."""

    in_flight: int
    limit: float
    """How many requests may be in flight now, over all endpoints."""
    refused: int
    """Requests that servers put off for being too many (429, 503)."""
    tokens: int
    tokens_per_minute: int
    """Those of the last minute."""
    cost: float | None
    """In dollars; none where the price of a model in use is not known."""
    shares: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)
    """Tokens and dollars of each role in its stage, as in `planner/plan`."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a run, opened by `open_models`."""

    backend: RoleBackend
    judge: Backend | None
    """Who judges; none without a model for it."""
    filler: Backend
    """Who fills in what tools lack."""
    ledger: Ledger
    budget: Budget
    prices: Prices
    clients: tuple[ChatClient, ...]

    def model_of(self, role: Role, dialogue: str) -> str:
        """Return the name of the model that plays a role in a dialogue."""
        return self.backend.model_of(role, dialogue)

    def status(self) -> ModelStatus:
        """Return how things stand now."""
        limits = [client.limit for client in self.clients]
        totals = self.ledger.totals()
        return ModelStatus(
            in_flight=sum(limit.in_flight for limit in limits),
            limit=sum(limit.limit for limit in limits),
            refused=sum(limit.refused for limit in limits),
            tokens=sum(total.tokens for total in totals.values()),
            tokens_per_minute=self.ledger.tokens_last_minute(),
            cost=cost_of(totals, self.prices),
            shares=_shares(totals, self.prices),
        )


def _shares(totals: Mapping[Account, Total], prices: Prices) -> dict[str, tuple[int, float | None]]:
    """Tokens and dollars by role and stage, the models of a role taken together."""
    parts: dict[str, dict[Account, Total]] = {}
    for account, total in totals.items():
        parts.setdefault(f"{account.role}/{account.stage}", {})[account] = total
    return {
        name: (sum(total.tokens for total in part.values()), cost_of(part, prices))
        for name, part in sorted(parts.items())
    }


@contextlib.contextmanager
def open_models(settings: OnlineSettings, *, directory: Path, seed: int) -> Iterator[Models]:
    """Open the models of the run in `directory`; each has shown what it can do before this gives anything.

    When the context ends nothing more goes out, and answers under way are still booked and stored, unless the user
    interrupts.

    Raises:
        ConfigError: a name, address, price, limit or file cannot be used.
        RunDirectoryError: the books of the run cannot be used.
        EndpointError: a model cannot be used.
        BudgetReached: earlier starts have spent all that may be spent.
    """
    prices = Prices.load(settings.prices)
    endpoints = _endpoints(settings)
    with contextlib.ExitStack() as stack:
        responses = ResponseCache(settings.cache or directory / RESPONSES)
        stack.callback(responses.close)
        books = Ledger(directory / USAGE)
        stack.callback(books.close)
        limits = Limits(cost=settings.max_cost, tokens=settings.max_tokens, seconds=settings.max_seconds)
        budget = Budget(books, prices, [endpoint.model for endpoint in endpoints.values()], limits=limits)
        opener = _Opener(settings, responses, books, budget, seed, stack)
        backend = opener.by_role(endpoints)
        stack.enter_context(_settled(budget))
        opener.probe()
        yield Models(
            backend=backend, judge=backend if settings.judge_model else None, filler=backend,
            ledger=books, budget=budget, prices=prices, clients=tuple(opener.clients),
        )  # fmt: skip


def _endpoints(settings: OnlineSettings) -> dict[str, Endpoint]:
    """The endpoint that each name means; the offline rules have none."""
    names = dict.fromkeys(name for names in settings.names().values() for name in names)
    return {name: endpoint_of(name, base_url=settings.base_url) for name in names if name != OFFLINE}


class _Opener:
    """Makes what each endpoint needs once, whichever roles and names share it."""

    def __init__(
        self, settings: OnlineSettings, responses: ResponseCache, books: Ledger, budget: Budget, seed: int,
        stack: contextlib.ExitStack,
    ) -> None:  # fmt: skip
        self._settings, self._seed, self._stack = settings, seed, stack
        self._responses, self._books, self._budget = responses, books, budget
        self._backends: dict[Endpoint, OnlineBackend] = {}
        self._ladders: list[Ladder] = []
        self.clients: list[ChatClient] = []

    def by_role(self, endpoints: Mapping[str, Endpoint]) -> RoleBackend:
        offline = OfflineBackend(self._seed)
        named = {OFFLINE: NamedBackend(OFFLINE, offline)}
        named.update((name, NamedBackend(name, self._backend(endpoint))) for name, endpoint in endpoints.items())
        roles = self._settings.names().items()
        return RoleBackend({role: [named[name] for name in names] for role, names in roles}, seed=self._seed)

    def probe(self) -> None:
        for ladder in self._ladders:
            ladder.abilities()

    def _backend(self, endpoint: Endpoint) -> OnlineBackend:
        if endpoint not in self._backends:
            self._backends[endpoint] = self._opened(endpoint)
        return self._backends[endpoint]

    def _opened(self, endpoint: Endpoint) -> OnlineBackend:
        settings = self._settings
        limit = AdaptiveLimit(settings.most_in_flight)
        client = ChatClient(endpoint, limit=limit, timeout=settings.timeout, patience=settings.patience)
        self._stack.callback(client.close)
        self.clients.append(client)
        exchange = CountingExchange(client, endpoint, self._responses, self._books, self._budget)
        ladder = Ladder(
            exchange, model=endpoint.model, extra=settings.extra,
            load=partial(self._responses.remembered, endpoint), save=partial(self._responses.remember, endpoint),
        )  # fmt: skip
        self._ladders.append(ladder)
        return OnlineBackend(ladder, seed=self._seed, temperature=settings.temperature)


@contextlib.contextmanager
def _settled(budget: Budget) -> Iterator[None]:
    """Let nothing more go out in the end, and wait for what is under way."""
    is_interrupted = False
    try:
        yield
    except KeyboardInterrupt:
        is_interrupted = True
        raise
    finally:
        budget.close("the run has ended")
        if not is_interrupted:
            budget.settle()
