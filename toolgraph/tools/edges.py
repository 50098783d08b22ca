"""Edges and samples: which tools are linked and why, and the tools chosen for one dialogue."""

from dataclasses import dataclass
from typing import Literal

from toolgraph.tools.spec import ToolSpec

EdgeKind = Literal["P-P", "P-R"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two tools, with the pair of fields that made it.

    A `P-P` edge joins two parameters and has no direction. A `P-R` edge runs from the tool that returns
    `source_field` to the tool that takes `target_field`. Fields are named by their pointers; `score` is the cosine
    similarity of their texts, in -1 to 1.
    """

    kind: EdgeKind
    source: str
    target: str
    source_field: str
    target_field: str
    score: float


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
