"""Schemas for other software: as their owner wrote them where they are JSON Schema, and in standard form where not."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import ToolSpec

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def arguments_schema(tool: ToolSpec) -> Schema:
    """Return the schema of a tool's arguments, which has `"type": "object"` at its root as everybody asks for."""
    schema = tool.parameters if _is_sound(tool.parameters, tool.input_schema) else tool.input_schema
    return schema if schema.get("type") == "object" else {**schema, "type": "object"}


def result_schema(tool: ToolSpec) -> Schema | None:
    """Return the schema of a tool's results as its owner states it; none where toolgraph only inferred one."""
    if tool.returns is None or tool.output_schema is None or tool.returns_inferred:
        return None
    return tool.returns if _is_sound(tool.returns, tool.output_schema) else tool.output_schema


def _is_sound(schema: Mapping[str, Any], standard: Schema) -> bool:
    """Whether any JSON Schema validator takes `schema`; what equals its standard form need not be asked."""
    return schema == standard or _metaschema().is_valid(schema)


@cache
def _metaschema() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(Draft202012Validator.META_SCHEMA)
