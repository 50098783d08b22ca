"""Mistakes in schemas, mended and told: defaults of another type, and requirements of what there is not."""

import ast
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from toolgraph.tools.importers.texts import over_children
from toolgraph.tools.schema import json_type, types_of
from toolgraph.tools.standard import standard_schema

_LONGEST_LITERAL = 10_000
_MAX_DEPTH = 60
_ELSEWHERE = frozenset("$ref allOf anyOf oneOf if patternProperties".split())
"""Keywords that may declare a property which does not stand under `properties`."""


def without_mistakes(schema: Any, repairs: list[str], depth: int = 0, *, is_part: bool = False) -> Any:
    """Return a schema whose defaults are of their types, and in which nothing is required that there is not.

    Args:
        schema: A schema as its owner wrote it, which stays as it is.
        repairs: Gets a sentence for each change.
        depth: How deep it stands in another one.
        is_part: Whether it is a part of that one, which may declare what the part requires.
    """
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return schema
    changed = {
        keyword: new
        for keyword, value in schema.items()
        if (new := over_children(keyword, value, partial(_child_without_mistakes, keyword, repairs, depth + 1)))
        is not value
    }
    properties = changed.get("properties", schema.get("properties"))
    if isinstance(properties, Mapping):
        mended = {name: _with_right_default(child, name, repairs) for name, child in properties.items()}
        if any(mended[name] is not properties[name] for name in properties):
            changed["properties"] = mended
        if not is_part:
            changed |= _with_right_requirements(schema, properties, repairs)
    return {**schema, **changed} if changed else schema


def _child_without_mistakes(keyword: str, repairs: list[str], depth: int, child: Any) -> Any:
    return without_mistakes(child, repairs, depth, is_part=keyword in _ELSEWHERE)


def as_one_of(types: tuple[str, ...], value: Any) -> Any:
    """Return a value as one of some types, read from its text where it is written as one; else none.

    >>> as_one_of(("integer",), "3"), as_one_of(("boolean", "null"), "True"), as_one_of(("integer",), "many")
    (3, True, None)
    """
    if isinstance(value, str) and types and "string" not in types:
        value = _parsed(value)
    return value if not types or is_one_of(types, value) else None


def is_one_of(types: tuple[str, ...], value: Any) -> bool:
    """Say whether a value is of one of some types, as JSON Schema has them: 2.0 is an integer."""
    kind = "integer" if isinstance(value, float) and value.is_integer() else json_type(value)
    return kind in types or (kind == "integer" and "number" in types)


def _with_right_default(schema: Any, name: str, repairs: list[str]) -> Any:
    """The schema of a property whose default is of the type, and among the options, that stand beside it."""
    if not isinstance(schema, Mapping) or "default" not in schema:
        return schema
    beside = standard_schema({key: schema[key] for key in ("type", "nullable", "enum") if key in schema})
    types, given = types_of({"type": beside["type"]}) if "type" in beside else (), schema["default"]
    read = given if is_one_of(types, given) else as_one_of(types, given)
    if read is None and given is not None:
        repairs.append(f"the default of '{name}' is not of its type '{' or '.join(types)}' and was left out")
    elif types and given is None and "null" not in types:
        repairs.append(f"the default of '{name}' is null, which says that it has none, and was left out")
    elif "enum" in beside and read not in beside["enum"]:
        repairs.append(f"the default of '{name}' is none of its options and was left out")
    elif read is given:
        return schema
    else:
        repairs.append(f"the default of '{name}' stood there as a text and was read as `{json.dumps(read)[:80]}`")
        return {**schema, "default": read}
    return {key: value for key, value in schema.items() if key != "default"}


def _with_right_requirements(
    schema: Mapping[str, Any], properties: Mapping[str, Any], repairs: list[str]
) -> dict[str, Any]:
    """What of a schema changes where it requires what it has not."""
    required = schema.get("required")
    if not isinstance(required, list) or not _ELSEWHERE.isdisjoint(schema):
        return {}
    missing = [name for name in required if isinstance(name, str) and name not in properties]
    repairs += [f"'{name}' is required and is no parameter; it is required no more" for name in missing]
    return {"required": [name for name in required if name not in missing]} if missing else {}


def _parsed(text: str) -> Any:
    """A value written as JSON or as Python writes it; the text itself if it is neither."""
    try:
        return json.loads(text.lower() if text in ("True", "False") else text)
    except (ValueError, RecursionError):
        pass
    if text[:1] not in ("[", "{") or len(text) > _LONGEST_LITERAL:
        return text
    try:
        return json.loads(json.dumps(ast.literal_eval(text)))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return text
