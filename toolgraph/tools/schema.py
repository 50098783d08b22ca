"""JSON Schemas as real catalogues write them, brought to the standard form that validators understand.

A ToolSpec keeps its schemas verbatim. What is validated, flattened and filled with values is the standard form made
here: foreign type names (`dict`, `float`, `String`, `HashMap`) become the seven of JSON Schema, per-parameter
`required: true` moves to its object, draft-4 bounds and bounds written as text become numbers, and keywords
that no validator could apply (an enum that is an object, a pattern that is no regular expression) are left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.pointers import split

Schema = dict[str, Any]

TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
FOREIGN_TYPES = {
    "dict": "object", "dictionary": "object", "hashmap": "object", "map": "object", "struct": "object", "hash": "object",
    "list": "array", "tuple": "array", "set": "array", "arraylist": "array", "str": "string", "text": "string",
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
_SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
MAX_DEPTH = 60


def standard_schema(schema: Mapping[str, Any] | bool | None, depth: int = 0) -> Schema:
    """Return the standard form of a schema written by anyone; never raises on what real catalogues hold.

    >>> standard_schema({"type": "dict", "properties": {"n": {"type": "float", "required": True}}})
    {'type': 'object', 'properties': {'n': {'type': 'number'}}, 'required': ['n']}
    """
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return {} if schema is not False else {"not": {}}
    standard: Schema = {}
    required = [name for name in _listed(schema.get("required")) if isinstance(name, str)]
    for keyword, value in schema.items():
        if keyword == "type":
            types = _standard_types(value)
            if types:
                standard["type"] = types[0] if len(types) == 1 else types
        elif keyword in _SCHEMA_MAPS:
            if isinstance(value, Mapping):
                standard[keyword] = {str(name): standard_schema(child, depth + 1) for name, child in value.items()}
        elif keyword in _SCHEMA_LISTS:
            if isinstance(value, list) and value:
                standard[keyword] = [standard_schema(child, depth + 1) for child in value]
        elif keyword == "items" and isinstance(value, list):
            standard["prefixItems"] = [standard_schema(child, depth + 1) for child in value]
        elif keyword in _SUBSCHEMAS:
            if isinstance(value, bool) and keyword == "additionalProperties":
                standard[keyword] = value
            elif isinstance(value, Mapping | bool):
                standard[keyword] = standard_schema(value, depth + 1)
        elif keyword in _BOUNDS:
            bound = _number(value)
            if bound is not None and not (keyword == "multipleOf" and bound <= 0):
                standard[keyword] = int(bound) if _BOUNDS[keyword] is int or bound == int(bound) else bound
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
        required = [name for name in required if name in properties]
        standard.setdefault("type", "object")
    if required and isinstance(properties, Mapping):
        standard["required"] = list(dict.fromkeys(required))
    return standard


def resolve(schema: Schema, root: Schema) -> Schema:
    """Return `schema` with its own local `$ref` followed; an unresolvable or endless one gives the schema beside it."""
    seen: set[str] = set()
    beside: Schema = {}
    while isinstance(schema.get("$ref"), str):
        reference = schema["$ref"]
        beside = {**{key: value for key, value in schema.items() if key != "$ref"}, **beside}
        if reference in seen or not reference.startswith("#"):
            return beside
        seen.add(reference)
        target: Any = root
        for key in split(reference[1:]):
            target = target.get(key) if isinstance(target, Mapping) else None
        if not isinstance(target, Mapping):
            return beside
        schema = dict(target)
    return {**schema, **beside} if beside else schema


def branches(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Yield the schemas a value may follow: the alternatives of `anyOf` and `oneOf`, else the schema itself.

    What stands beside the alternatives, and every part of `allOf`, is merged into each of them.
    """
    schema = resolve(schema, root)
    parts = schema.get("allOf")
    if parts:
        merged: Schema = {key: value for key, value in schema.items() if key != "allOf"}
        for part in parts:
            merged = _merge(merged, resolve(part, root))
        schema = merged
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            beside = {key: value for key, value in schema.items() if key != keyword}
            for option in schema[keyword]:
                yield _merge(beside, resolve(option, root))
            return
    yield schema


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the JSON types a schema admits, as far as it says or lets infer; empty means any."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return (declared,)
    if isinstance(declared, list):
        return tuple(declared)
    if "properties" in schema or "additionalProperties" in schema:
        return ("object",)
    if "items" in schema or "prefixItems" in schema:
        return ("array",)
    return tuple(dict.fromkeys(json_type(value) for value in schema.get("enum", [])))


def json_type(value: Any) -> str:
    """Return the JSON type of a value; a whole number is an integer."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _merge(left: Schema, right: Schema) -> Schema:
    merged = {**left, **right}
    if "properties" in left and "properties" in right:
        merged["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = list(dict.fromkeys([*left["required"], *right["required"]]))
    if "description" in left:
        merged["description"] = left["description"]
    return merged


def _standard_types(declared: Any) -> list[str]:
    names = [name for name in _listed(declared) if isinstance(name, str)]
    standard = [name if name in TYPES else FOREIGN_TYPES.get(name.strip().lower(), name.lower()) for name in names]
    known = [name for name in standard if name in TYPES]
    return list(dict.fromkeys(known)) if len(known) == len(standard) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if value == value and abs(value) != float("inf") else None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


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
