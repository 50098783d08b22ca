"""What OpenAPI files say of their operations, in one file or in many, read apart from the importers."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.tools.originals import Faults, Original, parsed

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SET_BY_SENDER = re.compile(r"token|authorization|api.?key|^accept|^content-type", re.IGNORECASE)
"""Parameters that no model may have to fill in."""


def openapi(document: dict[str, Any], path: Path | None = None) -> Iterator[Original]:
    """Operations: their parameters one by one, what is left of the arguments as the body.

    The files that a document refers to are looked for beside `path`.
    """
    files = _Files(document, path)
    for template, item in files.main.get("paths", {}).items():
        item = files.resolved(item)
        for verb in VERBS:
            if verb in item:
                yield _operation(f"{verb.upper()} {template}", item, files.resolved(item[verb]), files)


def toolalpaca(document: list[dict[str, Any]]) -> Iterator[Original]:
    """The operations of the documents that stand as texts in the list."""
    for entry in document:
        for one in openapi(json.loads(entry["Documentation"])):
            yield one._replace(where=f"{entry['Name']}, {one.where}")


class _Files:
    """A document and the files it refers to, as one: a reference says which with `#/files/NAME`."""

    def __init__(self, document: dict[str, Any], path: Path | None) -> None:
        self.files: dict[str, Any] = {}
        self.whole: dict[str, Any] = {"files": self.files}
        self._folder = path.resolve().parent if path else Path()
        self.main = self._taken_in(_with_heirs(_plain(document)), path.resolve() if path else None)
        self.whole |= self.main
        self._forget_unknown(self.whole)
        self._registry = Registry().with_resource("doc:", Resource(self.whole, DRAFT202012))

    def resolved(self, value: Any) -> Any:
        """What a reference leads to, or the value itself."""
        while isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
            here: Any = self.whole
            for key in filter(None, value["$ref"].removeprefix("#").split("/")):
                here = here[unquote(key).replace("~1", "/").replace("~0", "~")]
            value = here
        return value

    def faults(self, schema: Any, value: Any) -> list[str]:
        """What is wrong with a value by a schema of the document."""
        absolute = json.loads(json.dumps(schema, default=str).replace('"$ref": "#', '"$ref": "doc:#'))
        validator = Draft202012Validator(absolute, registry=self._registry)
        return [error.message for error in validator.iter_errors(value)]

    def _forget_unknown(self, value: Any) -> None:
        """Require no more what none of the parts of a schema declares, which is a mistake in the file."""
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._forget_unknown(child)
        if isinstance(value, dict) and isinstance(value.get("required"), list) and value.get("allOf"):
            declared = self._declared(value, 0)
            value["required"] = [name for name in value["required"] if name in declared]

    def _declared(self, schema: Any, depth: int) -> set[str]:
        schema = self.resolved(schema)
        names = set(schema.get("properties", ()))
        for part in [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())] if depth < 9 else ():
            names |= self._declared(part, depth + 1)
        return names

    def _taken_in(self, value: Any, path: Path | None, is_main: bool = True) -> Any:
        """A part of a file whose references to files are those into the whole; the files are read on the way."""
        if isinstance(value, list):
            return [self._taken_in(child, path, is_main) for child in value]
        if not isinstance(value, dict):
            return value
        made = {key: self._taken_in(child, path, is_main) for key, child in value.items()}
        if isinstance(value.get("$ref"), str) and path is not None:
            made["$ref"] = self._address(value["$ref"], path, is_main)
        if isinstance((made.get("properties") or {}).get("$ref"), str):  # all the properties stand elsewhere
            made["properties"] = self.resolved(made["properties"])
        return made

    def _address(self, reference: str, path: Path, is_main: bool) -> str:
        name, _, pointer = reference.partition("#")
        if not name and is_main:
            return reference
        target = (path.parent / name).resolve() if name else path
        if not target.is_file() or not target.is_relative_to(self._folder):
            return reference
        key = str(target.relative_to(self._folder))
        if key not in self.files:
            self.files[key] = None  # so that files may refer to each other
            self.files[key] = self._taken_in(_plain(parsed(target)), target, is_main=False)
        return f"#/files/{key.replace('~', '~0').replace('/', '~1')}{pointer}"


def _operation(where: str, item: Any, operation: Any, files: _Files) -> Original:
    listed = [files.resolved(one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
    parameters = [
        {**one, "required": True} if one["in"] == "path" or one.get("required") == "true" else one
        for one in {(one["in"], one["name"]): one for one in listed}.values()
    ]
    body = files.resolved(operation.get("requestBody"))
    content = (body or {}).get("content") or {}
    schema = content.get("application/json", next(iter(content.values()), {})).get("schema", {})
    is_required = bool((body or {}).get("required"))
    for one in parameters:
        if one["in"] == "body":
            schema, is_required, body = one["schema"], bool(one.get("required")), one
    sent = [one for one in parameters if one["in"] != "body"]
    faults = _faults(sent, None if body is None else schema, is_required, files)
    return Original(where, faults, _maker(sent, None if body is None else schema, is_required, files))


def _faults(parameters: list[Any], body: Any, is_required: bool, files: _Files) -> Faults:
    def faults(arguments: dict[str, Any]) -> list[str]:
        left, found = dict(arguments), []
        for one in parameters:
            called = one["name"] if one["name"] in left else f"{one['in']}_{one['name']}"
            if called in left:
                found += files.faults(_own(one), left.pop(called))
            elif one.get("required") is True and not SET_BY_SENDER.search(one["name"]):
                found.append(f"no {one['name']}")
        if body is None:
            return found + [f"no such parameter: {name}" for name in left]
        fields = files.resolved(body).get("properties", {})
        wrapped = next((name for name in ("request_body", "body") if name in left and name not in fields), None)
        value = left.pop(wrapped) if wrapped else left
        if value == {} and not wrapped and not is_required:
            return found
        return found + files.faults(body, value)

    return faults


def _own(parameter: Any) -> Any:
    """The schema of a parameter, which in Swagger 2 is the parameter itself."""
    if "type" in parameter:
        return {key: value for key, value in parameter.items() if key not in ("required", "in", "name")}
    inside = next(iter((parameter.get("content") or {"": {}}).values())).get("schema", {})
    return parameter.get("schema") or inside


def _maker(parameters: list[Any], body: Any, is_required: bool, files: _Files) -> Callable[[Collection[str]], Any]:
    """Give the object schema of calls, beside all that it may refer to, when the names of their parameters are known.

    Some may be left to whoever sends the request, and the body may be one of them or have its fields among them.
    """

    def schema(names: Collection[str]) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        needed = []
        for one in parameters:
            name = f"{one['in']}_{one['name']}" if one["name"] in properties else one["name"]
            if name in names or not SET_BY_SENDER.search(name):
                properties[name] = _own(one)
                needed += [name] if one.get("required") is True else []
        fields = (files.resolved(body) or {}).get("properties", {})
        wrapped = next((name for name in ("request_body", "body") if name in names and name not in properties), None)
        made = {**files.whole, "type": "object", "properties": properties, "required": needed}
        if body is None:
            return made
        if wrapped is None or wrapped in fields:
            return {**made, "allOf": [body]}
        properties[wrapped] = body
        needed += [wrapped] if is_required else []
        return made

    return schema


def _plain(value: Any) -> Any:
    """OpenAPI 3.0's and Swagger's own words in those of JSON Schema, for what is sent."""
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if not isinstance(value, Mapping):
        return value
    made = {str(key): _plain(child) for key, child in value.items()}
    if isinstance(made.get("properties"), dict):
        hidden = {
            name for name, child in made["properties"].items() if isinstance(child, dict) and child.get("readOnly")
        }
        made["properties"] = {name: child for name, child in made["properties"].items() if name not in hidden}
        if isinstance(made.get("required"), list):
            made["required"] = [name for name in made["required"] if name not in hidden]
            if {"allOf", "anyOf", "oneOf", "$ref"}.isdisjoint(made):  # nobody says what the others are
                made["required"] = [name for name in made["required"] if name in made["properties"]]
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    for keyword in ("anyOf", "oneOf"):
        if keyword in made and made.get("nullable") is True and "type" not in made:  # as its owner must have meant it
            made[keyword] = [*made[keyword], {"type": "null"}]
    for limit in ("Minimum", "Maximum"):
        if made.get(f"exclusive{limit}") is True:
            made[f"exclusive{limit}"] = made.pop(limit.lower())
        elif made.get(f"exclusive{limit}") is False:
            del made[f"exclusive{limit}"]
    for bound in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
        if isinstance(made.get(bound), str) and made[bound].isdecimal():
            made[bound] = int(made[bound])
    for keyword in ("anyOf", "oneOf"):
        if keyword in made and isinstance(made.get("discriminator"), dict):
            made[keyword] = [_told_apart(branch, made["discriminator"]) for branch in made[keyword]]
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


def _told_apart(branch: dict[str, Any], discriminator: dict[str, Any]) -> dict[str, Any]:
    """A branch that is another schema, with the values of the property that say it is this one."""
    if "$ref" not in branch:
        return branch
    told = _says(discriminator, [branch["$ref"]])
    return {"allOf": [branch, {**told, "required": [discriminator["propertyName"]]}]}


def _says(discriminator: dict[str, Any], references: list[str]) -> dict[str, Any]:
    """What the property of a discriminator is in values of these schemas: what is mapped to them, or their names."""
    values: list[str] = []
    for reference in references:
        name, mapping = reference.rpartition("/")[2], discriminator.get("mapping", {})
        values += [value for value, target in mapping.items() if target in (reference, name)] or [name]
    return {"properties": {discriminator["propertyName"]: {"enum": values}}}


def _with_heirs(document: dict[str, Any]) -> dict[str, Any]:
    """A document in which schemas that are part of others, and have a discriminator, tell those apart."""
    for start, schemas in (
        ("#/components/schemas/", document.get("components", {}).get("schemas", {})),
        ("#/definitions/", document.get("definitions", {})),
    ):
        parents = {
            f"{start}{name}": [part["$ref"] for part in schema.get("allOf", ()) if "$ref" in part]
            for name, schema in schemas.items()
        }
        bases = {f"{start}{name}": schema["discriminator"] for name, schema in schemas.items() if _is_base(schema)}
        for base, discriminator in bases.items():
            family = [one for one in parents if base in _forebears(one, parents)]
            for one in family:
                heirs = [other for other in family if one in _forebears(other, parents)]
                schema = schemas[one.removeprefix(start)]
                schema.setdefault("allOf", []).append(_says(discriminator, heirs))
    return document


def _is_base(schema: dict[str, Any]) -> bool:
    return isinstance(schema.get("discriminator"), dict) and {"anyOf", "oneOf"}.isdisjoint(schema)


def _forebears(reference: str, parents: dict[str, list[str]]) -> set[str]:
    """A schema and all those it is made of."""
    found: set[str] = set()
    left = [reference]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += parents.get(one, ())
    return found
