"""Building JSON values that follow a schema: the tree of a schema, made once, and filled leaf by leaf."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from toolgraph.models.offline.scene import admits
from toolgraph.tools.fields import Field
from toolgraph.tools.pointers import ANY_ITEM, join
from toolgraph.tools.schema import Schema, comes_back, resolve, traced_branches, types_of
from toolgraph.tools.spec import ToolSpec

MAX_DEPTH = 6
MOST_OPTIONAL_RETURNS = 12
"""Optional properties that one object of a result holds: the first ones its schema lists."""
Wants = Callable[[str, str], bool] | None
"""Says whether a value holds an optional property, by the pointer of its object and its name."""
LeafMaker = Callable[[Field, str], Any]
"""Returns the value for a field at a pointer."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, or a container of which the schema says nothing more."""

    field: Field
    is_cut: bool = False
    """Whether it is an object that would hold itself, or lie too deep: it is left out wherever it may be."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list and the shape of its items."""

    item: "Shape"
    shortest: int
    longest: int


@dataclass(frozen=True)
class ObjectOf:
    """An object and the shapes of its properties."""

    properties: tuple[tuple[str, "Shape", bool], ...]
    """Name, shape, and whether it is required."""

    @cached_property
    def told(self) -> tuple[tuple[str, "Shape", bool], ...]:
        """Those that an object of a result holds: the required ones, and the first of the others."""
        optional = [entry for entry in self.properties if not entry[2]][:MOST_OPTIONAL_RETURNS]
        return tuple(entry for entry in self.properties if entry[2] or entry in optional)

    @cached_property
    def by_name(self) -> dict[str, "Shape"]:
        """The shapes of the properties by their names."""
        return {name: shape for name, shape, _ in self.properties}


Shape = Leaf | ListOf | ObjectOf

_shapes: dict[tuple[str, bool], Shape] = {}


def input_shape(tool: ToolSpec) -> Shape:
    """Return the shape of a tool's arguments."""
    return _cached(tool, False)


def output_shape(tool: ToolSpec) -> Shape:
    """Return the shape of a tool's results."""
    return _cached(tool, True)


def output_pointers(tool: ToolSpec) -> frozenset[str]:
    """Return the pointers of the fields that every result of a tool holds; list indices are `*`."""
    return frozenset(_pointers(output_shape(tool), ""))


def _pointers(shape: Shape, pointer: str) -> Iterator[str]:
    if isinstance(shape, Leaf):
        yield pointer
    elif isinstance(shape, ListOf):
        if shape.longest:
            yield from _pointers(shape.item, f"{pointer}/{ANY_ITEM}")
    else:
        for name, child, _ in shape.told:
            yield from _pointers(child, join(pointer, name))


def objects_of(value: Any, shape: Shape) -> Iterator[tuple[dict[str, Any], dict[str, Shape]]]:
    """Yield the objects in a value that follows a shape, outer ones first, with the shapes of their properties."""
    if isinstance(value, dict) and isinstance(shape, ObjectOf):
        yield value, shape.by_name
        for name, child in value.items():
            if isinstance(child, dict | list) and name in shape.by_name:
                yield from objects_of(child, shape.by_name[name])
    elif isinstance(value, list) and isinstance(shape, ListOf):
        for item in value:
            yield from objects_of(item, shape.item)


def takes(shape: Shape | None, value: Any) -> bool:
    """Say whether a scalar, or a list of nothing but scalars, may stand where a shape is."""
    if isinstance(shape, ListOf) and isinstance(value, list) and isinstance(shape.item, Leaf):
        field = shape.item.field
        return shape.shortest <= len(value) <= shape.longest and all(admits(field, item) for item in value)
    return isinstance(shape, Leaf) and admits(shape.field, value)


def plain_lists(shape: Shape) -> dict[str, ListOf]:
    """Return the lists of scalars in a shape by their names; of several with one name the first."""
    found: dict[str, ListOf] = {}
    if isinstance(shape, ListOf):
        return plain_lists(shape.item)
    for name, child, _ in shape.properties if isinstance(shape, ObjectOf) else ():
        if isinstance(child, ListOf) and isinstance(child.item, Leaf):
            found.setdefault(name, child)
        else:
            found = plain_lists(child) | found
    return found


def _cached(tool: ToolSpec, is_output: bool) -> Shape:
    key = (tool.definition_key, is_output)
    shape = _shapes.get(key)
    if shape is None:
        schema = (tool.output_schema or {}) if is_output else tool.input_schema
        shape = _shapes[key] = _shape(schema, schema, "", "", "", True, 0, frozenset())
    return shape


def _shape(
    schema: Schema,
    root: Schema,
    pointer: str,
    name: str,
    described: str,
    is_required: bool,
    depth: int,
    above: frozenset[str],
) -> Shape:
    is_cycle = _holds_itself(schema, root, above)
    options = _branches(schema, root, above)
    admitted = [one for one in options if _can_be_told(one[0])]
    option, above = admitted[0] if admitted else options[0]
    constants = [one["const"] for one, _ in admitted if "const" in one]
    if len(constants) > 1:  # a choice of constants is an enum
        option = {**{key: value for key, value in option.items() if key != "const"}, "enum": constants}
    text = option.get("description") or schema.get("description")
    described = " ".join(text.split()) if isinstance(text, str) else described
    types = types_of(option)
    if depth < MAX_DEPTH and not is_cycle:
        if option.get("properties"):
            required = set(option.get("required", ()))
            properties = [
                (
                    child,
                    _shape(sub, root, join(pointer, child), child, "", child in required, depth + 1, above),
                    child in required,
                )
                for child, sub in option["properties"].items()
            ]
            return ObjectOf(tuple(one for one in properties if one[2] or not _is_cut(one[1])))
        if "array" in types:
            items = option.get("items")
            prefix = option.get("prefixItems")
            sub = items if isinstance(items, dict) and items else (prefix[0] if prefix else {"type": "string"})
            shortest = int(option.get("minItems", 0)) or (len(prefix) if prefix else 0)
            longest = int(option.get("maxItems", len(prefix) if prefix and not items else 1 << 30))
            child = _shape(sub, root, f"{pointer}/{ANY_ITEM}", name or "item", described, is_required, depth + 1, above)
            return ListOf(child, shortest, shortest if _is_cut(child) else max(longest, shortest))
    is_cut = is_cycle or (depth >= MAX_DEPTH and bool(option.get("required")))
    return Leaf(Field(pointer, name, described, {**option, "description": described}, is_required), is_cut)


def _holds_itself(schema: Schema, root: Schema, above: frozenset[str]) -> bool:
    """Whether a schema is one of those above it: by a reference, or by one in `allOf`, where a description needs it."""
    if comes_back(schema, root, above):
        return True
    parts = schema.get("allOf", ())
    return len(parts) == 1 and "properties" not in schema and comes_back(parts[0], root, above)


def _branches(schema: Schema, root: Schema, above: frozenset[str]) -> list[tuple[Schema, frozenset[str]]]:
    """The alternatives of a schema, and the references above what they hold.

    What many schemas are made of, such as the page of a list, is no cycle where one of them stands in another.
    """
    if _is_made_of(above, schema, root, frozenset()):
        return [(option, above | trace) for option, trace in traced_branches(schema, root, frozenset())]
    return traced_branches(schema, root, above)


def _is_made_of(above: frozenset[str], schema: Schema, root: Schema, seen: frozenset[str]) -> bool:
    """Whether one of the schemas above is a part of this one, by `allOf` at any depth."""
    for part in resolve(schema, root).get("allOf", ()):
        reference = part.get("$ref", "")
        if comes_back(part, root, above):
            return True
        if reference not in seen and _is_made_of(above, part, root, seen | ({reference} - {""})):
            return True
    return False


def _can_be_told(option: Schema) -> bool:
    """Whether an alternative is more than null, and its constant among what the schema beside it admits."""
    return types_of(option) != ("null",) and not (
        "const" in option and option["const"] not in option.get("enum", [option["const"]])
    )


def _is_cut(shape: Shape) -> bool:
    return isinstance(shape, Leaf) and shape.is_cut


def fill(
    shape: Shape, make: LeafMaker, chooser: random.Random, wants: Wants, lengths: tuple[int, int], pointer: str = ""
) -> Any:
    """Return a value of `shape`. Which optional properties it holds is up to `wants`; with none, those of a result.

    `lengths` is the usual range of a list's length, bent to what the schema admits.
    """
    if isinstance(shape, Leaf):
        return make(shape.field, pointer)
    if isinstance(shape, ListOf):
        low, high = max(lengths[0], shape.shortest), min(max(lengths[1], shape.shortest), shape.longest)
        number = chooser.randint(min(low, high), high)
        items: list[Any] = []
        for index in range(number):
            item = fill(shape.item, make, chooser, wants, lengths, join(pointer, index))
            if wants and not item and isinstance(item, dict):
                continue
            if isinstance(item, dict | list) or item not in items:
                items.append(item)
        for again in range(8 * shape.shortest):
            if len(items) >= shape.shortest:
                break
            item = fill(shape.item, make, chooser, wants, lengths, join(pointer, len(items)))
            if item not in items or again >= 7 * shape.shortest:
                items.append(item)
        return items
    made: dict[str, Any] = {}
    for name, child, is_required in shape.properties if wants else shape.told:
        if is_required or wants is None or wants(pointer, name):
            value = fill(child, make, chooser, wants, lengths, join(pointer, name))
            if value == [] and is_required and isinstance(child, ListOf) and child.longest:
                first = join(join(pointer, name), 0)
                item = fill(child.item, make, chooser, _first_of(child.item), lengths, first)
                value = [item] if item != {} else []
            if is_required or wants is None or value not in ({}, [], [{}]):
                made[name] = value
    return made


def _first_of(shape: Shape) -> Wants:
    """Wants one optional property, since a list that is required is of something."""
    first = shape.properties[0][0] if isinstance(shape, ObjectOf) and shape.properties else ""
    return lambda _, name: name == first
