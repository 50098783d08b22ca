"""What files say of their tools, read by a few lines per format that share nothing with the importers.

Each function takes a parsed document and yields its tools. OpenAPI and Python have files of their own.
"""

import gzip
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry

Faults = Callable[[dict[str, Any]], list[str]]


class Original(NamedTuple):
    """A tool as its file describes it."""

    where: str
    """The words by which its place is told: `GET /pets`, `entry 3`."""
    faults: Faults
    """What is wrong with the arguments of a call."""
    schema: Callable[[Collection[str]], dict[str, Any]]
    """What calls with parameters of these names can be made up from; those without faults are valid."""


FOREIGN = {
    "dict": "object", "hashmap": "object", "float": "number", "double": "number", "tuple": "array", "list": "array",
    "arraylist": "array", "long": "integer", "int": "integer", "bool": "boolean", "char": "string", "enum": "string",
    "str": "string",
}  # fmt: skip
KNOWN = {"object", "array", "string", "number", "integer", "boolean", "null"}


def parsed(path: Path) -> Any:
    """A file of JSON, JSON Lines or YAML, compressed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    if path.suffix in (".yaml", ".yml"):
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def mcp(document: Any) -> Iterator[Original]:
    """`inputSchema` as it stands, a map of properties with `required` beside it, or a list of arguments.

    An argument in a list must be given unless it says that it is optional.
    """
    if isinstance(document, Mapping):
        document = document.get("result", document)
        document = document.get("tools", [document])
    for number, tool in enumerate(document, start=1):
        schema = tool.get("inputSchema") or tool.get("input_schema")
        if schema is None or not ({"type", "properties"} & schema.keys()):
            needed = tool.get("required", ())
            if not schema:
                schema = {one["name"]: one for one in tool.get("arguments", ())}
                needed = [name for name, one in schema.items() if not one.get("optional")]
            properties = {
                name: _typed(one.get("type")) | ({"items": one["items"]} if "items" in one else {})
                for name, one in schema.items()
            }
            schema = {"properties": properties, "required": [name for name in needed if name in properties]}
        yield _by_schema(f"entry {number}", schema)


def bfcl(lines: Any) -> Iterator[Original]:
    """Functions of a question, or one function for each line, with Python's and Java's names of types."""
    for number, line in enumerate(lines if isinstance(lines, list) else [lines], start=1):
        for place, function in enumerate(line.get("function", [line]), start=1):
            where = f"question {line['id']}, function {place}" if "id" in line else f"line {number}"
            yield _by_schema(where, _foreign(function["parameters"]))


def toolbench(document: Any) -> Iterator[Original]:
    """APIs whose parameters are listed as required or optional, with types in capitals."""
    for entry in document if isinstance(document, list) else [document]:
        holder = f"query {entry['query_id']}" if "query_id" in entry else str(entry.get("tool_name", "")).strip()
        for place, api in enumerate(entry["api_list"], start=1):
            optional, required = api["optional_parameters"], api["required_parameters"]
            properties = {one["name"]: _typed(one["type"]) for one in [*optional, *required]}
            schema = {"properties": properties, "required": [one["name"] for one in required]}
            yield _by_schema(f"{holder}, API {place}", schema)


def catalogue(lines: Any) -> Iterator[Original]:
    """Tools with `parameters` as JSON Schema, one for each line."""
    for number, line in enumerate(lines, start=1):
        yield _by_schema(f"line {number}", _foreign(line["parameters"]))


def openai(document: Any) -> Iterator[Original]:
    """`parameters` of functions, bare or inside."""
    for number, tool in enumerate(document, start=1):
        yield _by_schema(f"entry {number}", tool.get("function", tool)["parameters"])


def anthropic(document: Any) -> Iterator[Original]:
    """`input_schema` of the tools of a request."""
    for number, tool in enumerate(document["tools"], start=1):
        yield _by_schema(f"entry {number}", tool["input_schema"])


def gemini(document: Any) -> Iterator[Original]:
    """JSON Schema as it stands, or Google's own schema, with types in capitals and counts as texts."""
    functions = [one for tool in document["tools"] for one in tool["functionDeclarations"]]
    for number, function in enumerate(functions, start=1):
        schema = function.get("parametersJsonSchema")
        yield _by_schema(f"function {number}", _of_google(function["parameters"]) if schema is None else schema)


def _of_google(schema: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type":
            read["type"] = [value.lower(), "null"] if schema.get("nullable") else value.lower()
        elif key == "properties":
            read["properties"] = {name: _of_google(child) for name, child in value.items()}
        elif key == "items":
            read["items"] = _of_google(value)
        elif key == "anyOf":
            read["anyOf"] = [_of_google(child) for child in value]
        elif key in ("minItems", "maxItems", "minLength", "maxLength"):
            read[key] = int(value)
        elif key == "enum":
            read["enum"] = [*value, None] if schema.get("nullable") else value
        elif key in ("required", "minimum", "maximum", "pattern"):
            read[key] = value
    return read


def langchain(document: Any) -> Iterator[Original]:
    """`args_schema` as it stands, or `args`: its properties, of which those with a default may be left out."""
    for number, tool in enumerate(document, start=1):
        schema = tool.get("args_schema")
        if schema is None:
            needed = [name for name, child in tool["args"].items() if "default" not in child]
            schema = {"properties": tool["args"], "required": needed}
        yield _by_schema(f"entry {number}", schema)


def apibank(document: Any) -> Iterator[Original]:
    """Parameters by name with Python's names of types, each of which must be given."""
    for number, api in enumerate(document, start=1):
        properties = {name: _worded(one["type"]) for name, one in api["input_parameters"].items()}
        yield _by_schema(f"entry {number}", {"properties": properties, "required": list(properties)})


def seal_tools(document: Any) -> Iterator[Original]:
    """Parameters by name with a list of those that must be given, or listed, each with its own word on that."""
    for number, tool in enumerate(document, start=1):
        given, needed = tool["parameters"], tool.get("required", ())
        if isinstance(given, list):
            needed = [one["name"] for one in given if one["required"]]
            given = {one["name"]: one for one in given}
        properties = {name: _worded(one["type"]) for name, one in given.items()}
        yield _by_schema(f"entry {number}", {"properties": properties, "required": list(needed)})


def taskbench(document: Any) -> Iterator[Original]:
    """A text for each resource a node takes, the second of a kind with its number; or parameters listed."""
    for number, node in enumerate(document["nodes"], start=1):
        properties: dict[str, Any] = {}
        for kind in node.get("input-type", ()):
            again = sum(name == kind or name.startswith(f"{kind}_") for name in properties)
            properties[f"{kind}_{again + 1}" if again else kind] = {"type": "string"}
        properties |= {one["name"]: _worded(one["type"]) for one in node.get("parameters", ())}
        yield _by_schema(f"node {number}", {"properties": properties, "required": list(properties)})


def sgd(document: Any) -> Iterator[Original]:
    """Intents, whose slots are texts, one of the possible values where they are categories."""
    for service in document:
        slots = {
            slot["name"]: {"type": "string"} | ({"enum": slot["possible_values"]} if slot["is_categorical"] else {})
            for slot in service["slots"]
        }
        for place, intent in enumerate(service["intents"], start=1):
            taken = {name: slots[name] for name in [*intent["required_slots"], *intent["optional_slots"]]}
            schema = {"properties": taken, "required": intent["required_slots"]}
            yield _by_schema(f"service {service['service_name']}, intent {place}", schema)


def _by_schema(where: str, schema: dict[str, Any]) -> Original:
    validator = Draft202012Validator(schema, registry=Registry())
    return Original(
        where, lambda arguments: [error.message for error in validator.iter_errors(arguments)], lambda names: schema
    )


def _typed(word: Any) -> dict[str, Any]:
    name = str(word).strip().lower()
    name = FOREIGN.get(name, name)
    return {"type": name} if name in KNOWN else {}


def _worded(word: str) -> dict[str, Any]:
    """A type, or `list(str)`."""
    match = re.fullmatch(r"list\((\w+)\)", word)
    return {"type": "array", "items": _typed(match[1])} if match else _typed(word)


def _foreign(schema: Any) -> Any:
    """A schema whose `type`s are those of JSON Schema; anything goes where a type is none."""
    if not isinstance(schema, Mapping):
        return schema
    made = {key: value for key, value in schema.items() if key not in ("type", "properties", "items", "required")}
    if isinstance(schema.get("type"), str):
        made |= _typed(schema["type"])
    elif "type" in schema:
        made["type"] = schema["type"]
    for keyword in ("properties", "$defs"):
        if isinstance(schema.get(keyword), Mapping):
            made[keyword] = {name: _foreign(child) for name, child in schema[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            made[keyword] = _foreign(schema[keyword])
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(keyword), list):
            made[keyword] = [_foreign(child) for child in schema[keyword]]
    if isinstance(schema.get("required"), list):
        made["required"] = [name for name in schema["required"] if name in made.get("properties", {})]
    return made
