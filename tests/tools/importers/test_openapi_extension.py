from tests.tools.importers.openapi_documents import answer, document, only
from toolgraph.tools.importers.items import Context
from toolgraph.tools.importers.openapi import read

BODY = {"type": "object", "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}


def read_one(**operation):
    """The fields and repairs of the only operation of a document."""
    document = {"openapi": "3.1.0", "info": {"title": "Shop"}, "paths": {"/x": {"post": operation}}}
    (found,) = read(document, Context())
    return found.fields, found.repairs


def body(schema):
    return {"content": {"application/json": {"schema": schema}}}


def test_what_the_extension_says_stands_over_what_would_be_read():
    extension = {"effects": "unknown", "origin": {"api": "Bank", "file": "x"}}

    fields, repairs = read_one(**{"operationId": "math.sum", "description": "<b> & **c**", "x-toolgraph": extension})

    assert fields["name"] == "math.sum"
    assert fields["description"] == "<b> & **c**"
    assert fields["effects"] == "unknown"
    assert fields["origin"] == {"api": "Bank"}
    assert repairs == ()


def test_a_body_that_is_the_whole_arguments_is_kept_as_it_is():
    without, _ = read_one(operationId="f", requestBody=body(BODY))
    fields, _ = read_one(**{"operationId": "f", "requestBody": body(BODY), "x-toolgraph": {"arguments": "body"}})

    assert "allOf" not in without["parameters"]
    assert fields["parameters"] == BODY


def test_keywords_beside_the_parameters_are_put_back_and_no_parameter_is_left_out():
    key = {"name": "api_key", "in": "query", "schema": {"type": "string"}}

    fields, _ = read_one(**{"parameters": [key], "x-toolgraph": {"arguments": {"additionalProperties": False}}})

    assert fields["parameters"] == {
        "type": "object", "properties": {"api_key": {"type": "string"}}, "additionalProperties": False
    }  # fmt: skip


def test_an_extension_of_somebody_else_changes_nothing():
    plain, _ = read_one(operationId="f")

    assert read_one(**{"operationId": "f", "x-toolgraph": "yes"})[0] == plain
    assert read_one(**{"operationId": "f", "x-toolgraph": {"effects": "explodes", "arguments": 3}})[0] == plain


def test_definitions_get_back_the_names_that_a_tool_gave_them():
    component = {"$ref": "#/components/schemas/Node_2"}
    whole = document(components={"schemas": {"Node_2": {"properties": {"next": component}}}}, **answer(component))
    operation = whole["paths"]["/pets"]["get"]

    operation["x-toolgraph"] = {"definitions": {"returns": {"Node_2": "a/Node"}}}
    returns = only(whole).fields["returns"]
    operation["x-toolgraph"] = {"definitions": {"returns": {"Node_2": 3}, "parameters": "x"}}

    here = {"$ref": "#/$defs/a~1Node"}
    assert returns == {**here, "$defs": {"a/Node": {"properties": {"next": here}}}}
    assert only(whole).fields["returns"]["$defs"].keys() == {"Node_2"}
