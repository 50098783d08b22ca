"""MCP: the result of a server's `tools/list`, with effects as annotations."""

import re
from collections.abc import Sequence
from typing import Any

from toolgraph.tools.exporters.schemas import arguments_schema, result_schema
from toolgraph.tools.spec import Effects, ToolSpec

TITLE = "MCP tools/list"
SURVIVES = frozenset({"name", "description", "parameters", "returns", "effects"})
NAMES = re.compile(r"[a-zA-Z0-9._-]{1,128}")
ANNOTATIONS: dict[Effects, dict[str, bool]] = {
    "reads": {"readOnlyHint": True},
    "writes": {"readOnlyHint": False, "destructiveHint": False},
    "deletes": {"readOnlyHint": False, "destructiveHint": True},
    "unknown": {},
}
"""What MCP says of each effect; both hints, because a tool that says nothing of `destructiveHint` counts as one."""


def write(tools: Sequence[ToolSpec]) -> dict[str, Any]:
    """Return what a server answers to `tools/list`."""
    return {"tools": [_tool(tool) for tool in tools]}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": tool.name, "description": tool.description, "inputSchema": arguments_schema(tool)
    }  # fmt: skip
    returns = result_schema(tool)
    if returns is not None:
        written["outputSchema"] = returns
    if ANNOTATIONS[tool.effects]:
        written["annotations"] = ANNOTATIONS[tool.effects]
    return written
