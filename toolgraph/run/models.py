"""Models of a run: opened in its directory when the configuration names some, and what they add to its metrics."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from toolgraph.models.online.budget import Limits, require_known_prices
from toolgraph.models.online.endpoint import endpoint_of
from toolgraph.models.online.exchange import Role
from toolgraph.models.online.ledger import USAGE, Entry, Ledger
from toolgraph.models.online.opening import OFFLINE, Models, OnlineSettings, open_models
from toolgraph.models.online.prices import Prices
from toolgraph.run.config import RunConfig

PLAYERS: tuple[Role, ...] = ("planner", "user", "assistant", "tool")
OpenModels = Callable[[RunConfig, Path], AbstractContextManager[Models]]
"""Opens the models of a run, whose files lie in the directory given."""


def open_for(config: RunConfig, directory: Path) -> AbstractContextManager[Models]:
    """Open the models that `config` names; each has shown what it can do before the context gives anything.

    Raises:
        ConfigError: an address, a price or a limit cannot be used.
        EndpointError: a model cannot be used.
        BudgetReached: earlier starts have spent all that may be spent.
    """
    return open_models(settings_of(config), directory=directory, seed=config.seed)


def settings_of(config: RunConfig) -> OnlineSettings:
    """Return what `config` says of models."""
    return OnlineSettings(
        model=config.model, user_model=config.user_model, tool_model=config.tool_model, judge_model=config.judge_model,
        base_url=config.base_url, temperature=config.temperature, extra=config.extra,
        most_in_flight=config.concurrency, timeout=config.timeout, patience=config.patience, prices=config.price,
        max_cost=config.max_cost, max_tokens=config.max_tokens, max_seconds=config.max_time,
        cache=Path(config.cache).expanduser() if config.cache else None,
    )  # fmt: skip


def require_usable(config: RunConfig) -> None:
    """See to it that addresses, keys, prices and limits can be used, before anything is written down.

    Raises:
        ConfigError: one of them cannot.
    """
    names = dict.fromkeys((*config.model, *config.user_model, *config.tool_model, *config.judge_model))
    models = [endpoint_of(name, base_url=config.base_url).model for name in names if name != OFFLINE]
    require_known_prices(Limits(cost=config.max_cost), prices_of(config), models)


def models_of(models: Models, dialogue: str) -> dict[str, str]:
    """Return the name of the model that plays each role in a dialogue."""
    judges: tuple[Role, ...] = ("judge",) if models.judge else ()
    return {role: models.model_of(role, dialogue) for role in (*PLAYERS, *judges)}


def prices_of(config: RunConfig) -> Prices:
    """Return the prices that a run reckons with.

    Raises:
        ConfigError: one of those given cannot be read.
    """
    return Prices.load(config.price)


def usage_in(directory: Path, config: RunConfig) -> dict[str, Any]:
    """Return what the responses of a run consumed, from its books, priced as `config` says."""
    with closing(Ledger(directory / USAGE)) as ledger:
        return ledger.as_metrics(prices_of(config))


def books_of(directory: Path) -> Iterator[Entry]:
    """Yield what is booked for each response of a run, in the order in which they came."""
    path = directory / USAGE
    if path.exists():
        with path.open("rb") as file:
            yield from map(Entry.model_validate_json, file)
