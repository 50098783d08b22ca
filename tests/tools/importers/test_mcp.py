import pytest

from tests.tools.importers.reading import found_in, skipped_in, tool_in
from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import mcp

TOOL = {
    "name": "find_book",
    "description": "Find a book.",
    "inputSchema": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
}
SERVER = {"name": "library", "license": "MIT", "categories": ["Books"], "installations": {}, "tools": [TOOL]}


@pytest.mark.parametrize(
    "document",
    [
        TOOL,
        [TOOL],
        {"tools": [TOOL]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [TOOL]}},
        {"result": {"tools": [TOOL]}},
        [
            {"jsonrpc": "2.0", "id": 0, "result": {"protocolVersion": "x"}},
            {"jsonrpc": "2.0", "result": {"tools": [TOOL]}},
        ],
    ],
    ids=["tool", "list", "tools", "reply", "result", "messages"],
)
def test_tools_are_read_however_they_were_saved(document):
    assert mcp.matches(document)
    tool, repairs = tool_in(mcp, document)
    assert (tool.name, tool.description, tool.parameters) == ("find_book", "Find a book.", TOOL["inputSchema"])
    assert repairs == ()


@pytest.mark.parametrize("key", ["inputSchema", "input_schema"])
def test_the_input_goes_by_two_names(key):
    tool, _ = tool_in(mcp, {"result": {"tools": [{"name": "f", key: TOOL["inputSchema"]}]}})

    assert tool.parameters == TOOL["inputSchema"]


@pytest.mark.parametrize("given", [{}, {"inputSchema": None}])
def test_a_tool_without_a_schema_takes_nothing(given):
    tool, repairs = tool_in(mcp, {"jsonrpc": "2.0", "result": {"tools": [{"name": "ping", **given}]}})

    assert tool.parameters == {"type": "object", "properties": {}}
    assert repairs == ()


def test_parameters_without_the_object_around_them_are_given_it_and_the_required_beside_them():
    bare = {"type": {"type": "string"}, "items": {"type": "array", "items": {"type": "string"}, "optional": True}}

    tool, repairs = tool_in(mcp, {"name": "f", "inputSchema": bare, "required": ["type"]})

    assert list(tool.input_schema["properties"]) == ["type", "items"]
    assert tool.input_schema["required"] == ["type"]
    assert repairs == ("its parameters stood without the object around them",)


def test_required_beside_a_whole_schema_is_moved_into_it():
    schema = {"type": "object", "properties": {"title": {}}}

    tool, repairs = tool_in(mcp, {"name": "f", "inputSchema": schema, "required": ["title"]})

    assert tool.parameters == {**schema, "required": ["title"]}
    assert repairs == ("'required' stood beside the schema and was moved into it",)


def test_listed_arguments_are_required_unless_they_are_optional():
    arguments = [
        {"name": "branch", "type": "string", "desc": "The branch."},
        {"name": "labels", "type": "array", "items": {"type": "string"}, "desc": "Labels.", "optional": True},
    ]

    tool, _ = tool_in(mcp, [{"name": "build", "description": "Build.", "arguments": arguments}])

    assert tool.parameters == {
        "type": "object",
        "properties": {
            "branch": {"type": "string", "description": "The branch."},
            "labels": {"type": "array", "items": {"type": "string"}, "description": "Labels."},
        },
        "required": ["branch"],
    }


@pytest.mark.parametrize("key", ["outputSchema", "output_schema"])
def test_the_output_is_read(key):
    tool, _ = tool_in(mcp, {**TOOL, key: {"type": "object", "properties": {"isbn": {"type": "string"}}}})

    assert [field.name for field in tool.return_fields] == ["isbn"]


@pytest.mark.parametrize(
    ("hints", "effects"),
    [
        ({"readOnlyHint": True}, "reads"),
        ({"readOnlyHint": False, "destructiveHint": True}, "deletes"),
        ({"readOnlyHint": False, "destructiveHint": False}, "writes"),
        ({"title": "Find"}, "unknown"),
    ],
)
def test_the_hints_tell_the_effects(hints, effects):
    assert tool_in(mcp, {**TOOL, "annotations": hints})[0].effects == effects


@pytest.mark.parametrize("titled", [{"title": "Find a book"}, {"annotations": {"title": "Find a book"}}])
def test_a_title_stands_for_a_description_that_is_missing(titled):
    tool, repairs = tool_in(mcp, {**TOOL, "description": "", **titled})

    assert tool.description == "Find a book"
    assert repairs == ("it has no description; its title stands for it",)


@pytest.mark.parametrize(
    "registry",
    [
        SERVER,
        {"library": SERVER},
        {"servers": [SERVER]},
        {"servers": [{"server": SERVER}]},
        {"servers": {"library": SERVER}},
    ],
    ids=["server", "map", "list", "wrapped", "inner map"],
)
def test_the_tools_of_a_registry_say_which_server_they_are_of(registry):
    assert mcp.matches(registry)
    (item,) = found_in(mcp, registry)

    assert item.where == "server library, entry 1"
    assert item.fields["origin"] == {"api": "library", "category": "Books", "licence": "MIT"}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "library", "installations": {"npm": {"command": "npx"}}},
        {"name": "library", "installations": {}, "tools": []},
        {"mcpServers": {"library": {"command": "node", "args": ["server.js", "--api-key=s3cret"]}}},
        {"mcpServers": {"library": "s3cret"}},
    ],
)
def test_a_server_that_lists_no_tools_is_told(document):
    assert mcp.matches(document)
    assert skipped_in(mcp, document) == [
        ("server library", "lists no tools; import them from the running server with --mcp")
    ]


def test_of_a_server_that_is_configured_it_is_told_how_to_ask_it_without_what_its_variables_hold():
    local = {"command": "npx", "args": ["-y", "@x/library"], "env": {"LIBRARY_TOKEN": "s3cret", "REGION": "s3cret"}}
    far = {"type": "http", "url": "https://example.org/mcp", "headers": {"Authorization": "Bearer s3cret"}}
    opening = "lists no tools; import them from the running server with --mcp"

    assert skipped_in(mcp, {"mcpServers": {"local": local, "far": far}}) == [
        ("server local", f"{opening} 'npx -y @x/library' --env LIBRARY_TOKEN --env REGION"),
        ("server far", f"{opening} https://example.org/mcp"),
    ]


@pytest.mark.parametrize(
    "document",
    [{"tools": [TOOL], "nextCursor": "p2"}, {"jsonrpc": "2.0", "result": {"tools": [TOOL], "nextCursor": "p2"}}],
)
def test_a_list_that_goes_on_elsewhere_is_told(document):
    assert len(found_in(mcp, document)) == 1
    assert skipped_in(mcp, document) == [
        ("the rest of the list", "stands on the next page (nextCursor 'p2'); save it too")
    ]


def test_other_messages_and_entries_are_told():
    assert skipped_in(mcp, {"jsonrpc": "2.0", "method": "notifications/initialized"}) == [
        ("a message", "is no reply to tools/list (notifications/initialized)")
    ]
    assert skipped_in(mcp, [TOOL, "find_book"]) == [("entry 2", "is no tool (an object)")]


def test_an_error_of_a_server_is_one():
    with pytest.raises(ToolSpecError, match="is an error of an MCP server \\(Not found\\); save its reply"):
        list(found_in(mcp, {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "Not found"}}))


def test_origin_is_read_from_the_tool_and_the_document():
    tool, _ = tool_in(mcp, {"tools": [{**TOOL, "category": "Books"}], "api": "library"})

    assert (tool.origin.api, tool.origin.category) == ("library", "Books")


def test_what_the_schema_says_in_its_own_way_is_kept():
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "section": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "page": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": "50"},
            "pair": {"type": "array", "items": [{"type": "string"}, {}]},
        },
    }

    tool, repairs = tool_in(mcp, {"name": "f", "inputSchema": schema})

    assert (tool.parameters, repairs) == (schema, ())
    assert tool.input_schema["properties"]["section"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert tool.input_schema["properties"]["page"] == {"type": "integer", "exclusiveMinimum": 0, "maximum": 50}
    assert tool.input_schema["properties"]["pair"]["prefixItems"] == [{"type": "string"}, {}]
