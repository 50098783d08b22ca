"""ToolSpec: what a tool is."""

import json
import operator
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from toolgraph.tools import fields
from toolgraph.tools.schema import Schema
from toolgraph.tools.standard import standard_schema

Effects = Literal["reads", "writes", "deletes", "unknown"]
RETURNS = "/returns"
"""The mark, among those of `filled`, that somebody who read what the tool does has written its returns."""
EFFECTS = "/effects"
"""The mark, among those of `filled`, that the effects were read off the tool's code and not stated."""


class Origin(BaseModel):
    """Where a tool's definition came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = ""
    """The file it was read from."""
    api: str = ""
    """The API, server or data set it belongs to."""
    category: str = ""
    """The subject it was filed under by its owners."""
    licence: str = ""
    """The licence of the definition, as its source states it."""
    name: str = Field(default="", exclude_if=operator.not_)
    """What it is called there, if not by the name it has here."""


class ToolSpec(BaseModel):
    """A tool as its owner describes it. Schemas are kept verbatim; the cached properties hold their standard form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    """What a model calls it by; unique within a catalogue."""
    description: str = ""
    """What it does, in its owner's words."""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    """JSON Schema of the arguments object, as given."""
    returns: dict[str, Any] | None = None
    """JSON Schema of a result, as given, or none."""
    returns_inferred: bool = False
    """Whether `returns` was inferred by toolgraph and not written by the tool's owner."""
    origin: Origin = Origin()
    """Where the definition came from."""
    effects: Effects = "unknown"
    """What a call changes."""
    filled: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    """What was filled in and is not the owner's, as JSON Pointers into this specification, such as
    `/parameters/properties/city/description`, or `/returns`."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with the fields in `update` changed, and nothing kept that was computed from the old ones."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy

    @cached_property
    def input_schema(self) -> Schema:
        """`parameters` in standard form; always an object schema."""
        return _object_schema(self.parameters)

    @cached_property
    def output_schema(self) -> Schema | None:
        """`returns` in standard form."""
        return None if self.returns is None else standard_schema(self.returns)

    @cached_property
    def parameter_fields(self) -> tuple[fields.Field, ...]:
        """The leaves of the parameters."""
        return fields.flatten(self.__dict__.get("input_schema") or _object_schema(self.parameters))

    @cached_property
    def return_fields(self) -> tuple[fields.Field, ...]:
        """The leaves of the returns, a plain value as one called `result`; empty where nothing is known of them."""
        schema = self.__dict__.get("output_schema") or standard_schema(self.returns)
        return fields.flatten(schema, "result") if schema else ()

    @property
    def are_returns_guessed(self) -> bool:
        """Whether the returns were inferred from names alone, which is too little to link tools by."""
        return self.returns_inferred and RETURNS not in self.filled

    @cached_property
    def definition_key(self) -> str:
        """The definition as canonical text: equal for tools that are the same but for where they came from."""
        return json.dumps(
            [self.name, self.description, self.parameters, self.returns], sort_keys=True, ensure_ascii=False
        )


def _object_schema(parameters: Schema) -> Schema:
    """Return parameters in standard form, as that of an object."""
    schema = standard_schema(parameters)
    return schema if schema.get("type") == "object" or "$ref" in schema else {**schema, "type": "object"}
