"""The tools that a record offers: written as OpenAI writes them, read in any way that catalogues are read."""

import json
from functools import lru_cache
from typing import Any

from toolgraph.errors import FormatError, ToolSpecError
from toolgraph.tools.catalogue import parse_tools
from toolgraph.tools.spec import ToolSpec


def write_tool(tool: ToolSpec) -> dict[str, Any]:
    """Return a tool as a function in OpenAI's shape; what a tool returns has no place there."""
    return {"type": "function", "function": write_function(tool)}


def write_function(tool: ToolSpec) -> dict[str, Any]:
    """Return a tool's name, description and parameters."""
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}


def read_tools(entries: Any, where: str) -> tuple[ToolSpec, ...]:
    """Return the tools of a record; none where it has no list of them.

    Dialogues of one file offer the same tools again and again, so that equal entries give one and the same ToolSpec.

    Raises:
        FormatError: an entry is not a tool.
    """
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise FormatError(f"{where}: 'tools' must be a list, found {type(entries).__name__}")
    file = where.split(", line ")[0]
    tools: list[ToolSpec] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise FormatError(f"{where}, tool {number}: expected a tool (an object), found {type(entry).__name__}")
        try:
            tools.extend(_read_tool(json.dumps(entry), file))
        except ToolSpecError as error:
            reason = str(error).removeprefix(f"{file}: ")
            raise FormatError(f"{where}, tool {number}: {reason}") from error
    return tuple(tools)


@lru_cache(maxsize=16384)
def _read_tool(entry: str, file: str) -> tuple[ToolSpec, ...]:
    """The one tool of an entry; an entry may be an object with a list of them as well."""
    return parse_tools(json.loads(entry), where=file)
