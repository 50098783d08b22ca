import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.tools.importers.python_models import NotJsonError
from toolgraph.tools.importers.python_scope import Scope
from toolgraph.tools.importers.python_types import Hints

FILE = """
import datetime as dt
import typing as t
from typing import Annotated, Callable, Optional, Union, NewType, TypeVar
from pathlib import Path
from elsewhere import Widget, Path as Route
from pydantic import Field, conint

UserId = NewType("UserId", int)
Pair = tuple[int, int]
Kind = t.Literal["a", "b"]
N = TypeVar("N", int, float)
"""


def hints():
    return Hints(Scope.of(ast.parse(FILE)))


def schema(hint):
    return hints().schema(ast.parse(hint, mode="eval").body)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("str", {"type": "string"}),
        ("None", {"type": "null"}),
        ("t.Any", {}),
        ("list[int]", {"type": "array", "items": {"type": "integer"}}),
        ("list", {"type": "array"}),
        ("t.Sequence['str']", {"type": "array", "items": {"type": "string"}}),
        ("set[bool]", {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True}),
        ("dict[str, float]", {"type": "object", "additionalProperties": {"type": "number"}}),
        ("dict[str, t.Any]", {"type": "object"}),
        ("tuple[str, ...]", {"type": "array", "items": {"type": "string"}}),
        ("Pair", {"type": "array", "prefixItems": [{"type": "integer"}] * 2, "minItems": 2, "maxItems": 2}),
        ("Optional[int]", {"type": ["integer", "null"]}),
        ("int | str | None", {"type": ["integer", "string", "null"]}),
        ("Union[list[int], int]", {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "integer"}]}),
        ("Kind", {"type": "string", "enum": ["a", "b"]}),
        ("Kind | None", {"type": ["string", "null"], "enum": ["a", "b", None]}),
        ("dt.date", {"type": "string", "format": "date"}),
        ("dt.datetime", {"type": "string", "format": "date-time"}),
        ("Path", {"type": "string", "format": "path"}),
        ("UserId", {"type": "integer"}),
        ("N", {"type": ["integer", "number"]}),
        ("Annotated[int, Field(ge=1, le=9, description='How many')]",
         {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many"}),
        ("Annotated[str, 'A city']", {"type": "string", "description": "A city"}),
        ("Annotated[list[int], Field(min_length=1)]",
         {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
        ("conint(gt=0)", {"type": "integer", "exclusiveMinimum": 0}),
        ("t.Awaitable[int]", {"type": "integer"}),
        ("Callable[[], int] | str", {"type": "string"}),
    ],
)  # fmt: skip
def test_a_hint_is_read_as_the_schema_of_its_values(hint, expected):
    assert schema(hint) == expected


@pytest.mark.parametrize("hint", ["Widget", "Route", "'no type at all'", "f(x)", "Undefined"])
def test_an_unknown_type_admits_anything_and_is_told(hint):
    reader = hints()

    assert reader.schema(ast.parse(hint, mode="eval").body) == {}
    assert len(reader.unknown) == 1


def test_of_alternatives_the_known_ones_are_kept_and_the_other_is_told():
    reader = hints()

    assert reader.schema(ast.parse("str | Widget", mode="eval").body) == {"type": "string"}
    assert reader.unknown == ["Widget"]
    assert schema("Widget | None") == {}


@pytest.mark.parametrize("hint", ["Callable[[int], str]", "t.TextIO", "type[int]", "list[Callable]", "Callable | None"])
def test_what_json_cannot_hold_is_no_schema(hint):
    with pytest.raises(NotJsonError):
        schema(hint)


@given(st.recursive(st.sampled_from(["int", "None", "Widget", "'x'"]), lambda inner: st.one_of(
    inner.map(lambda hint: f"list[{hint}]"), st.tuples(inner, inner).map(" | ".join),
    st.lists(inner, min_size=1, max_size=3).map(lambda hints: f"Union[{', '.join(hints)}]"),
)))  # fmt: skip
def test_every_hint_gives_a_schema_that_a_validator_takes(hint):
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema(hint))


def test_a_hint_nested_beyond_measure_is_cut():
    assert schema("list[" * 60 + "int" + "]" * 60)["type"] == "array"
