import pytest

from toolgraph.tools.fields import MAX_DEPTH, flatten, top_level
from toolgraph.tools.standard import standard_schema


def fields_of(schema):
    return {field.pointer: field for field in flatten(standard_schema(schema))}


def pointers_of(schema):
    return list(fields_of(schema))


def test_fields_stand_in_the_order_of_the_schema():
    assert pointers_of({"properties": {"b": {"type": "string"}, "a": {"type": "integer"}}}) == ["/b", "/a"]


def test_the_text_of_a_field_is_its_name_and_description():
    fields = fields_of({"properties": {"city": {"description": " Name of\n the city "}, "n": {"description": None}}})

    assert fields["/city"].text == "city: Name of the city"
    assert fields["/n"].text == "n"


def test_nested_objects_are_taken_apart():
    address = {"type": "dict", "properties": {"street": {}, "geo": {"type": "object", "properties": {"lat": {}}}}}

    assert pointers_of({"properties": {"address": address}}) == ["/address/street", "/address/geo/lat"]


def test_the_items_of_a_list_are_one_field():
    fields = fields_of({"properties": {"tags": {"type": "array", "description": "Tags", "items": {"type": "string"}}}})

    assert list(fields) == ["/tags/*"]
    assert (fields["/tags/*"].name, fields["/tags/*"].description) == ("tags", "Tags")
    assert fields["/tags/*"].types == ("string",)


def test_a_list_of_objects_gives_the_fields_of_its_objects():
    flights = {"type": "array", "items": {"properties": {"price": {"type": "number"}, "stops": {"items": {}}}}}

    assert pointers_of({"properties": {"flights": flights}}) == ["/flights/*/price", "/flights/*/stops"]


def test_a_list_at_the_root_gives_the_fields_of_its_objects():
    assert pointers_of({"type": "array", "items": {"properties": {"id": {}}}}) == ["/*/id"]


def test_lists_of_lists_are_taken_apart():
    assert pointers_of({"properties": {"grid": {"items": {"items": {"type": "number"}}}}}) == ["/grid/*/*"]


@pytest.mark.parametrize("schema", [{"type": "tuple", "items": [{}, {}]}, {"type": "dict"}, {"type": "array"}, {}])
def test_what_has_no_parts_is_one_field(schema):
    assert pointers_of({"properties": {"value": schema}}) == ["/value"]


def test_names_are_escaped_in_pointers():
    assert pointers_of({"properties": {"a/b": {}, "filter[x]": {}, "m~n": {}}}) == ["/a~1b", "/filter[x]", "/m~0n"]


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_every_alternative_gives_its_fields(keyword):
    place = {keyword: [{"properties": {"city": {}}}, {"properties": {"lat": {}, "city": {}}}, {"type": "null"}]}

    assert pointers_of({"properties": {"place": place}}) == ["/place/city", "/place/lat"]


def test_the_parts_of_all_of_give_their_fields_without_a_type():
    schema = {"allOf": [{"properties": {"a": {}}}, {"allOf": [{"properties": {"b": {}}}]}]}

    assert pointers_of(schema) == ["/a", "/b"]


def test_an_optional_scalar_has_the_type_that_is_not_null():
    fields = fields_of({"properties": {"n": {"anyOf": [{"type": "null"}, {"type": "integer"}]}}})

    assert fields["/n"].types == ("integer",)
    assert fields_of({"properties": {"n": {"type": ["integer", "null"]}}})["/n"].types == ("integer",)


def test_a_field_is_required_where_each_object_above_it_is():
    schema = {
        "required": ["a", "c"],
        "properties": {
            "a": {"required": ["x"], "properties": {"x": {}, "y": {}}},
            "b": {"required": ["x"], "properties": {"x": {}}},
            "c": {"anyOf": [{"required": ["x"], "properties": {"x": {}}}, {"type": "null"}]},
        },
    }

    required = [pointer for pointer, field in fields_of(schema).items() if field.is_required]

    assert required == ["/a/x"]


def test_references_are_followed():
    schema = {"properties": {"to": {"$ref": "#/$defs/Place"}}, "$defs": {"Place": {"properties": {"city": {}}}}}

    assert pointers_of(schema) == ["/to/city"]


def test_a_description_beside_a_reference_is_that_of_the_field():
    schema = {
        "properties": {"to": {"$ref": "#/$defs/City", "description": "Where to"}},
        "$defs": {"City": {"type": "string", "description": "A city"}},
    }

    assert fields_of(schema)["/to"].description == "Where to"


@pytest.mark.parametrize(
    "next_node",
    [
        {"$ref": "#/$defs/Node"},
        {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
        {"allOf": [{"$ref": "#/$defs/Node"}]},
        {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        {"$ref": "#/$defs/Alias"},
    ],
)
def test_a_cyclic_reference_is_cut_where_it_comes_back(next_node):
    node = {"properties": {"name": {}, "next": next_node}}

    pointers = pointers_of(
        {"properties": {"start": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node, "Alias": {"$ref": "#/$defs/Node"}}}
    )

    assert pointers[0] == "/start/name"
    assert set(pointers) <= {"/start/name", "/start/next"}


def test_many_cyclic_references_do_not_multiply():
    optional = {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}
    node = {"properties": {f"child_{number}": optional for number in range(30)}}

    assert len(pointers_of({"$ref": "#/$defs/Node", "$defs": {"Node": node}})) <= 30


def test_a_reference_to_the_whole_is_followed_once():
    pointers = pointers_of({"properties": {"name": {}, "child": {"$ref": "#"}}})

    assert pointers == ["/name", "/child/name"]


def test_what_lies_too_deep_belongs_to_the_field_above():
    schema = {"type": "string"}
    for _ in range(MAX_DEPTH + 4):
        schema = {"properties": {"a": schema}}

    (pointer,) = pointers_of(schema)

    assert pointer == "/a" * MAX_DEPTH


def test_a_tool_may_take_nothing_or_two_hundred_things():
    assert flatten(standard_schema({"type": "object", "properties": {}})) == ()
    assert len(pointers_of({"properties": {f"p{number}": {} for number in range(200)}})) == 200


def test_the_top_level_of_a_pointer_is_a_property_of_the_root():
    assert top_level("/a~1b/*/c") == "a/b"
    assert top_level("") == ""


def test_a_plain_value_is_a_field_where_it_is_given_a_name():
    schema = {"type": ["string", "null"], "description": "The user id."}

    (field,) = flatten(schema, "result")

    assert (field.pointer, field.name, field.description) == ("", "result", "The user id.")
    assert flatten(schema) == flatten({"type": "object"}, "result") == flatten({}, "result") == ()
