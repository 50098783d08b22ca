"""The strategy `mixed`: some samples by one strategy, some by another."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.strategies.strategy import Drawn, SamplingStrategy, Series, draw


class Mixed(Series):
    """Several strategies by turns, in fixed proportions.

    Each part draws its own samples 1, 2, 3 and so on, those that it would draw alone: with halves of `walk` and
    `coverage`, 2,000 samples are the first 1,000 of the one and the first 1,000 of the other.

    Good for data that must have several qualities, as chains to follow and a whole API seen.
    """

    def __init__(self, parts: Sequence[tuple[SamplingStrategy | Series, Fraction]]) -> None:
        """Take the strategies with their shares, which are positive and need not add up to 1."""
        self._parts = tuple(parts)

    def draw(self, graph: ToolGraph, i: int, *, sizes: tuple[int, int], seed: int) -> Drawn:
        """Return sample number `i`: a sample of the part whose turn it is."""
        rest = sum(share for _, share in self._parts)
        for strategy, share in self._parts:
            own, before = floor(i * share / rest), floor((i - 1) * share / rest)
            if own > before:
                return draw(strategy, graph, own, sizes=sizes, seed=seed)
            i -= own
            rest -= share
        raise AssertionError("the last part takes all that is left")
