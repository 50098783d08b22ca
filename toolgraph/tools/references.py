"""References of a schema into itself: what they lead to, and the schema with each of them led elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from toolgraph.tools.pointers import join, split
from toolgraph.tools.schema import Schema

DEFINITIONS = ("$defs", "definitions")
_SCHEMAS = frozenset({
    "items", "contains", "not", "if", "then", "else", "propertyNames", "additionalProperties", "additionalItems",
    "unevaluatedProperties", "unevaluatedItems", "contentSchema",
})  # fmt: skip
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", *DEFINITIONS})
Place = Callable[[str], str]
"""Returns what a reference becomes."""


def local_path(reference: str) -> tuple[str, ...] | None:
    """Return the keys that lead to what a reference into the same schema names; none for any other reference."""
    return split(unquote(reference[1:])) if reference == "#" or reference.startswith("#/") else None


def reference_to(path: tuple[str, ...], base: str = "#") -> str:
    """Return the reference that leads to some keys beneath another one.

    >>> reference_to(("$defs", "a/b"))
    '#/$defs/a~1b'
    """
    for key in path:
        base = join(base, key.replace("%", "%25"))
    return base


def rewritten(schema: Any, place: Place) -> Any:
    """Return `schema` with each reference in it put through `place`; examples and defaults are no schemas."""
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
            written[keyword] = rewritten(value, place)
        elif keyword in _LISTS and isinstance(value, list):
            written[keyword] = [rewritten(child, place) for child in value]
        elif keyword in _MAPS and isinstance(value, Mapping):
            written[keyword] = {name: rewritten(child, place) for name, child in value.items()}
        else:
            written[keyword] = value
    return written
