"""Sampling: the tools of one dialogue, chosen by a strategy, and the edges among them."""

import re
import threading
from collections.abc import Iterator
from itertools import count, islice

from toolgraph.errors import ConfigError, GenerationError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.named import STRATEGIES, strategy_named
from toolgraph.graph.strategies.strategy import Drawn, draw
from toolgraph.tools.edges import ToolSample

__all__ = ["STRATEGIES", "DistinctSamples", "parse_range", "require_strategy", "sample_once", "sample_tools"]

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
    draws = _draws(graph, strategy=strategy, sizes=sizes, seed=seed, first=first, distinct=distinct)
    for i, drawn in islice(draws, number):
        yield _sample(graph, strategy, i, drawn)


def sample_once(graph: ToolGraph, *, strategy: str, sizes: tuple[int, int], seed: int, i: int) -> ToolSample:
    """Return sample number `i` of those that `sample_tools` yields."""
    return _sample(graph, strategy, i, draw(strategy_named(strategy), graph, i, sizes=sizes, seed=seed))


class DistinctSamples:
    """The samples that hold no tools of an earlier one, by their place among these.

    Which sample is at a place depends on the graph, the strategy, the sizes, `seed` and the place alone. Whoever asks
    draws all samples before it, once; any thread may ask.
    """

    def __init__(self, graph: ToolGraph, *, strategy: str, sizes: tuple[int, int], seed: int) -> None:
        self._draws = _draws(graph, strategy=strategy, sizes=sizes, seed=seed, first=0, distinct=True)
        self._numbers: list[int] = []
        self._lock = threading.Lock()

    def number(self, place: int) -> int:
        """Return the number, for `sample_once`, of the sample at a place counted from 0.

        Raises:
            GenerationError: there are fewer, as far as a thousand draws in a row that bring no new one tell.
        """
        with self._lock:
            self._numbers.extend(i for i, _ in islice(self._draws, max(0, place + 1 - len(self._numbers))))
            if place < len(self._numbers):
                return self._numbers[place]
            raise GenerationError(
                f"no more than {len(self._numbers):,} distinct sets of tools were found, the last {PATIENCE:,} draws "
                "brought no new one, and what was made of them is kept; ask for fewer dialogues, for other sizes with "
                "--tools-per-dialogue, or leave out --distinct"
            )


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


def _draws(
    graph: ToolGraph, *, strategy: str, sizes: tuple[int, int], seed: int, first: int, distinct: bool
) -> Iterator[tuple[int, Drawn]]:
    """Yield samples with their numbers; with `distinct` only new ones, up to the last before `PATIENCE` old ones."""
    seen: set[frozenset[int]] = set()
    repeats = 0
    for i in count(first):
        drawn = draw(strategy_named(strategy), graph, i, sizes=sizes, seed=seed)
        if distinct:
            tools = frozenset(drawn.places)
            repeats = repeats + 1 if tools in seen else 0
            if repeats == PATIENCE:
                return
            if repeats:
                continue
            seen.add(tools)
        yield i, drawn


def _sample(graph: ToolGraph, strategy: str, i: int, drawn: Drawn) -> ToolSample:
    tools = tuple(graph.tools[place] for place in drawn.places)
    edges = graph.sample_edges(tool.name for tool in tools)
    return ToolSample(f"s{i:06d}", strategy, tools, edges, tuple(sorted(drawn.rules.items())))
