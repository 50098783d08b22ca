import json

import pytest

from toolgraph.tools.exporters.openapi import write
from toolgraph.tools.importers.items import Context
from toolgraph.tools.importers.openapi import read
from toolgraph.tools.spec import Origin, ToolSpec

CITY = {"type": "object", "properties": {"city": {"type": "string", "description": "Where"}}, "required": ["city"]}


def operation(**fields):
    """Verb and operation of the only tool of a document."""
    document = write([ToolSpec(**{"name": "find", "parameters": CITY, **fields})])
    (path,) = document["paths"].values()
    ((verb, written),) = path.items()
    return verb, written


def test_a_reading_tool_takes_its_parameters_in_the_query():
    verb, written = operation(effects="reads")

    assert verb == "get"
    assert written["operationId"] == "find"
    assert written["parameters"] == [
        {"name": "city", "in": "query", "required": True, "description": "Where", "schema": {"type": "string"}}
    ]
    assert "requestBody" not in written


@pytest.mark.parametrize(("effects", "verb"), [("deletes", "delete"), ("writes", "post"), ("unknown", "post")])
def test_the_verb_follows_the_effects(effects, verb):
    assert operation(effects=effects)[0] == verb


def test_arguments_that_no_query_could_tell_stand_in_a_body():
    parameters = {**CITY, "anyOf": [{"required": ["city"]}, {"maxProperties": 0}]}

    verb, written = operation(effects="reads", parameters=parameters)

    assert verb == "post"
    assert written["requestBody"]["content"]["application/json"]["schema"] == parameters
    assert written["x-toolgraph"] == {"effects": "reads", "arguments": "body", "origin": {"api": ""}}


def test_what_a_query_does_not_say_stands_in_the_extension():
    _, written = operation(effects="reads", parameters={**CITY, "additionalProperties": False, "required": []})

    assert written["x-toolgraph"]["arguments"] == {"additionalProperties": False, "required": []}


def test_origins_that_all_tools_share_are_those_of_the_document():
    shared = Origin(api="Weather", category="Travel", licence="MIT")

    document = write([ToolSpec(name="a", origin=shared), ToolSpec(name="b", origin=shared)])

    assert document["info"] == {"title": "Weather", "version": "1", "license": {"name": "MIT"}}
    assert document["paths"]["/tools/a"]["post"]["tags"] == ["Travel"]
    assert "origin" not in json.dumps(document)


def test_a_path_has_no_braces_and_no_slashes_of_a_name():
    assert list(write([ToolSpec(name="a/{b}")])["paths"]) == ["/tools/a%2F%7Bb%7D"]


def test_definitions_of_one_name_that_differ_are_read_back_under_that_name():
    tools = [
        ToolSpec(name=name, returns={"properties": {"x": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": {"type": kind}}})
        for name, kind in (("a", "string"), ("b", "integer"))
    ]

    document = write(tools)

    assert document["components"]["schemas"].keys() == {"Node", "Node_2"}
    assert [item.fields["returns"]["$defs"] for item in read(document, Context())] == [
        {"Node": {"type": "string"}},
        {"Node": {"type": "integer"}},
    ]
