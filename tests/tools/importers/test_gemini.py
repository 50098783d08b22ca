import pytest

from tests.tools.importers.reading import found_in, skipped_in, tool_in
from toolgraph.tools.importers import gemini

FUNCTION = {
    "name": "find_book",
    "description": "Find a book.",
    "parameters": {
        "type": "OBJECT",
        "properties": {
            "title": {"type": "STRING"},
            "years": {"type": "ARRAY", "items": {"type": "INTEGER"}},
            "type": {"type": "STRING", "nullable": True},
        },
        "required": ["title"],
    },
}


@pytest.mark.parametrize(
    "document",
    [
        FUNCTION,
        [FUNCTION],
        {"functionDeclarations": [FUNCTION]},
        {"function_declarations": [FUNCTION]},
        [{"functionDeclarations": [FUNCTION]}],
        {"contents": [], "tools": [{"functionDeclarations": [FUNCTION]}]},
        {"tools": {"functionDeclarations": FUNCTION}, "functionDeclarations": [FUNCTION]},
    ],
)
def test_declarations_are_read_wherever_they_stand(document):
    assert gemini.matches(document)
    tool, repairs = tool_in(gemini, document)
    assert (tool.name, tool.parameters, repairs) == ("find_book", FUNCTION["parameters"], ())


def test_types_in_capitals_are_those_of_json_schema():
    tool, _ = tool_in(gemini, FUNCTION)

    assert tool.input_schema["properties"] == {
        "title": {"type": "string"},
        "years": {"type": "array", "items": {"type": "integer"}},
        "type": {"type": ["string", "null"]},
    }


@pytest.mark.parametrize("key", ["response", "responseJsonSchema", "response_json_schema"])
def test_the_response_is_read(key):
    assert tool_in(gemini, {**FUNCTION, key: {"type": "STRING"}})[0].returns == {"type": "STRING"}


@pytest.mark.parametrize("key", ["parametersJsonSchema", "parameters_json_schema"])
def test_parameters_may_be_plain_json_schema(key):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}

    assert tool_in(gemini, {"functionDeclarations": [{"name": "f", key: schema}]})[0].parameters == schema


def test_types_as_protocol_buffers_write_them_are_renamed_and_parameters_are_not():
    parameters = {
        "type_": "OBJECT",
        "properties": {
            "type_": {"type_": "ARRAY", "items": {"type_": "STRING"}},
            "b": {"anyOf": [{"type_": "NUMBER"}]},
        },
    }

    tool, repairs = tool_in(gemini, {"name": "f", "parameters": parameters})

    assert tool.parameters["properties"] == {
        "type_": {"type": "ARRAY", "items": {"type": "STRING"}},
        "b": {"anyOf": [{"type": "NUMBER"}]},
    }
    assert repairs == ("'type_', as protocol buffers write it, was read as 'type'",)


def test_the_tools_of_google_are_told():
    document = {"tools": [{"googleSearch": {}}, {"functionDeclarations": [FUNCTION, 7]}]}

    assert len(found_in(gemini, document)) == 1
    assert skipped_in(gemini, document) == [
        ("'googleSearch'", "is a tool of the server's own and has no schema"),
        ("function 2", "is no function (an object)"),
    ]
