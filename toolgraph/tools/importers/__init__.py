"""Importers: one file per way of describing tools, tried in the order of `IMPORTERS`.

An importer is a module with two functions: `matches(entry)` says whether a JSON object is of its shape, and
`read(entry)` returns the fields of a ToolSpec.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from toolgraph.tools.importers import json_schema, native, openai

Entry = Mapping[str, Any]


class Importer(Protocol):
    """What an importer module offers."""

    def matches(self, entry: Entry) -> bool:
        """Say whether `entry` is of this shape."""
        ...

    def read(self, entry: Entry) -> dict[str, Any]:
        """Return the fields of a ToolSpec, not yet validated."""
        ...


IMPORTERS: dict[str, Importer] = {"toolgraph": native, "openai": openai, "json-schema": json_schema}
"""By name, most particular shape first."""
