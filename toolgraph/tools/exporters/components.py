"""Components: the definitions of many schemas in one place of a document, and every reference following them there."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from toolgraph.tools.references import DEFINITIONS, Place, local_path, reference_to, rewritten
from toolgraph.tools.schema import Schema

PLACE = "#/components/schemas"
_UNUSABLE = re.compile(r"[^a-zA-Z0-9._-]")


class Moved(NamedTuple):
    """A schema whose definitions are components."""

    schema: Schema
    names: dict[str, str]
    """What the components are called that its `$defs` hold under another name, each with that."""


class Components:
    """The definitions gathered so far, by the names they have in the document."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def moved(self, schema: Schema, name: str) -> Moved:
        """Return `schema` without definitions of its own, and with references to where they went.

        Equal definitions of one name are one component. Different ones are told apart by a number. A reference to the
        schema itself, or to a part of it that is no definition, makes a component of the whole, called after `name`.
        """
        definitions: dict[tuple[str, ...], Any] = {
            (keyword, key): child
            for keyword in DEFINITIONS
            for key, child in schema.get(keyword, {}).items()
            if isinstance(child, Mapping)
        }
        body = {keyword: value for keyword, value in schema.items() if keyword not in DEFINITIONS}
        paths = [path for part in (body, *definitions.values()) for path in _local_paths(part)]
        if not paths:
            return Moved(body, {})
        leads_elsewhere = not all(path[:2] in definitions for path in paths)
        parts = {**definitions, (): body} if leads_elsewhere else definitions
        names = self._settle(parts, name)
        place = _placing(names)
        others = {made: part[1] for part, made in names.items() if part and part[0] == "$defs" and part[1] != made}
        return Moved({"$ref": place("#")} if () in parts else dict(rewritten(body, place)), others)

    def _settle(self, parts: Mapping[tuple[str, ...], Any], whole: str) -> dict[tuple[str, ...], str]:
        """Add `parts` under names that no different schema has, and return the names."""
        wanted = {part: _UNUSABLE.sub("_", part[1] if part else whole) or "_" for part in parts}
        numbers = dict.fromkeys(parts, 1)
        while True:
            names = {part: name if numbers[part] == 1 else f"{name}_{numbers[part]}" for part, name in wanted.items()}
            placed = {part: rewritten(child, _placing(names)) for part, child in parts.items()}
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
        path = local_path(reference)
        if path is None:
            return reference
        part, rest = (path[:2], path[2:]) if path[:2] in names else ((), path)
        return reference_to(rest, f"{PLACE}/{names[part]}")

    return place


def _local_paths(schema: Any) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def note(reference: str) -> str:
        path = local_path(reference)
        if path is not None:
            found.append(path)
        return reference

    rewritten(schema, note)
    return found
