"""The parameters and the body of an operation as one object schema."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_body import Body, body_of, converted_body
from toolgraph.tools.importers.openapi_budget import BOUNDLESS, bounded
from toolgraph.tools.importers.openapi_extension import is_exported, whole_body
from toolgraph.tools.importers.openapi_responses import schema_of_content
from toolgraph.tools.importers.openapi_schemas import Collected, Schemas
from toolgraph.tools.importers.openapi_security import Security
from toolgraph.tools.schema import Schema

_NOT_SCHEMA = frozenset("name in required collectionFormat allowEmptyValue description deprecated $ref".split())
"""What a parameter of Swagger 2 says beside its schema, which stands in the parameter itself."""


@dataclass(slots=True)
class _Arguments:
    """What is gathered of one operation's arguments."""

    properties: Schema = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)
    repairs: dict[str, None] = field(default_factory=dict)
    collected: Collected = field(default_factory=Collected)


Placed = tuple[Any, str]
"""A part of a document, and the address of the document."""


def parameters_of(
    operation: Placed, inherited: Iterable[Placed], path: str, schemas: Schemas, security: Security
) -> tuple[Schema, tuple[str, ...]]:  # fmt: skip
    """Return the schema of the arguments of an operation, and what was repaired.

    `inherited` are the parameters of its path, which its own of the same name and place override.

    Raises:
        ToolSpecError: its body cannot be read.
    """
    arguments = _Arguments()
    body: Body | None = None
    for parameter, base in _settled(operation, inherited, schemas, arguments):
        if not is_exported(operation[0]) and (reason := security.reason_to_leave_out(parameter)):
            arguments.repairs[reason] = None
        elif parameter.get("in") == "body":
            described = parameter.get("description")
            body = converted_body(
                parameter.get("schema"), base, schemas, arguments.collected, is_required=parameter.get("required"),
                description=described if isinstance(described, str) else "",
            )  # fmt: skip
        elif parameter.get("in") in ("path", "query", "header", "cookie", "formData"):
            _add(parameter, base, schemas, arguments)
        else:
            place = f"the parameter '{parameter['name']}' was left out: its place"
            arguments.repairs[f"{place} '{parameter.get('in')}' is none that OpenAPI knows"] = None
    _add_undeclared(path, arguments)
    if body is None:
        body = body_of(operation[0], operation[1], schemas, arguments.collected)
    whole = whole_body(operation[0])
    schema = (
        _with_body(body, arguments)
        if whole is None
        else schemas.convert(whole, operation[1], "in", arguments.collected)
    )
    bounded_schema, more = bounded(
        schema, arguments.collected, schemas, "in", budget=BOUNDLESS if is_exported(operation[0]) else None
    )
    return bounded_schema, (*arguments.repairs, *more)


def _settled(
    operation: Placed, inherited: Iterable[Placed], schemas: Schemas, arguments: _Arguments
) -> list[tuple[Mapping[str, Any], str]]:  # fmt: skip
    """The parameters that hold, each once, those of the path first."""
    settled: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
    for parameters, base in (*inherited, (operation[0].get("parameters"), operation[1])):
        own: set[tuple[str, str]] = set()
        for number, given in enumerate(parameters if isinstance(parameters, list) else (), start=1):
            try:
                parameter, place = schemas.references.resolve(given, base)
            except ToolSpecError as error:
                arguments.repairs[f"parameter {number} was left out: {error}"] = None
                continue
            if not isinstance(parameter, Mapping) or not isinstance(parameter.get("name"), str):
                arguments.repairs[f"parameter {number} was left out: it has no name"] = None
                continue
            key = (str(parameter.get("in")), parameter["name"])
            if key in own:
                arguments.repairs[f"the parameter '{key[1]}' is declared twice; the last one was kept"] = None
            own.add(key)
            settled[key] = (parameter, place)
    return list(settled.values())


def _add(parameter: Mapping[str, Any], base: str, schemas: Schemas, arguments: _Arguments) -> None:
    name, place = parameter["name"], parameter["in"]
    if name in arguments.properties:
        name = f"{place}_{name}"
        arguments.repairs[f"two parameters are named '{parameter['name']}'; that of the {place} became '{name}'"] = None
    arguments.properties[name] = _schema_of(parameter, base, schemas, arguments)
    if place == "path" or parameter.get("required") in (True, "true"):
        arguments.required[name] = None


def _schema_of(parameter: Mapping[str, Any], base: str, schemas: Schemas, arguments: _Arguments) -> Schema:
    given = parameter.get("schema")
    if "content" in parameter and not isinstance(given, Mapping):
        try:
            found = schema_of_content(parameter["content"], base, schemas.references)
        except ToolSpecError as error:
            arguments.repairs[f"the parameter '{parameter['name']}' may be anything: {error}"] = None
        else:
            given, base = (found[1], found[2]) if found else ({}, base)
    elif not isinstance(given, Mapping):
        inline = "type" in parameter or "enum" in parameter
        given = {key: value for key, value in parameter.items() if key not in _NOT_SCHEMA} if inline else {}
    converted = schemas.convert(given, base, "in", arguments.collected)
    schema = dict(converted) if isinstance(converted, dict) else {}
    description = parameter.get("description")
    if isinstance(description, str) and (description.strip() or "description" not in schema):
        texts = schemas.convert({"description": description}, base, "in", arguments.collected)
        schema["description"] = texts["description"]
    if parameter.get("deprecated") is True:
        schema["deprecated"] = True
    if isinstance(parameter.get("example"), str | int | float) and "example" not in schema:
        schema["example"] = parameter["example"]
    return schema


def _add_undeclared(path: str, arguments: _Arguments) -> None:
    """What stands in braces in a path has to be given, whether or not somebody declared it."""
    for name in re.findall(r"\{([^{}]+)\}", path):
        if name not in arguments.properties:
            arguments.properties[name] = {"type": "string"}
            arguments.required[name] = None
            arguments.repairs[f"the path's '{{{name}}}' is declared nowhere; it was added as text"] = None


def _with_body(body: Body | None, arguments: _Arguments) -> Schema:
    properties, required = dict(arguments.properties), dict(arguments.required)
    whole: Schema = {"type": "object", "properties": properties}
    if body is not None and not properties and body.whole is not None:
        return body.whole
    if body is not None and not body.is_empty:
        fields = body.fields
        if fields is not None and properties.keys().isdisjoint(fields["properties"]):
            arguments.repairs |= dict.fromkeys(body.repairs)
            properties |= fields["properties"]
            given = fields.get("required")
            required |= dict.fromkeys(given if isinstance(given, list) else ())
            whole |= {key: fields[key] for key in ("anyOf", "oneOf", "additionalProperties") if key in fields}
        else:
            name = "body" if "body" not in properties else "request_body"
            reason = (
                "has fields named like other parameters"
                if fields is not None
                else "is no object with fields of its own"
            )
            properties[name] = fields if fields is not None else body.schema
            if body.is_required:
                required[name] = None
            arguments.repairs[f"the body {reason}; it is the parameter '{name}'"] = None
    if required:
        whole["required"] = list(required)
    return whole
