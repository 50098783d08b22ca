"""toolgraph's own format: the fields of a ToolSpec, by name."""

from collections.abc import Mapping
from typing import Any

FIELDS = frozenset({"name", "description", "parameters", "returns", "returns_inferred", "origin", "effects", "filled"})


def matches(entry: Mapping[str, Any]) -> bool:
    """Own entries hold nothing but ToolSpec fields, and one of those that only a ToolSpec has."""
    return "name" in entry and entry.keys() <= FIELDS and not entry.keys().isdisjoint({"origin", "effects"})


def read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry as it is."""
    return dict(entry)
