"""Seal-Tools and lists like it: `api_name` with parameters by name, or tools whose parameters are a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_map
from toolgraph.tools.importers.shapes import Entry, any_object, listed, text_of

TITLE = "Seal-Tools and lists like it: api_name, parameters listed one by one"
_LISTS = ("tools", "functions", "apis")


def matches(document: Any) -> bool:
    """One of the entries has an `api_name` of no tool, or takes a list of parameters with names."""
    return any_object(document, _is_tool, *_LISTS)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the tools; a parameter must be given where it or the tool's `required` says so."""
    return mended(read_each(listed(document, *_LISTS), _tool))


def _tool(entry: Entry, where: str) -> Found:
    repairs: list[str] = []
    needed = [name for name in listed(entry.get("required")) if isinstance(name, str)]
    fields: dict[str, Any] = {
        "name": text_of(entry.get("api_name")) or text_of(entry.get("name")),
        "description": text_of(entry.get("api_description")) or entry.get("description") or "",
        "parameters": from_map(entry.get("parameters") or {}, repairs, required=needed),
    }
    returned = next((entry[key] for key in ("responses", "returns", "response") if entry.get(key)), None)
    if isinstance(returned, Mapping | list):
        fields["returns"] = from_map(returned, repairs, required=False)
    subject = text_of(entry.get("field")) or text_of(entry.get("category"))
    return Found(where, {**fields, "origin": {"category": subject}} if subject else fields, tuple(repairs))


def _is_tool(entry: Entry) -> bool:
    if "tool_name" in entry or "required_parameters" in entry or "id" in entry:
        return False
    parameters = entry.get("parameters")
    if "api_name" in entry:
        return "parameters" in entry or "responses" in entry
    return (
        "name" in entry
        and isinstance(parameters, list)
        and bool(parameters)
        and all(isinstance(each, Mapping) and isinstance(each.get("name"), str) for each in parameters)
    )
