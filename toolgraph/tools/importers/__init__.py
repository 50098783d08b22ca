"""Importers: one file per way of describing tools, the most particular first in `DOCUMENTS` and in `IMPORTERS`.

An importer of whole documents (`DOCUMENTS`, see items.py) is a module with `TITLE`, `matches(document)` and
`read(document, context)`. A document that none of them knows is a tool, a list of tools, or an object with `tools` or
`functions`. Each of its entries is read by one of `IMPORTERS`, a module with two functions: `matches(entry)` says
whether a JSON object is of its shape, and `read(entry)` returns the fields of a ToolSpec.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from toolgraph.tools.importers import (
    anthropic,
    apibank,
    arazzo,
    bfcl,
    gemini,
    json_schema,
    langchain,
    mcp,
    native,
    openai,
    openapi,
    python,
    seal_tools,
    sgd,
    taskbench,
    toolalpaca,
    toolbench,
)
from toolgraph.tools.importers.items import DocumentImporter

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

DOCUMENTS: dict[str, DocumentImporter] = {
    "openapi": openapi,
    "arazzo": arazzo,
    "mcp": mcp,
    "anthropic": anthropic,
    "gemini": gemini,
    "langchain": langchain,
    "bfcl": bfcl,
    "toolbench": toolbench,
    "apibank": apibank,
    "toolalpaca": toolalpaca,
    "taskbench": taskbench,
    "sgd": sgd,
    "seal-tools": seal_tools,
    "python": python,
}
"""Importers of whole documents, by name, most particular first; the name is what `--format` takes."""

COLLECTIONS = frozenset({"bfcl", "toolbench", "apibank", "toolalpaca", "taskbench", "sgd", "seal-tools"})
"""Formats of tools gathered from people who never met, so that one name may stand for several of them."""


def format_titles() -> dict[str, str]:
    """Return the name of every format and what it is, most particular first."""
    plain = {name: (importer.__doc__ or "").split("\n")[0].removesuffix(".") for name, importer in IMPORTERS.items()}
    return {**{name: importer.TITLE for name, importer in DOCUMENTS.items()}, **plain}
