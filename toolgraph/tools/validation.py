"""Validating arguments and results against the schemas of a tool, with validators compiled once per definition."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from toolgraph.errors import ToolSpecError
from toolgraph.phrases import shortened
from toolgraph.tools.definition import Definition
from toolgraph.tools.pointers import join
from toolgraph.tools.schema import Schema, branches
from toolgraph.tools.spec import ToolSpec

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

MAX_ERRORS = 20
"""How many errors of one value are told; more of them help nobody."""
_MAX_MESSAGE = 240


def schema_errors(tool: ToolSpec, arguments: Any) -> tuple[str, ...]:
    """Return what is wrong with the arguments of a call, one sentence each; empty where they are valid.

    A parameter that the schema does not name is an error too wherever the schema names some, unless it says by
    `additionalProperties` or `patternProperties` that others are welcome.

    >>> tool = ToolSpec(name="f", parameters={"type": "object", "properties": {"n": {"type": "integer"}}})
    >>> schema_errors(tool, {"n": "x", "m": 1})
    ("/n: 'x' is not of type 'integer'", "/m: the tool has no such parameter; it has 'n'")

    Raises:
        ToolSpecError: the tool's schema itself is invalid.
    """
    return _told(tool, _INPUT, arguments)


def result_errors(tool: ToolSpec, result: Any) -> tuple[str, ...]:
    """Return what is wrong with a result, one sentence each; empty where it is valid or the tool says nothing of it.

    Raises:
        ToolSpecError: the tool's schema itself is invalid.
    """
    return () if tool.output_schema is None else _told(tool, _OUTPUT, result)


_INPUT, _OUTPUT = "parameters", "returns"


def _told(tool: ToolSpec, part: str, value: Any) -> tuple[str, ...]:
    """Validate once per definition and value: the engine asks at each step, and the checks ask again at the end."""
    try:
        text = json.dumps(value, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        return (f"the whole: is not a JSON value ({_one_line(str(error))})",)
    return _errors_of_text(Definition(tool), part, text)


@lru_cache(maxsize=16384)
def _errors_of_text(definition: Definition, part: str, text: str) -> tuple[str, ...]:
    return tuple(_errors(definition, part, json.loads(text)))


def _errors(definition: Definition, part: str, value: Any) -> Iterator[str]:
    validator = _validator(definition, part)
    try:
        # What a schema can break while it is applied is not one family of exceptions: an unknown type, a reference
        # that leads nowhere or in a circle, a bound that is no number.
        found = [error for error, _ in zip(validator.iter_errors(value), range(MAX_ERRORS), strict=False)]
    except BaseException as error:
        # A reference that goes round in a circle can end in a panic of the validator's registry, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise ToolSpecError(
            f"tool '{definition.tool.name}': '{part}' is not a valid JSON Schema "
            f"({_one_line(_cause(error))}); correct it"
        ) from error
    for failure in sorted(found, key=lambda failure: list(map(str, failure.absolute_path))):
        pointer = ""
        for key in failure.absolute_path:
            pointer = join(pointer, key)
        yield f"{pointer or 'the whole'}: {_one_line(failure.message)}"
    if part == _INPUT and isinstance(value, dict):
        schema = definition.tool.input_schema
        yield from _undeclared(value, schema, schema, "")


@lru_cache(maxsize=4096)
def _validator(definition: Definition, part: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator
    from referencing import Registry

    tool = definition.tool
    schema = tool.input_schema if part == _INPUT else tool.output_schema
    # An explicit registry keeps a reference to a web address from being fetched.
    return Draft202012Validator(schema or {}, registry=Registry())


def _undeclared(value: Any, schema: Schema, root: Schema, pointer: str, depth: int = 0) -> Iterator[str]:
    """Yield the properties that no alternative of the schema names, at any depth."""
    if depth > 12:
        return
    options = list(branches(schema, root))
    if isinstance(value, list):
        items = [option["items"] for option in options if isinstance(option.get("items"), dict)]
        for index, child in enumerate(value if len(items) == 1 else ()):
            yield from _undeclared(child, items[0], root, join(pointer, index), depth + 1)
    if not isinstance(value, dict) or any(_is_open(option) for option in options):
        return
    declared: dict[str, list[Schema]] = {}
    for option in options:
        for name, child in option.get("properties", {}).items():
            declared.setdefault(name, []).append(child)
    for name, child in value.items():
        if name in declared:
            if len(declared[name]) == 1:
                yield from _undeclared(child, declared[name][0], root, join(pointer, name), depth + 1)
        elif declared:
            known = ", ".join(f"'{other}'" for other in list(declared)[:8])
            yield f"{join(pointer, name)}: the tool has no such parameter; it has {known}"


def _is_open(schema: Schema) -> bool:
    """Whether an object may hold more than its `properties`, because the schema says so or says nothing of them.

    `additionalProperties: false` is the validator's to report, which names the same properties.
    """
    return "additionalProperties" in schema or "patternProperties" in schema or "properties" not in schema


def _cause(error: BaseException) -> str:
    if isinstance(error, RecursionError) or not isinstance(error, Exception):
        return "a reference leads back to itself"
    return str(error) or type(error).__name__


def _one_line(text: str) -> str:
    return shortened(re.sub(r"\s+", " ", text).strip(), _MAX_MESSAGE)
