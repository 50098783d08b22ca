import pytest

from toolgraph.tools.importers.mistakes import without_mistakes


def mended(schema):
    repairs = []
    return without_mistakes(schema, repairs), repairs


def a_property(schema):
    return {"type": "object", "properties": {"n": schema}}


@pytest.mark.parametrize(
    ("given", "made", "says"),
    [
        ({"type": "integer", "default": "many"}, {"type": "integer"}, "is not of its type 'integer' and was left out"),
        ({"type": "string", "default": 5}, {"type": "string"}, "is not of its type 'string' and was left out"),
        ({"type": "String", "default": None}, {"type": "String"}, "is null, which says that it has none"),
        ({"type": "dict", "default": "{'a': 1}"}, {"type": "dict", "default": {"a": 1}}, 'and was read as `{"a": 1}`'),
        ({"type": "boolean", "default": "True"}, {"type": "boolean", "default": True}, "and was read as `true`"),
        ({"type": "string", "enum": ["a"], "default": "b"}, {"type": "string", "enum": ["a"]}, "none of its options"),
    ],
)
def test_a_default_that_cannot_be_is_mended_or_left_out_and_told(given, made, says):
    schema, (repair,) = mended(a_property(given))

    assert schema == a_property(made)
    assert repair.startswith("the default of 'n' ")
    assert says in repair


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "default": 3},
        {"type": "integer", "default": 2.0},
        {"type": ["string", "null"], "default": None},
        {"type": "string", "nullable": True, "default": None},
        {"default": "anything"},
        {"enum": [1, "a"], "default": "a"},
    ],
)
def test_a_default_that_can_be_stays(schema):
    given = a_property(schema)

    assert mended(given) == (given, [])
    assert mended(given)[0] is given


def test_what_is_required_and_not_there_is_required_no_more_at_any_depth():
    inner = {"properties": {"a": {}}, "required": ["a", "ghost"]}
    given = {"properties": {"list": {"type": "array", "items": inner}}, "required": ["spook", "list"]}

    schema, repairs = mended(given)

    assert schema["required"] == ["list"]
    assert schema["properties"]["list"]["items"]["required"] == ["a"]
    assert repairs == [
        f"'{name}' is required and is no parameter; it is required no more" for name in ("ghost", "spook")
    ]
    assert given["required"] == ["spook", "list"]


def test_what_another_part_may_declare_stays_required():
    given = {"properties": {}, "allOf": [{"properties": {"a": {}}}], "required": ["a"]}

    assert mended(given) == (given, [])


def test_parameters_named_like_keywords_are_no_keywords():
    given = a_property({"type": "object", "properties": {"default": {"type": "integer"}, "required": {}}})

    assert mended(given) == (given, [])


def test_a_part_may_require_what_the_part_beside_it_declares():
    schema = {
        "type": "object",
        "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}, "required": ["a", "b"]}],
    }

    assert mended(schema) == (schema, [])
