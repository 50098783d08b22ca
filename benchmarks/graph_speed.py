"""Measure how fast the graph of a catalogue is built and walked, against the bare similarity products.

    python benchmarks/graph_speed.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz

The first run embeds the catalogue's field texts (minutes for a large one); what is measured starts from a warm cache.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from toolgraph.graph.embedding import Vectors, embed, load_encoder
from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.sampling import sample_tools
from toolgraph.graph.similarity import COLUMNS, ROWS
from toolgraph.graph.strategies import RandomWalk
from toolgraph.graph.vector_cache import default_cache
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import load_tools

WALKS = 10_000
SAMPLES = 1_000


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="catalogues of tools")
    parser.add_argument("--embed-only", action="store_true", help="fill the cache and stop (what the first run does)")
    options = parser.parse_args()
    seconds: dict[str, float] = {}

    with timed(seconds, "read the catalogue"):
        tools = load_tools(options.tools)
    encoder, model_id = load_encoder()
    embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=default_cache())
    if options.embed_only:
        build_tool_graph(tools, embed_texts, threshold=1)
        return
    with timed(seconds, "build"):
        graph = build_tool_graph(tools, embed_texts, model_id=model_id)
        edges = graph.shared.nnz // 2, graph.flows.nnz, graph.adjacency.nnz // 2
    with timed(seconds, "walks"):
        for number in range(WALKS):
            generator = rng(0, "sample", number)
            RandomWalk().sample(graph, min(len(graph), generator.randint(2, 6)), generator)
    with timed(seconds, "samples"):
        for _ in sample_tools(graph, strategy="walk", number=SAMPLES, sizes=(2, 6), seed=0):
            pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024

    parameters, returns = (random_units(count) for count in graph.feeds.shape[::-1])
    with timed(seconds, "bare products"):
        multiply(parameters, parameters, is_symmetric=True)
        multiply(returns, parameters, is_symmetric=False)
    pairs = len(parameters) * (len(parameters) / 2 + len(returns))

    print(f"tools                {len(graph):>12,}")
    print(f"distinct field texts {len(parameters):>12,} of parameters, {len(returns):,} of returns")
    print(f"tool pairs           {edges[0]:>12,} P-P, {edges[1]:,} P-R, {edges[2]:,} linked")
    print(f"read the catalogue   {seconds['read the catalogue']:>12.2f} s")
    print(f"bare products        {seconds['bare products']:>12.2f} s ({2 * 384 * pairs / 1e12:.2f} TFLOP in float32)")
    print(f"build                {seconds['build']:>12.2f} s (fields, vectors from the cache, products, links)")
    print(f"build / products     {seconds['build'] / seconds['bare products']:>12.2f}")
    print(f"peak memory          {peak:>12.2f} GiB")
    print(f"{WALKS:,} walks         {seconds['walks']:>12.2f} s")
    print(f"{SAMPLES:,} samples        {seconds['samples']:>12.2f} s (walks with their edges)")


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how many seconds the block took."""
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start


def random_units(count: int) -> Vectors:
    """Return vectors of the shape that was compared; what a product costs does not depend on their values."""
    vectors = np.random.default_rng(0).standard_normal((count, 384), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def multiply(left: Vectors, right: Vectors, *, is_symmetric: bool) -> None:
    """Do the products of the build in its blocks and look at no result."""
    memory = np.empty(ROWS * COLUMNS, np.float32)
    for top in range(0, len(left), ROWS):
        rows = left[top : top + ROWS]
        for start in range(top if is_symmetric else 0, len(right), COLUMNS):
            columns = right[start : start + COLUMNS]
            np.matmul(rows, columns.T, out=memory[: len(rows) * len(columns)].reshape(len(rows), len(columns)))


if __name__ == "__main__":
    main()
