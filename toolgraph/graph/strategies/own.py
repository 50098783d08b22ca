"""Strategies of the user's own, named `module:Class`."""

import importlib
import os
import random
import sys
from collections import Counter
from difflib import get_close_matches
from operator import index
from typing import Any

from toolgraph.errors import ConfigError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.strategy import Drawn


class OwnStrategy:
    """A user's strategy, of which every sample is checked."""

    def __init__(self, name: str, strategy: Any) -> None:
        self._name = name
        self._strategy = strategy

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools.

        Raises:
            ConfigError: the strategy fails, or gives anything else.
        """
        try:
            given = self._strategy.sample(graph, size, rng)
        except Exception as error:  # whatever a user's code raises
            raise ConfigError(f"the strategy '{self._name}' failed with {_reason(error)}") from error
        try:
            places, rules = given
            drawn = Drawn(
                tuple(map(index, places)), Counter({str(rule): index(count) for rule, count in rules.items()})
            )
        except (TypeError, ValueError, AttributeError):
            raise ConfigError(
                f"the strategy '{self._name}' returned {_shown(given)}; expected a Drawn: the places of the tools in "
                "the graph, whole numbers, and a Counter of rules"
            ) from None
        mistake = _mistake(drawn.places, size, len(graph))
        if mistake:
            raise ConfigError(
                f"the strategy '{self._name}' returned {mistake}; expected {size} distinct places from 0 to "
                f"{len(graph) - 1}"
            )
        return drawn


def load_strategy(name: str) -> OwnStrategy:
    """Return the strategy that `module:Class` names; modules in the working directory are found as installed ones are.

    Raises:
        ConfigError: it cannot be imported, or is no strategy.
    """
    module_name, _, class_name = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever a user's module raises
        raise ConfigError(f"the strategy '{name}' cannot be imported: {_reason(error)}") from error
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        near = get_close_matches(
            class_name, [key for key, value in vars(module).items() if isinstance(value, type)], n=1
        )
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"the strategy '{name}' is not there: '{module_name}' has no class '{class_name}'{hint}")
    if not callable(getattr(found, "sample", None)):
        raise ConfigError(f"'{name}' is no strategy: it has no method sample(graph, size, rng)")
    try:
        return OwnStrategy(name, found())
    except Exception as error:  # whatever a user's class raises
        raise ConfigError(f"the strategy '{name}' cannot be made without arguments: {_reason(error)}") from error


def _mistake(places: tuple[int, ...], size: int, tools: int) -> str:
    outside = [place for place in places if not 0 <= place < tools]
    if outside:
        return f"the place {outside[0]}"
    if len(set(places)) < len(places):
        return f"the place {Counter(places).most_common(1)[0][0]} twice"
    return "" if len(places) == size else f"{len(places)} places"


def _reason(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0]}" if text else type(error).__name__


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
