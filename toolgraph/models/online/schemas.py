"""Schemas as they are sent, made once per tool and answer class."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from toolgraph.models.online.portable import portable
from toolgraph.tools.definition import Definition
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import ToolSpec

MOST_OBJECTS = 5
"""How deep objects may be nested in strict mode; OpenAI takes more by now, others do not."""


@dataclass(frozen=True, slots=True)
class SentSchema:
    """A schema as it is sent, with what is said of it; made once and used for every request of its kind."""

    schema: Schema
    text: str
    """The schema as compact JSON."""
    digest: str
    """What it is remembered by if a server does not take it."""
    is_strict: bool

    @classmethod
    def of(cls, schema: Schema) -> "SentSchema":
        """Return the schema with its text, digest and strictness."""
        text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
        return cls(schema, text, digest_of(text), is_strict(schema))


def digest_of(text: str) -> str:
    """Return a short name for a text, the same in every process."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def closed(schema: Schema) -> Schema:
    """Return a portable schema with every property required and no other admitted, as OpenAI's strict mode wants it.

    Meant for answers of our own shape, whose reader fills in what is missing; values of tools may leave things out.
    """
    # Lengths of texts are no part of strict mode; whoever reads the answer minds them.
    strict = {key: value for key, value in schema.items() if key not in ("minLength", "maxLength")}
    if isinstance(properties := schema.get("properties"), dict):
        strict["properties"] = {name: closed(child) for name, child in properties.items()}
        strict |= {"required": list(properties), "additionalProperties": False}
    if isinstance(items := schema.get("items"), dict):
        strict["items"] = closed(items)
    if "anyOf" in schema:
        strict["anyOf"] = [closed(branch) for branch in schema["anyOf"]]
    return strict


def is_strict(schema: Schema) -> bool:
    """Say whether a portable schema obeys the rules of OpenAI's strict mode."""
    return schema.get("type") == "object" and _is_strict(schema, 0)


def _is_strict(schema: Schema, depth: int) -> bool:
    """`depth` counts the objects above."""
    branches = schema.get("anyOf")
    if branches is not None:
        return all(_is_strict(branch, depth) for branch in branches)
    types = schema.get("type", [])
    named = types if isinstance(types, list) else [types]
    if not named or depth > MOST_OBJECTS or "minLength" in schema or "maxLength" in schema:
        return False
    if "object" in named:
        properties = schema.get("properties")
        if properties is None or schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", ())) != set(properties):
            return False
        return all(_is_strict(child, depth + 1) for child in properties.values())
    return "array" not in named or ("items" in schema and _is_strict(schema["items"], depth))


def sent_parameters(tool: ToolSpec) -> Schema:
    """Return the parameters of a tool as they are sent; always an object schema with `properties`."""
    return _sent_parameters(Definition(tool))


def sent_returns(tool: ToolSpec) -> Schema:
    """Return what a tool returns as it is sent; empty where nothing is known of it."""
    return _sent_returns(Definition(tool))


def sent_result(tool: ToolSpec) -> SentSchema:
    """Return the schema of an answer that holds a result of the tool under `result`."""
    return _sent_result(Definition(tool))


# --- once per tool --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _sent_parameters(definition: Definition) -> Schema:
    schema = portable(definition.tool.input_schema)
    if schema.get("type") != "object" or "anyOf" in schema:
        # Tools want an object at the root, and few servers bear alternatives there.
        schema = {"type": "object", **{key: schema[key] for key in ("description",) if key in schema}}
    return {**schema, "properties": schema.get("properties", {})}


@lru_cache(maxsize=8192)
def _sent_returns(definition: Definition) -> Schema:
    return portable(definition.tool.output_schema or {})


@lru_cache(maxsize=8192)
def _sent_result(definition: Definition) -> SentSchema:
    properties = {"result": _sent_returns(definition)}
    return SentSchema.of(
        {"type": "object", "properties": properties, "required": ["result"], "additionalProperties": False}
    )
