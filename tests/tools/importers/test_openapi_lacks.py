"""OpenAPI documents that are the first part of one, as a broken download leaves them."""

import pytest

from tests.tools.importers.openapi_documents import items
from toolgraph.errors import ToolgraphError
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
LACK = "looks like a part of a document: {}; is the rest of the file missing?"


def told(text):
    """What is said of a document as a whole."""
    return [item.reason for item in items(parse_yaml(text)) if isinstance(item, Doubt)]


def first(number):
    return "".join(WHOLE.splitlines(keepends=True)[:number])


@pytest.mark.parametrize(
    ("lines", "lack"),
    [
        (7, "1 reference leads nowhere, such as '#/components/schemas/Pets'"),
        (15, "3 references lead nowhere, such as '#/components/schemas/Pets'"),
        (16, "3 references lead nowhere, such as '#/components/schemas/Pets'"),
    ],
)
def test_references_that_lead_nowhere_tell_that_a_part_is_missing(lines, lack):
    assert told(first(lines)) == [LACK.format(lack)]


def test_a_section_without_anything_is_missing():
    assert told(first(7) + "components:\n")


def test_a_misspelt_reference_is_no_missing_part():
    assert told(WHOLE) == told(WHOLE.replace("schemas/Id", "schemas/ID")) == []


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
def test_half_an_operation_at_the_end_tells_that_a_part_is_missing(end, lack):
    text = first(6) + "      responses: {'204': {description: Done.}}\n" + end

    assert told(text)[-1] == LACK.format(lack)
    assert told(text + "components: {}\n")[-1:] != [LACK.format(lack)]


@pytest.mark.parametrize("share", range(25, 100, 5))
def test_a_document_cut_anywhere_before_its_definitions_is_refused_or_told(share):
    cut = WHOLE[: WHOLE.index("components:\n") * share // 100]

    try:
        found = items(parse_yaml(cut))
    except ToolgraphError as error:
        told = str(error)
    else:
        assert isinstance(found[-1], Doubt)
        told = found[-1].reason
    assert "missing?" in told


def test_the_report_tells_of_the_missing_part(tmp_path):
    path = tmp_path / "pets.yaml"
    path.write_text(first(7))

    (source,) = import_tools([path]).sources

    assert source.skipped == ()
    assert source.doubts == (LACK.format("1 reference leads nowhere, such as '#/components/schemas/Pets'"),)
