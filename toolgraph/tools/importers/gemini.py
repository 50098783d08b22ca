"""Gemini: function declarations, whose types are in capitals, alone or among the tools of a request."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.shapes import Entry, all_objects, any_object, listed
from toolgraph.tools.schema import Schema

TITLE = "Gemini function declarations"
_DECLARATIONS = ("functionDeclarations", "function_declarations")
_PARAMETERS = ("parameters", "parametersJsonSchema", "parameters_json_schema")
_RETURNS = ("response", "responseJsonSchema", "response_json_schema")
_MAPS = ("properties", "$defs")
_MAX_DEPTH = 60


def matches(document: Any) -> bool:
    """Declarations under their own key, or tools that all take an `OBJECT`."""
    return any_object(document, _is_holder, "tools") or all_objects(document, _is_declaration)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the functions; Google's own tools among them have no schema."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    number = 0
    for entry in listed(document, "tools"):
        for declaration in _declarations(entry):
            number += 1
            where = f"function {number}"
            if isinstance(declaration, Mapping):
                yield _function(declaration, where)
            else:
                yield Skipped(where, "is no function (an object)")
        if isinstance(entry, Mapping) and not _declarations(entry):
            yield Skipped(f"'{', '.join(map(str, entry))}'", "is a tool of the server's own and has no schema")


def _declarations(entry: Any) -> list[Any]:
    if not isinstance(entry, Mapping):
        return [entry]
    found = next((entry[key] for key in _DECLARATIONS if key in entry), None)
    if found is None:
        return [entry] if "name" in entry else []
    return found if isinstance(found, list) else [found]


def _function(entry: Entry, where: str) -> Found:
    fields: dict[str, Any] = {"name": entry.get("name"), "description": entry.get("description") or ""}
    repairs: list[str] = []
    for field, keys in (("parameters", _PARAMETERS), ("returns", _RETURNS)):
        given = next((entry[key] for key in keys if isinstance(entry.get(key), Mapping)), None)
        if given is not None:
            fields[field] = _renamed(given)
            if fields[field] != given:
                repairs.append("'type_', as protocol buffers write it, was read as 'type'")
    return Found(where, fields, tuple(dict.fromkeys(repairs)))


def _renamed(schema: Any, depth: int = 0) -> Schema:
    """The schema with `type_` called `type`; a parameter of that name stays."""
    if depth > _MAX_DEPTH:
        return {}
    renamed: Schema = {}
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, Mapping):
            value = {
                name: _renamed(child, depth + 1) if isinstance(child, Mapping) else child
                for name, child in value.items()
            }
        elif isinstance(value, Mapping) and key == "items":
            value = _renamed(value, depth + 1)
        elif key == "anyOf" and isinstance(value, list):
            value = [_renamed(child, depth + 1) if isinstance(child, Mapping) else child for child in value]
        renamed["type" if key == "type_" else key] = value
    return renamed


def _is_holder(entry: Entry) -> bool:
    return any(isinstance(entry.get(key), list | Mapping) for key in _DECLARATIONS)


def _is_declaration(entry: Entry) -> bool:
    parameters = entry.get("parameters")
    if "name" not in entry or not isinstance(parameters, Mapping):
        return False
    return "OBJECT" in (parameters.get("type"), parameters.get("type_"))
