"""Schemas of OpenAPI documents as JSON Schema: components, null, what only one side knows, and bounds."""

import json

import pytest

from tests.tools.importers.openapi_documents import (
    TEXT,
    WHOLE,
    answer,
    body,
    document,
    items,
    only,
    parameters,
    swagger,
)
from toolgraph.tools.importers import openapi_budget
from toolgraph.tools.importers.openapi_budget import Budget
from toolgraph.tools.spec import ToolSpec


def at(name):
    return {"$ref": f"#/components/schemas/{name}"}


def inside(name):
    return {"$ref": f"#/$defs/{name}"}


def returns(schema, **components):
    return only(document(components={"schemas": components}, **answer(schema))).fields["returns"]


def test_a_component_used_often_stands_once_in_the_tool():
    money = {"type": "object", "properties": {"amount": WHOLE}}
    schema = {"type": "object", "properties": {"price": at("Money"), "fee": at("Money")}}

    assert returns(schema, Money=money, Other=TEXT) == {
        "type": "object",
        "properties": {"price": inside("Money"), "fee": inside("Money")},
        "$defs": {"Money": money},
    }


def test_what_stands_beside_a_reference_is_kept():
    given = {"type": "object", "properties": {"a": {**at("Tag"), "description": "Its tag."}}}

    assert returns(given, Tag=TEXT)["properties"]["a"] == {**inside("Tag"), "description": "Its tag."}


def test_a_component_may_hold_itself():
    node = {"type": "object", "properties": {"name": TEXT, "next": at("Node")}}

    found = returns(at("Node"), Node=node)

    assert found == {
        **inside("Node"),
        "$defs": {"Node": {"type": "object", "properties": {"name": TEXT, "next": inside("Node")}}},
    }


def test_components_that_are_nothing_but_one_another_are_let_through():
    tool = ToolSpec(name="f", returns=returns({"properties": {"a": at("A")}}, A=at("B"), B=at("A")))

    assert [field.name for field in tool.return_fields] == ["a"]


def test_a_reference_that_leads_nowhere_is_left_out_with_a_word():
    schema = {"type": "object", "properties": {"a": {**at("Gone"), "description": "A."}}}
    found = only(document(components={"schemas": {"Tag": TEXT}}, **answer(schema)))

    assert found.fields["returns"]["properties"] == {"a": {"description": "A."}}
    assert found.repairs == ("the reference '#/components/schemas/Gone' leads nowhere; it was left out",)


def test_a_pointer_may_be_escaped():
    whole = document(**answer({"$ref": "#/paths/~1a~1%7Bid%7D/get/x-schema"}))
    whole["paths"]["/a/{id}"] = {"get": {"x-schema": TEXT}, "x": 1}

    assert items(whole)[0].fields["returns"] == {**inside("x-schema"), "$defs": {"x-schema": TEXT}}


def test_definitions_of_a_schema_itself_are_found():
    given = {"type": "object", "properties": {"a": inside("Tag")}, "$defs": {"Tag": TEXT}}

    assert returns(given) == given


def test_components_of_one_name_are_told_apart():
    whole = document(components={"schemas": {"Tag": TEXT}, "x-more": {"Tag": WHOLE}},
                     **answer({"properties": {"a": at("Tag"), "b": {"$ref": "#/components/x-more/Tag"}}}))  # fmt: skip

    assert only(whole).fields["returns"]["$defs"] == {"Tag": TEXT, "Tag_2": WHOLE}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string"], "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        ({"oneOf": [TEXT], "nullable": True}, {"oneOf": [TEXT, {"type": "null"}]}),
        (
            {"allOf": [WHOLE], "nullable": True, "description": "A."},
            {"anyOf": [{"allOf": [WHOLE]}, {"type": "null"}], "description": "A."},
        ),
        ({"nullable": True, "description": "A."}, {"description": "A."}),
    ],
)
def test_arguments_and_results_may_be_null_where_that_is_said(given, made):
    given = {"type": "object", "properties": {"a": given}}

    assert returns(given)["properties"]["a"] == made
    assert parameters(document(verb="post", **body(given)))["properties"]["a"] == made


def test_a_parameter_of_swagger_may_be_null():
    found = parameters(swagger(parameters=[{"name": "a", "in": "query", "type": "string", "x-nullable": True}]))

    assert found["properties"] == {"a": {"type": ["string", "null"]}}


def test_fields_that_only_calls_have_are_left_out_of_results():
    given = {
        "type": "object",
        "properties": {"password": {**TEXT, "writeOnly": True}, "name": TEXT},
        "required": ["password"],
    }

    assert returns(given) == {"type": "object", "properties": {"name": TEXT}}
    assert only(document(**answer(given))).repairs == (
        "the field 'password' was left out of the returns: it is write-only ('writeOnly')",
    )


def test_fields_that_only_results_have_are_left_out_of_parameters():
    given = {"type": "object", "properties": {"id": {**WHOLE, "readOnly": True}, "name": TEXT}, "required": ["id"]}

    found = only(document(verb="post", **body(given)))

    assert found.fields["parameters"] == {"type": "object", "properties": {"name": TEXT}}
    assert found.repairs == ("the field 'id' was left out of the parameters: it is read-only ('readOnly')",)


def test_properties_may_be_named_like_keywords():
    names = ["$ref", "type", "properties", "enum", "nullable", "readOnly", "items", "xml", "example"]
    given = {"type": "object", "properties": {name: TEXT for name in names}, "required": names}

    assert returns(given) == given


def test_keywords_that_say_nothing_of_values_are_dropped_and_examples_stay_short():
    given = {
        "type": "string",
        "xml": {"name": "a"},
        "externalDocs": {"url": "b"},
        "x-more": {"$ref": "c"},
        "example": "d",
    }

    assert returns(given) == {"type": "string", "example": "d"}
    assert returns({**TEXT, "example": {"rows": ["x" * 400]}}) == TEXT


def test_html_in_descriptions_of_fields_is_removed():
    found = only(
        document(
            parameters=[{"name": "a", "in": "query", "description": "<p>Its <b>[tag](/tags)</b></p>\n", "schema": TEXT}]
        )
    )

    assert found.fields["parameters"]["properties"]["a"]["description"] == "Its tag"
    assert found.repairs == ("HTML and Markdown in descriptions of fields were made plain text",)


def chain(length):
    """Components of which each holds the next: optional and long."""
    return {
        f"C{number}": {
            "type": "object",
            "properties": {"text": {"type": "string", "description": "x" * 500}, "next": at(f"C{number + 1}")},
        }
        for number in range(length)
    } | {f"C{length}": TEXT}


def test_a_tool_takes_the_components_nearest_to_it_and_says_what_it_left(monkeypatch):
    monkeypatch.setitem(openapi_budget.BUDGETS, "out", Budget(2_000, 100))

    found = only(document(components={"schemas": chain(50)}, **answer(at("C0"))))

    schema = found.fields["returns"]
    assert list(schema["$defs"]) == ["C0", "C1", "C2"]
    assert "next" in schema["$defs"]["C1"]["properties"]
    assert "next" not in schema["$defs"]["C2"]["properties"]
    assert found.repairs == ("the returns refer to too much; 'C3' was left out",)


def test_what_is_required_and_too_large_keeps_a_word_of_it(monkeypatch):
    monkeypatch.setitem(openapi_budget.BUDGETS, "in", Budget(600, 100))
    large = {"type": "object", "properties": {"text": {"type": "string", "description": "x" * 900}}}
    given = {"type": "object", "properties": {"a": at("Large"), "b": at("Large"), "c": TEXT}, "required": ["a"]}

    found = only(document(verb="post", components={"schemas": {"Large": large}}, **body(given)))

    assert found.fields["parameters"]["properties"] == {
        "a": {"description": "Left out, because the whole schema is too large."}, "c": TEXT,
    }  # fmt: skip
    assert found.repairs == ("the parameters refer to too much; 'Large' was left out",)


def test_a_component_that_requires_one_left_out_is_left_out_too(monkeypatch):
    monkeypatch.setitem(openapi_budget.BUDGETS, "in", Budget(700, 100))
    components = {
        "Near": {"type": "object", "properties": {"far": at("Far")}, "required": ["far"]},
        "Far": {"type": "string", "description": "x" * 900},
    }
    given = {
        "type": "object",
        "properties": {"a": {"anyOf": [at("Near"), TEXT]}, "list": {"type": "array", "items": at("Near")}},
    }

    assert parameters(document(verb="post", components={"schemas": components}, **body(given))) == {
        "type": "object", "properties": {"a": {"anyOf": [TEXT]}},
    }  # fmt: skip


def test_fields_deep_inside_are_left_out_of_what_is_too_large(monkeypatch):
    monkeypatch.setitem(openapi_budget.BUDGETS, "out", Budget(1_500, 100))
    schema = {"type": "string", "description": "x" * 400}
    for _ in range(6):
        schema = {
            "type": "object",
            "properties": {"inner": schema, "other": {"type": "string", "description": "x" * 200}},
        }

    found = only(document(**answer(schema)))

    assert len(json.dumps(found.fields["returns"])) <= 1_500
    assert found.repairs == ("the returns are too large; optional fields deep inside were left out",)


def test_components_that_multiply_their_fields_are_bounded():
    # given ten components, each of which holds all of them: a few hundred characters, and billions of fields
    wide = {f"W{n}": {"type": "object", "properties": {f"p{m}": at(f"W{m}") for m in range(10)}} for n in range(10)}

    found = only(document(components={"schemas": wide}, **answer(at("W0"))))

    assert len(ToolSpec.model_validate(found.fields).return_fields) <= openapi_budget.BUDGETS["out"].fields
