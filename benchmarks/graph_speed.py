"""Measure how fast the graph of a catalogue is built and walked, against the embedding model and the bare products.

    python benchmarks/graph_speed.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz --edges typed [--cold]

The limit is the time the model itself takes for the texts that have no vector yet, and that of the products of all
distinct texts, looked at by nobody. With `--cold` the cache is empty (minutes for a large catalogue); without, a first
run fills the user's, and a second one measures the warm build.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from toolgraph.graph.embedding import Encoder, Vectors, embed, load_encoder
from toolgraph.graph.rules import DEFAULT, RULES, build_graph
from toolgraph.graph.sampling import sample_tools
from toolgraph.graph.similarity import COLUMNS, ROWS
from toolgraph.graph.strategies import RandomWalk
from toolgraph.graph.vector_cache import VectorCache, default_cache
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import load_tools

WALKS = 10_000
SAMPLES = 1_000


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="catalogues of tools")
    parser.add_argument("--edges", default=DEFAULT, choices=RULES, help="what links tools")
    parser.add_argument("--cold", action="store_true", help="begin with an empty cache of embeddings")
    options = parser.parse_args()
    seconds: dict[str, float] = {}
    of_cores: dict[str, float] = {}

    with timed(seconds, "read the catalogue"):
        tools = load_tools(options.tools)
    loaded, model_id = load_encoder()
    encoder = Stopwatch(loaded)
    with TemporaryDirectory() as empty:
        cache = VectorCache(Path(empty)) if options.cold else default_cache()
        embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=cache)
        with timed(seconds, "build", of_cores):
            graph = build_graph(tools, embed_texts, edges=options.edges, model_id=model_id)
            edges = graph.shared.nnz // 2, graph.flows.nnz, graph.adjacency.nnz // 2
    with timed(seconds, "walks"):
        for number in range(WALKS):
            generator = rng(0, "sample", number)
            RandomWalk().sample(graph, min(len(graph), generator.randint(2, 6)), generator)
    with timed(seconds, "samples"):
        for _ in sample_tools(graph, strategy="walk", number=SAMPLES, sizes=(2, 6), seed=0):
            pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024

    taken = {field.text for tool in tools for field in tool.parameter_fields}
    given = {field.text for tool in tools if not tool.are_returns_guessed for field in tool.return_fields}
    parameters, returns = random_units(len(taken)), random_units(len(given))
    with timed(seconds, "bare products", of_cores):
        multiply(parameters, parameters, is_symmetric=True)
        multiply(returns, parameters, is_symmetric=False)
    pairs = len(parameters) * (len(parameters) / 2 + len(returns))

    print(f"tools                {len(graph):>12,}")
    print(f"distinct field texts {len(parameters):>12,} of parameters, {len(returns):,} of returns")
    print(f"tool pairs           {edges[0]:>12,} P-P, {edges[1]:,} P-R, {edges[2]:,} linked")
    print(f"read the catalogue   {seconds['read the catalogue']:>12.2f} s")
    print(f"bare products        {seconds['bare products']:>12.2f} s ({2 * 384 * pairs / 1e12:.2f} TFLOP in float32)")
    print(f"model                {encoder.seconds:>12.2f} s ({encoder.texts:,} texts that were not in the cache)")
    print(f"build, {options.edges:<14}{seconds['build']:>12.2f} s (fields, vectors, products, edges, links of tools)")
    print(f"build / limit        {seconds['build'] / (encoder.seconds + seconds['bare products']):>12.2f}")
    print(f"processor time       {of_cores['build']:>12.2f} s to build, {of_cores['bare products']:.2f} s the products")
    print(f"the same, ratio      {of_cores['build'] / of_cores['bare products']:>12.2f} (a warm build)")
    print(f"peak memory          {peak:>12.2f} GiB")
    print(f"{WALKS:,} walks         {seconds['walks']:>12.2f} s")
    print(f"{SAMPLES:,} samples        {seconds['samples']:>12.2f} s (walks with their edges)")


class Stopwatch:
    """An encoder, and how long it took for how many texts."""

    def __init__(self, encoder: Encoder) -> None:
        self.seconds, self.texts, self._encoder = 0.0, 0, encoder

    def encode(self, sentences: list[str], **options: Any) -> Any:
        """Return what the encoder returns."""
        start = time.perf_counter()
        vectors = self._encoder.encode(sentences, **options)
        self.seconds += time.perf_counter() - start
        self.texts += len(sentences)
        return vectors


@contextmanager
def timed(seconds: dict[str, float], name: str, of_cores: dict[str, float] | None = None) -> Iterator[None]:
    """Note how many seconds the block took, and if asked how many of all cores, which a busy machine disturbs less."""
    start, start_of_cores = time.perf_counter(), time.process_time()
    yield
    seconds[name] = time.perf_counter() - start
    if of_cores is not None:
        of_cores[name] = time.process_time() - start_of_cores


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
