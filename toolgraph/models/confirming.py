"""The question whether an output of one tool can feed an input of another: an edge that a model confirms or refuses."""

import json
from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from toolgraph.models.request import Request
from toolgraph.tools import fields
from toolgraph.tools.edges import Edge
from toolgraph.tools.spec import ToolSpec

LONGEST_DESCRIPTION, LONGEST_SCHEMA = 2000, 2000
"""Characters of a tool's description, and of a field's schema, that are shown; the rest decides nothing."""


class EdgeAnswer(BaseModel):
    """A verdict on an edge: first why, then yes or no."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=1)
    """One sentence on what decides it, written before the verdict."""
    feeds: bool = Field(strict=True)
    """Whether the output can be handed on; `"true"` and `1` are no answer."""


class EdgeRequest(Request[EdgeAnswer]):
    """Asks whether a field that `source` returns can be handed to `target` as one of its parameters."""

    answer: ClassVar[type[BaseModel]] = EdgeAnswer
    prompt: ClassVar[str] = "edge"

    source: ToolSpec
    target: ToolSpec
    source_field: str
    """Which of the values that `source` returns, as a JSON Pointer with `*` for each entry of a list."""
    target_field: str
    """Which parameter of `target`, as a JSON Pointer."""
    complaint: str = ""
    """What was wrong with the last answer, when the step is tried again."""

    @classmethod
    def about(cls, edge: Edge, source: ToolSpec, target: ToolSpec) -> Self:
        """Return the question about a P-R edge."""
        names = "/".join((edge.source, edge.source_field, edge.target, edge.target_field))
        return cls(
            key=f"edge/{names}", source=source, target=target, source_field=edge.source_field,
            target_field=edge.target_field,
        )  # fmt: skip

    def prompt_fields(self) -> dict[str, str]:
        """Each tool by name and description, each field by its place, whether it is always there, and its schema."""
        return {
            **super().prompt_fields(),
            "source": _tool_text(self.source),
            "target": _tool_text(self.target),
            "source_field": _field_text(self.source.return_fields, self.source_field, "always there", "may be missing"),
            "target_field": _field_text(self.target.parameter_fields, self.target_field, "required", "optional"),
        }


def _tool_text(tool: ToolSpec) -> str:
    description = tool.description.strip()[:LONGEST_DESCRIPTION]
    return f"`{tool.name}`: {description}" if description else f"`{tool.name}`"


def _field_text(known: Sequence[fields.Field], pointer: str, required: str, optional: str) -> str:
    field = next(field for field in known if field.pointer == pointer)
    schema = json.dumps(field.schema, ensure_ascii=False)[:LONGEST_SCHEMA]
    return f"`{field.pointer}` ({required if field.is_required else optional}), with the JSON Schema {schema}"
