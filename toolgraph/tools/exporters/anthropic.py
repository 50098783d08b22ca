"""Anthropic's `tools`: `{"name", "description", "input_schema"}`, in a list."""

import re
from collections.abc import Sequence
from typing import Any

from toolgraph.tools.exporters.schemas import arguments_schema
from toolgraph.tools.spec import ToolSpec

TITLE = "Anthropic tools"
SURVIVES = frozenset({"name", "description", "parameters"})
NAMES = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def write(tools: Sequence[ToolSpec]) -> list[Any]:
    """Return the list that goes into the `tools` of a request."""
    return [
        {"name": tool.name, "description": tool.description, "input_schema": arguments_schema(tool)} for tool in tools
    ]
