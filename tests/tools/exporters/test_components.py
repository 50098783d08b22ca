from toolgraph.tools.exporters.components import Components

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
AT_NODE = {"$ref": "#/components/schemas/Node"}


def using(name, definition):
    return {"properties": {"x": {"$ref": f"#/$defs/{name}"}}, "$defs": {name: definition}}


def test_a_definition_becomes_a_component_and_references_follow_it():
    components = Components()

    moved, names = components.moved(using("Node", NODE), "whole")

    assert moved == {"properties": {"x": AT_NODE}}
    assert components.schemas == {"Node": {"type": "object", "properties": {"next": AT_NODE}}}
    assert names == {}


def test_equal_definitions_are_one_component_and_different_ones_two():
    components = Components()
    components.moved(using("Node", NODE), "a")

    again = components.moved(using("Node", NODE), "b")
    other = components.moved(using("Node", {"type": "string"}), "c")

    assert again == ({"properties": {"x": AT_NODE}}, {})
    assert other == ({"properties": {"x": {"$ref": "#/components/schemas/Node_2"}}}, {"Node_2": "Node"})
    assert components.schemas.keys() == {"Node", "Node_2"}


def test_a_schema_that_refers_to_itself_becomes_a_component_of_its_own():
    components = Components()

    moved, _ = components.moved({"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/properties/a"}}}, "find arguments")

    assert moved == {"$ref": "#/components/schemas/find_arguments"}
    assert components.schemas["find_arguments"]["properties"] == {
        "a": {"$ref": "#/components/schemas/find_arguments"},
        "b": {"$ref": "#/components/schemas/find_arguments/properties/a"},
    }


def test_what_only_looks_like_a_reference_stays():
    schema = {"properties": {"$ref": {"const": {"$ref": "#/$defs/Node"}, "default": {"$ref": "#"}}}}

    assert Components().moved(schema, "whole") == (schema, {})


def test_names_that_a_document_does_not_take_are_made_ones():
    components = Components()

    moved, names = components.moved(using("名 1", {"type": "string"}) | {"title": "t"}, "whole")

    assert moved == {"properties": {"x": {"$ref": "#/components/schemas/__1"}}, "title": "t"}
    assert names == {"__1": "名 1"}
