"""Constraints: what `Field(ge=1)`, `Ge(1)`, `Doc("...")` and the like say of a value, as JSON Schema keywords."""

import ast
from typing import Any

from toolgraph.tools.importers.python_scope import UNREADABLE, Scope

FIELD_CALLS = frozenset(
    {"Field", "Query", "Body", "Path", "Header", "Cookie", "Form", "Param", "field", "ib", "attrib"}
)
"""The calls that stand where a default stands and say more: of pydantic, FastAPI, dataclasses and attrs."""
_KEYWORDS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf", "min_length": "minLength", "max_length": "maxLength", "min_items": "minItems",
    "max_items": "maxItems", "pattern": "pattern", "regex": "pattern", "description": "description",
    "title": "title", "examples": "examples",
}  # fmt: skip
_MARKS = {
    "Ge": ("ge",), "Gt": ("gt",), "Le": ("le",), "Lt": ("lt",), "MultipleOf": ("multiple_of",),
    "MinLen": ("min_length",), "MaxLen": ("max_length",), "Len": ("min_length", "max_length"),
    "Interval": ("gt", "ge", "lt", "le"), "Doc": ("description",), "StringConstraints": (),
}  # fmt: skip
_NUMERIC = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems"})
_TEXTS = frozenset({"pattern", "description", "title"})


def said_by(node: ast.expr, scope: Scope) -> dict[str, Any]:
    """Return the keywords that a mark inside `Annotated`, or a call in place of a default, stands for.

    A bare text is a description.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {"description": node.value}
    if not isinstance(node, ast.Call):
        return {}
    name = scope.last_name(node)
    if name in FIELD_CALLS:
        positional: tuple[str, ...] = ()
    elif name in _MARKS:
        positional = _MARKS[name]
    else:
        return {}
    given = dict(zip(positional, node.args, strict=False))
    given.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg})
    said = {_KEYWORDS[key]: scope.value(value) for key, value in given.items() if key in _KEYWORDS}
    return {keyword: value for keyword, value in said.items() if _is_sound(keyword, value)}


def constrained(schema: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with keywords added; lengths of a list count its items."""
    if schema.get("type") == "array" or (isinstance(schema.get("type"), list) and "array" in schema["type"]):
        items = {"minLength": "minItems", "maxLength": "maxItems"}
        said = {items.get(keyword, keyword): value for keyword, value in said.items()}
    return {**schema, **said}


def _is_sound(keyword: str, value: Any) -> bool:
    if value is UNREADABLE:
        return False
    if keyword in _NUMERIC:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if keyword in _COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) if keyword in _TEXTS else isinstance(value, list)
