"""From evidence to a score in 0 to 1: a weighted sum through the logistic function."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolgraph.tools.edges import EdgeKind

WEIGHTS = Path(__file__).with_name("weights.json")
"""What `benchmarks/edges.py --fit` writes."""


@dataclass(frozen=True, slots=True)
class Combiner:
    """The weights of one kind of edge, and the sum at which an edge is as likely as not."""

    weights: Mapping[str, float]
    even: float

    def total(self, evidence: Iterable[tuple[str, NDArray[np.float32]]]) -> NDArray[np.float32]:
        """Return the weighted sum of pieces of evidence, arrays that broadcast."""
        total = np.zeros((), np.float32)
        for name, values in evidence:
            total = total + np.float32(self.weights[name]) * values
        return total

    def score(self, totals: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return weighted sums as scores in 0 to 1."""
        exponents = np.asarray(self.even - totals, np.float32)
        return np.float32(1) / (np.float32(1) + np.exp(exponents, dtype=np.float32))

    def total_at(self, score: float) -> float:
        """Return the weighted sum that has a score; infinite at 0 and 1."""
        if score <= 0:
            return -np.inf
        return float(np.inf if score >= 1 else self.even + np.log(score / (1 - score)))


@cache
def shipped(kind: EdgeKind) -> Combiner:
    """Return the combiner that ships with toolgraph."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))[kind]
    return Combiner(stored["weights"], stored["even"])
