"""What a sampling strategy is, and what it gives."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from typing import NamedTuple, Protocol

from toolgraph.graph.graph import ToolGraph
from toolgraph.seeds import rng

SMALL_CATALOGUE = "small_catalogue"
"""The rule that fires where the catalogue has fewer tools than were asked for: all of them are given."""


class Drawn(NamedTuple):
    """The tools drawn, by their place in the graph, and how often each rule fired."""

    places: tuple[int, ...]
    rules: Counter[str]


class SamplingStrategy(Protocol):
    """A way to choose tools for one dialogue, whatever was chosen for others."""

    def sample(self, graph: ToolGraph, size: int, rng: random.Random) -> Drawn:
        """Return `size` distinct tools; `size` is at most that of the graph."""
        ...


class Series(ABC):
    """A strategy whose samples belong together: what sample number `i` holds depends on its number.

    It still is a function of its arguments alone, so that samples may be made in any order and by several workers.
    """

    @abstractmethod
    def draw(self, graph: ToolGraph, i: int, *, sizes: tuple[int, int], seed: int) -> Drawn:
        """Return sample number `i`, counted from 1; `asked_size` says how many tools it has."""


def draw(strategy: SamplingStrategy | Series, graph: ToolGraph, i: int, *, sizes: tuple[int, int], seed: int) -> Drawn:
    """Return sample number `i` of a strategy, of a size uniform over `sizes`, or all tools where these are fewer."""
    if isinstance(strategy, Series):
        return strategy.draw(graph, i, sizes=sizes, seed=seed)
    size, generator, rules = asked_size(len(graph), i, sizes=sizes, seed=seed)
    drawn = strategy.sample(graph, size, generator)
    drawn.rules.update(rules)
    return drawn


def asked_size(tools: int, i: int, *, sizes: tuple[int, int], seed: int) -> tuple[int, random.Random, Counter[str]]:
    """Return how many out of `tools` sample number `i` has, the generator of its choices, and the rules that fired."""
    generator = rng(seed, "sample", i)
    size = generator.randint(*sizes)
    return min(size, tools), generator, Counter({SMALL_CATALOGUE: 1} if size > tools else {})
