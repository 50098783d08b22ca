"""OpenAPI documents that are the first part of one, as a broken download leaves them."""

import json

import pytest

from tests.tools.importers.openapi_documents import items
from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Doubt
from toolgraph.tools.importing import import_tools
from toolgraph.tools.yaml_documents import parse_yaml

WHOLE = """\
openapi: 3.0.3
info: {title: Pets}
paths:
  /pets:
    get:
      operationId: listPets
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Pets"}}}}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - name: id
          in: path
          schema: {$ref: "#/components/schemas/Id"}
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
components:
  schemas:
    Pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
    Pet: {type: object, properties: {id: {$ref: "#/components/schemas/Id"}}}
    Id: {type: integer}
"""
CUT = "the OpenAPI document is a part of one: {}; is the rest of the file missing?"


def refusal(text):
    """Why nothing is read of a document."""
    with pytest.raises(ToolSpecError) as raised:
        items(parse_yaml(text))
    return str(raised.value)


def told(text):
    """What is said of a document as a whole."""
    return [item.reason for item in items(parse_yaml(text)) if isinstance(item, Doubt)]


def first(number):
    return "".join(WHOLE.splitlines(keepends=True)[:number])


@pytest.mark.parametrize(
    ("lines", "lack"),
    [
        (7, "1 reference leads nowhere, such as '#/components/schemas/Pets', since it has no 'components'"),
        (15, "3 references lead nowhere, such as '#/components/schemas/Pets', since it has no 'components'"),
        (16, "3 references lead nowhere, such as '#/components/schemas/Pets', since it has no 'components'"),
    ],
)
def test_a_document_without_the_section_it_refers_to_is_refused(lines, lack):
    assert refusal(first(lines)) == CUT.format(lack)


def test_a_section_without_anything_is_none():
    assert "since it has no 'components'" in refusal(first(7) + "components:\n")


def test_swagger_has_its_definitions_elsewhere():
    text = "swagger: '2.0'\npaths: {/a: {get: {responses: {200: {schema: {$ref: '#/definitions/A'}}}}}}\n"

    assert "since it has no 'definitions'" in refusal(text)
    assert told(text + "definitions: {B: {}}\n") == []


def test_a_misspelt_reference_is_no_missing_part():
    assert told(WHOLE) == told(WHOLE.replace("schemas/Id", "schemas/ID")) == []


def test_many_references_that_lead_nowhere_are_told_and_the_rest_is_read():
    text = WHOLE.replace("schemas/Id", "schemas/ID").replace("schemas/Pet", "schemas/PET")

    assert told(text) == [
        "looks like a part of a document: 3 references lead nowhere, such as '#/components/schemas/PETs'; "
        "is the rest of the file missing?"
    ]


@pytest.mark.parametrize(
    ("end", "lack"),
    [
        ("  /pets/{id}:\n", "its last path, /pets/{id}, is empty"),
        (
            "  /pets/{id}:\n    get:\n      operationId: getPet\n",
            "its last operation, GET /pets/{id}, has no responses, as all others have",
        ),
    ],
)
def test_a_document_that_ends_in_half_an_operation_is_refused(end, lack):
    text = first(6) + "      responses: {'204': {description: Done.}}\n" + end

    assert refusal(text) == CUT.format(lack)
    assert told(text + "components: {}\n") == []
    assert told(text + "    x-more: 1\n") == []


@pytest.mark.parametrize("share", range(25, 100, 5))
def test_a_document_cut_anywhere_before_its_definitions_is_refused(share):
    cut = WHOLE[: WHOLE.index("components:\n") * share // 100]

    assert "missing?" in refusal(cut)


def test_half_a_file_is_refused_where_it_is_named_and_left_out_of_a_directory(tmp_path):
    path = tmp_path / "pets.yaml"
    path.write_text(first(7))

    with pytest.raises(ToolSpecError, match=r"pets.yaml: the OpenAPI document is a part of one: 1 reference"):
        import_tools([path])
    (left_out,) = import_tools([tmp_path]).sources
    assert "is the rest of the file missing?" in left_out.skipped[0].reason


def test_the_report_tells_of_a_likely_lack(tmp_path):
    path = tmp_path / "pets.yaml"
    path.write_text(WHOLE.replace("schemas/Id", "schemas/ID").replace("schemas/Pet", "schemas/PET"))

    (source,) = import_tools([path]).sources

    assert source.skipped == ()
    assert source.doubts[0].startswith("looks like a part of a document: 3 references lead nowhere")


def test_a_document_cut_within_its_components_is_refused():
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    operation = {"responses": {}, "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in "ABC"]}
    cut = {"openapi": "3.1.0", "paths": {"/a": {"get": operation}}, "components": {"schemas": {"A": {}}}}
    whole = {**cut, "components": {"parameters": dict.fromkeys("ABC", page)}}

    assert "since its 'components', the last it has, hold no 'parameters'" in refusal(json.dumps(cut))
    assert told(json.dumps(whole)) == []
