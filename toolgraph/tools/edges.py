"""Edges and samples: which tools are linked and why, and the tools chosen for one dialogue."""

from dataclasses import dataclass
from typing import Literal

from toolgraph.tools.spec import ToolSpec

EdgeKind = Literal["P-P", "P-R"]
Verdict = Literal["confirmed", "refused", "undecided"]
Judge = Literal["model", "trial"]
"""Who confirms edges: a model that was asked, or calls that were made."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two tools, with the pair of fields that made it.

    A `P-P` edge joins two parameters and has no direction. A `P-R` edge runs from the tool that returns
    `source_field` to the tool that takes `target_field`. Fields are named by their pointers; `score` is how
    likely it is that they belong together, in 0 to 1, or with the edges of ToolFlow the cosine of their texts.
    """

    kind: EdgeKind
    source: str
    target: str
    source_field: str
    target_field: str
    score: float


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a model that was asked, or a trial, says of one pair of fields: an edge with the score it had by evidence.

    `reason` says why in a sentence; of what is undecided, what was wrong with the answer, or why a trial shows nothing.
    """

    edge: Edge
    verdict: Verdict
    reason: str
    by: Judge = "model"


@dataclass(frozen=True, slots=True)
class ToolSample:
    """The tools of one dialogue, in the order in which they were sampled, and the edges among them.

    `rules` counts how often a strategy had to leave its path, by the name of the rule (see `sampling`).
    """

    id: str
    strategy: str
    tools: tuple[ToolSpec, ...]
    edges: tuple[Edge, ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
