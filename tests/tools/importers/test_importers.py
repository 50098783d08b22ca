"""Each importer, and what must hold for all of them."""

import inspect
import json

import pytest

from toolgraph.tools.catalogue import load_tools, parse_tools
from toolgraph.tools.importers import IMPORTERS, json_schema, native, openai

EXAMPLES = {
    "toolgraph": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}, "effects": "reads"},
    "openai": {"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": {}}}}},
    "json-schema": {"name": "f", "inputSchema": {"properties": {"a": {}}}},
}


def read(entry):
    (tool,) = parse_tools(entry, where="test")
    return tool


def test_every_importer_has_an_example_here():
    assert EXAMPLES.keys() == IMPORTERS.keys()


@pytest.mark.parametrize("name", IMPORTERS)
def test_an_example_is_read_by_its_own_importer(name):
    first = next(other for other, importer in IMPORTERS.items() if importer.matches(EXAMPLES[name]))

    assert first == name
    assert [field.pointer for field in read(EXAMPLES[name]).parameter_fields] == ["/a"]


@pytest.mark.parametrize("importer", IMPORTERS.values(), ids=IMPORTERS)
def test_an_importer_says_what_it_is_for(importer):
    assert inspect.getdoc(importer)
    assert inspect.getdoc(importer.matches)
    assert inspect.getdoc(importer.read)


@pytest.mark.parametrize("importer", IMPORTERS.values(), ids=IMPORTERS)
def test_an_importer_leaves_the_entry_as_it_was(importer):
    entry = {"name": "f", "function": {"name": "f"}, "parameters": {"a": {"type": "string"}}}

    importer.read(entry)

    assert entry == {"name": "f", "function": {"name": "f"}, "parameters": {"a": {"type": "string"}}}


@pytest.mark.parametrize("importer", IMPORTERS.values(), ids=IMPORTERS)
def test_an_importer_refuses_what_is_no_tool(importer):
    assert not importer.matches({"openapi": "3.0.0", "paths": {}})


def test_own_entries_hold_nothing_foreign():
    assert native.matches({"name": "f", "effects": "reads"})
    assert not native.matches({"name": "f", "effects": "reads", "inputSchema": {}})
    assert not native.matches({"name": "f", "parameters": {}})


def test_openai_returns_are_read_where_given():
    entry = {"function": {"name": "f", "response": {"type": "object", "properties": {"b": {}}}}}

    assert openai.read(entry)["returns"] == entry["function"]["response"]
    assert "returns" not in openai.read({"function": {"name": "f", "response": "text"}})


@pytest.mark.parametrize("key", json_schema.INPUTS)
def test_the_input_may_go_by_any_of_its_names(key):
    assert [field.name for field in read({"name": "f", key: {"properties": {"a": {}}}}).parameter_fields] == ["a"]


@pytest.mark.parametrize("key", json_schema.OUTPUTS)
def test_the_output_may_go_by_any_of_its_names(key):
    assert [field.name for field in read({"name": "f", key: {"properties": {"b": {}}}}).return_fields] == ["b"]


def test_an_input_that_is_null_is_one_that_is_absent():
    assert read({"name": "f", "parameters": None, "inputSchema": {"properties": {"a": {}}}}).parameter_fields


@pytest.mark.parametrize("names", [["city"], ["type"], ["title", "required"], ["type", "items", "enum", "format"]])
def test_a_bare_map_of_properties_is_given_its_object(names):
    tool = read({"name": "f", "parameters": {name: {"type": "string"} for name in names}})

    assert [field.name for field in tool.parameter_fields] == names


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"additionalProperties": {"type": "string"}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object"}}},
    ],
)
def test_a_schema_is_not_taken_for_a_map_of_properties(schema):
    assert read({"name": "f", "parameters": schema}).parameters == schema


@pytest.mark.parametrize(
    ("annotations", "effects"),
    [
        ({"readOnlyHint": True, "destructiveHint": True}, "reads"),
        ({"readOnlyHint": False, "destructiveHint": True}, "deletes"),
        ({"readOnlyHint": False}, "writes"),
        ({"title": "A tool"}, "unknown"),
        (None, "unknown"),
    ],
)
def test_annotations_of_mcp_tell_the_effects(annotations, effects):
    assert read({"name": "f", "inputSchema": {}, "annotations": annotations}).effects == effects


def test_source_category_and_licence_tell_the_origin():
    origin = read({"name": "f", "source": "crawl:7", "category": "Time", "licence": "MIT"}).origin

    assert (origin.api, origin.category, origin.licence) == ("crawl:7", "Time", "MIT")


def test_a_plain_tool_of_a_file_has_its_parameters_described_by_its_text_and_no_html(tmp_path):
    entry = {
        "name": "f",
        "description": "<p>Find.</p>\n\nArgs:\n    a: The A.",
        "parameters": {"properties": {"a": {}}},
    }
    (tmp_path / "tools.json").write_text(json.dumps([entry]))

    (tool,) = load_tools([tmp_path])

    assert tool.description == "Find.\n\nArgs:\na: The A."
    assert [field.description for field in tool.parameter_fields] == ["The A."]


def test_a_tool_that_a_dialogue_offers_is_read_as_it_was_shown():
    assert read({"name": "f", "description": "&LT; <b>x</b>"}).description == "&LT; <b>x</b>"


def test_an_own_tool_is_read_as_it_was_written():
    assert read({"name": "f", "description": "<p>Find.</p>", "effects": "reads"}).description == "<p>Find.</p>"
