"""toolgraph's own format: the fields of a ToolSpec, by name."""

import re
from collections.abc import Sequence
from typing import Any

from toolgraph.tools.spec import ToolSpec

TITLE = "toolgraph's own, JSON Lines"
SURVIVES = frozenset(ToolSpec.model_fields)
NAMES = re.compile(r".+", re.DOTALL)


def write(tools: Sequence[ToolSpec]) -> list[Any]:
    """Return the tools as they are."""
    return [tool.model_dump(mode="json") for tool in tools]
