"""LangChain: tools saved with their `args_schema` or `args`, and its own serialised objects."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_map, is_object_schema
from toolgraph.tools.importers.shapes import Entry, any_object, listed

TITLE = "LangChain tools: args_schema or args"


def matches(document: Any) -> bool:
    """One of the tools has `args_schema` or a map of `args`, or is an object that LangChain serialised."""
    return any_object(document, _is_tool, "tools")


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the tools; one that LangChain could not serialise has no schema."""
    return mended(read_each(listed(document, "tools"), _tool))


def _tool(entry: Entry, where: str) -> Found | Skipped:
    entry = entry["kwargs"] if isinstance(entry.get("kwargs"), Mapping) and "lc" in entry else entry
    given = next((entry[key] for key in ("args_schema", "args") if entry.get(key) is not None), None)
    if not isinstance(given, Mapping) or "lc" in given:
        return Skipped(where, "has no schema of its arguments; save args_schema.model_json_schema() with it")
    fields: dict[str, Any] = {"name": entry.get("name"), "description": entry.get("description") or ""}
    repairs: list[str] = []
    if is_object_schema(given):
        fields["parameters"] = dict(given)
    else:  # `args` are the properties alone
        needed = [name for name, child in given.items() if not (isinstance(child, Mapping) and "default" in child)]
        fields["parameters"] = from_map(given, repairs, required=needed)
        repairs.append("its parameters stood without the object around them; those without a default are required")
    return Found(where, fields, tuple(repairs))


def _is_tool(entry: Entry) -> bool:
    if "lc" in entry:
        return isinstance(entry.get("kwargs"), Mapping) and "name" in entry["kwargs"]
    return "name" in entry and ("args_schema" in entry or isinstance(entry.get("args"), Mapping))
