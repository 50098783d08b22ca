"""Components: the definitions of many schemas in one place of a document, and every reference following them there."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from toolgraph.tools.pointers import join, split
from toolgraph.tools.schema import Schema

PLACE = "#/components/schemas"
_DEFINITIONS = ("$defs", "definitions")
_SCHEMAS = frozenset({
    "items", "contains", "not", "if", "then", "else", "propertyNames", "additionalProperties", "additionalItems",
    "unevaluatedProperties", "unevaluatedItems", "contentSchema",
})  # fmt: skip
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", *_DEFINITIONS})
_UNUSABLE = re.compile(r"[^a-zA-Z0-9._-]")
Place = Callable[[str], str]
"""Returns where a reference leads in the document."""


class Components:
    """The definitions gathered so far, by the names they have in the document."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def moved(self, schema: Schema, name: str) -> Schema:
        """Return `schema` without definitions of its own, and with references to where they went.

        Equal definitions of one name are one component. Different ones are told apart by a number. A reference to the
        schema itself, or to a part of it that is no definition, makes a component of the whole, called after `name`.
        """
        definitions: dict[tuple[str, ...], Any] = {
            (keyword, key): child
            for keyword in _DEFINITIONS
            for key, child in schema.get(keyword, {}).items()
            if isinstance(child, Mapping)
        }
        body = {keyword: value for keyword, value in schema.items() if keyword not in _DEFINITIONS}
        paths = [path for part in (body, *definitions.values()) for path in _local_paths(part)]
        if not paths:
            return body
        leads_elsewhere = not all(path[:2] in definitions for path in paths)
        parts = {**definitions, (): body} if leads_elsewhere else definitions
        place = _placing(self._settle(parts, name))
        return {"$ref": place("#")} if () in parts else dict(_rewritten(body, place))

    def _settle(self, parts: Mapping[tuple[str, ...], Any], whole: str) -> dict[tuple[str, ...], str]:
        """Add `parts` under names that no different schema has, and return the names."""
        wanted = {part: _UNUSABLE.sub("_", part[1] if part else whole) or "_" for part in parts}
        numbers = dict.fromkeys(parts, 1)
        while True:
            names = {part: name if numbers[part] == 1 else f"{name}_{numbers[part]}" for part, name in wanted.items()}
            placed = {part: _rewritten(child, _placing(names)) for part, child in parts.items()}
            taken = list(names.values())
            clashes = [
                part
                for index, part in enumerate(parts)
                if names[part] in taken[:index] or self.schemas.get(names[part], placed[part]) != placed[part]
            ]
            if not clashes:
                self.schemas.update({names[part]: child for part, child in placed.items()})
                return names
            for part in clashes:
                numbers[part] += 1


def _placing(names: Mapping[tuple[str, ...], str]) -> Place:
    """Follow references to the parts of a schema that have `names` of their own; the others go by the whole."""

    def place(reference: str) -> str:
        path = _local_path(reference)
        if path is None:
            return reference
        part, rest = (path[:2], path[2:]) if path[:2] in names else ((), path)
        pointer = f"{PLACE}/{names[part]}"
        for key in rest:
            pointer = join(pointer, key.replace("%", "%25"))
        return pointer

    return place


def _local_path(reference: str) -> tuple[str, ...] | None:
    """The keys that lead to what a reference into the same schema names; none for any other reference."""
    return split(unquote(reference[1:])) if reference == "#" or reference.startswith("#/") else None


def _local_paths(schema: Any) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def note(reference: str) -> str:
        path = _local_path(reference)
        if path is not None:
            found.append(path)
        return reference

    _rewritten(schema, note)
    return found


def _rewritten(schema: Any, place: Place) -> Any:
    """`schema` with each reference in it put through `place`; what stands in examples and defaults is no schema."""
    if not isinstance(schema, Mapping):
        return schema
    written: Schema = {}
    for keyword, value in schema.items():
        if keyword == "$ref" and isinstance(value, str):
            written[keyword] = place(value)
        elif keyword == "discriminator" and isinstance(value, Mapping) and isinstance(value.get("mapping"), Mapping):
            mapping = {key: place(to) if isinstance(to, str) else to for key, to in value["mapping"].items()}
            written[keyword] = {**value, "mapping": mapping}
        elif keyword in _SCHEMAS:
            written[keyword] = _rewritten(value, place)
        elif keyword in _LISTS and isinstance(value, list):
            written[keyword] = [_rewritten(child, place) for child in value]
        elif keyword in _MAPS and isinstance(value, Mapping):
            written[keyword] = {name: _rewritten(child, place) for name, child in value.items()}
        else:
            written[keyword] = value
    return written
