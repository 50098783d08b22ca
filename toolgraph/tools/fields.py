"""Fields: the leaf values of a tool's parameters and returns, which graph, plans and provenance speak of."""

import sys
from dataclasses import dataclass, field
from typing import Any

from toolgraph.tools.pointers import ANY_ITEM, join, split
from toolgraph.tools.schema import Schema, comes_back, traced_branches, types_of

MAX_DEPTH = 8
"""How many levels of nesting are looked into; what lies deeper belongs to the field above it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of a tool's parameters or returns.

    `pointer` is a JSON Pointer into the arguments or the result, with `*` for the index of a list;
    `is_required` says that the leaf stands in every value its root admits.
    """

    pointer: str
    name: str
    description: str
    schema: Schema
    is_required: bool
    types: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The JSON types the field admits, `null` left out; empty means any."""
    known_kind: str = field(default="", init=False, repr=False, compare=False)
    """What `kind_of` has found, which is asked a hundred times a dialogue."""

    def __post_init__(self) -> None:
        types = types_of(self.schema)
        if "null" in types:
            types = tuple(name for name in types if name != "null")
        object.__setattr__(self, "types", types)

    @property
    def text(self) -> str:
        """What is embedded for this field: `{name}: {description}` (ToolFlow, sec. 3.1.1)."""
        return f"{self.name}: {self.description}" if self.description else self.name

    @property
    def examples(self) -> tuple[str, ...]:
        """The texts the schema gives as examples of the field's values."""
        listed = self.schema.get("examples") or self.schema.get("example")
        items = listed if isinstance(listed, list) else [listed]
        return tuple(item for item in items if isinstance(item, str) and item.strip())


def flatten(schema: Schema, bare: str = "") -> tuple[Field, ...]:
    """Return the fields of a standard-form schema, in the order in which it lists them.

    Alternatives (`anyOf`, `oneOf`) contribute the fields of every branch; `$ref` is followed and cut where it
    comes back to itself. A schema that admits no more than one plain value has one field of the name `bare`, if given.
    """
    found: dict[str, Field] = {}
    _walk(schema, schema, "", bare, "", True, 0, frozenset(), found)
    return tuple(found.values())


def _walk(
    schema: Schema, root: Schema, pointer: str, name: str, described: str, is_required: bool, depth: int,
    above: frozenset[str], found: dict[str, Field],
) -> None:  # fmt: skip
    if comes_back(schema, root, above):
        return
    traced = traced_branches(schema, root, above)
    options = [option for option, _ in traced]
    described = _clean(schema.get("description") or options[0].get("description")) or described
    nested = False
    for option, trace in traced:
        types = types_of(option)
        if depth < MAX_DEPTH and option.get("properties"):
            nested = True
            required = set(option.get("required", ()))
            for child_name, child in option["properties"].items():
                _walk(
                    child, root, join(pointer, child_name), child_name, "",
                    is_required and child_name in required and len(options) == 1, depth + 1, trace, found,
                )  # fmt: skip
        elif depth < MAX_DEPTH and "array" in types and isinstance(option.get("items"), dict) and option["items"]:
            nested = True
            _walk(
                option["items"], root, f"{pointer}/{ANY_ITEM}", name or "item", described, is_required, depth + 1,
                trace, found,
            )  # fmt: skip
    if not nested and (pointer or (name and _is_plain(options))) and pointer not in found:
        leaf = options[0] if len(options) == 1 else _scalar(options)
        pointer = sys.intern(pointer)  # many tools have a field of one name
        found[pointer] = Field(pointer, name, described, {**leaf, "description": described}, is_required)


def _scalar(options: list[Schema]) -> Schema:
    """The first alternative that is not null stands for all of them."""
    return next((option for option in options if types_of(option) != ("null",)), options[0])


def _is_plain(options: list[Schema]) -> bool:
    types = {name for option in options for name in types_of(option)} - {"null"}
    return bool(types) and types.isdisjoint(("object", "array"))


def _clean(text: Any) -> str:
    cleaned = " ".join(text.split()) if isinstance(text, str) else ""
    return text if cleaned == text else cleaned  # what is clean is not kept twice


def top_level(pointer: str) -> str:
    """Return the property of the root that a pointer leads through.

    >>> top_level("/address/city")
    'address'
    """
    return split(pointer)[0] if pointer else ""
