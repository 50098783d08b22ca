"""Build the graph of very many tools, made from real ones, and add some more to it.

    python benchmarks/graph_scale.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz --tools-count 1000000

Each time the catalogue has been gone through, every third longer word of its descriptions is replaced by another of the
catalogue, always the same one for a word: another world of APIs, built alike. Fields without a description stay, as
`id` and `page` do in the world. The edges are those of the published rule, between texts; links between tools, which
follow from these, are not made: of a text that half a million tools have there are more than fit anywhere.
"""

import argparse
import hashlib
import re
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from toolgraph.graph.embedding import embed, load_encoder
from toolgraph.graph.rules import DEFAULT, RULES, build_graph
from toolgraph.graph.updating import add_tools
from toolgraph.graph.vector_cache import VectorCache, default_cache
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.spec import ToolSpec

ADDED = 100
WORD = re.compile(r"[^\W\d_]{4,}")


def main() -> None:
    """Build, and print how long it took and how much memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="catalogues of real tools")
    parser.add_argument("--tools-count", type=int, default=100_000, help="tools to make of them")
    parser.add_argument("--embedder", default="static:embedded", help="what turns texts into vectors")
    parser.add_argument("--edges", default=DEFAULT, choices=RULES, help="what links tools")
    parser.add_argument("--threshold", type=float, help="score above which there is an edge")
    parser.add_argument("--warm", action="store_true", help="have all vectors in the user's cache, instead of none")
    search = parser.add_mutually_exclusive_group()
    search.add_argument("--ann", action="store_true", help="search with the approximate index, however few the texts")
    search.add_argument("--exact", action="store_true", help="compare all texts, however many")
    options = parser.parse_args()

    start = time.perf_counter()
    real = load_tools(options.tools, rename_duplicates=True)
    report("read the catalogue", start)
    start = time.perf_counter()
    tools = list(synthetic_tools(real, options.tools_count + ADDED))
    del real
    report("make the tools", start)

    encoder, model_id = load_encoder(options.embedder)
    encoder.encode(["the model is loaded now"])
    is_approximate = True if options.ann else False if options.exact else None
    with TemporaryDirectory() as empty:
        vectors = default_cache() if options.warm else VectorCache(Path(empty))
        embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=vectors)
        if options.warm:
            build_graph(tools[-ADDED:], embed_texts, edges=options.edges)
        start, cores = time.perf_counter(), time.process_time()
        graph = build_graph(
            tools[:-ADDED], embed_texts, edges=options.edges, threshold=options.threshold, model_id=model_id,
            is_approximate=is_approximate,
        )  # fmt: skip
        report("build", start)
        built = time.process_time() - cores
        print(f"tools                {len(graph):>12,}")
        print(f"rows of the scores   {graph.alike.shape[0]:>12,} of parameters, {graph.feeds.shape[0]:,} of returns")
        print(f"scores above         {graph.alike.nnz:>12,} P-P (both ways), {graph.feeds.nnz:,} P-R", flush=True)
        if options.edges == "typed":
            start = time.perf_counter()
            print(f"linked pairs         {graph.adjacency.nnz // 2:>12,}")
            report("links of tools", start)
        start, cores = time.perf_counter(), time.process_time()
        add_tools(graph, tools[-ADDED:], embed_texts)
        report(f"add {ADDED} tools", start)
    print(f"add / build          {(time.process_time() - cores) / built:>12.1%} (in seconds of cores)")


def report(name: str, start: float) -> None:
    """Print how long a step took, with the most memory that the process had so far."""
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2)
    print(
        f"{name:<20} {seconds:>12.2f} s, peak memory {peak:.2f} GiB, {time.process_time():.0f} s of cores", flush=True
    )


def synthetic_tools(real: Sequence[ToolSpec], count: int) -> Iterator[ToolSpec]:
    """Yield tools made from real ones, which come first, unchanged."""
    words = sorted({word.lower() for tool in real for word in WORD.findall(tool.description)})
    for number in range(count):
        world, place = divmod(number, len(real))
        tool = real[place]
        yield tool if not world else in_world(tool, world, words)


def in_world(tool: ToolSpec, world: int, words: list[str]) -> ToolSpec:
    """Return a tool as it is called and described in another world."""

    @cache
    def instead(word: str) -> str:
        number = int.from_bytes(hashlib.blake2b(f"{world} {word.lower()}".encode(), digest_size=8).digest())
        return words[number // 3 % len(words)] if number % 3 == 0 else word

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: WORD.sub(lambda found: instead(found[0]), part)
                if key == "description" and isinstance(part, str) else changed(part)
                for key, part in value.items()
            }  # fmt: skip
        return [changed(part) for part in value] if isinstance(value, list) else value

    origin = tool.origin.model_copy(update={"api": f"{world}/{tool.origin.api}" if tool.origin.api else ""})
    return tool.model_copy(update={
        "name": f"{tool.name}_w{world}", "description": WORD.sub(lambda found: instead(found[0]), tool.description),
        "parameters": changed(tool.parameters), "returns": changed(tool.returns), "origin": origin,
    })  # fmt: skip


if __name__ == "__main__":
    main()
