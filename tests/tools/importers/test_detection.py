"""Each format is known by its content, and none takes a document of another."""

import inspect
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import DOCUMENTS
from toolgraph.tools.importers.items import Context, Found
from toolgraph.tools.spec import ToolSpec

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
FUNCTION = {"name": "find_book", "description": "Find a book.", "parameters": SCHEMA}
OPENAPI = {"openapi": "3.1.0", "info": {"title": "Library", "version": "1"}, "paths": {"/books": {"get": {}}}}
LISTED = [{"name": "title", "type": "string", "desc": "Its title.", "description": "Its title."}]
API = {"category_name": "Books", "tool_name": "Library", "api_name": "Find", "required_parameters": [], "method": "GET"}
MCP_TOOL = {"name": "find_book", "description": "Find a book.", "inputSchema": SCHEMA}
MCP_SERVER = {
    "name": "library",
    "display_name": "Library",
    "installations": {},
    "arguments": {"KEY": {"required": True}},
}

EXAMPLES = {
    "openapi": [OPENAPI, {"swagger": "2.0", "info": {}, "paths": {}}, {"openapi": 3.0}],
    "arazzo": [{"arazzo": "1.0.0", "info": {}, "sourceDescriptions": [], "workflows": []}],
    "mcp": [
        MCP_TOOL,
        [MCP_TOOL],
        {"tools": [MCP_TOOL], "nextCursor": "2"},
        {"tools": [{"name": "ping", "annotations": {"readOnlyHint": True}}]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "ping", "input_schema": SCHEMA}]}},
        {"result": {"tools": []}},
        {"jsonrpc": "2.0", "method": "tools/list"},
        [{"name": "ping", "input_schema": SCHEMA, "annotations": {"readOnlyHint": True}}],
        [MCP_TOOL, {"name": "ping", "input_schema": SCHEMA}],
        [{"name": "find_book", "description": "Find a book.", "arguments": LISTED}],
        MCP_SERVER,
        {**MCP_SERVER, "tools": [MCP_TOOL]},
        {"library": MCP_SERVER},
        {"name": "library", "packages": [{"registryType": "npm", "identifier": "library"}]},
        {"servers": [{"server": {"name": "library", "remotes": [{"type": "sse", "url": "https://x.example"}]}}]},
        {"mcpServers": {"library": {"command": "python", "args": []}}},
    ],
    "anthropic": [
        {"name": "find_book", "description": "Find a book.", "input_schema": SCHEMA},
        [{"name": "find_book", "input_schema": SCHEMA}, {"type": "bash_20250124", "name": "bash"}],
        {"model": "m", "messages": [], "tools": [{"type": "custom", "name": "f", "input_schema": SCHEMA}]},
    ],
    "gemini": [
        {"functionDeclarations": [FUNCTION]},
        {"tools": [{"function_declarations": [FUNCTION]}, {"google_search": {}}]},
        [{**FUNCTION, "parameters": {"type": "OBJECT", "properties": {"title": {"type": "STRING"}}}}],
    ],
    "langchain": [
        {"name": "find_book", "description": "Find a book.", "args_schema": SCHEMA},
        [{"name": "find_book", "description": "Find a book.", "args": SCHEMA["properties"]}],
        {"lc": 1, "type": "constructor", "id": ["langchain"], "kwargs": {"name": "find_book"}},
    ],
    "bfcl": [
        {"id": "simple_0", "question": [[{"role": "user", "content": "Emma?"}]], "function": [FUNCTION]},
        [{"id": "simple_0", "question": "Emma?", "function": FUNCTION}],
        {"id": "multi_turn_0", "question": [[]], "involved_classes": ["Library"], "initial_config": {}},
        {**FUNCTION, "response": {"type": "dict", "properties": {}}},
    ],
    "toolbench": [
        {"tool_name": "Library", "tool_description": "Books.", "api_list": [{"name": "Find", "url": "https://x.example"}]},
        [{"api_list": [API], "query": "Find Emma.", "query_id": 1, "relevant APIs": []}],
        [API],
    ],
    "apibank": [
        {"name": "FindBook", "description": "Find.", "input_parameters": {}, "output_parameters": {}},
        [{"apiCode": "FindBook", "description": "Find.", "parameters": {"title": {"type": "str"}}, "response": {}}],
    ],
    "toolalpaca": [
        {"Name": "Library", "Description": "Books.", "Category": "Books", "Documentation": json.dumps(OPENAPI)},
        [{"Name": "Library", "Function_Description": {"f": "Find.\nParameters: {}"}, "Instructions": []}],
    ],
    "taskbench": [
        {"nodes": [{"id": "Painter", "desc": "Paint.", "input-type": ["text"], "output-type": ["image"]}], "links": []},
        {"nodes": [{"id": "borrow", "desc": "Borrow.", "parameters": LISTED}]},
    ],
    "sgd": [[{"service_name": "Books_1", "description": "Books.", "slots": [], "intents": []}]],
    "seal-tools": [
        {"api_name": "findBook", "api_description": "Find.", "field": "Books", "parameters": {}, "responses": {}},
        [{"name": "find_book", "description": "Find a book.", "parameters": LISTED}],
        {"functions": [{"name": "find_book", "parameters": [{"name": "title", "required": True}]}]},
    ],
    "python": ["def find_book(title: str) -> str:\n    return title\n"],
}  # fmt: skip
PLAIN = [
    FUNCTION,
    [FUNCTION],
    {"tools": [FUNCTION], "category": "Books"},
    {"functions": [FUNCTION]},
    {"type": "function", "function": FUNCTION},
    [{"type": "function", "function": FUNCTION}],
    {**FUNCTION, "effects": "reads", "origin": {"api": "library"}},
    {**FUNCTION, "returns": SCHEMA, "source": "x", "category": "Books"},
    {"name": "find_book", "parameters": {"title": {"type": "string"}}},
    {"name": "find_book", "parameters": {}, "response": {}, "source": "x"},
    {"name": "find_book"},
]
NO_TOOLS = [
    None, True, 7, "", "a text", [], {}, [[]], [{}], [None, 7], {"tools": []}, {"tools": None}, {"name": "Emma"},
    {"name": "library", "version": "1.0.0", "dependencies": {"left-pad": "1"}},
    {"name": "library", "lockfileVersion": 3, "packages": {"": {"name": "library"}}},
    {"packages": ["packages/*"]},
    {"packages": [{"name": "left-pad"}], "packages-dev": []},
    {"name": "library", "display_name": "Library", "description": "Books."},
    {"messages": [{"role": "user", "content": "x"}]},
    [{"role": "user", "content": "x"}],
    {"id": "x", "nodes": [], "links": []},
    {"question": "Emma?", "answer": "Yes."},
    {"type": "object", "properties": {"name": {"type": "string"}, "arguments": {"type": "array"}}},
]  # fmt: skip
json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "name", "tools", "result", "jsonrpc", "servers", "annotations", "arguments", "inputSchema", "input_schema", "args",
    "args_schema", "lc", "kwargs", "functionDeclarations", "parameters", "question", "function", "response", "api_list",
    "tool_name", "api_name", "apiCode", "input_parameters", "Name", "Documentation", "Function_Description", "nodes",
    "id", "desc", "input-type", "service_name", "slots", "intents", "required_parameters", "mcpServers", "packages",
]  # fmt: skip


OF_ALL = [
    pytest.param(name, document, id=f"{name}-{number}")
    for name, documents in EXAMPLES.items()
    for number, document in enumerate(documents, start=1)
]


def claimants(document):
    """The formats that take a document for theirs."""
    return [name for name, importer in DOCUMENTS.items() if importer.matches(document)]


def test_every_importer_of_documents_has_an_example_here():
    assert EXAMPLES.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize(("name", "document"), OF_ALL)
def test_a_document_is_known_by_its_own_importer_alone(name, document):
    assert claimants(document) == [name]


@pytest.mark.parametrize("document", PLAIN)
def test_a_plain_tool_is_left_to_the_importers_of_entries(document):
    assert claimants(document) == []


@pytest.mark.parametrize("document", NO_TOOLS)
def test_what_holds_no_tools_is_nobodys(document):
    assert claimants(document) == []


@given(json_values | some.dictionaries(some.sampled_from(KEYS), json_values, max_size=4))
def test_no_document_makes_an_importer_fail_to_tell(document):
    for importer in DOCUMENTS.values():
        assert importer.matches(document) in (True, False)
        assert importer.matches([document]) in (True, False)


@some.composite
def damaged(draw):
    """A document of some format with one of its values replaced by any other, and the name of the format."""
    name = draw(some.sampled_from(sorted(EXAMPLES.keys() - {"python"})))
    document = json.loads(json.dumps(draw(some.sampled_from(EXAMPLES[name]))))
    place = draw(some.sampled_from(list(_places(document))))
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = draw(json_values)
    return name, document


def _places(value, place=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield (*place, key)
        yield from _places(child, (*place, key))


@settings(max_examples=400)
@given(damaged())
def test_whatever_is_wrong_in_a_document_its_importer_reads_on_or_says_so(case):
    name, document = case
    importer = DOCUMENTS[name]
    if not importer.matches(document):
        return
    before = json.dumps(document)
    try:
        items = list(importer.read(document, Context()))
    except ToolSpecError:
        items = []

    for item in items:
        if isinstance(item, Found):
            Draft202012Validator.check_schema(ToolSpec.model_validate(item.fields).input_schema)
    assert json.dumps(document) == before


@pytest.mark.parametrize("importer", DOCUMENTS.values(), ids=DOCUMENTS)
def test_an_importer_of_documents_says_what_it_reads(importer):
    assert importer.TITLE
    assert inspect.getdoc(importer)
    assert inspect.getdoc(importer.matches)
    assert inspect.getdoc(importer.read)
