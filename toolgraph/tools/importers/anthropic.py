"""Anthropic tools: `{"name", "description", "input_schema"}`, alone, listed, or in the body of a request."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.json_schema import stated_origin
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_map
from toolgraph.tools.importers.shapes import Entry, any_object, listed, text_of

TITLE = "Anthropic tools: name, description, input_schema"


def matches(document: Any) -> bool:
    """One of the tools has `input_schema`, and none of them anything of MCP."""
    return any_object(document, _is_tool, "tools") and not any_object(document, _is_foreign, "tools")


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the tools with a schema; those that run on Anthropic's side have none."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    for number, entry in enumerate(listed(document, "tools"), start=1):
        where = f"entry {number}"
        if not isinstance(entry, Mapping):
            yield Skipped(where, "is no tool (an object)")
        elif text_of(entry.get("type")) not in ("", "custom") and "input_schema" not in entry:
            yield Skipped(where, f"is a tool of the server's own ('{entry['type']}') and has no schema")
        else:
            yield _tool(entry, where)


def _tool(entry: Entry, where: str) -> Found:
    repairs: list[str] = []
    fields: dict[str, Any] = {"name": entry.get("name"), "description": entry.get("description") or ""}
    fields["parameters"] = from_map(entry.get("input_schema") or {"type": "object"}, repairs, required=False)
    if isinstance(entry.get("output_schema"), Mapping):
        fields["returns"] = entry["output_schema"]
    if origin := stated_origin(entry):
        fields["origin"] = origin
    return Found(where, fields, tuple(repairs), is_collected="source" in entry)


def _is_tool(entry: Entry) -> bool:
    return "input_schema" in entry and "name" in entry


def _is_foreign(entry: Entry) -> bool:
    return not {"inputSchema", "annotations", "jsonrpc"}.isdisjoint(entry)
