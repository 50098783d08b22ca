"""Measure how long each strategy takes for 10,000 samples of a large catalogue, edges among their tools included.

    python benchmarks/sampling_speed.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz

The first run embeds the catalogue's field texts (minutes for a large one). Preparation is what a strategy computes once
per graph: its first sample from a graph that has its similarities and nothing derived from them. Both are told in
seconds of the processor, which a busy machine disturbs less.
"""

import argparse
import dataclasses
import gc
import time
from collections import Counter
from functools import partial

from toolgraph.graph.embedding import embed, load_encoder
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import DEFAULT, RULES, build_graph
from toolgraph.graph.sampling import STRATEGIES, sample_tools
from toolgraph.graph.vector_cache import default_cache
from toolgraph.tools.catalogue import load_tools

SIZES = (2, 6)


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="files or directories of tools")
    parser.add_argument("--strategies", nargs="+", default=[*STRATEGIES, "mixed:walk=0.5,coverage=0.5"])
    parser.add_argument("--edges", default=DEFAULT, choices=RULES, help="what links tools")
    parser.add_argument("-n", type=int, default=10_000, help="samples per strategy")
    options = parser.parse_args()

    encoder, model_id = load_encoder()
    embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=default_cache())
    graph = build_graph(load_tools(options.tools), embed_texts, edges=options.edges, model_id=model_id)
    gc.freeze()  # as `generate` does (toolgraph/run/parallel.py): a pass of the collector over all tools takes a second
    print(f"{len(graph):,} tools, {graph.adjacency.nnz // 2:,} linked pairs; seconds for {options.n:,} samples of 2-6")
    print(f"{'strategy':<28}{'preparation':>12}{'samples':>9}{'by the clock':>14}{'tools seen':>12}  rules fired")
    for strategy in options.strategies:
        print(measured(dataclasses.replace(graph), strategy, options.n))


def measured(graph: ToolGraph, strategy: str, number: int) -> str:
    """Return the row of a strategy."""
    start = time.process_time()
    next(sample_tools(graph, strategy=strategy, number=1, sizes=SIZES, seed=0))
    ready, clock = time.process_time(), time.perf_counter()
    seen: set[str] = set()
    rules: Counter[str] = Counter()
    for sample in sample_tools(graph, strategy=strategy, number=number, sizes=SIZES, seed=1):
        seen.update(tool.name for tool in sample.tools)
        rules.update(dict(sample.rules))
    end, clock = time.process_time(), time.perf_counter() - clock
    fired = ", ".join(f"{rule} {count:,}" for rule, count in sorted(rules.items())) or "none"
    return f"{strategy:<28}{ready - start:>12.2f}{end - ready:>9.2f}{clock:>14.2f}{len(seen):>12,}  {fired}"


if __name__ == "__main__":
    main()
