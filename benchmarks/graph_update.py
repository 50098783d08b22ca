"""Measure what it costs to add tools to a graph, and how far the result lies from a graph built of all tools.

    python benchmarks/graph_update.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz --edges typed

For each seed 100 tools are left out, the graph of the others is built, and they are added. Seconds are of the cores,
with all vectors in the user's cache, which a first run fills. The catalogue is read anew for each seed, so that each
build, and each addition, reads the fields of its tools, as those of new tools do.
"""

import argparse
import random
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from toolgraph.graph.embedding import embed, load_encoder
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import DEFAULT, RULES, build_graph
from toolgraph.graph.updating import add_tools
from toolgraph.graph.vector_cache import default_cache
from toolgraph.tools.catalogue import load_tools

ADDED = 100


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="catalogues of tools")
    parser.add_argument("--edges", default=DEFAULT, choices=RULES, help="what links tools")
    parser.add_argument("--seeds", type=int, default=3, help="how often 100 tools are left out")
    options = parser.parse_args()

    encoder, model_id = load_encoder()
    embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=default_cache())
    build = partial(build_graph, embed_texts=embed_texts, edges=options.edges, model_id=model_id)
    print(
        f"{'seed':>4}{'build':>10}{'add':>9}{'of it':>8}{'linked pairs':>14}{'differ':>8}  largest difference of scores"
    )
    for seed in range(options.seeds):
        tools = load_tools(options.tools, rename_duplicates=True)
        added = [tools[place] for place in random.Random(seed).sample(range(len(tools)), ADDED)]
        names = {tool.name for tool in added}
        known = [tool for tool in tools if tool.name not in names]
        graph, built = timed(lambda known=known: build(known))
        grown, took = timed(lambda graph=graph, added=added: add_tools(graph, added, embed_texts))
        whole = build([*known, *added])
        linked = grown.adjacency.nnz, whole.adjacency.nnz, grown.adjacency.multiply(whole.adjacency).nnz
        differ = (linked[0] + linked[1] - 2 * linked[2]) // 2
        print(
            f"{seed:>4}{built:>8.2f} s{took:>7.2f} s{took / built:>8.1%}{linked[1] // 2:>14,}{differ:>8,}"
            f"  {largest_difference(grown, whole):.4f}",
            flush=True,
        )


def timed(make: Callable[[], ToolGraph]) -> tuple[ToolGraph, float]:
    """Return a graph and the seconds of the cores that it took."""
    start = time.process_time()
    return make(), time.process_time() - start


def largest_difference(one: ToolGraph, other: ToolGraph) -> float:
    """Return the largest difference of the scores of two fields that both graphs hold to be above the threshold."""
    found = 0.0
    for a, b in ((one.alike, other.alike), (one.feeds, other.feeds)):
        both = a.astype(bool).multiply(b.astype(bool))
        found = max(found, float(np.abs((a - b).multiply(both)).max()))
    return found


if __name__ == "__main__":
    main()
