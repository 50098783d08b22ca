"""Shapes: what a model is asked for in place of an answer class, and how its JSON becomes that class again."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from toolgraph.dialogue.blueprint import Source
from toolgraph.models.online.portable import portable
from toolgraph.models.online.reading import Complaint
from toolgraph.models.online.schemas import SentSchema, closed
from toolgraph.models.requests import PlanAnswer
from toolgraph.tools.schema import Schema, types_of
from toolgraph.tools.standard import standard_schema

MOST_ERRORS = 3
"""How many errors of one answer the model is told; mending these usually mends the rest."""
_SCALARS: list[Schema] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
_ANY_VALUE: Schema = {"anyOf": [*_SCALARS, {"type": "null"}, {"type": "array", "items": {"anyOf": _SCALARS}}]}
"""A value of any kind, as far as strict JSON Schema can say it: a leaf, or a list of leaves."""

_PLAN_ORDER = {
    "intents": ("kind", "intent", "link"),
    "grounded": ("kind", "steps", "withheld", "intent", "link"),
}
"""What a model writes of an item, in this order: calls first, words last."""
_ARGUMENTS = (
    (("pointer", "source", "value", "is_carried"), False),
    (("pointer", "source", "call", "path", "pick"), True),
)
"""What a model writes of an argument, and whether its value is found in a result."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model is asked for in place of an answer class: `loose` tells what may be left out, `sent` is strict."""

    loose: Schema
    sent: SentSchema


@cache
def shape_of(answer: type[BaseModel], hidden: frozenset[str] = frozenset()) -> Shape:
    """Return the shape of an answer class without its `hidden` fields."""
    whole = standard_schema(answer.model_json_schema())
    whole["properties"] = {name: child for name, child in whole["properties"].items() if name not in hidden}
    loose = _plain(portable(_without_defaults(whole)))
    return Shape(loose, SentSchema.of(closed(loose)))


@cache
def plan_shape(style: str) -> Shape:
    """Return the shape of a plan of one style.

    An argument is sent as one of two: it has a value, or it says in which result the value will stand. In strict mode
    every part must be written, and half of them would be idle.
    """
    loose = json.loads(json.dumps(shape_of(PlanAnswer).loose))
    item = loose["properties"]["turns"]["items"]
    item["properties"] = {name: item["properties"][name] for name in _PLAN_ORDER.get(style, _PLAN_ORDER["grounded"])}
    sent = closed(loose)
    if "steps" in item["properties"]:
        calls = sent["properties"]["turns"]["items"]["properties"]["steps"]["items"]["properties"]["calls"]
        arguments = calls["items"]["properties"]["arguments"]
        arguments["items"] = {"anyOf": [_only(arguments["items"], names, is_found) for names, is_found in _ARGUMENTS]}
    return Shape(loose, SentSchema.of(sent))


def _only(argument: Schema, names: tuple[str, ...], is_found: bool) -> Schema:
    """The schema of a planned argument with these parts alone."""
    properties = {name: argument["properties"][name] for name in names}
    options = [option for option in get_args(Source) if (option == "result") is is_found]
    properties["source"] = {"type": "string", "enum": options}
    return {**argument, "properties": properties, "required": list(names)}


def _without_defaults(schema: Any) -> Any:
    """A schema without the defaults of its fields, which are the reader's affair and no advice to the writer."""
    if isinstance(schema, dict):
        return {key: _without_defaults(child) for key, child in schema.items() if key != "default"}
    return [_without_defaults(child) for child in schema] if isinstance(schema, list) else schema


def _plain(schema: Schema) -> Schema:
    """A schema without descriptions, which the prompt gives, and with a type where ours says only `Any`."""
    plain = {key: value for key, value in schema.items() if key != "description"}
    if not plain:
        return _ANY_VALUE
    if "properties" in plain:
        plain["properties"] = {name: _plain(child) for name, child in plain["properties"].items()}
    if "items" in plain:
        plain["items"] = _plain(plain["items"])
    if "anyOf" in plain:
        plain["anyOf"] = [_plain(branch) for branch in plain["anyOf"]]
    return plain


def read_as(answer: type[BaseModel], shape: Shape, value: Any) -> Any:
    """Return a value as an answer class; keys nobody asked for are dropped, what ends in data is read strictly.

    Raises:
        Complaint: it does not fit.
    """
    fitted = _pruned(_unwrapped(value, shape.loose), shape.loose)
    try:
        return answer.model_validate_json(json.dumps(fitted), strict=True)
    except ValidationError as error:
        told = [
            f"{'/'.join(('', *map(str, each['loc']))) or 'the whole'}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]
        ]
        raise Complaint(
            f"the answer has another shape than asked for: {'; '.join(told)}", check="answer_shape"
        ) from error


def _unwrapped(value: Any, schema: Schema) -> Any:
    """The object that was asked for, where it came without its outermost braces or inside another."""
    names = schema["properties"]
    if isinstance(value, dict):
        if len(value) == 1 and not value.keys() & names.keys():
            inner = next(iter(value.values()))
            return _unwrapped(inner, schema) if isinstance(inner, dict | list) else value
        return value
    required = schema.get("required", [])
    return {required[0]: value} if len(required) == 1 else value


def _pruned(value: Any, schema: Schema) -> Any:
    if isinstance(value, dict) and "properties" in schema:
        required = schema.get("required", ())
        return {
            name: _pruned(child, schema["properties"][name])
            for name, child in value.items()
            if name in schema["properties"]
            and not (child is None and name not in required and not admits_null(schema["properties"][name]))
        }
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_pruned(child, schema["items"]) for child in value]
    return value


def admits_null(schema: Schema) -> bool:
    """Say whether null may stand where a portable schema does."""
    branches = schema.get("anyOf", [schema])
    return any(not (types := types_of(branch)) or "null" in types for branch in branches)
