"""JSON Schemas as real catalogues write them, brought to the standard form that validators understand.

A ToolSpec keeps its schemas verbatim. What is validated, flattened and filled with values is the standard form made
here: foreign type names (`dict`, `float`, `String`, `HashMap`) become the seven of JSON Schema, per-parameter
`required: true` moves to its object, the `item` of an array becomes its `items`, draft-4 bounds and bounds written as
text become numbers, options take the type they stand beside, and keywords that no validator could apply (a pattern
that is no regular expression, a `$ref` that leads nowhere) are left out.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from toolgraph.tools.schema import Schema, comes_back, json_type, target_of

TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
FOREIGN_TYPES = {
    "dict": "object", "dictionary": "object", "hashmap": "object", "map": "object", "struct": "object",
    "hash": "object", "list": "array", "tuple": "array", "set": "array", "arraylist": "array",
    "str": "string", "text": "string",
    "char": "string", "date": "string", "time": "string", "datetime": "string", "date-time": "string", "enum": "string",
    "file": "string", "binary": "string", "url": "string", "uuid": "string", "email": "string",
    "float": "number", "double": "number", "decimal": "number", "num": "number",
    "int": "integer", "long": "integer", "short": "integer", "byte": "integer", "bigint": "integer",
    "bool": "boolean", "none": "null",
}  # fmt: skip
_BOUNDS = {
    "minimum": float, "maximum": float, "exclusiveMinimum": float, "exclusiveMaximum": float, "multipleOf": float,
    "minLength": int, "maxLength": int, "minItems": int, "maxItems": int, "minProperties": int, "maxProperties": int,
}  # fmt: skip
_SUBSCHEMAS = ("items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties")
_SCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_WHERE_PARTS_STAND = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
"""Keywords beside which an object may require what it does not declare itself."""
_SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_HOLDING = frozenset((*_SUBSCHEMAS, *_SCHEMA_LISTS, *_SCHEMA_MAPS))
MAX_DEPTH = 60


def standard_schema(schema: Mapping[str, Any] | bool | None) -> Schema:
    """Return the standard form of a schema written by anyone; never raises on what real catalogues hold.

    >>> standard_schema({"type": "dict", "properties": {"n": {"type": "float", "required": True}}})
    {'type': 'object', 'properties': {'n': {'type': 'number'}}, 'required': ['n']}
    """
    standard = _standard(schema, 0)
    _drop_dead_references(standard, standard)
    return standard


def _standard(schema: Mapping[str, Any] | bool | None, depth: int) -> Schema:
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return {} if schema is not False else {"not": {}}
    standard: Schema = {}
    if "item" in schema and "items" not in schema and "array" in _standard_types(schema.get("type")):
        schema = {**schema, "items": schema["item"]}
    required = [name for name in _listed(schema.get("required")) if isinstance(name, str)]
    for keyword, value in schema.items():
        if keyword == "type":
            types = _standard_types(value)
            if types:
                standard["type"] = types[0] if len(types) == 1 else types
        elif keyword in _SCHEMA_MAPS:
            if isinstance(value, Mapping):
                standard[keyword] = {
                    str(name): _standard(child, depth + 1) for name, child in value.items()
                    if keyword != "patternProperties" or _compiles(str(name))
                }  # fmt: skip
        elif keyword in _SCHEMA_LISTS:
            if isinstance(value, list) and value:
                standard[keyword] = [_standard(child, depth + 1) for child in value]
        elif keyword == "items" and isinstance(value, list):
            if value:
                standard["prefixItems"] = [_standard(child, depth + 1) for child in value]
        elif keyword in _SUBSCHEMAS:
            if isinstance(value, bool) and keyword == "additionalProperties":
                standard[keyword] = value
            elif isinstance(value, Mapping | bool):
                standard[keyword] = _standard(value, depth + 1)
        elif keyword in _BOUNDS:
            bound = _number(value)
            is_count = _BOUNDS[keyword] is int
            if bound is not None and not (is_count and bound < 0) and not (keyword == "multipleOf" and bound <= 0):
                standard[keyword] = int(bound) if is_count or bound == int(bound) else bound
        elif keyword == "enum":
            options = _enum(value)
            if options:
                standard["enum"] = options
        elif keyword == "pattern":
            if isinstance(value, str) and _compiles(value):
                standard["pattern"] = value
        elif keyword == "uniqueItems":
            standard[keyword] = value is True
        elif keyword in ("required", "optional", "nullable", "exclusiveMinimum", "exclusiveMaximum"):
            continue
        elif keyword in ("$ref", "description", "title", "format", "$anchor", "$id"):
            if isinstance(value, str) and keyword != "$id":
                standard[keyword] = value
        elif keyword in ("default", "const", "examples", "example") or keyword.startswith("x-"):
            standard[keyword] = value
    _reconcile_options(standard)
    for limit in ("Minimum", "Maximum"):
        if schema.get(f"exclusive{limit}") is True and limit.lower() in standard:
            standard[f"exclusive{limit}"] = standard.pop(limit.lower())
    if schema.get("nullable") is True and isinstance(standard.get("type"), str):
        standard["type"] = [standard["type"], "null"]
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        required += [
            name for name, child in properties.items()
            if isinstance(child, Mapping) and child.get("required") is True and name not in required
        ]  # fmt: skip
        required = [name for name in required if name in properties or _is_declared(name, schema)]
        standard.setdefault("type", "object")
    is_part = "type" not in schema or not _WHERE_PARTS_STAND.isdisjoint(schema)
    if required and (isinstance(properties, Mapping) or is_part):
        standard["required"] = list(dict.fromkeys(required))
    return standard


def _is_declared(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a part of a schema declares a property, or may: a part that stands elsewhere is not looked up."""
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in _listed(schema.get(keyword))]
    is_in_part = any(
        isinstance(part, Mapping) and ("$ref" in part or name in (part.get("properties") or ())) for part in parts
    )
    return "$ref" in schema or is_in_part


def _drop_dead_references(schema: Schema, root: Schema) -> None:
    """Leave out each `$ref` that leads nowhere or only to itself; a validator would fail on it or ask the web."""
    reference = schema.get("$ref")
    if isinstance(reference, str) and (target_of(reference, root) is None or comes_back(schema, root, frozenset())):
        del schema["$ref"]
    if _HOLDING.isdisjoint(schema):
        return
    children = [schema[keyword] for keyword in _SUBSCHEMAS if isinstance(schema.get(keyword), dict)]
    children += [child for keyword in _SCHEMA_LISTS for child in schema.get(keyword, ())]
    children += [child for keyword in _SCHEMA_MAPS for child in schema.get(keyword, {}).values()]
    for child in children:
        _drop_dead_references(child, root)


def _reconcile_options(schema: Schema) -> None:
    """Give an enum whose options are all of another type than the declared one the sense its owner must have meant."""
    options = schema.get("enum")
    if not options:
        return
    types = set(_listed(schema.get("type", [])))
    if not types or any(_is_of(option, types) for option in options):
        return
    if "array" in types:
        items = schema.get("items", {"type": json_type(options[0])})
        schema["items"] = {**items, "enum": schema.pop("enum")}
        _reconcile_options(schema["items"])
    elif converted := [new for option in options if (new := _converted(option, types)) is not None]:
        schema["enum"] = converted
    else:
        del schema["type"]


def _is_of(value: Any, types: set[str]) -> bool:
    name = json_type(value)
    if isinstance(value, float) and value.is_integer():
        name = "integer"
    return name in types or (name == "integer" and "number" in types)


def _converted(value: Any, types: set[str]) -> Any:
    """`value` as one of `types`, or none."""
    number = _number(value)
    if number is not None and number == int(number) and "integer" in types:
        return int(number)
    if number is not None and "number" in types:
        return number
    if "boolean" in types and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    return json.dumps(value) if "string" in types and isinstance(value, bool | int | float) else None


def _standard_types(declared: Any) -> list[str]:
    if isinstance(declared, str) and declared in TYPES:
        return [declared]
    names = [name for name in _listed(declared) if isinstance(name, str)]
    standard = [FOREIGN_TYPES.get(name, name) for name in (name.strip().lower() for name in names)]
    known = [name for name in standard if name in TYPES]
    return list(dict.fromkeys(known)) if len(known) == len(standard) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: Any) -> float | int | None:
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _enum(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = [part.strip() for part in re.split(r"[|,]", value) if part.strip()]
    if isinstance(value, Mapping):
        value = list(value)
    return value if isinstance(value, list) else []


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
