import pytest

from tests.tools.importers.reading import skipped_in, tool_in
from toolgraph.tools.importers import anthropic

SCHEMA = {"type": "object", "properties": {"title": {"type": ["string", "null"]}}, "required": ["title"]}
TOOL = {"name": "find_book", "description": "Find a book.", "input_schema": SCHEMA}


@pytest.mark.parametrize(
    "document",
    [
        TOOL,
        [TOOL],
        {"tools": [TOOL]},
        {"model": "m", "max_tokens": 1, "messages": [], "tools": [{**TOOL, "type": "custom"}]},
    ],
    ids=["tool", "list", "tools", "request"],
)
def test_tools_are_read_alone_listed_and_from_a_request(document):
    assert anthropic.matches(document)
    tool, repairs = tool_in(anthropic, document)
    assert (tool.name, tool.description, tool.parameters, repairs) == ("find_book", "Find a book.", SCHEMA, ())


def test_tools_that_run_on_the_other_side_are_told():
    assert skipped_in(anthropic, [TOOL, {"type": "web_search_20250305", "name": "web_search"}, 7]) == [
        ("entry 2", "is a tool of the server's own ('web_search_20250305') and has no schema"),
        ("entry 3", "is no tool (an object)"),
    ]


def test_a_tool_without_a_description_or_a_filled_schema_is_read():
    tool, _ = tool_in(anthropic, [{"name": "ping", "input_schema": None}])

    assert (tool.description, tool.parameter_fields) == ("", ())


def test_the_output_is_read_where_it_is_given():
    assert tool_in(anthropic, {**TOOL, "output_schema": {"type": "string"}})[0].returns == {"type": "string"}
