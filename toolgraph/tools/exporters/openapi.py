"""OpenAPI 3.1: one path per tool, with the verb its effects ask for and its name as `operationId`.

A tool that reads or deletes, and of whose arguments nothing is said but properties and which are required, gets GET or
DELETE with parameters in the query. Every other one gets POST with its arguments as JSON body, as search endpoints do.
What OpenAPI has no words for stands in `x-toolgraph` (see `toolgraph.tools.importers.openapi_extension`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from toolgraph.tools.exporters.components import Components
from toolgraph.tools.exporters.schemas import arguments_schema, result_schema
from toolgraph.tools.importers.openapi_extension import EXTENSION
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import Effects, ToolSpec

TITLE = "OpenAPI 3.1"
SURVIVES = frozenset({"name", "description", "parameters", "returns", "effects", "origin"})
NAMES = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_QUERY_VERBS: dict[Effects, str] = {"reads": "get", "deletes": "delete"}
_PLAIN = frozenset({"type", "properties", "required"})
_BESIDE = frozenset({"additionalProperties", "title", "description", "$schema"})
"""What may stand beside them and be told apart from the parameters, because nobody fills in arguments by it."""


_NO_TITLE = "Tools"


class _Shared(NamedTuple):
    """What all tools of a document have in common, and the definitions of their schemas."""

    api: str
    licence: str
    components: Components


def write(tools: Sequence[ToolSpec]) -> dict[str, Any]:
    """Return an OpenAPI document with the tools as its operations."""
    origins = [tool.origin for tool in tools]
    shared = _Shared(_only({one.api for one in origins}), _only({one.licence for one in origins}), Components())
    paths = {f"/tools/{quote(tool.name, safe='')}": _path(tool, shared) for tool in tools}
    info: dict[str, Any] = {"title": shared.api or _NO_TITLE, "version": "1"}
    if shared.licence:
        info["license"] = {"name": shared.licence}
    document: dict[str, Any] = {"openapi": "3.1.0", "info": info, "paths": paths}
    schemas = shared.components.schemas
    return {**document, "components": {"schemas": schemas}} if schemas else document


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _path(tool: ToolSpec, shared: _Shared) -> dict[str, Any]:
    schema, of_parameters = shared.components.moved(arguments_schema(tool), f"{tool.name}.arguments")
    verb = _QUERY_VERBS.get(tool.effects, "post") if _fits_query(schema) else "post"
    operation: dict[str, Any] = {"operationId": tool.name, "description": tool.description}
    if tool.origin.category:
        operation["tags"] = [tool.origin.category]
    if verb == "post":
        operation["requestBody"] = {"required": True, "content": _json(schema)}
    else:
        operation["parameters"] = _query(schema)
    response, of_returns = _response(tool, shared.components)
    operation["responses"] = {"200": response}
    extension = _extension(tool, "body" if verb == "post" else _beside(schema), shared)
    names = {side: given for side, given in (("parameters", of_parameters), ("returns", of_returns)) if given}
    if names:
        extension["definitions"] = names
    return {verb: {**operation, EXTENSION: extension}}


def _fits_query(schema: Schema) -> bool:
    """Whether parameters side by side say all that matters in filling in the arguments."""
    properties = schema.get("properties")
    return (
        schema.keys() <= _PLAIN | _BESIDE
        and schema.get("additionalProperties") in (None, False)
        and isinstance(properties, Mapping)
        and all(isinstance(child, Mapping) for child in properties.values())
        and set(schema.get("required", ())) <= properties.keys()
    )


def _beside(schema: Schema) -> Schema:
    """What the schema of the arguments says and a list of parameters does not."""
    beside = {keyword: value for keyword, value in schema.items() if keyword in _BESIDE}
    required = schema.get("required", ())
    in_order = [name for name in schema["properties"] if name in required]
    return beside if (required or None) == (in_order or None) and required != [] else {**beside, "required": required}


def _query(schema: Schema) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    parameters = []
    for name, child in schema["properties"].items():
        parameter: dict[str, Any] = {"name": name, "in": "query"}
        if name in required:
            parameter["required"] = True
        said = child.get("description")
        if isinstance(said, str) and said.strip():
            parameter["description"] = said
            child = {key: value for key, value in child.items() if key != "description"}
        parameters.append({**parameter, "schema": child})
    return parameters


def _response(tool: ToolSpec, components: Components) -> tuple[dict[str, Any], dict[str, str]]:
    returns = result_schema(tool)
    if returns is None:
        return {"description": "Done."}, {}
    schema, names = components.moved(returns, f"{tool.name}.result")
    return {"description": "The result.", "content": _json(schema)}, names


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _extension(tool: ToolSpec, arguments: Schema | str, shared: _Shared) -> dict[str, Any]:
    """What an importer would not see, or take for something else."""
    extension: dict[str, Any] = {"effects": tool.effects}
    if arguments:
        extension["arguments"] = arguments
    stated = {"api": shared.api or _NO_TITLE, "licence": shared.licence}
    origin = {key: value for key, said in stated.items() if (value := getattr(tool.origin, key)) != said}
    return {**extension, "origin": origin} if origin else extension
