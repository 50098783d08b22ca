"""Reading schemas in standard form: following references, telling alternatives apart, naming types."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from toolgraph.tools.pointers import get

Schema = dict[str, Any]
_ALTERNATIVES = frozenset({"allOf", "anyOf", "oneOf"})
MAX_BRANCHES = 64
"""How many alternatives of one schema are looked at; unions of unions multiply."""


def resolve(schema: Schema, root: Schema) -> Schema:
    """Return `schema` with its own local `$ref` followed; an unresolvable or endless one gives the schema beside it."""
    return _follow(schema, root, frozenset())[0]


def branches(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Yield the schemas a value may follow: the alternatives of `anyOf` and `oneOf`, else the schema itself.

    What stands beside the alternatives, and every part of `allOf`, is merged into each of them, at any depth.
    There is always at least one.
    """
    for branch, _ in traced_branches(schema, root, frozenset()):
        yield branch


def traced_branches(schema: Schema, root: Schema, above: frozenset[str]) -> list[tuple[Schema, frozenset[str]]]:
    """Return `branches`, each with the references that lead to it added to `above`.

    An alternative that refers to something in `above` comes back to itself and is left out.
    """
    schema, above = _follow(schema, root, above)
    if _ALTERNATIVES.isdisjoint(schema):
        return [(dict(schema), above)]
    found = [({key: value for key, value in schema.items() if key not in _ALTERNATIVES}, above)]
    for part in schema.get("allOf", ()):
        found = _combined(found, [part], root)
    for keyword in ("anyOf", "oneOf"):
        found = _combined(found, schema.get(keyword, ()), root)
    return found


def comes_back(schema: Schema, root: Schema, above: frozenset[str]) -> bool:
    """Say whether `schema` is a reference to something in `above`."""
    while isinstance(reference := schema.get("$ref"), str):
        target = target_of(reference, root)
        if reference in above:
            return True
        if target is None:
            return False
        above, schema = above | {reference}, target
    return False


def target_of(reference: str, root: Schema) -> Schema | None:
    """What a reference into the same document names; others are not looked up, least of all on the web."""
    if not (reference == "#" or reference.startswith("#/")):
        return None
    try:
        target = get(root, unquote(reference[1:]))
    except KeyError:
        return None
    return target if isinstance(target, dict) else None


_ALONE = {name: (name,) for name in ("string", "integer", "number", "boolean", "object", "array", "null")}
"""What most schemas admit, made once."""


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the JSON types a schema admits, as far as it says or lets infer; empty means any."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return _ALONE.get(declared) or (declared,)
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


def _follow(schema: Schema, root: Schema, above: frozenset[str]) -> tuple[Schema, frozenset[str]]:
    beside: Schema = {}
    while isinstance(reference := schema.get("$ref"), str):
        beside = {**{key: value for key, value in schema.items() if key != "$ref"}, **beside}
        target = target_of(reference, root)
        if reference in above or target is None:
            return beside, above
        above, schema = above | {reference}, target
    return ({**schema, **beside} if beside else schema), above


def _combined(
    found: list[tuple[Schema, frozenset[str]]], options: Sequence[Schema], root: Schema
) -> list[tuple[Schema, frozenset[str]]]:
    """Each of `found` merged with each of `options`; `found` itself if there is nothing to merge."""
    combined = [
        (_merge(beside, branch), trace)
        for beside, above in found
        for option in options
        if not comes_back(option, root, above)
        for branch, trace in traced_branches(option, root, above)
    ]
    return combined[:MAX_BRANCHES] or found


def _merge(left: Schema, right: Schema) -> Schema:
    merged = {**left, **right}
    if "properties" in left and "properties" in right:
        merged["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = list(dict.fromkeys([*left["required"], *right["required"]]))
    if "description" in left:
        merged["description"] = left["description"]
    return merged
