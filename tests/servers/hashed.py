"""A graph without an embedding model: equal texts are linked, and no others."""

import hashlib
from collections.abc import Sequence

import numpy as np

from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import build_graph
from toolgraph.run.config import RunConfig
from toolgraph.run.progress import Progress
from toolgraph.tools.spec import ToolSpec


def hashed_vectors(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors that are equal for equal texts and far apart for others."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
    vectors = np.array([np.random.default_rng(seed).normal(size=32) for seed in seeds], np.float32).reshape(-1, 32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def link(tools: Sequence[ToolSpec], config: RunConfig, progress: Progress) -> ToolGraph:
    """Link as the pipeline does, but with hashed vectors."""
    edges = "typed" if config.edges == "confirmed" else config.edges
    return build_graph(tools, hashed_vectors, edges=edges, threshold=config.threshold, model_id="hashed")
