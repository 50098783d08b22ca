import pytest

from tests.tools.importers.reading import skipped_in, tool_in
from toolgraph.tools.importers import langchain

SCHEMA = {
    "title": "find_book",
    "type": "object",
    "properties": {"title": {"type": "string"}, "year": {"type": "integer", "default": 2000}},
    "required": ["title"],
}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "find_book", "description": "Find a book.", "args_schema": SCHEMA},
        [{"name": "find_book", "description": "Find a book.", "args_schema": SCHEMA, "return_direct": False}],
        {
            "lc": 1,
            "type": "constructor",
            "kwargs": {"name": "find_book", "description": "Find a book.", "args_schema": SCHEMA},
        },
    ],
)
def test_the_schema_of_the_arguments_is_read(document):
    assert langchain.matches(document)
    tool, repairs = tool_in(langchain, document)
    assert (tool.name, tool.description, tool.parameters, repairs) == ("find_book", "Find a book.", SCHEMA, ())


def test_arguments_alone_are_given_their_object_and_required_where_they_have_no_default():
    tool, repairs = tool_in(langchain, {"name": "find_book", "args": SCHEMA["properties"]})

    assert tool.parameters == {"type": "object", "properties": SCHEMA["properties"], "required": ["title"]}
    assert repairs == ("its parameters stood without the object around them; those without a default are required",)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "f", "args_schema": {"lc": 1, "type": "not_implemented", "id": ["a", "B"]}},
        {"lc": 1, "type": "constructor", "kwargs": {"name": "f"}},
        {"name": "f", "args_schema": "<class 'B'>"},
    ],
)
def test_a_tool_that_was_not_serialised_is_told(entry):
    assert langchain.matches(entry)
    assert skipped_in(langchain, entry) == [
        ("entry 1", "has no schema of its arguments; save args_schema.model_json_schema() with it")
    ]
