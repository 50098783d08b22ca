"""Edges and samples: which tools are linked and why, and the tools chosen for one dialogue."""

from dataclasses import dataclass
from typing import Literal

from toolgraph.tools.spec import ToolSpec

EdgeKind = Literal["P-P", "P-R"]
Verdict = Literal["confirmed", "refused", "unanswered"]


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
    """What a model that was asked said of one pair of fields: an edge with the score that it had by evidence.

    `reason` says why in a sentence; of what is unanswered, what was wrong with the answer.
    """

    edge: Edge
    verdict: Verdict
    reason: str


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
