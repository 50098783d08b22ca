"""Plain JSON Schema tools: a name with `parameters`, `inputSchema` or `input_schema` (functions, MCP, Anthropic)."""

from collections.abc import Mapping
from typing import Any

from toolgraph.tools.importers.properties import is_object_schema

INPUTS = ("parameters", "inputSchema", "input_schema")
OUTPUTS = ("returns", "outputSchema", "output_schema", "response")

_SAYS_TOOL = frozenset({*INPUTS, *OUTPUTS, "annotations", "function"})
_SAYS_LITTLE = frozenset({"name", "title", "description", "type", "strict", "source", "category", "licence"})


def matches(entry: Mapping[str, Any]) -> bool:
    """Anything with a name or a schema of its input."""
    return "name" in entry or any(key in entry for key in INPUTS)


def is_described(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry has a key that only tools have, or none but those that a tool without parameters has."""
    return not _SAYS_TOOL.isdisjoint(entry) or entry.keys() <= _SAYS_LITTLE


def by_name(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tools of a map from their names, each with its name, or none if it is no such map."""
    are_tools = all(isinstance(entry, Mapping) and entry and is_described(entry) for entry in document.values())
    if not are_tools or not any(_has_input(entry) for entry in document.values()):
        return []
    return [{"name": str(name), **entry} for name, entry in document.items()]


def _has_input(entry: Mapping[str, Any]) -> bool:
    inside = entry.get("function")
    places = (entry, inside) if isinstance(inside, Mapping) else (entry,)
    inputs = [as_object_schema(place[key]) for place in places for key in INPUTS if key in place]
    return any(isinstance(given, Mapping) and is_object_schema(given) for given in inputs)


def read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tool's fields; effects from MCP annotations, origin from `source` and `category` where stated."""
    fields: dict[str, Any] = {}
    if "name" in entry:
        fields["name"] = entry["name"]
    if entry.get("description") is not None:
        fields["description"] = entry["description"]
    parameters = next((entry[key] for key in INPUTS if entry.get(key) is not None), None)
    if parameters is not None:
        fields["parameters"] = as_object_schema(parameters)
    returns = next((entry[key] for key in OUTPUTS if isinstance(entry.get(key), Mapping)), None)
    if returns is not None:
        fields["returns"] = returns
    annotations = entry.get("annotations")
    if isinstance(annotations, Mapping):
        fields["effects"] = effects_of_annotations(annotations)
    origin = stated_origin(entry)
    if origin:
        fields["origin"] = origin
    return fields


def as_object_schema(parameters: Any) -> Any:
    """Return a bare map of properties with the object around it, and anything else as it is."""
    if not isinstance(parameters, Mapping) or "properties" in parameters or is_object_schema(parameters):
        return parameters
    is_map = all(isinstance(child, Mapping) for child in parameters.values())
    return {"type": "object", "properties": parameters} if is_map else parameters


def stated_origin(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the API, category and licence that a tool says it comes from."""
    stated = (("api", "source"), ("category", "category"), ("licence", "licence"))
    return {key: entry[source] for key, source in stated if isinstance(entry.get(source), str)}


def effects_of_annotations(annotations: Mapping[str, Any]) -> str:
    """Return what a call changes, as far as the hints of an MCP tool say."""
    if annotations.get("readOnlyHint") is True:
        return "reads"
    if annotations.get("destructiveHint") is True:
        return "deletes"
    return "writes" if annotations.get("readOnlyHint") is False else "unknown"
