"""Exporters: one file per way of describing tools to other software, in the table `EXPORTERS`.

| form | what survives export and import |
|---|---|
| `toolgraph` | everything |
| `openai`, `anthropic` | name, description, parameters |
| `mcp` | name, description, parameters, returns, effects |
| `openapi` | name, description, parameters, returns, effects, origin but for its file |

Parameters and returns survive to the letter where they are JSON Schema with an object at their root, and in standard
form (see `toolgraph.tools.standard`) where they are not; OpenAPI holds the definitions of all tools in one place and so
may rename one. Returns that toolgraph only inferred are no part of what the owner says, and only our own format holds
them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from toolgraph.tools.exporters import anthropic, mcp, native, openai, openapi
from toolgraph.tools.spec import ToolSpec


class Exporter(Protocol):
    """What an exporter module offers."""

    TITLE: str
    """What it writes, for people."""
    SURVIVES: frozenset[str]
    """The fields of a ToolSpec that are the same after import."""
    NAMES: re.Pattern[str]
    """The names that software reading this form accepts, as a whole."""

    def write(self, tools: Sequence[ToolSpec]) -> Any:
        """Return the tools as one JSON document; the native one as the list of its lines."""
        ...


EXPORTERS: Mapping[str, Exporter] = {
    "openai": openai, "anthropic": anthropic, "mcp": mcp, "openapi": openapi, "toolgraph": native,
}  # fmt: skip
"""By name."""


def tools_text(tools: Sequence[ToolSpec], form: str) -> str:
    """Return tools in one of the forms of `EXPORTERS`, as the text of a file.

    >>> print(tools_text([ToolSpec(name="now", description="The time.")], "anthropic"))
    [
      {
        "name": "now",
        "description": "The time.",
        "input_schema": {
          "type": "object",
          "properties": {}
        }
      }
    ]
    <BLANKLINE>
    """
    document = EXPORTERS[form].write(tools)
    if form == "toolgraph":
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in document)
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def lost_fields(tools: Sequence[ToolSpec], form: str) -> dict[str, int]:
    """Return the fields that a form has no place for, and how many of the tools state something there."""
    lost = sorted(ToolSpec.model_fields.keys() - EXPORTERS[form].SURVIVES)
    counts = {name: sum(getattr(tool, name) != _default(name) for tool in tools) for name in lost}
    return {name: count for name, count in counts.items() if count}


def refused_names(tools: Sequence[ToolSpec], form: str) -> tuple[str, ...]:
    """Return the names that software reading a form refuses; they are written all the same, as the tools' own."""
    return tuple(tool.name for tool in tools if not EXPORTERS[form].NAMES.fullmatch(tool.name))


def _default(name: str) -> Any:
    return ToolSpec.model_fields[name].get_default()
