"""Sampling: the tools of one dialogue, chosen by a strategy, and the edges among them."""

import re
from collections.abc import Iterator

from toolgraph.errors import ConfigError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.named import STRATEGIES, strategy_named
from toolgraph.graph.strategies.strategy import Drawn, draw
from toolgraph.tools.edges import ToolSample

__all__ = ["STRATEGIES", "parse_range", "require_strategy", "sample_once", "sample_tools"]

PATIENCE = 1_000
"""Samples in a row that were all there before, after which no more distinct ones are looked for."""


def sample_tools(
    graph: ToolGraph, *, strategy: str, number: int, sizes: tuple[int, int], seed: int, first: int = 1,
    distinct: bool = False,
) -> Iterator[ToolSample]:  # fmt: skip
    """Yield `number` samples, `s000001` and on, each of a size uniform over `sizes` (both ends included).

    Sample `i` depends on the graph, the strategy, the sizes, `seed` and `i` alone; `first` begins at a later one. With
    `distinct` a sample with the same tools as an earlier one is left out, and its number with it; there are fewer than
    `number` where a thousand in a row brought none that is new.

    Raises:
        ConfigError: the strategy is unknown, or the graph has no tools.
    """
    require_strategy(strategy)
    if not len(graph):
        raise ConfigError("the graph has no tools to sample from")
    seen: set[frozenset[int]] = set()
    made = repeats = 0
    i = first
    while made < number and repeats < PATIENCE:
        drawn = draw(strategy_named(strategy), graph, i, sizes=sizes, seed=seed)
        tools = frozenset(drawn.places) if distinct else frozenset()
        if distinct and tools in seen:
            repeats += 1
        else:
            seen.add(tools)
            repeats = 0
            made += 1
            yield _sample(graph, strategy, i, drawn)
        i += 1


def sample_once(graph: ToolGraph, *, strategy: str, sizes: tuple[int, int], seed: int, i: int) -> ToolSample:
    """Return sample number `i` of those that `sample_tools` yields."""
    return _sample(graph, strategy, i, draw(strategy_named(strategy), graph, i, sizes=sizes, seed=seed))


def require_strategy(name: str) -> None:
    """Accept the name of a strategy: one of `STRATEGIES`, `mixed:NAME=SHARE,...`, or `MODULE:CLASS`.

    Raises:
        ConfigError: there is none of that name, or the user's own cannot be used.
    """
    strategy_named(name)


def parse_range(text: str) -> tuple[int, int]:
    """Return the ends of a range of whole numbers of at least 1.

    >>> parse_range("2-6"), parse_range("3")
    ((2, 6), (3, 3))

    Raises:
        ConfigError: the text is no such range.
    """
    match = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", text, re.ASCII)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= low <= high:
        raise ConfigError(f"'{text}' is not a range; expected two whole numbers from 1 up, as in 2-6, or one")
    return low, high


def _sample(graph: ToolGraph, strategy: str, i: int, drawn: Drawn) -> ToolSample:
    tools = tuple(graph.tools[place] for place in drawn.places)
    edges = graph.sample_edges(tool.name for tool in tools)
    return ToolSample(f"s{i:06d}", strategy, tools, edges, tuple(sorted(drawn.rules.items())))
