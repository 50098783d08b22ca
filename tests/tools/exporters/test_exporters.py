import json

import pytest

from toolgraph.tools.exporters import EXPORTERS, lost_fields, refused_names, tools_text
from toolgraph.tools.spec import ToolSpec

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def exported(form, **fields):
    return json.loads(tools_text([ToolSpec(**{"name": "find", "parameters": CITY, **fields})], form))


def test_openai_wraps_a_function():
    (tool,) = exported("openai", description="Find it.")

    assert tool == {
        "type": "function",
        "function": {"name": "find", "description": "Find it.", "parameters": CITY},
    }


def test_anthropic_calls_the_parameters_input_schema():
    (tool,) = exported("anthropic")

    assert tool == {"name": "find", "description": "", "input_schema": CITY}


@pytest.mark.parametrize(
    ("effects", "hints"),
    [
        ("reads", {"readOnlyHint": True}),
        ("writes", {"readOnlyHint": False, "destructiveHint": False}),
        ("deletes", {"readOnlyHint": False, "destructiveHint": True}),
        ("unknown", None),
    ],
)
def test_mcp_tells_effects_by_annotations(effects, hints):
    (tool,) = exported("mcp", effects=effects, returns=CITY)["tools"]

    assert tool.get("annotations") == hints
    assert tool["outputSchema"] == CITY


def test_the_sdk_of_mcp_reads_what_is_written(small_catalogue):
    types = pytest.importorskip("mcp_types")

    read = types.ListToolsResult.model_validate_json(tools_text(small_catalogue, "mcp"))

    assert [tool.input_schema for tool in read.tools] == [tool.parameters for tool in small_catalogue]


def test_our_own_form_is_a_line_for_each_tool(small_catalogue):
    lines = tools_text(small_catalogue, "toolgraph").split("\n")

    assert [ToolSpec.model_validate_json(line) for line in lines[:-1]] == list(small_catalogue)
    assert lines[-1] == ""


@pytest.mark.parametrize("form", [form for form in EXPORTERS if form != "toolgraph"])
def test_types_that_no_validator_knows_are_written_in_standard_form(form):
    text = tools_text([ToolSpec(name="f", parameters={"type": "dict", "properties": {"x": {"type": "float"}}})], form)

    assert '"dict"' not in text
    assert '"float"' not in text
    assert '"number"' in text


def test_keywords_that_only_others_know_are_kept():
    parameters = {**CITY, "$schema": "http://json-schema.org/draft-07/schema#", "x-order": ["city"]}

    (tool,) = exported("anthropic", parameters=parameters)

    assert tool["input_schema"] == parameters


def test_the_arguments_are_an_object_even_where_nobody_says_so():
    (tool,) = exported("anthropic", parameters={"anyOf": [CITY]})

    assert tool["input_schema"] == {"anyOf": [CITY], "type": "object"}


@pytest.mark.parametrize("form", ["mcp", "openapi"])
def test_returns_that_were_only_inferred_are_not_told_as_the_owners(form):
    assert '"secret"' not in tools_text([ToolSpec(name="f", returns={"title": "secret"}, returns_inferred=True)], form)
    assert '"secret"' in tools_text([ToolSpec(name="f", returns={"title": "secret"})], form)


def test_fields_without_a_place_are_counted(small_catalogue):
    assert lost_fields(small_catalogue, "openai") == {"effects": 4, "origin": 4, "returns": 3}
    assert lost_fields(small_catalogue, "toolgraph") == {}


def test_names_that_readers_of_a_form_refuse_are_told():
    tools = [ToolSpec(name=name) for name in ("fine", "math.sum", "天気", "n" * 65)]

    assert refused_names(tools, "openai") == ("math.sum", "天気", "n" * 65)
    assert refused_names(tools, "mcp") == ("天気",)
    assert refused_names(tools, "toolgraph") == ()
