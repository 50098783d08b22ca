"""Sampling: the strategies that choose the tools of one dialogue."""

import re
from collections.abc import Iterator, Mapping

from toolgraph.errors import ConfigError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies import Dataflow, RandomTools, RandomWalk, SamplingStrategy
from toolgraph.seeds import rng
from toolgraph.tools.edges import ToolSample

STRATEGIES: Mapping[str, SamplingStrategy] = {"random": RandomTools(), "walk": RandomWalk(), "dataflow": Dataflow()}
"""The strategies by name: `random` is the baseline, `walk` ToolFlow's, `dataflow` follows what tools return."""

SMALL_CATALOGUE = "small_catalogue"
"""The rule that fires where the catalogue has fewer tools than were asked for: all of them are given."""


def sample_tools(
    graph: ToolGraph, *, strategy: str, number: int, sizes: tuple[int, int], seed: int, first: int = 1
) -> Iterator[ToolSample]:
    """Yield `number` samples, `s000001` and on, each of a size uniform over `sizes` (both ends included).

    Sample `i` depends on the graph, the strategy, the sizes, `seed` and `i` alone; `first` begins at a later one.

    Raises:
        ConfigError: the strategy is unknown, or the graph has no tools.
    """
    require_strategy(strategy)
    if not len(graph):
        raise ConfigError("the graph has no tools to sample from")
    for i in range(first, first + number):
        yield sample_once(graph, strategy=strategy, sizes=sizes, seed=seed, i=i)


def sample_once(graph: ToolGraph, *, strategy: str, sizes: tuple[int, int], seed: int, i: int) -> ToolSample:
    """Return sample number `i` of those that `sample_tools` yields."""
    generator = rng(seed, "sample", i)
    size = generator.randint(*sizes)
    places, rules = STRATEGIES[strategy].sample(graph, min(size, len(graph)), generator)
    if size > len(graph):
        rules[SMALL_CATALOGUE] += 1
    tools = tuple(graph.tools[place] for place in places)
    edges = graph.sample_edges(tool.name for tool in tools)
    return ToolSample(f"s{i:06d}", strategy, tools, edges, tuple(sorted(rules.items())))


def require_strategy(name: str) -> None:
    """Accept the name of a strategy.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in STRATEGIES:
        raise ConfigError(f"there is no sampling strategy '{name}'; choose {', '.join(STRATEGIES)}")


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
