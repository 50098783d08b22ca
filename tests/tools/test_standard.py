import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from toolgraph.tools.standard import FOREIGN_TYPES, TYPES, standard_schema

WORDS = ("type", "properties", "items", "required", "enum", "minimum", "pattern", "$ref", "anyOf", "allOf", "nullable")
junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(),
        st.sampled_from(["dict", "Float", "#", "50", "nan", "["]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*WORDS, "x", "exclusiveMinimum"]), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(WORDS), junk, max_size=5))
def test_whatever_is_given_becomes_a_valid_schema(schema):
    Draft202012Validator.check_schema(standard_schema(schema))


@given(st.dictionaries(st.sampled_from(WORDS), junk, max_size=5))
def test_the_standard_form_of_a_standard_form_is_itself(schema):
    once = standard_schema(schema)

    assert standard_schema(once) == once


@given(st.dictionaries(st.sampled_from(WORDS), junk, max_size=5))
def test_the_schema_given_is_left_as_it_was(schema):
    before = json.dumps(schema)

    standard_schema(schema)

    assert json.dumps(schema) == before


@pytest.mark.parametrize(
    ("theirs", "standard"),
    [
        ("dict", "object"), ("HashMap", "object"), ("float", "number"), ("tuple", "array"), ("ArrayList", "array"),
        ("String", "string"), (" string ", "string"), ("int", "integer"), ("Boolean", "boolean"), ("NULL", "null"),
        (["str", "None"], ["string", "null"]), (["string"], "string"),
    ],
)  # fmt: skip
def test_foreign_types_become_those_of_json_schema(theirs, standard):
    assert standard_schema({"type": theirs})["type"] == standard


@pytest.mark.parametrize(
    "theirs", ["any", "", "SELECT", "CREDENTIALS", "DATE (YYYY-MM-DD)", None, [], ["string", "any"]]
)
def test_a_type_nobody_knows_admits_anything(theirs):
    assert "type" not in standard_schema({"type": theirs})


def test_every_foreign_type_is_mapped_to_a_known_one():
    assert set(FOREIGN_TYPES.values()) <= TYPES


def test_draft_4_bounds_become_exclusive_ones():
    schema = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}

    assert standard_schema(schema) == {"type": "number", "exclusiveMinimum": 0, "maximum": 9}


@pytest.mark.parametrize(("bound", "expected"), [("50", 50), ("0.5", 0.5), (3.0, 3), (10**400, 10**400)])
def test_bounds_written_as_text_become_numbers(bound, expected):
    assert standard_schema({"maximum": bound})["maximum"] == expected


@pytest.mark.parametrize("bound", ["many", "nan", "Infinity", "1e999", float("inf"), float("nan"), None, True, [1], {}])
def test_a_bound_that_is_no_number_is_left_out(bound):
    assert standard_schema({"maximum": bound}) == {}


@pytest.mark.parametrize("schema", [{"minLength": -1}, {"maxItems": -2.0}, {"multipleOf": 0}, {"multipleOf": -1}])
def test_a_bound_that_nothing_could_meet_is_left_out(schema):
    assert standard_schema(schema) == {}


def test_a_parameter_that_is_required_moves_to_its_object():
    schema = {
        "properties": {"a": {"type": "string", "required": True}, "b": {"required": False}, "c": {}},
        "required": ["c", "gone"],
    }

    assert standard_schema(schema)["required"] == ["c", "a"]


def test_nullable_adds_null_to_the_type():
    assert standard_schema({"type": "string", "nullable": True}) == {"type": ["string", "null"]}
    assert standard_schema({"type": "string", "nullable": False}) == {"type": "string"}


@pytest.mark.parametrize("name", ["type", "items", "default", "required", "enum", "format", "on", "properties", "$ref"])
def test_a_parameter_may_have_the_name_of_a_keyword(name):
    standard = standard_schema({"properties": {name: {"type": "str", "description": "x"}}, "required": [name]})

    assert standard["properties"][name] == {"type": "string", "description": "x"}
    assert standard["required"] == [name]


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("red|green", ["red", "green"]), ("red, green,", ["red", "green"]),
        ({"red": "like fire", "green": "like grass"}, ["red", "green"]), (["red", None], ["red", None]),
    ],
)  # fmt: skip
def test_options_are_read_from_text_objects_and_lists(written, options):
    assert standard_schema({"enum": written})["enum"] == options


@pytest.mark.parametrize("written", [[], "", {}, 5, None])
def test_an_enum_without_options_is_left_out(written):
    assert standard_schema({"type": "string", "enum": written}) == {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "enum": ["1", "2"]}, {"type": "integer", "enum": [1, 2]}),
        ({"type": "float", "enum": ["1.5", "2"]}, {"type": "number", "enum": [1.5, 2.0]}),
        ({"type": "boolean", "enum": ["True", "False", "dontcare"]}, {"type": "boolean", "enum": [True, False]}),
        ({"type": "string", "enum": [1, 2.5, True]}, {"type": "string", "enum": ["1", "2.5", "true"]}),
        ({"type": "integer", "enum": ["few", "many"]}, {"enum": ["few", "many"]}),
        ({"type": "integer", "enum": [1.0, 2.0]}, {"type": "integer", "enum": [1.0, 2.0]}),
        ({"type": "array", "enum": ["a", "b"]}, {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
        (
            {"type": "array", "items": {"type": "string", "description": "A day"}, "enum": ["Mon", "Tue"]},
            {"type": "array", "items": {"type": "string", "description": "A day", "enum": ["Mon", "Tue"]}},
        ),
        ({"type": "string", "enum": ["a", 1]}, {"type": "string", "enum": ["a", 1]}),
    ],
)
def test_options_that_none_could_choose_take_the_declared_type(schema, expected):
    assert standard_schema(schema) == expected


def test_tuple_items_become_prefix_items():
    standard = standard_schema({"type": "tuple", "items": [{"type": "float"}, {"type": "str"}]})

    assert standard == {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]}
    assert standard_schema({"type": "array", "items": []}) == {"type": "array"}


def test_a_pattern_that_is_no_regular_expression_is_left_out():
    assert standard_schema({"pattern": r"^\p{L}+$"}) == {}
    assert standard_schema({"pattern": "^[A-Z]{2}$"}) == {"pattern": "^[A-Z]{2}$"}
    assert standard_schema({"patternProperties": {"[": {}, "^x": {}}}) == {"patternProperties": {"^x": {}}}


def test_an_object_without_a_type_is_an_object():
    assert standard_schema({"properties": {"a": True}}) == {"properties": {"a": {}}, "type": "object"}


def test_unions_and_all_of_keep_their_parts():
    schema = {
        "anyOf": [{"type": "str"}, {"type": "dict", "properties": {"n": {"type": "int"}}}],
        "allOf": [{"title": "T"}],
    }

    assert standard_schema(schema) == {
        "anyOf": [{"type": "string"}, {"type": "object", "properties": {"n": {"type": "integer"}}}],
        "allOf": [{"title": "T"}],
    }


@pytest.mark.parametrize(
    "reference", ["#/$defs/Gone", "https://example.com/schema.json", "other.json#/a", "#anchor", "#/definitions/Loop"]
)
def test_a_reference_that_leads_nowhere_is_left_out(reference):
    schema = {
        "properties": {"a": {"$ref": reference, "description": "A place"}},
        "definitions": {"Loop": {"$ref": "#/definitions/Pool"}, "Pool": {"$ref": "#/definitions/Loop"}},
    }

    assert standard_schema(schema)["properties"]["a"] == {"description": "A place"}


def test_a_reference_that_comes_back_is_kept():
    node = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}}

    standard = standard_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}})

    assert Draft202012Validator(standard).is_valid({"children": [{"children": []}]})
    assert not Draft202012Validator(standard).is_valid({"children": [{"children": 3}]})


def test_a_schema_nested_without_end_is_cut():
    schema = {"type": "string"}
    for _ in range(500):
        schema = {"properties": {"a": schema}}

    Draft202012Validator.check_schema(standard_schema(schema))


@pytest.mark.parametrize(("schema", "expected"), [(True, {}), (None, {}), (False, {"not": {}}), ("text", {}), ([], {})])
def test_what_is_no_object_admits_anything_or_nothing(schema, expected):
    assert standard_schema(schema) == expected


def test_a_required_name_stays_where_a_part_of_the_schema_declares_it():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "allOf": [{"properties": {"b": {"type": "string"}}}],
        "required": ["a", "b", "c"],
    }

    assert standard_schema(schema)["required"] == ["a", "b"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"type": "object", "allOf": [{"properties": {"a": {}}, "type": "object"}, {"required": ["a"]}]},
        {
            "type": "object",
            "properties": {"b": {}},
            "allOf": [{"$ref": "#/$defs/A"}],
            "required": ["a", "b"],
            "$defs": {"A": {"type": "object", "properties": {"a": {}}}},
        },
    ],
)
def test_what_alternatives_and_parts_require_stays_required(schema):
    assert standard_schema(schema) == schema


def test_the_item_of_an_array_is_read_as_its_items():
    schema = {"type": "array", "item": {"type": "dict", "properties": {"name": {"type": "str"}}}}

    items = standard_schema(schema)["items"]

    assert items == {"type": "object", "properties": {"name": {"type": "string"}}}
    assert "items" not in standard_schema({"type": "object", "item": {"type": "string"}})
