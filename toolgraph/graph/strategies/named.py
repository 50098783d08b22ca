"""The strategies by name."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache

from toolgraph.errors import ConfigError
from toolgraph.graph.strategies.community import Community
from toolgraph.graph.strategies.coverage import Coverage
from toolgraph.graph.strategies.dataflow import Dataflow
from toolgraph.graph.strategies.mixed import Mixed
from toolgraph.graph.strategies.own import load_strategy
from toolgraph.graph.strategies.restart import WalkWithRestart
from toolgraph.graph.strategies.same_api import SameApi
from toolgraph.graph.strategies.strategy import SamplingStrategy, Series
from toolgraph.graph.strategies.uniform import RandomTools
from toolgraph.graph.strategies.walk import RandomWalk, WeightedWalk

STRATEGIES: Mapping[str, SamplingStrategy | Series] = {
    "random": RandomTools(),
    "walk": RandomWalk(),
    "dataflow": Dataflow(),
    "weighted": WeightedWalk(),
    "restart": WalkWithRestart(),
    "community": Community(),
    "coverage": Coverage(),
    "same-api": SameApi(),
}
"""The strategies that are named by a word."""

MIXED = "mixed"
CHOICES = f"{', '.join(STRATEGIES)}, several as in mixed:walk=0.5,coverage=0.5, or your own as MODULE:CLASS"

_OWN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


@lru_cache(maxsize=32)
def strategy_named(name: str) -> SamplingStrategy | Series:
    """Return the strategy of a name: one of `STRATEGIES`, `mixed:NAME=SHARE,...`, or `MODULE:CLASS`.

    Raises:
        ConfigError: there is none of that name.
    """
    require_strategy_name(name)
    if name in STRATEGIES:
        return STRATEGIES[name]
    if name.startswith(f"{MIXED}:"):
        return Mixed([(strategy_named(part), share) for part, share in _parts(name)])
    return load_strategy(name)


def require_strategy_name(name: str) -> None:
    """Accept what may name a strategy; whether a class of the user's own is there is not looked up.

    Raises:
        ConfigError: there is no strategy of that name.
    """
    if name == MIXED or name.startswith(f"{MIXED}:"):
        for part, _ in _parts(name):
            require_strategy_name(part)
    elif name not in STRATEGIES and not _OWN.fullmatch(name):
        near = nearest_strategy(name)
        hint = f"did you mean '{near}'?" if near else f"choose {CHOICES}"
        raise ConfigError(f"there is no sampling strategy '{name}'; {hint}")


def nearest_strategy(name: str) -> str | None:
    """Return the strategy that a misspelt name may stand for."""
    return next(iter(get_close_matches(name.lower().replace("_", "-"), [*STRATEGIES, MIXED], n=1)), None)


def _parts(name: str) -> list[tuple[str, Fraction]]:
    """Return the strategies in a mix and their shares."""
    parts: dict[str, Fraction] = {}
    for part in name.removeprefix(MIXED).removeprefix(":").split(","):
        own, _, share = (text.strip() for text in part.rpartition("="))
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", share, re.ASCII) or not float(share) or own in parts:
            raise ConfigError(
                f"'{name}' is no mix; expected different strategies with shares above 0, "
                "as in mixed:walk=0.5,coverage=0.5"
            )
        if own.partition(":")[0] == MIXED:
            raise ConfigError(f"'{name}' is a mix in a mix; name its strategies themselves")
        parts[own] = Fraction(share)
    return list(parts.items())
