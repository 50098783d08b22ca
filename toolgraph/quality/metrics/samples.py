"""Metrics of sampled tools: how well a strategy's samples hang together, and how evenly they use a catalogue.

Each is a plain function of the samples and of the graph they were drawn from. A sample of one tool has no pair, and
counts for nothing where pairs are looked at. What cannot be said of some samples is none, and never a neutral number.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolgraph.errors import ConfigError
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.strategies.same_api import api_of
from toolgraph.quality.metrics.figures import entropy_in_bits, share
from toolgraph.tools.edges import ToolSample

Samples = Sequence[ToolSample]
Places = NDArray[np.int64]

LONGEST_SAMPLE = 12
"""Tools of a sample whose longest chain is looked for; the work doubles with each tool more."""
SAMPLES_EMBEDDED = 1_000
"""Samples of which the descriptions are embedded, where nothing else is said."""
CELLS = 1 << 22
"""Sets of tools that are looked at a time: 16 MB of int32."""


class Pairs(NamedTuple):
    """Pairs of tools in one sample: the places of both in the graph, and the number of the sample."""

    one: Places
    other: Places
    sample: Places


def tools_per_sample(samples: Samples, graph: ToolGraph) -> float | None:
    """Tools in a sample, on average."""
    return share(sum(len(sample.tools) for sample in samples), len(samples))


def edge_score(samples: Samples, graph: ToolGraph) -> float | None:
    """Relatedness: the score of the best edge of two tools, 0 where they have none, averaged over a sample's pairs.

    The mean over samples. Scores are those of the graph (`graph.weights`), so that only samples of one graph compare;
    a strategy that follows edges is bound to be good at it. `description_cosine` does not know the edges.
    """
    pairs = _all_pairs(samples, graph)
    return _mean_by_sample(_values(graph.weights, pairs), pairs)


def linked_pairs(samples: Samples, graph: ToolGraph) -> float | None:
    """Pairs of a sample's tools that have an edge of any kind, of all its pairs; the mean over samples."""
    pairs = _all_pairs(samples, graph)
    return _mean_by_sample(_values(graph.adjacency, pairs), pairs)


def description_cosine(
    samples: Samples, graph: ToolGraph, embed_texts: Callable[[Sequence[str]], Vectors], *, most: int = SAMPLES_EMBEDDED
) -> float | None:
    """Relatedness by what tools say they do: the cosine of name and description, averaged over a sample's pairs.

    The mean over the first `most` samples, since embedding is what takes time: each distinct tool is embedded once, as
    `{name}: {description}`. No edge is made from these texts, so that graphs and strategies can be compared by it.
    """
    pairs = _all_pairs(samples[:most], graph)
    if not len(pairs.one):
        return None
    distinct, numbers = np.unique(np.concatenate((pairs.one, pairs.other)), return_inverse=True)
    tools = [graph.tools[place] for place in distinct.tolist()]
    vectors = embed_texts([f"{tool.name}: {tool.description}" for tool in tools])
    cosines = np.einsum("ij,ij->i", vectors[numbers[: len(pairs.one)]], vectors[numbers[len(pairs.one) :]])
    return _mean_by_sample(cosines, pairs)


def adjacent_flows(samples: Samples, graph: ToolGraph) -> float | None:
    """Chainability: neighbours in the order of a sample of which one can feed the other, of all such neighbours.

    That is a data-flow edge (P-R) in either direction. In `random` samples it says how much data flows by chance.
    """
    places = _places(samples, graph)
    one = _joined([own[:-1] for own in places])
    other = _joined([own[1:] for own in places])
    pairs = Pairs(one, other, one)
    return share(int(np.count_nonzero(_values(graph.flows, pairs) + _values(graph.feeders, pairs))), len(one))


def longest_chain(samples: Samples, graph: ToolGraph) -> dict[str, float | None]:
    """Chainability: tools in the longest chain along data-flow edges inside a sample, each tool once: mean and most.

    A tool that nothing feeds is a chain of 1. Samples of more than 12 tools are left out.
    """
    lengths = _chain_lengths(samples, graph)
    return {
        "mean": share(sum(length * count for length, count in lengths.items()), lengths.total()),
        "max": max(lengths, default=None),
    }


def coverage(samples: Samples, graph: ToolGraph) -> float | None:
    """Distinct tools in the samples, of all tools of the graph. It grows with the number of samples."""
    return share(int(np.count_nonzero(_uses(samples, graph))), len(graph)) if samples else None


def coverage_curve(samples: Samples, graph: ToolGraph) -> NDArray[np.int64]:
    """Return how many distinct tools the first 1, 2, 3 ... samples hold, shape (len(samples),)."""
    places = _places(samples, graph)
    _, first = np.unique(_joined(places), return_index=True)
    new = np.zeros(sum(map(len, places)) + 1, np.int64)
    new[first] = 1
    ends = np.cumsum([len(own) for own in places], dtype=np.int64)
    curve: NDArray[np.int64] = np.concatenate(([0], np.cumsum(new)))[ends]
    return curve


def gini(samples: Samples, graph: ToolGraph) -> float | None:
    """How unevenly the tools of the graph are used, those in no sample as well: 0 all equally often, near 1 a few only.

    The Gini coefficient of the uses x of n tools in ascending order: 2 sum(i x_i) / (n sum(x)) - (n + 1) / n.
    """
    uses = np.sort(_uses(samples, graph))
    if not uses.sum():
        return None
    ranks = np.arange(1, len(uses) + 1)
    return round(float(2 * (ranks @ uses) / (len(uses) * uses.sum()) - (len(uses) + 1) / len(uses)), 4)


def distinct_sets(samples: Samples, graph: ToolGraph) -> float | None:
    """Different sets of tools, whatever their order, of all samples."""
    return share(len({frozenset(tool.name for tool in sample.tools) for sample in samples}), len(samples))


def tool_entropy(samples: Samples, graph: ToolGraph) -> float | None:
    """Entropy in bits of the tools in the samples: -sum p log2 p, p a tool's share of all places.

    At most log2 of the tools of the graph; with few samples it is as much lower as there are fewer places.
    """
    return entropy_in_bits(_uses(samples, graph).tolist())


def pair_entropy(samples: Samples, graph: ToolGraph) -> float | None:
    """Entropy in bits of the unordered pairs of tools in the samples, as `tool_entropy`."""
    pairs = _all_pairs(samples, graph)
    keys = np.minimum(pairs.one, pairs.other) * len(graph) + np.maximum(pairs.one, pairs.other)
    return entropy_in_bits(np.unique(keys, return_counts=True)[1].tolist())


def apis_per_sample(samples: Samples, graph: ToolGraph) -> float | None:
    """API mix: distinct APIs in a sample, on average; an API is what a tool's origin names, else its file.

    None where some tool in the samples says neither.
    """
    apis = _apis(samples)
    return share(sum(map(len, apis)), len(apis)) if apis else None


def same_api(samples: Samples, graph: ToolGraph) -> float | None:
    """API mix: samples whose tools are all of one API, of the samples with two tools or more."""
    apis = _apis([sample for sample in samples if len(sample.tools) > 1])
    return share(sum(len(own) == 1 for own in apis), len(apis)) if apis else None


def dead_ends(samples: Samples, graph: ToolGraph) -> float | None:
    """Samples for which the strategy had to leave its path at least once, of all: whatever rule fired."""
    return share(sum(any(count for _, count in sample.rules) for sample in samples), len(samples))


def rules(samples: Samples, graph: ToolGraph) -> dict[str, float]:
    """Samples in which each rule fired, of all, by the name of the rule: `backtrack`, `restart` and others."""
    fired = Counter(name for sample in samples for name, count in sample.rules if count)
    return {name: round(fired[name] / len(samples), 4) for name in sorted(fired)}


SampleMetric = Callable[[Samples, ToolGraph], Any]

SAMPLE_METRICS: dict[str, SampleMetric] = {
    "tools_per_sample": tools_per_sample,
    "edge_score": edge_score,
    "linked_pairs": linked_pairs,
    "adjacent_flows": adjacent_flows,
    "longest_chain": longest_chain,
    "coverage": coverage,
    "gini": gini,
    "distinct_sets": distinct_sets,
    "tool_entropy": tool_entropy,
    "pair_entropy": pair_entropy,
    "apis_per_sample": apis_per_sample,
    "same_api": same_api,
    "dead_ends": dead_ends,
    "rules": rules,
}
"""Every metric of samples that needs no model, by name; `description_cosine` needs one."""


def _places(samples: Samples, graph: ToolGraph) -> list[list[int]]:
    """The places in the graph of the tools of each sample."""
    index = graph.index
    try:
        return [[index[tool.name] for tool in sample.tools] for sample in samples]
    except KeyError as error:
        raise ConfigError(f"a sample holds the tool {error}, which the graph does not have") from error


def _uses(samples: Samples, graph: ToolGraph) -> Places:
    """In how many samples each tool of the graph is."""
    return np.bincount(_joined(_places(samples, graph)), minlength=len(graph))


def _joined(places: Sequence[Sequence[int]]) -> Places:
    return np.fromiter((place for own in places for place in own), np.int64)


def _all_pairs(samples: Samples, graph: ToolGraph) -> Pairs:
    """Every pair of tools of each sample; samples of one size are taken together."""
    one, other, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for rows, tools in _by_size(samples, graph):
        first, second = np.triu_indices(tools.shape[1], 1)
        one.append(tools[:, first].ravel())
        other.append(tools[:, second].ravel())
        numbers.append(np.repeat(rows, len(first)))
    return Pairs(np.concatenate(one), np.concatenate(other), np.concatenate(numbers))


def _by_size(samples: Samples, graph: ToolGraph) -> list[tuple[Places, Places]]:
    """For each size the numbers of the samples of that size, shape (n,), and the places of their tools, (n, size)."""
    sizes: dict[int, list[int]] = {}
    places = _places(samples, graph)
    for number, own in enumerate(places):
        sizes.setdefault(len(own), []).append(number)
    return [(np.array(rows, np.int64), np.array([places[row] for row in rows], np.int64)) for rows in sizes.values()]


def _values(matrix: Sparse, pairs: Pairs) -> NDArray[np.float64]:
    """The entries of a sparse matrix at pairs of places, 0 where it has none."""
    if not len(pairs.one):
        return np.zeros(0)
    found: NDArray[np.float64] = np.asarray(matrix[pairs.one, pairs.other], np.float64).ravel()
    return found


def _mean_by_sample(values: NDArray[Any], pairs: Pairs) -> float | None:
    """The mean over the samples of the means over their pairs; samples without a pair have no part in it."""
    if not len(values):
        return None
    counts = np.bincount(pairs.sample)
    sums = np.bincount(pairs.sample, weights=values)
    return round(float((sums[counts > 0] / counts[counts > 0]).mean()), 4)


def _chain_lengths(samples: Samples, graph: ToolGraph) -> Counter[int]:
    """How many samples have a longest chain of how many tools."""
    lengths: Counter[int] = Counter()
    for _, tools in _by_size(samples, graph):
        size = tools.shape[1]
        if not 0 < size <= LONGEST_SAMPLE:
            continue
        for block in np.array_split(tools, 1 + (len(tools) << size) // CELLS):
            lengths.update(_longest_paths(block, graph.flows).tolist())
    return lengths


def _longest_paths(tools: Places, flows: Sparse) -> Places:
    """The most tools on a path in each row of tools, shape (n, size), by dynamic programming over sets of tools.

    `ends[s]` has a bit for every tool of set `s` at which a path through exactly that set can end.
    """
    count, size = tools.shape
    givers, takers = np.divmod(np.arange(size * size), size)
    rows = np.repeat(np.arange(count), size * size)
    pairs = Pairs(tools[:, givers].ravel(), tools[:, takers].ravel(), rows)
    linked = _values(flows, pairs).reshape(count, size, size) > 0
    feeders = (linked * (1 << np.arange(size))[:, np.newaxis]).sum(axis=1).astype(np.int32)
    ends = np.zeros((1 << size, count), np.int32)
    longest = np.zeros(count, np.int64)
    for chosen in range(1, 1 << size):
        members = [tool for tool in range(size) if chosen >> tool & 1]
        for tool in members:
            before = ends[chosen ^ 1 << tool]
            can_end = (before & feeders[:, tool]) != 0 if len(members) > 1 else True
            ends[chosen] |= np.where(can_end, 1 << tool, 0).astype(np.int32)
        np.maximum(longest, len(members), out=longest, where=ends[chosen] != 0)
    return longest


def _apis(samples: Samples) -> list[set[str]]:
    """The APIs in each sample; nothing where some tool does not say its own."""
    known = {tool.name: tool.origin for sample in samples for tool in sample.tools}
    apis = {name: api_of(origin) for name, origin in known.items()}
    return [{apis[tool.name] for tool in sample.tools} for sample in samples] if all(apis.values()) else []
