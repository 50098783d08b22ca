import pytest

from tests.tools.importers.reading import skipped_in, tool_in
from toolgraph.tools.importers import seal_tools

TOOL = {
    "api_name": "findBook",
    "api_description": "Find a book.",
    "field": "Books/Search",
    "parameters": {
        "title": {"type": "str", "description": "Its title.", "required": True},
        "year": {"type": "int", "required": False},
        "shelf": {"type": "str"},
    },
    "responses": {"isbn": {"type": "str", "description": "Its number."}},
}


@pytest.mark.parametrize("document", [TOOL, [TOOL], {"tools": [TOOL]}])
def test_parameters_say_themselves_whether_they_are_required(document):
    assert seal_tools.matches(document)
    tool, repairs = tool_in(seal_tools, document)
    assert (tool.name, tool.description, tool.origin.category) == ("findBook", "Find a book.", "Books/Search")
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "title": {"type": "str", "description": "Its title."},
            "year": {"type": "int"},
            "shelf": {"type": "str"},
        },
        "required": ["title"],
    }
    assert tool.returns == {"type": "object", "properties": {"isbn": {"type": "str", "description": "Its number."}}}
    assert repairs == ()


def test_required_parameters_may_be_named_by_the_tool():
    parameters = {"title": {"type": "str"}, "year": {"type": "int"}}

    tool, _ = tool_in(seal_tools, {**TOOL, "parameters": parameters, "required": ["year"]})

    assert tool.parameters["required"] == ["year"]


@pytest.mark.parametrize("holder", ["tools", "functions", "apis", None])
def test_parameters_may_be_a_list(holder):
    parameters = [{"name": "title", "type": "string", "required": True}, {"name": "year", "type": "int"}]
    entry = {"name": "find_book", "description": "Find a book.", "parameters": parameters, "category": "Books"}
    document = {holder: [entry]} if holder else entry

    assert seal_tools.matches(document)
    tool, _ = tool_in(seal_tools, document)
    assert (tool.name, tool.origin.category) == ("find_book", "Books")
    assert tool.parameters["properties"] == {"title": {"type": "string"}, "year": {"type": "int"}}
    assert tool.parameters["required"] == ["title"]


def test_what_is_no_tool_is_told():
    assert skipped_in(seal_tools, [TOOL, 7]) == [("entry 2", "is no tool (an object)")]
