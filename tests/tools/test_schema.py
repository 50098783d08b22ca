import pytest

from toolgraph.tools.schema import branches, json_type, resolve, types_of


def test_a_reference_is_followed_and_what_stands_beside_it_wins():
    root = {"$defs": {"City": {"type": "string", "description": "A city"}}}

    assert resolve({"$ref": "#/$defs/City", "description": "Where from"}, root) == {
        "type": "string",
        "description": "Where from",
    }


@pytest.mark.parametrize(
    ("reference", "key"), [("#/$defs/a~1b", "a/b"), ("#/$defs/a%20b", "a b"), ("#/$defs/a~0b", "a~b")]
)
def test_a_reference_may_be_escaped(reference, key):
    assert resolve({"$ref": reference}, {"$defs": {key: {"type": "string"}}}) == {"type": "string"}


def test_a_reference_may_lead_through_a_list():
    assert resolve({"$ref": "#/anyOf/1"}, {"anyOf": [{}, {"type": "integer"}]}) == {"type": "integer"}


@pytest.mark.parametrize(
    "reference", ["#/$defs/Gone", "#name", "https://example.com/a.json", "#/$defs/Loop", "#/title"]
)
def test_a_reference_that_leads_nowhere_leaves_what_stands_beside_it(reference):
    root = {"title": "T", "$defs": {"Loop": {"$ref": "#/$defs/Loop"}}}

    assert resolve({"$ref": reference, "description": "A place"}, root) == {"description": "A place"}


def test_a_schema_without_alternatives_is_its_own_branch():
    assert list(branches({"type": "string"}, {})) == [{"type": "string"}]


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_each_alternative_is_a_branch_with_what_stands_beside_it(keyword):
    schema = {"description": "A place", keyword: [{"type": "string"}, {"type": "null"}]}

    assert list(branches(schema, schema)) == [
        {"description": "A place", "type": "string"},
        {"description": "A place", "type": "null"},
    ]


def test_alternatives_inside_alternatives_are_branches_too():
    schema = {"anyOf": [{"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "null"}]}

    assert [types_of(branch) for branch in branches(schema, schema)] == [("string",), ("integer",), ("null",)]


def test_the_parts_of_all_of_are_merged_at_any_depth():
    schema = {
        "allOf": [
            {"properties": {"a": {}}, "required": ["a"]},
            {"allOf": [{"properties": {"b": {}}, "required": ["b"]}, {"$ref": "#/$defs/C"}]},
        ],
        "$defs": {"C": {"properties": {"c": {}}, "required": ["a"]}},
    }

    (branch,) = branches(schema, schema)

    assert list(branch["properties"]) == ["a", "b", "c"]
    assert branch["required"] == ["a", "b"]
    assert types_of(branch) == ("object",)


def test_all_of_inside_an_alternative_is_merged():
    schema = {
        "anyOf": [{"allOf": [{"$ref": "#/$defs/A"}]}, {"type": "null"}],
        "$defs": {"A": {"properties": {"x": {}}}},
    }

    assert "x" in next(branches(schema, schema))["properties"]


def test_an_alternative_that_is_the_schema_itself_is_left_out():
    schema = {"anyOf": [{"$ref": "#/$defs/Tree"}]}
    root = {"$defs": {"Tree": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "string"}]}}}

    assert [types_of(branch) for branch in branches(schema, root)] == [("string",)]


def test_there_is_always_a_branch():
    root = {"anyOf": [{"$ref": "#/anyOf/0"}]}

    assert len(list(branches(root, root))) == 1


def test_unions_of_unions_do_not_multiply_without_end():
    union = {"anyOf": [{"title": str(number)} for number in range(10)]}

    assert len(list(branches({"allOf": [union] * 8}, {}))) <= 64


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "string"}, ("string",)),
        ({"type": ["string", "null"]}, ("string", "null")),
        ({"properties": {}}, ("object",)),
        ({"additionalProperties": {}}, ("object",)),
        ({"items": {}}, ("array",)),
        ({"prefixItems": [{}]}, ("array",)),
        ({"enum": ["a", 1, "b", None]}, ("string", "integer", "null")),
        ({}, ()),
    ],
)
def test_types_are_told_or_inferred(schema, types):
    assert types_of(schema) == types


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"), (True, "boolean"), (1, "integer"), (1.0, "number"), ("", "string"), ([], "array"),
        ({}, "object"),
    ],
)  # fmt: skip
def test_a_value_has_a_json_type(value, name):
    assert json_type(value) == name
