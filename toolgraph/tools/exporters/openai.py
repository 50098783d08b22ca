"""OpenAI's `tools`: `{"type": "function", "function": {"name", "description", "parameters"}}`, in a list."""

import re
from collections.abc import Sequence
from typing import Any

from toolgraph.tools.exporters.schemas import arguments_schema
from toolgraph.tools.spec import ToolSpec

TITLE = "OpenAI tools"
SURVIVES = frozenset({"name", "description", "parameters"})
NAMES = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def write(tools: Sequence[ToolSpec]) -> list[Any]:
    """Return the list that goes into the `tools` of a request; OpenAI refuses a key for what a tool returns."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": arguments_schema(tool)},
        }
        for tool in tools
    ]
