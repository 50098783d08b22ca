"""Real tools written down in forms of which the corpora have no files, or few, as owners of such files write them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.tools.written_python import written_python

Line = dict[str, Any]
"""A tool of a normalized catalogue: name, description, parameters as JSON Schema, source."""
WORDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}
NO_PLACE = {"$ref", "allOf", "oneOf", "prefixItems", "not", "patternProperties", "const", "exclusiveMinimum"}
"""What Google's own schema cannot say."""


def _catalogue(lines: list[Line]) -> str:
    return _json_lines(lines)


def _mcp(lines: list[Line]) -> str:
    tools = [{**_about(line), "inputSchema": line["parameters"]} for line in lines]
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}})


def _openai(lines: list[Line]) -> str:
    return json.dumps(
        [{"type": "function", "function": {**_about(line), "parameters": line["parameters"]}} for line in lines]
    )


def _anthropic(lines: list[Line]) -> str:
    return json.dumps({"tools": [{**_about(line), "input_schema": line["parameters"]} for line in lines]})


def _gemini(lines: list[Line]) -> str:
    functions = []
    for line in lines:
        schema = _to_google(line["parameters"])
        given = {"parametersJsonSchema": line["parameters"]} if schema is None else {"parameters": schema}
        functions.append({**_about(line), **given})
    return json.dumps({"tools": [{"functionDeclarations": functions}]})


def _to_google(schema: Any) -> dict[str, Any] | None:
    """A schema in Google's words, or none where it has none for it."""
    if not isinstance(schema, dict) or not NO_PLACE.isdisjoint(schema) or not isinstance(schema.get("type"), str):
        return None
    made: dict[str, Any] = {"type": schema["type"].upper()}
    if schema["type"] == "string" and "enum" in schema:
        made |= {"format": "enum", "enum": schema["enum"]}
        if not all(isinstance(one, str) for one in schema["enum"]):
            return None
    for key in ("description", "required", "minimum", "maximum", "pattern"):
        made |= {key: schema[key]} if key in schema else {}
    for key in ("minItems", "maxItems", "minLength", "maxLength"):
        made |= {key: str(schema[key])} if key in schema else {}
    if "items" in schema:
        made["items"] = _to_google(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: _nullable(child) for name, child in schema["properties"].items()}
    inner = [made.get("items", {}), *made.get("properties", {}).values()]
    return None if None in inner else made


def _nullable(schema: Any) -> dict[str, Any] | None:
    options = schema.get("anyOf") if isinstance(schema, dict) else None
    if options and len(options) == 2 and {"type": "null"} in options:
        made = _to_google(next(one for one in options if one != {"type": "null"}))
        return made and {**made, "nullable": True}
    return _to_google(schema)


def _langchain(lines: list[Line]) -> str:
    tools = []
    for number, line in enumerate(lines):
        schema = line["parameters"]
        whole = number % 2 or "$defs" in schema or any("optional" in child for _, child in _properties(line))
        tools.append({**_about(line), **({"args_schema": schema} if whole else {"args": dict(_properties(line))})})
    return json.dumps(tools)


def _bfcl(lines: list[Line]) -> str:
    questions = [
        {"id": f"simple_{number}", "question": [], "function": [{**_about(line), "parameters": _pythonic(line)}]}
        for number, line in enumerate(lines)
    ]
    return _json_lines(questions)


def _pythonic(line: Line) -> Any:
    text = json.dumps(line["parameters"])
    return json.loads(text.replace('"type": "object"', '"type": "dict"').replace('"type": "number"', '"type": "float"'))


def _toolbench(lines: list[Line]) -> str:
    apis = []
    for line in lines:
        both: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for name, schema in _properties(line):
            word = {"integer": "NUMBER", "number": "NUMBER", "boolean": "BOOLEAN"}.get(_kind(schema), "STRING")
            one = {"name": name, "type": word, "description": "", "default": ""}
            both[name in line["parameters"].get("required", ())].append(one)
        apis.append({**_about(line), "required_parameters": both[True], "optional_parameters": both[False]})
    return json.dumps({"tool_name": "Many", "title": "Many", "api_list": apis})


def _apibank(lines: list[Line]) -> str:
    return json.dumps([{**_about(line), "input_parameters": dict(_words(line))} for line in lines])


def _seal_tools(lines: list[Line]) -> str:
    tools = []
    for number, line in enumerate(lines):
        needed = [name for name in line["parameters"].get("required", ()) if name in dict(_properties(line))]
        named = {"api_name": line["name"], "api_description": line["description"], "field": "Any"}
        if number % 2:
            tools.append({**named, "parameters": dict(_words(line)), "required": needed, "responses": {}})
        else:
            listed = [{"name": name, **one, "required": name in needed} for name, one in _words(line)]
            tools.append({**named, "parameters": listed})
    return json.dumps(tools)


def _taskbench(lines: list[Line]) -> str:
    nodes = []
    for line in lines:
        given = list(_properties(line))
        if given and all("x-resource-type" in schema for _, schema in given):
            takes = {"input-type": [schema["x-resource-type"] for _, schema in given], "output-type": ["text"]}
        else:
            takes = {"parameters": [{"name": name, "type": one["type"], "desc": ""} for name, one in _words(line)]}
        nodes.append({"id": line["name"], "desc": line["description"], **takes})
    return json.dumps({"nodes": nodes})


def _sgd(lines: list[Line]) -> str:
    services = defaultdict(list)
    for line in lines:
        services[line["source"]].append(line)
    return json.dumps([_service(name, intents) for name, intents in services.items()])


def _service(source: str, lines: list[Line]) -> dict[str, Any]:
    slots: dict[str, dict[str, Any]] = {}
    intents = []
    for line in lines:
        needed = [name for name in line["parameters"].get("required", ()) if name in dict(_properties(line))]
        for name, schema in _properties(line):
            values = [one for one in schema.get("enum") or () if isinstance(one, str)]
            about = {"description": name, "is_categorical": bool(values), "possible_values": values}
            slots.setdefault(name, {"name": name, **about})
        others = {name: "dontcare" for name, _ in _properties(line) if name not in needed}
        slotted = {"required_slots": needed, "optional_slots": others, "result_slots": list(others)}
        intents.append({**_about(line), "is_transactional": False, **slotted})
    return {"service_name": source, "description": "", "slots": list(slots.values()), "intents": intents}


def _openapi(lines: list[Line]) -> str:
    return json.dumps(_as_openapi(lines))


def _toolalpaca(lines: list[Line]) -> str:
    apis = [
        {"Name": f"Api {number}", "Documentation": json.dumps(_as_openapi([line]))} for number, line in enumerate(lines)
    ]
    return json.dumps(apis)


def _as_openapi(lines: list[Line]) -> dict[str, Any]:
    """Tools of plain parameters as GET with a query, all others as POST with a body."""
    paths = {}
    for number, line in enumerate(lines):
        schema = line["parameters"]
        about = {"operationId": f"call_{number}", "summary": line["description"], "responses": {}}
        if schema.keys() <= {"type", "properties", "required"}:
            needed = schema.get("required", ())
            listed = [
                {"in": "query", "name": name, "required": name in needed, "schema": child}
                for name, child in schema.get("properties", {}).items()
            ]
            paths[f"/tools/{number}"] = {"get": {**about, "parameters": listed}}
        else:
            schema = json.loads(json.dumps(schema).replace('"#/', f'"#/components/schemas/S{number}/'))
            paths[f"/tools/{number}"] = {"post": {**about, **_body(number)}, "x-schema": schema}
    schemas = {f"S{number}": item.pop("x-schema") for number, item in enumerate(paths.values()) if "x-schema" in item}
    info = {"title": "Tools", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _body(number: int) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/S{number}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


WRITERS: dict[str, Callable[[list[Line]], str]] = {
    "openapi": _openapi, "mcp": _mcp, "anthropic": _anthropic, "gemini": _gemini, "langchain": _langchain,
    "bfcl": _bfcl, "toolbench": _toolbench, "apibank": _apibank, "toolalpaca": _toolalpaca, "taskbench": _taskbench,
    "sgd": _sgd, "seal-tools": _seal_tools, "python": written_python, "openai": _openai, "catalogue": _catalogue,
}  # fmt: skip
"""By form: the text of a file."""
SUFFIXES = {"python": "py", "bfcl": "jsonl", "catalogue": "jsonl"}


def _about(line: Line) -> dict[str, Any]:
    return {"name": line["name"], "description": line["description"]}


def _properties(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in line["parameters"].get("properties", {}).items():
        if isinstance(schema, dict) and name.strip() == name != "":
            yield name, schema


def _words(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in _properties(line):
        word = WORDS.get(_kind(schema), "str")
        inner = WORDS.get(_kind(schema.get("items")), "") if word == "list" else ""
        word = f"list({inner})" if inner and inner not in ("list", "dict") else word
        yield name, {"type": word, "description": schema.get("description", "")}


def _kind(schema: Any) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else ""


def _json_lines(entries: Iterable[Any]) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)
