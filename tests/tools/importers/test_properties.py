import pytest

from toolgraph.tools.importers.properties import from_list, from_map, is_object_schema
from toolgraph.tools.standard import standard_schema


def listed(*parameters, required=False):
    """The schema of a list of parameters, and what was repaired."""
    repairs = []
    return from_list(parameters, repairs, required=required), repairs


def one(**definition):
    """The schema of a single parameter `x`, and what was repaired."""
    schema, repairs = listed({"name": "x", **definition})
    return schema["properties"]["x"], repairs


def test_a_parameter_is_required_where_it_says_so():
    schema, _ = listed(
        {"name": "a", "required": True},
        {"name": "b", "required": "true"},
        {"name": "c", "required": False},
        {"name": "d", "optional": True},
        {"name": "e"},
    )

    assert schema["required"] == ["a", "b"]
    assert list(schema["properties"]) == ["a", "b", "c", "d", "e"]


def test_what_does_not_say_is_as_its_list_says():
    everything, _ = listed({"name": "a"}, {"name": "b", "optional": True}, required=True)
    named, _ = listed({"name": "a"}, {"name": "b"}, required={"b"})

    assert everything["required"] == ["a"]
    assert named["required"] == ["b"]


@pytest.mark.parametrize(
    ("type_word", "written", "default"),
    [
        ("NUMBER", "0", 0),
        ("float", "2.5", 2.5),
        ("integer", "12", 12),
        ("BOOLEAN", "True", True),
        ("ARRAY", '["a", "b"]', ["a", "b"]),
        ("list", "['a', 'b']", ["a", "b"]),
        ("OBJECT", "{'a': 1}", {"a": 1}),
        ("STRING", "7", "7"),
        ("", "7", "7"),
        ("integer", 7, 7),
        ("number", 7, 7),
    ],
)
def test_a_default_written_as_text_becomes_a_value_of_its_type(type_word, written, default):
    schema, repairs = one(type=type_word, default=written)

    assert schema["default"] == default
    assert type(schema["default"]) is type(default)
    assert repairs == []


@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize("type_word", ["STRING", "NUMBER", ""])
def test_an_empty_default_is_none(type_word, nothing):
    schema, repairs = one(type=type_word, default=nothing)

    assert "default" not in schema
    assert repairs == []


@pytest.mark.parametrize(
    ("type_word", "written"), [("NUMBER", "Berlin"), ("OBJECT", "x"), ("ARRAY", "{1, 2"), ("boolean", "2")]
)
def test_a_default_of_another_type_is_left_out_and_told(type_word, written):
    schema, repairs = one(type=type_word, default=written)

    assert "default" not in schema
    assert repairs == [f"the default of 'x' is not of its type '{type_word}' and was left out"]


@pytest.mark.parametrize("type_word", ["dict", "float", "any", "String", "HashMap", "tuple", "NUMBER", "Widget"])
def test_a_type_that_the_standard_form_reads_or_nobody_knows_is_kept(type_word):
    assert one(type=type_word) == ({"type": type_word}, [])


def test_a_type_that_says_its_form_is_read_without_it():
    schema, repairs = one(type="DATE (YYYY-MM-DD)")

    assert schema == {"type": "date", "format": "date"}
    assert standard_schema(schema)["type"] == "string"
    assert repairs == ["the type 'DATE (YYYY-MM-DD)' of 'x' was read as 'date'"]


@pytest.mark.parametrize("type_word", ["SELECT", "CREDENTIALS", "GEOPOINT (latitude, longitude)"])
def test_a_type_that_only_names_a_kind_of_text_is_text(type_word):
    schema, repairs = one(type=type_word)

    assert schema == {"type": "string"}
    assert repairs == [f"the type '{type_word}' of 'x' was read as 'string'"]


def test_an_empty_type_is_none():
    assert one(type="", description="The day.") == ({"description": "The day."}, [])


@pytest.mark.parametrize("type_word", ["list(str)", "List[str]", "Array<str>", "str[]"])
def test_a_list_of_something_says_of_what(type_word):
    assert one(type=type_word) == ({"type": "array", "items": {"type": "str"}}, [])


@pytest.mark.parametrize("options", ["asc, desc", "asc|desc", ["asc", "desc"], {"asc": "A to Z", "desc": "Z to A"}])
def test_options_may_be_a_text_or_an_object(options):
    schema, _ = one(type="string", enum=options)

    assert standard_schema(schema)["enum"] == ["asc", "desc"]


def test_the_description_may_be_short_for_one():
    assert one(desc="The city.") == ({"description": "The city."}, [])
    assert one(description="  ", desc=None) == ({}, [])


def test_the_first_of_two_parameters_of_one_name_is_kept():
    schema, repairs = listed({"name": "a", "type": "string"}, {"name": "a", "type": "integer"})

    assert schema["properties"] == {"a": {"type": "string"}}
    assert repairs == ["parameter 'a' is listed more than once; the first was kept"]


def test_a_parameter_without_a_name_is_left_out():
    schema, repairs = listed({"type": "string"}, {"name": " "}, 7, {"name": "filter[x]"})

    assert list(schema["properties"]) == ["filter[x]"]
    assert repairs == ["a parameter without a name was left out"] * 3


@pytest.mark.parametrize(
    "name", ["type", "items", "default", "required", "enum", "format", "on", "properties", "title"]
)
def test_a_parameter_may_be_called_like_a_keyword(name):
    repairs = []

    schema = from_map({name: {"type": "string"}}, repairs, required=True)

    assert schema == {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    assert repairs == []


def test_a_map_that_is_a_schema_already_is_kept():
    schema = {"type": "dict", "properties": {"type": {"type": "any"}}, "required": ["type"]}

    assert from_map(schema, [], required=True) == schema


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"description": "Nothing to say."},
        {"$ref": "#/$defs/A", "$defs": {}},
        {"anyOf": [{"type": "object"}]},
        {"additionalProperties": {"type": "string"}},
        {"properties": {"city": {}}},
    ],
)
def test_a_schema_is_known_as_one(schema):
    assert is_object_schema(schema)


def test_a_text_in_a_map_is_a_type_or_a_description():
    schema = from_map({"city": "The city to look for.", "days": "int"}, [], required=False)

    assert schema["properties"] == {"city": {"description": "The city to look for."}, "days": {"type": "int"}}


def test_an_inner_object_keeps_its_own_required_names():
    inner = {"type": "object", "properties": {"a": {}}, "required": ["a"]}

    assert from_map({"inner": inner}, [], required=False)["properties"]["inner"] == inner


def test_anything_else_has_no_parameters():
    assert from_map("none", [], required=True) == {"type": "object", "properties": {}}
