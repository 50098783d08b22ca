"""Bounds on the schema of one tool: which definitions it brings along, and what is cut where they are too many.

Components of a large API refer to one another until each holds nearly all of them. A tool takes those nearest to it,
as many as fit; what refers to others is cut so that whatever the rest admits, the whole admits too.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from toolgraph.tools.fields import MAX_DEPTH
from toolgraph.tools.importers.openapi_schemas import Collected, Schemas, Side, size_of
from toolgraph.tools.schema import Schema


class Budget(NamedTuple):
    """How much the schema of one side of a tool may hold."""

    characters: int
    """Of JSON."""
    fields: int
    """Leaves, counted as often as references lead to them."""


BUDGETS: dict[Side, Budget] = {"in": Budget(40_000, 1_000), "out": Budget(20_000, 400)}
BOUNDLESS = Budget(1 << 40, 1 << 40)
"""Of what toolgraph has written itself: it was within bounds before."""
_CUT = "Left out, because the whole schema is too large."
_SUBSCHEMAS = (
    "items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "additionalItems",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_SCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SHALLOWEST = 2


def bounded(
    schema: Schema, collected: Collected, schemas: Schemas, side: Side, *, budget: Budget | None = None
) -> tuple[Schema, tuple[str, ...]]:
    """Return a schema with the definitions it refers to in its `$defs`, within the budget, and what was repaired."""
    budget = budget or BUDGETS[side]
    names = list(_nearest(collected, schemas, side, budget.characters - size_of(schema)))
    kept = names[: next((i for i, (_, is_within) in enumerate(names) if not is_within), len(names))]
    chosen = [name for name, _ in kept]
    while True:
        root, definitions = _assembled(schema, chosen, schemas, side)
        if not chosen or _count_fields(root, definitions, 0, {}) <= budget.fields:
            break
        chosen = chosen[: len(chosen) * 3 // 4]
    repairs = dict(collected.repairs)
    for name in definitions:
        repairs.update(dict.fromkeys(schemas.definition(name, side)[0].repairs))
    missing = _missing(schema, definitions, schemas, side)
    if missing:
        repairs[f"{_what(side)} refer to too much; {_listed(missing)} left out"] = None
    pruned = _pruned(root, definitions, budget)
    if pruned is not root:
        repairs[f"{_what(side)} are too large; optional fields deep inside were left out"] = None
    definitions = {name: definitions[name] for name in _reachable(pruned, definitions)}
    return ({**pruned, "$defs": definitions} if definitions else pruned), tuple(repairs)


def _nearest(collected: Collected, schemas: Schemas, side: Side, room: int) -> Iterator[tuple[str, bool]]:
    """The definitions that a schema needs, nearest first, until there is no room for the next."""
    seen, queue = set(collected.references), list(collected.references)
    for name in queue:
        converted, size = schemas.definition(name, side)
        room -= size + len(name) + 6
        yield name, room >= 0
        if room < 0:
            return
        new = [reference for reference in converted.references if reference not in seen]
        seen.update(new)
        queue += new


def _assembled(schema: Schema, chosen: list[str], schemas: Schemas, side: Side) -> tuple[Schema, dict[str, Any]]:
    """The schema and the chosen definitions, with every reference to others cut out of them."""
    definitions = {name: schemas.definition(name, side)[0] for name in chosen}
    left: dict[str, Any] = {name: converted.schema for name, converted in definitions.items()}
    is_changed = any(name not in left for converted in definitions.values() for name in converted.references)
    while is_changed:
        is_changed = False
        for name in list(left):
            if all(reference in left for reference in definitions[name].references):
                continue
            cut = _without(left[name], left, side, is_root=False)
            if cut is None:
                del left[name]
                is_changed = True
            else:
                left[name] = cut
    root = _without(schema, left, side)
    return (root if root is not None else _stub(schema)), left


def _without(schema: Any, kept: Mapping[str, Any], side: Side, *, is_root: bool = True) -> Any:
    """`schema` without references to anything but `kept`, itself where there are none, or none if nothing is left."""
    if not isinstance(schema, dict):
        return schema
    if isinstance(reference := schema.get("$ref"), str) and reference.removeprefix("#/$defs/") not in kept:
        return _stub(schema) if is_root else None
    new = dict(schema)
    if "properties" in schema:
        properties = _properties_without(schema, kept, side, is_root=is_root)
        if properties is None:
            return None
        new["properties"] = properties
    for keyword in _SCHEMA_LISTS:
        if isinstance(parts := schema.get(keyword), list):
            cut = [_without(part, kept, side, is_root=False) for part in parts]
            new[keyword] = [part for part in cut if part is not None]
            is_whole = len(new[keyword]) == len(parts) or (keyword in ("anyOf", "oneOf") and new[keyword])
            if not is_whole and side == "in":
                return _stub(schema) if is_root else None
            if not new[keyword]:
                del new[keyword]
    for keyword in _SUBSCHEMAS:
        if isinstance(child := schema.get(keyword), dict):
            new[keyword] = _without(child, kept, side, is_root=False)
            if new[keyword] is None:
                if side == "in" and keyword != "additionalProperties":
                    return _stub(schema) if is_root else None
                new[keyword] = side == "out"
                if keyword == "items":
                    new[keyword] = {"description": _CUT}
    for keyword in ("patternProperties", "dependentSchemas"):
        if isinstance(children := schema.get(keyword), dict):
            new[keyword] = {name: _without(child, kept, side, is_root=False) for name, child in children.items()}
            new[keyword] = {name: child for name, child in new[keyword].items() if child is not None}
    return new


def _properties_without(schema: Schema, kept: Mapping[str, Any], side: Side, *, is_root: bool) -> Schema | None:
    """The properties that can be kept; none where one cannot and is required."""
    required = schema.get("required")
    properties: Schema = {}
    for name, child in schema["properties"].items():
        cut = _without(child, kept, side, is_root=False)
        if cut is None and isinstance(required, list) and name in required:
            if side == "in" and not is_root:
                return None
            cut = _stub(child)
        if cut is not None:
            properties[name] = cut
    return properties


def _stub(schema: Schema) -> Schema:
    """What stands for something that is left out and cannot be missing."""
    given = schema.get("description")
    declared = {"type": schema["type"]} if "type" in schema else {}
    return {**declared, "description": f"{given} ({_CUT})" if isinstance(given, str) else _CUT}


def _count_fields(schema: Any, definitions: Mapping[str, Any], depth: int, known: dict[tuple[str, int], int]) -> int:
    """How many leaves a schema has at most, as `fields.flatten` counts them."""
    if not isinstance(schema, dict):
        return 0
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name in definitions:
        if (name, depth) not in known:
            known[name, depth] = 0
            known[name, depth] = _count_fields(definitions[name], definitions, depth, known)
        return known[name, depth]
    if depth >= MAX_DEPTH:
        return 1
    parts = [part for keyword in ("anyOf", "oneOf", "allOf") for part in schema.get(keyword, ())]
    inside = sum(_count_fields(part, definitions, depth, known) for part in parts)
    children = [*schema.get("properties", {}).values(), schema.get("items")]
    inside += sum(_count_fields(child, definitions, depth + 1, known) for child in children)
    return max(inside, 1)


def _pruned(schema: Schema, definitions: Mapping[str, Any], budget: Budget) -> Schema:
    """`schema` itself where it is small enough, else without the optional properties of its deepest levels."""
    pruned, depth = schema, MAX_DEPTH
    room = budget.characters - size_of(definitions)
    while depth > _SHALLOWEST and (
        size_of(pruned) > room or _count_fields(pruned, definitions, 0, {}) > budget.fields
    ):  # fmt: skip
        depth -= 1
        pruned = _shallow(schema, depth)
    return pruned


def _shallow(schema: Any, depth: int) -> Any:
    """`schema` without the optional properties that lie more than `depth` levels down."""
    if not isinstance(schema, dict):
        return schema
    new = dict(schema)
    if isinstance(properties := schema.get("properties"), dict):
        required = schema.get("required")
        kept = required if isinstance(required, list) else []
        new["properties"] = {
            name: _shallow(child, depth - 1) for name, child in properties.items() if depth > 0 or name in kept
        }
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            new[keyword] = _shallow(schema[keyword], depth)
    for keyword in _SCHEMA_LISTS:
        if isinstance(parts := schema.get(keyword), list):
            new[keyword] = [_shallow(part, depth) for part in parts]
    return new


def references_in(schema: Any) -> Iterator[str]:
    """Yield the names in `$defs` that a converted schema refers to."""
    if not isinstance(schema, dict):
        return
    if isinstance(reference := schema.get("$ref"), str):
        yield reference.removeprefix("#/$defs/")
    for keyword in _SUBSCHEMAS:
        yield from references_in(schema.get(keyword))
    for keyword in _SCHEMA_LISTS:
        for child in schema.get(keyword, ()):
            yield from references_in(child)
    for keyword in _SCHEMA_MAPS:
        for child in schema.get(keyword, {}).values():
            yield from references_in(child)


def _reachable(schema: Schema, definitions: Mapping[str, Any]) -> list[str]:
    found = dict.fromkeys(name for name in references_in(schema) if name in definitions)
    queue = list(found)
    for name in queue:
        for reference in references_in(definitions[name]):
            if reference in definitions and reference not in found:
                found[reference] = None
                queue.append(reference)
    return queue


def _missing(schema: Schema, definitions: Mapping[str, Any], schemas: Schemas, side: Side) -> list[str]:
    wanted = dict.fromkeys(references_in(schema))
    for name in definitions:
        wanted.update(dict.fromkeys(schemas.definition(name, side)[0].references))
    return [name for name in wanted if name not in definitions]


def _what(side: Side) -> str:
    return "the parameters" if side == "in" else "the returns"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    quoted = [f"'{name}'" for name in names[:3]]
    return f"{', '.join(quoted)}{more} {'were' if len(names) > 1 else 'was'}"
