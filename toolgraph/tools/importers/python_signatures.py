"""Signatures: the parameters and the result of a Python function as JSON Schemas."""

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from toolgraph.tools.importers.python_callables import Callable
from toolgraph.tools.importers.python_constraints import FIELD_CALLS, constrained, said_by
from toolgraph.tools.importers.python_docstrings import Described, Documentation
from toolgraph.tools.importers.python_documented import documented_schema
from toolgraph.tools.importers.python_models import NotJsonError, default_of, has_no_default
from toolgraph.tools.importers.python_scope import UNREADABLE, Scope
from toolgraph.tools.importers.python_types import Hints
from toolgraph.tools.schema import Schema, json_type, types_of

LONGEST_DEFAULT = 2_000
"""Characters of a default that are told."""
_INJECTED = frozenset({"Depends", "Security", "Inject", "Provide", "CurrentContext"})


class Parameter(NamedTuple):
    """One parameter of a signature."""

    name: str
    hint: ast.expr | None
    default: ast.expr | None


def parameters_schema(function: Callable, documentation: Documentation, scope: Scope) -> tuple[Schema, tuple[str, ...]]:
    """Return the schema of a function's arguments, and what was changed or guessed for it.

    Raises:
        NotJsonError: a required parameter is something that JSON cannot hold; the message names it.
    """
    hints = Hints(scope)
    notes: list[str] = []
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for parameter in _parameters(function):
        is_required = parameter.default is None or has_no_default(parameter.default, scope)
        if parameter.name.startswith("_") and not is_required:
            notes.append(f"parameter '{parameter.name}' is left out: its name says that it is private")
            continue
        if isinstance(parameter.default, ast.Call) and scope.last_name(parameter.default) in _INJECTED:
            notes.append(f"parameter '{parameter.name}' is left out: it is filled by the program, not by a call")
            continue
        try:
            properties[parameter.name] = _parameter_schema(parameter, documentation.parameters, hints, notes)
        except NotJsonError as error:
            if is_required:
                raise NotJsonError(f"parameter '{parameter.name}' is {error}, which JSON cannot hold") from error
            notes.append(f"parameter '{parameter.name}' is left out: it is {error}, which JSON cannot hold")
            continue
        if is_required:
            required.append(parameter.name)
    notes += _open_ended(function.node.args)
    schema: Schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return _with_definitions(schema, hints), tuple(notes)


def returns_schema(function: Callable, documented: Described, scope: Scope) -> tuple[Schema | None, tuple[str, ...]]:
    """Return the schema of a function's result, none where nothing is known of it, and what was guessed for it."""
    hints = Hints(scope)
    notes: tuple[str, ...] = ()
    about = {"description": documented.text} if documented.text else {}
    schema: Schema = {}
    if function.node.returns is not None:
        if scope.last_name(function.node.returns) in ("NoReturn", "Never"):
            return None, ()
        try:
            schema = hints.schema(function.node.returns)
        except NotJsonError as error:
            return None, (f"the returns are left out: the result is {error}, which JSON cannot hold",)
        notes = tuple(f"the type of the result, '{name}', is not known" for name in dict.fromkeys(hints.unknown))
    elif documented.type_name:
        schema = documented_schema(documented.type_name, hints)
        if schema:
            notes = ("the type of the result is read from the docstring",)
        elif not about:
            about = {"description": documented.type_name}
    if not schema and not about:
        return None, notes
    return _with_definitions({**schema, **about}, hints), notes


def _parameters(function: Callable) -> Iterator[Parameter]:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        if index > 0 or not function.is_bound:
            default = arguments.defaults[index - first_default] if index >= first_default else None
            yield Parameter(argument.arg, argument.annotation, default)
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, argument.annotation, keyword_default)


def _parameter_schema(
    parameter: Parameter, documented: Mapping[str, Described], hints: Hints, notes: list[str]
) -> Schema:
    name, scope = parameter.name, hints.scope
    default = default_of(parameter.default, scope)
    said = documented.get(name, Described())
    schema: Schema = {}
    if parameter.hint is not None:
        before = len(hints.unknown)
        schema = hints.schema(parameter.hint)
        notes += [f"the type of '{name}', '{unknown}', is not known" for unknown in hints.unknown[before:]]
    if parameter.hint is None and said.type_name:
        schema = documented_schema(said.type_name, hints)
        if schema and default is not UNREADABLE and default is not None and not _admits(schema, default):
            schema = {}  # the docstring is wrong or more than a type; the default is what is run
        if schema:
            notes.append(f"the type of '{name}' is read from the docstring")
    if parameter.hint is None and not schema and default is not UNREADABLE and default is not None:
        schema = {"type": json_type(default)}
        notes.append(f"the type of '{name}' is inferred from its default")
    if default is None and schema and not _admits_null(schema):
        schema = _or_null(schema)
        notes.append(f"'{name}' may be null, as its default is")
    if said.text and "description" not in schema:
        schema = {**schema, "description": said.text}
    if isinstance(parameter.default, ast.Call) and scope.last_name(parameter.default) in FIELD_CALLS:
        schema = constrained(schema, said_by(parameter.default, scope))
    if default is not UNREADABLE and _can_be_told(default):
        schema = {**schema, "default": default}
    return schema


def _can_be_told(value: Any) -> bool:
    """Whether a default is JSON, and no table that would stand in every tool which uses it."""
    try:
        return len(json.dumps(value, allow_nan=False)) <= LONGEST_DEFAULT
    except (TypeError, ValueError, RecursionError):
        return False


def _open_ended(arguments: ast.arguments) -> list[str]:
    notes = []
    if arguments.vararg:
        notes.append(f"parameter '*{arguments.vararg.arg}' is left out: every argument of a call has a name")
    if arguments.kwarg:
        notes.append(f"parameter '**{arguments.kwarg.arg}' is left out: nothing says which names it takes")
    return notes


def _admits_null(schema: Schema) -> bool:
    types = schema.get("type", [])
    options = schema.get("anyOf", [])
    return "null" in (types if isinstance(types, list) else [types]) or any(map(_admits_null, options)) or not (
        types or options or "$ref" in schema or "enum" in schema
    )  # fmt: skip


def _admits(schema: Schema, value: Any) -> bool:
    """Whether a schema made from a docstring admits a value, as far as type and options say."""
    if "anyOf" in schema:
        return any(_admits(option, value) for option in schema["anyOf"])
    types = types_of(schema)
    is_of_type = not types or json_type(value) in types or (json_type(value) == "integer" and "number" in types)
    return is_of_type and value in schema.get("enum", [value])


def _or_null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str):
        options: dict[str, Any] = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        return {**schema, "type": [schema["type"], "null"], **options}
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [*schema["type"], "null"]}
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}


def _with_definitions(schema: Schema, hints: Hints) -> Schema:
    return {**schema, "$defs": hints.definitions} if hints.definitions else schema
