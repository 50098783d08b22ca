"""What files say of their tools, read by a few lines per format that share nothing with the importers.

Each function takes a parsed document and yields, for each tool, the words by which its place is told (`GET /pets`,
`entry 3`) and a function that says what is wrong with the arguments of a call.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Faults = Callable[[dict[str, Any]], list[str]]
Original = tuple[str, Faults]
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FOREIGN = {
    "dict": "object", "hashmap": "object", "float": "number", "double": "number", "tuple": "array", "list": "array",
    "arraylist": "array", "long": "integer", "int": "integer", "bool": "boolean", "char": "string", "enum": "string",
}  # fmt: skip
SET_BY_SENDER = re.compile(r"token|authorization|api.?key|^accept|^content-type", re.IGNORECASE)
"""Parameters that no model fills in."""
KNOWN = {"object", "array", "string", "number", "integer", "boolean", "null"}


def openapi(document: dict[str, Any]) -> Iterator[Original]:
    """Operations: their parameters one by one, what is left of the arguments as the body."""
    document = _plain(document)
    registry = Registry().with_resource("doc:", Resource(document, DRAFT202012))

    def resolved(value: Any) -> Any:
        while isinstance(value, Mapping) and "$ref" in value:
            here: Any = document
            for key in value["$ref"].removeprefix("#/").split("/"):
                here = here[unquote(key).replace("~1", "/").replace("~0", "~")]
            value = here
        return value

    def faults_of(schema: Any, value: Any) -> list[str]:
        absolute = json.loads(json.dumps(schema).replace('"$ref": "#', '"$ref": "doc:#'))
        return [error.message for error in Draft202012Validator(absolute, registry=registry).iter_errors(value)]

    for path, item in document.get("paths", {}).items():
        item = resolved(item)
        for verb in VERBS:
            if verb in item:
                operation = resolved(item[verb])
                given = [resolved(one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
                parameters = {(one["in"], one["name"]): one for one in given}
                yield f"{verb.upper()} {path}", _operation(list(parameters.values()), operation, resolved, faults_of)


def _operation(parameters: list[Any], operation: Any, resolved: Any, faults_of: Any) -> Faults:
    body = resolved(operation.get("requestBody"))
    content = (body or {}).get("content") or {}
    schema = content.get("application/json", next(iter(content.values()), {})).get("schema", {})
    is_required = bool((body or {}).get("required"))
    for one in parameters:
        if one["in"] == "body":
            schema, is_required, body = one["schema"], bool(one.get("required")), one

    def faults(arguments: dict[str, Any]) -> list[str]:
        left, found = dict(arguments), []
        for one in parameters:
            called = one["name"] if one["name"] in left else f"{one['in']}_{one['name']}"
            if one["in"] == "body":
                continue
            if called in left:
                inside = next(iter((one.get("content") or {"": {}}).values())).get("schema", {})
                stated = one.get("schema") or inside if "type" not in one else one
                own = {
                    key: value
                    for key, value in stated.items()
                    if stated is not one or key not in ("required", "in", "name")
                }
                found += faults_of(own, left.pop(called))
            elif one.get("required") is True and not SET_BY_SENDER.search(one["name"]):
                found.append(f"no {one['name']}")
        if body is None:
            return found + [f"no such parameter: {name}" for name in left]
        fields = resolved(schema).get("properties", {})
        wrapped = next((name for name in ("request_body", "body") if name in left and name not in fields), None)
        value = left.pop(wrapped) if wrapped else left
        if value == {} and not wrapped and not is_required:
            return found
        return found + faults_of(schema, value)

    return faults


def mcp(document: Any) -> Iterator[Original]:
    """`inputSchema` as it stands, or a list of arguments."""
    if isinstance(document, Mapping):
        document = document.get("result", document)
        document = document.get("tools", [document])
    for number, tool in enumerate(document, start=1):
        schema = tool.get("inputSchema") or tool.get("input_schema")
        if schema is None or not ({"type", "properties"} & schema.keys()):
            listed = schema if schema else {one["name"]: one for one in tool.get("arguments", ())}
            schema = {"properties": {name: _typed(one.get("type")) for name, one in listed.items()}}
        yield f"entry {number}", _by_schema(schema)


def bfcl(lines: list[Any]) -> Iterator[Original]:
    """Functions of a question, or one function for each line, with Python's and Java's names of types."""
    for number, line in enumerate(lines if isinstance(lines, list) else [lines], start=1):
        for place, function in enumerate(line.get("function", [line]), start=1):
            where = f"question {line['id']}, function {place}" if "id" in line else f"line {number}"
            yield where, _by_schema(_foreign(function["parameters"]))


def toolbench(document: Any) -> Iterator[Original]:
    """APIs whose parameters are listed as required or optional, with types in capitals."""
    for entry in document if isinstance(document, list) else [document]:
        holder = f"query {entry['query_id']}" if "query_id" in entry else str(entry.get("tool_name", "")).strip()
        for place, api in enumerate(entry["api_list"], start=1):
            optional, required = api["optional_parameters"], api["required_parameters"]
            properties = {one["name"]: _typed(one["type"]) for one in [*optional, *required]}
            schema = {"properties": properties, "required": [one["name"] for one in required]}
            yield f"{holder}, API {place}", _by_schema(schema)


def catalogue(lines: list[Any]) -> Iterator[Original]:
    """Tools with `parameters` as JSON Schema, one for each line."""
    for number, line in enumerate(lines, start=1):
        yield f"line {number}", _by_schema(_foreign(line["parameters"]))


def _by_schema(schema: dict[str, Any]) -> Faults:
    validator = Draft202012Validator(schema, registry=Registry())
    return lambda arguments: [error.message for error in validator.iter_errors(arguments)]


def _typed(word: Any) -> dict[str, Any]:
    name = str(word).strip().lower()
    name = FOREIGN.get(name, name)
    return {"type": name} if name in KNOWN else {}


def _foreign(schema: Any) -> Any:
    """A schema whose `type`s are those of JSON Schema; anything goes where a type is none."""
    if not isinstance(schema, Mapping):
        return schema
    made = {key: value for key, value in schema.items() if key not in ("type", "properties", "items", "required")}
    if isinstance(schema.get("type"), str):
        made |= _typed(schema["type"])
    if isinstance(schema.get("properties"), Mapping):
        made["properties"] = {name: _foreign(child) for name, child in schema["properties"].items()}
    if isinstance(schema.get("items"), Mapping):
        made["items"] = _foreign(schema["items"])
    if isinstance(schema.get("required"), list):
        made["required"] = [name for name in schema["required"] if name in made.get("properties", {})]
    return made


def _plain(value: Any) -> Any:
    """OpenAPI 3.0's and Swagger's own words in those of JSON Schema, for what is sent."""
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if not isinstance(value, Mapping):
        return value
    made = {str(key): _plain(child) for key, child in value.items()}
    if isinstance(made.get("properties"), dict):
        hidden = {name for name, child in made["properties"].items() if child.get("readOnly") is True}
        if isinstance(made.get("required"), list):
            made["required"] = [name for name in made["required"] if name not in hidden]
            if {"allOf", "anyOf", "oneOf", "$ref"}.isdisjoint(made):  # nobody says what the others are
                made["required"] = [name for name in made["required"] if name in made["properties"]]
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    for limit in ("Minimum", "Maximum"):
        if made.get(f"exclusive{limit}") is True:
            made[f"exclusive{limit}"] = made.pop(limit.lower())
        elif made.get(f"exclusive{limit}") is False:
            del made[f"exclusive{limit}"]
    for bound in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
        if isinstance(made.get(bound), str) and made[bound].isdecimal():
            made[bound] = int(made[bound])
    options = made.get("enum")
    if options == []:  # no value could be one of none
        del made["enum"]
    elif (
        isinstance(options, list) and made.get("type") == "string" and not any(isinstance(one, str) for one in options)
    ):
        made["enum"] = [str(one) for one in options]  # nor both a text and a number
    if made.get("type") == "file":
        made["type"] = "string"
    return made
