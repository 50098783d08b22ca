import pytest
from pydantic import ValidationError

from toolgraph.tools.spec import Origin, ToolSpec


def test_schemas_are_kept_verbatim_beside_their_standard_form():
    given = {"type": "dict", "properties": {"n": {"type": "float", "required": True}}}

    tool = ToolSpec(name="f", parameters=given, returns={"type": "float"})

    assert tool.parameters == given
    assert tool.input_schema == {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    assert tool.output_schema == {"type": "number"}


@pytest.mark.parametrize("parameters", [{}, {"type": ["object", "null"]}, {"type": "any"}, {"$ref": "#/$defs/Gone"}])
def test_the_input_is_always_an_object(parameters):
    assert ToolSpec(name="f", parameters=parameters).input_schema["type"] == "object"


def test_a_tool_without_parameters_or_returns_has_no_fields():
    tool = ToolSpec(name="f")

    assert (tool.parameter_fields, tool.return_fields, tool.output_schema) == ((), (), None)


def test_tools_that_differ_in_origin_alone_have_one_definition():
    one = ToolSpec(name="f", origin=Origin(file="a.json"))
    other = ToolSpec(name="f", origin=Origin(file="b.json"))

    assert one.definition_key == other.definition_key


@pytest.mark.parametrize(
    "change", [{"name": "g"}, {"description": "x"}, {"parameters": {}}, {"returns": {"type": "string"}}]
)
def test_a_copy_keeps_nothing_that_was_computed_from_the_original(change):
    tool = ToolSpec(name="f", parameters={"properties": {"a": {}}})
    before = tool.definition_key, tool.parameter_fields, tool.return_fields, tool.output_schema

    copy = tool.model_copy(update=change)

    fresh = ToolSpec(**{**tool.model_dump(), **change})
    assert copy == fresh
    assert copy.definition_key == fresh.definition_key
    assert copy.parameter_fields == fresh.parameter_fields
    assert copy.output_schema == fresh.output_schema
    assert before == (tool.definition_key, tool.parameter_fields, tool.return_fields, tool.output_schema)


def test_a_tool_cannot_be_changed_and_holds_nothing_unknown():
    with pytest.raises(ValidationError, match="frozen"):
        ToolSpec(name="f").name = "g"
    with pytest.raises(ValidationError, match="Extra inputs"):
        ToolSpec(name="f", colour="red")
