"""What operations return."""

import pytest

from tests.tools.importers.openapi_documents import TEXT, WHOLE, document, only, swagger


def says(schema, media_type="application/json"):
    return {"description": "OK", "content": {media_type: {"schema": schema}}}


@pytest.mark.parametrize(
    ("responses", "returns"),
    [
        ({"201": says(WHOLE), "200": says(TEXT)}, TEXT),
        ({200: says(TEXT), 404: says(WHOLE)}, TEXT),
        ({"202": says(WHOLE), "201": says(TEXT)}, TEXT),
        ({"2XX": says(WHOLE), "206": says(TEXT)}, TEXT),
        ({"2XX": says(TEXT), "default": says(WHOLE)}, TEXT),
        ({"200": {"description": "OK"}, "201": says(TEXT)}, TEXT),
        ({"default": says(TEXT)}, TEXT),
        ({"default": {**says(TEXT), "description": "An error."}}, None),
        ({"204": {"description": "Gone."}, "default": says(WHOLE)}, None),
        ({"200": {"description": "OK"}, "default": says(WHOLE)}, None),
        ({"404": says(WHOLE)}, None),
        ({"200": {"$ref": "#/nowhere"}}, None),
        ({"200": says({})}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_best_success_tells_what_is_returned(responses, returns):
    assert only(document(responses=responses)).fields.get("returns") == returns


def test_json_is_preferred_among_the_forms_of_an_answer():
    content = {
        "text/html": {"schema": WHOLE},
        "application/problem+json": {"schema": WHOLE},
        "application/json": {"schema": TEXT},
    }

    assert only(document(responses={"200": {"content": content}})).fields["returns"] == TEXT


def test_an_answer_of_swagger_holds_its_schema_itself():
    assert only(swagger(responses={"200": {"description": "OK", "schema": TEXT}})).fields["returns"] == TEXT


def test_an_answer_that_cannot_be_followed_is_noted():
    found = only(document(responses={"200": {"$ref": "#/nowhere"}}))

    assert found.repairs == ("the response 200 was left out: the reference '#/nowhere' leads nowhere",)
