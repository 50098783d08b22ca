"""The rules by which edges are made, by name: `typed`, `toolflow`, the published one, and `confirmed`, asked about."""

import difflib
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from toolgraph.errors import ConfigError
from toolgraph.graph import graph
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.graph import EdgesRule, ToolGraph, build_tool_graph, require_threshold
from toolgraph.graph.typed import build
from toolgraph.graph.typed.build import build_typed_graph
from toolgraph.tools.spec import ToolSpec

RULES: tuple[EdgesRule, ...] = ("typed", "toolflow", "confirmed")
DEFAULT: EdgesRule = "typed"
THRESHOLDS: dict[str, float] = {"typed": build.THRESHOLD, "toolflow": graph.THRESHOLD, "confirmed": build.THRESHOLD}
"""The score above which there is an edge, where nobody names another."""


def build_graph(
    tools: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors],
    *, edges: str = DEFAULT, threshold: float | None = None, model_id: str = "", is_approximate: bool | None = None,
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools` by a rule; without a threshold it is the rule's own.

    `is_approximate` says how pairs are looked for (`similar_blocks`).

    Raises:
        ConfigError: the rule is unknown or asks a model, or the threshold lies outside 0 to 1.
    """
    make = build_tool_graph if require_unasked_rule(edges) == "toolflow" else build_typed_graph
    least = threshold_of(edges, threshold)
    with collecting_no_garbage():
        return make(tools, embed_texts, threshold=least, model_id=model_id, is_approximate=is_approximate)


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Spare the search for cycles, of which a build makes none: among millions of fields it is a third of the time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def threshold_of(edges: str, threshold: float | None) -> float:
    """Return a threshold, or the rule's own where there is none.

    Raises:
        ConfigError: the threshold lies outside 0 to 1.
    """
    if threshold is None:
        return THRESHOLDS[edges]
    require_threshold(threshold)
    return threshold


def require_rule(name: str) -> EdgesRule:
    """Return the rule of a name.

    Raises:
        ConfigError: there is none.
    """
    for rule in RULES:
        if rule == name:
            return rule
    near = difflib.get_close_matches(name, RULES, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise ConfigError(f"there are no edges '{name}'; expected {', '.join(RULES[:-1])} or {RULES[-1]}{hint}")


def require_unasked_rule(name: str) -> EdgesRule:
    """Return the rule of a name, which links tools without asking anybody.

    Raises:
        ConfigError: there is none, or it asks a model.
    """
    rule = require_rule(name)
    if rule == "confirmed":
        raise ConfigError(
            "edges are confirmed beforehand, by a model or by calls: make the graph with toolgraph graph --edges "
            "confirmed --model NAME (or --execute) --out DIR, and name it with --graph DIR"
        )
    return rule
