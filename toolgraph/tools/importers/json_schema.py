"""Plain JSON Schema tools: a name with `parameters`, `inputSchema` or `input_schema` (functions, MCP, Anthropic)."""

from collections.abc import Mapping
from typing import Any

INPUTS = ("parameters", "inputSchema", "input_schema")
OUTPUTS = ("returns", "outputSchema", "output_schema", "response")


def matches(entry: Mapping[str, Any]) -> bool:
    """Anything with a name or a schema of its input."""
    return "name" in entry or any(key in entry for key in INPUTS)


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
        fields["effects"] = _effects(annotations)
    origin = {
        key: str(entry[source])
        for key, source in (("api", "source"), ("category", "category"), ("licence", "licence"))
        if isinstance(entry.get(source), str)
    }
    if origin:
        fields["origin"] = origin
    return fields


def as_object_schema(parameters: Any) -> Any:
    """Return a bare map of properties with the object around it, and anything else as it is."""
    if not isinstance(parameters, Mapping) or not parameters or "properties" in parameters:
        return parameters
    is_map = all(isinstance(child, Mapping) for child in parameters.values())
    is_schema = not {"additionalProperties", "$defs", "definitions"}.isdisjoint(parameters)
    return {"type": "object", "properties": parameters} if is_map and not is_schema else parameters


def _effects(annotations: Mapping[str, Any]) -> str:
    if annotations.get("readOnlyHint") is True:
        return "reads"
    if annotations.get("destructiveHint") is True:
        return "deletes"
    return "writes" if annotations.get("readOnlyHint") is False else "unknown"
