"""Small OpenAPI documents for tests, and what is read from them."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from toolgraph.tools.importers import openapi
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.spec import ToolSpec

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def document(path: str = "/pets", verb: str = "get", components: Any = None, **operation: Any) -> dict[str, Any]:
    """OpenAPI 3.0 with one operation."""
    whole = {"openapi": "3.0.3", "info": {"title": "Pets"}, "paths": {path: {verb: {"operationId": "f", **operation}}}}
    return {**whole, "components": components} if components else whole


def swagger(verb: str = "get", **operation: Any) -> dict[str, Any]:
    """Swagger 2.0 with one operation."""
    return {"swagger": "2.0", "info": {}, "paths": {"/pets": {verb: {"operationId": "f", **operation}}}}


def body(schema: Any, media_type: str = "application/json", **beside: Any) -> dict[str, Any]:
    """The request body of an operation."""
    return {"requestBody": {"content": {media_type: {"schema": schema}}, **beside}}


def answer(schema: Any) -> dict[str, Any]:
    """The responses of an operation."""
    return {"responses": {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}}}


def items(whole: Any, context: Context | None = None) -> list[Found | Skipped]:
    """All that is found in a document."""
    return list(openapi.read(whole, context or Context()))


def only(whole: Any, context: Context | None = None) -> Found:
    """The only tool of a document; its schemas are such as validators take."""
    (found,) = (item for item in items(whole, context) if isinstance(item, Found))
    tool = ToolSpec.model_validate(found.fields)
    Draft202012Validator.check_schema(tool.input_schema)
    Draft202012Validator.check_schema(tool.output_schema or {})
    json.dumps(found.fields)
    assert tool.parameter_fields is not None
    assert tool.return_fields is not None
    return found


def parameters(whole: Any, context: Context | None = None) -> dict[str, Any]:
    """The parameters of the only tool of a document."""
    found: dict[str, Any] = only(whole, context).fields["parameters"]
    return found
