"""The body of an operation: an object whose fields become parameters, or one parameter of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_responses import schema_of_content
from toolgraph.tools.importers.openapi_schemas import Collected, Schemas
from toolgraph.tools.schema import Schema

_PLAIN = frozenset(
    "type properties required additionalProperties description title example examples nullable default xml "
    "externalDocs discriminator deprecated readOnly writeOnly $schema $id $comment $defs definitions".split()
)
"""What an object schema may say for its fields to stand among the parameters and mean the same."""
_MAX_PARTS = 50
Placed = tuple[Mapping[str, Any], str]
"""A part of a document, and the address of the document."""


@dataclass(slots=True)
class Body:
    """A body, converted."""

    schema: Any
    """The whole of it."""
    is_required: bool
    fields: Schema | None = None
    """An object schema equal to it, whose properties can stand among other parameters; none if it has no such form."""
    whole: Schema | None = None
    """The body as its owner wrote it, where that is an object, so that it can be the whole of the parameters."""
    is_empty: bool = False
    """Whether it is an object declared to have no fields."""
    repairs: tuple[str, ...] = ()


def body_of(operation: Mapping[str, Any], base: str, schemas: Schemas, collected: Collected) -> Body | None:
    """Return the body of an OpenAPI 3 operation, or none where it has none.

    Raises:
        ToolSpecError: a reference to the whole of it cannot be followed.
    """
    if operation.get("requestBody") is None:
        return None
    request, base = schemas.references.resolve(operation["requestBody"], base)
    if not isinstance(request, Mapping):
        raise ToolSpecError("its 'requestBody' is no object")
    found = schema_of_content(request.get("content"), base, schemas.references)
    if found is None:
        return None
    media_type, schema, base = found
    if not isinstance(schema, Mapping):
        is_bytes = media_type.startswith(("application/octet-stream", "image/", "audio/", "video/", "text/"))
        schema = {"type": "string"} if is_bytes else {}
    described = request.get("description")
    return converted_body(
        schema, base, schemas, collected, is_required=request.get("required"),
        description=described if isinstance(described, str) else "",
    )  # fmt: skip


def converted_body(
    schema: Any, base: str, schemas: Schemas, collected: Collected, *, is_required: Any, description: str
) -> Body:  # fmt: skip
    """Return a body of this schema; `is_required` is what the document states of it, none if it states nothing."""
    try:
        parts = _parts(schema, base, schemas, 0)
    except ToolSpecError:
        parts = None
    body = Body({}, is_required is True, is_empty=parts is not None and _is_empty(parts))
    if parts is not None and len(parts) == 1 and _is_object(parts[0][0]):
        own = {**schemas.convert(*parts[0], "in", collected), "type": "object"}
        body.whole = schemas.tagged(own, schema, base, "in", collected)
    if parts is not None and _are_fields(parts):
        joined, body.repairs = _joined(parts, schema, base, schemas, collected)
        body.fields = schemas.tagged(joined, schema, base, "in", collected)
        if is_required is False and body.fields.get("required"):
            body.fields = None
    if body.fields is None:
        whole = schemas.convert(schema, base, "in", collected)
        whole = whole if isinstance(whole, dict) else {}
        told = schemas.convert({"description": description}, base, "in", collected) if description.strip() else {}
        body.schema = {**whole, **({} if "description" in whole else told)}
    return body


def _parts(schema: Any, base: str, schemas: Schemas, depth: int) -> list[Placed] | None:
    """A schema and all parts of its `allOf`, or none where they cannot be told apart."""
    schema, base = schemas.references.resolve(schema, base)
    if not isinstance(schema, Mapping) or depth > 8:
        return None
    own = {key: value for key, value in schema.items() if key != "allOf"}
    is_part = "allOf" not in schema or not {"properties", "required"}.isdisjoint(own) or not own.keys() <= _PLAIN
    found: list[Placed] = [(own, base)] if is_part else []
    for part in schema.get("allOf") or ():
        inner = _parts(part, base, schemas, depth + 1)
        if inner is None:
            return None
        found += inner
    return found if len(found) <= _MAX_PARTS else None


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or (isinstance(schema.get("properties"), Mapping) and "type" not in schema)


def _is_empty(parts: list[Placed]) -> bool:
    return len(parts) == 1 and parts[0][0].get("properties") == {} and not parts[0][0].get("additionalProperties")


def _are_fields(parts: list[Placed]) -> bool:
    """Say whether the parts are plain object schemas, which together are one."""
    if not any(isinstance(part.get("properties"), Mapping) and part["properties"] for part, _ in parts):
        return False
    for part, _ in parts:
        if part.get("type", "object") not in ("object", ["object"], ["object", "null"], ["null", "object"]):
            return False
        if not isinstance(part.get("properties", {}), Mapping):
            return False
        if len(parts) > 1 and part.get("additionalProperties") not in (None, True, {}):
            return False
        others = [key for key in part if key not in _PLAIN and not str(key).startswith("x-")]
        if not all(key in ("anyOf", "oneOf") and _only_requires(part[key]) for key in others):
            return False
    return sum("anyOf" in part for part, _ in parts) <= 1 and sum("oneOf" in part for part, _ in parts) <= 1


def _only_requires(branches: Any) -> bool:
    """Say whether alternatives differ in nothing but in what is required."""
    return isinstance(branches, list) and all(
        isinstance(branch, Mapping) and branch.keys() <= {"required", "title", "description", "type"}
        for branch in branches
    )


def _joined(
    parts: list[Placed], schema: Any, base: str, schemas: Schemas, collected: Collected
) -> tuple[Schema, tuple[str, ...]]:  # fmt: skip
    hidden = schemas.left_out(schema, base, "in")
    if len(parts) == 1:
        ((part, place),) = parts
        return {**schemas.convert(part, place, "in", collected), "type": "object"}, ()
    joined: Schema = {"type": "object", "properties": {}}
    required: dict[str, None] = {}
    for part, place in parts:
        converted = schemas.convert(part, place, "in", collected)
        for name, child in converted.get("properties", {}).items():
            known = joined["properties"].get(name, child)
            joined["properties"][name] = child if known == child else {"allOf": [known, child]}
        given = converted.get("required")
        required |= dict.fromkeys(name for name in (given if isinstance(given, list) else ()) if name not in hidden)
        joined |= {key: converted[key] for key in ("anyOf", "oneOf", "description") if key in converted}
    if required:
        joined["required"] = list(required)
    return joined, ("the parts of the body ('allOf') were joined",)
