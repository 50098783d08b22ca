"""What strategies make of a graph: samples of each from several seeds, and every metric of them."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
from scipy.sparse import csgraph

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.sampling import sample_once, sample_tools
from toolgraph.quality.comparison import Arm, Picture, compare_arms
from toolgraph.quality.metrics.samples import SAMPLE_METRICS, coverage_curve, description_cosine, edge_score
from toolgraph.run.progress import Progress
from toolgraph.tools.edges import ToolSample

DESCRIPTIONS = "description_cosine"
"""The metric of samples that needs an embedding model."""
METRICS = ("tools_per_sample", "edge_score", "linked_pairs", DESCRIPTIONS, *(
    name for name in SAMPLE_METRICS if name not in ("tools_per_sample", "edge_score", "linked_pairs")
))  # fmt: skip
"""The metrics of samples that are compared, those of relatedness together."""
REFERENCE = "random"
"""The strategy whose time the others' is a multiple of."""
EMBEDDED, LOOKED_AT = 300, 1_000
"""Samples of a strategy, over all seeds, of which descriptions are embedded, and single scores are kept."""
PICTURES, USUAL_PICTURE, LARGEST_PICTURE = 3, 6, 12
"""Samples that are drawn of each strategy, how many tools they have rather than fewer, and the most."""
POINTS = 60
"""Points of a coverage curve."""

EmbedTexts = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What was found of the samples of all strategies, by strategy."""

    arms: tuple[Arm, ...]
    curves: Mapping[str, Sequence[tuple[int, float]]]
    spreads: Mapping[str, Mapping[str, Sequence[float]]]
    pictures: Mapping[str, Sequence[Picture]]
    time: Mapping[str, Mapping[str, float]]


@dataclass(slots=True)
class _Findings:
    """What is kept of one strategy while its seeds go by."""

    rows: list[dict[str, float | None]] = field(default_factory=list)
    reached: list[Any] = field(default_factory=list)
    related: list[float] = field(default_factory=list)
    uses: Any = 0
    pictures: tuple[Picture, ...] = ()
    seconds: list[float] = field(default_factory=list)


def compare_samples(
    graph: ToolGraph, *, strategies: Sequence[str], per_seed: int, seeds: Sequence[int], sizes: tuple[int, int],
    metrics: Sequence[str], embed_texts: EmbedTexts | None, progress: Progress,
) -> Sampled:  # fmt: skip
    """Sample `per_seed` times with each strategy and seed, and measure that.

    Sample i of a seed has as many tools by one strategy as by another, so seeds pair up. `description_cosine` is left
    out where nothing embeds texts.

    Raises:
        ConfigError: a strategy is unknown or fails, or the graph has no tools.
    """
    all_found = {strategy: _Findings() for strategy in strategies}
    at_random: list[float] = []
    total = len(seeds) * len(strategies)
    # Seed by seed, so that no strategy alone meets a graph that is not warm yet, or a busy machine.
    for place, seed in enumerate(seeds):
        for number, (strategy, found) in enumerate(all_found.items()):
            progress.show("samples", place * len(strategies) + number, total, strategy)
            samples, seconds = _timed(graph, strategy, number=per_seed, sizes=sizes, seed=seed)
            found.seconds.append(seconds)
            _look_at(samples, graph, found, metrics, embed_texts, share=len(seeds))
        if REFERENCE not in all_found:
            at_random.append(_timed(graph, REFERENCE, number=per_seed, sizes=sizes, seed=seed)[1])
    progress.show("samples", total, total)
    at_random = at_random or all_found[REFERENCE].seconds
    rows = {(strategy, ""): _aligned([found.rows for found in all_found.values()], found.rows)
            for strategy, found in all_found.items()}  # fmt: skip
    return Sampled(
        arms=compare_arms(rows),
        curves={name: _curve(np.mean(found.reached, axis=0)) for name, found in all_found.items()},
        spreads={
            "edge_score": {name: sorted(found.related) for name, found in all_found.items()},
            "uses": {name: sorted((found.uses / len(seeds)).tolist()) for name, found in all_found.items()},
        },
        pictures={name: found.pictures for name, found in all_found.items()},
        time={
            name: {
                "seconds": round(sum(found.seconds), 4),
                "ratio": round(median(own / other for own, other in zip(found.seconds, at_random, strict=True)), 2),
            }
            for name, found in all_found.items()
        },
    )  # fmt: skip


def notes_on(graph: ToolGraph, sizes: tuple[int, int]) -> Iterator[str]:
    """Yield a sentence for everything about a graph that bounds what strategies can make of it."""
    tools, largest = len(graph), sizes[1]
    if tools == 1:
        yield "the catalogue has one tool: every sample is that tool, whatever the strategy"
        return
    if tools < largest:
        yield f"the catalogue has {tools} tools: samples of more, up to {largest} were asked for, hold all of them"
    if not graph.adjacency.nnz:
        yield (
            "no two tools are linked: strategies that follow edges choose as random does; a lower --threshold links "
            "more of them"
        )
        return
    if not graph.flows.nnz:
        yield (
            "no tool returns what another takes, as far as they declare it: adjacent_flows and longest_chain are the "
            "same for all, and dataflow chooses as walk does"
        )
    _, labels = csgraph.connected_components(graph.adjacency, directed=False)
    wanted = min(largest, tools)
    small = int(np.count_nonzero(np.bincount(labels)[labels] < wanted))
    if small:
        yield (
            f"{small:,} of {tools:,} tools are alone or in islands of fewer than {wanted} tools: from there larger "
            "samples go on elsewhere, as 'rules restart' counts"
        )


def flattened(name: str, value: Any) -> Iterator[tuple[str, float | None]]:
    """Yield a metric as single numbers: one of several parts gives a number for each part.

    >>> dict(flattened("longest_chain", {"mean": 2.5, "max": 4}))
    {'longest_chain mean': 2.5, 'longest_chain max': 4}
    """
    if isinstance(value, Mapping):
        for part, number in value.items():
            yield f"{name} {part}", number
    else:
        yield name, value


def _timed(
    graph: ToolGraph, strategy: str, *, number: int, sizes: tuple[int, int], seed: int
) -> tuple[list[ToolSample], float]:  # fmt: skip
    """Return samples and the seconds they took, without what is prepared once for a graph."""
    sample_once(graph, strategy=strategy, sizes=sizes, seed=seed, i=1)
    began = time.perf_counter()
    samples = list(sample_tools(graph, strategy=strategy, number=number, sizes=sizes, seed=seed))
    return samples, time.perf_counter() - began


def _look_at(
    samples: Sequence[ToolSample], graph: ToolGraph, found: _Findings, metrics: Sequence[str],
    embed_texts: EmbedTexts | None, *, share: int,
) -> None:  # fmt: skip
    row = {metric: SAMPLE_METRICS[metric](samples, graph) for metric in metrics if metric in SAMPLE_METRICS}
    if DESCRIPTIONS in metrics and embed_texts is not None:
        row[DESCRIPTIONS] = description_cosine(samples, graph, embed_texts, most=-(-EMBEDDED // share))
    found.rows.append({key: number for name, value in row.items() for key, number in flattened(name, value)})
    found.reached.append(coverage_curve(samples, graph))
    scores = (edge_score([sample], graph) for sample in samples[: -(-LOOKED_AT // share)])
    found.related += [score for score in scores if score is not None]
    places = [graph.index[tool.name] for sample in samples for tool in sample.tools]
    found.uses = found.uses + np.bincount(places, minlength=len(graph))
    if not found.pictures:
        small = [sample for sample in samples if len(sample.tools) <= LARGEST_PICTURE]
        small.sort(key=lambda sample: -min(len(sample.tools), USUAL_PICTURE))
        found.pictures = tuple(map(_picture, small[:PICTURES]))


def _aligned(
    everyone: Sequence[Sequence[Mapping[str, float | None]]], own: Sequence[Mapping[str, float | None]]
) -> list[dict[str, float | None]]:  # fmt: skip
    """Give each seed a number for every metric that any has: a rule that never fired is a share of 0."""
    names = dict.fromkeys(name for rows in everyone for row in rows for name in row)
    return [
        {name: row.get(name, 0.0 if name.startswith("rules ") else None) for name in sorted(names, key=_rank)}
        for row in own
    ]


def _rank(name: str) -> int:
    return METRICS.index(name.partition(" ")[0])


def _curve(reached: Any) -> list[tuple[int, float]]:
    """Return some points of a curve that begins at one sample, evenly spaced."""
    at = np.unique(np.linspace(0, len(reached) - 1, POINTS).round().astype(int))
    return [(int(place) + 1, round(float(reached[place]), 2)) for place in at]


def _picture(sample: ToolSample) -> Picture:
    names = [tool.name for tool in sample.tools]

    def pairs(kind: str) -> tuple[tuple[int, int], ...]:
        linked = {(names.index(edge.source), names.index(edge.target)) for edge in sample.edges if edge.kind == kind}
        return tuple(sorted(linked))

    return Picture(tuple(names), shared=pairs("P-P"), flows=pairs("P-R"))
