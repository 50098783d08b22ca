"""Fields: the leaf values of a tool's parameters and returns, which graph, plans and provenance speak of."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from toolgraph.tools.pointers import ANY_ITEM, join, split
from toolgraph.tools.schema import Schema, comes_back, traced_branches, types_of

MAX_DEPTH = 8
"""How many levels of nesting are looked into; what lies deeper belongs to the field above it."""


@dataclass(frozen=True)
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

    @cached_property
    def text(self) -> str:
        """What is embedded for this field: `{name}: {description}` (ToolFlow, sec. 3.1.1)."""
        return f"{self.name}: {self.description}" if self.description else self.name

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """The texts the schema gives as examples of the field's values."""
        listed = self.schema.get("examples") or self.schema.get("example")
        items = listed if isinstance(listed, list) else [listed]
        return tuple(item for item in items if isinstance(item, str) and item.strip())

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The JSON types the field admits, `null` left out; empty means any."""
        return tuple(name for name in types_of(self.schema) if name != "null")


def flatten(schema: Schema) -> tuple[Field, ...]:
    """Return the fields of a standard-form schema, in the order in which it lists them.

    Alternatives (`anyOf`, `oneOf`) contribute the fields of every branch; `$ref` is followed and cut where it
    comes back to itself.
    """
    found: dict[str, Field] = {}
    _walk(schema, schema, "", "", "", True, 0, frozenset(), found)
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
    if not nested and pointer and pointer not in found:
        leaf = options[0] if len(options) == 1 else _scalar(options)
        found[pointer] = Field(pointer, name, described, {**leaf, "description": described}, is_required)


def _scalar(options: list[Schema]) -> Schema:
    """The first alternative that is not null stands for all of them."""
    return next((option for option in options if types_of(option) != ("null",)), options[0])


def _clean(text: Any) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def top_level(pointer: str) -> str:
    """Return the property of the root that a pointer leads through.

    >>> top_level("/address/city")
    'address'
    """
    return split(pointer)[0] if pointer else ""
