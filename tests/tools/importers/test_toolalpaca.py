import json

import pytest

from tests.tools.importers.reading import found_in, skipped_in
from toolgraph.tools.importers import toolalpaca

OPENAPI = {
    "openapi": "3.0.0",
    "info": {"title": "Library", "version": "1"},
    "paths": {
        "/books/{title}": {
            "get": {
                "summary": "Find a book.",
                "parameters": [{"name": "title", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {},
            }
        },
        "/books": {"post": {"operationId": "addBook", "summary": "Add a book.", "responses": {}}},
    },
}
API = {
    "Name": "Library",
    "Category": "Books",
    "Documentation": json.dumps(OPENAPI),
    "NLDocumentation": "books_title_get: Find a book.",
    "Function_Description": {
        "findBook": 'Find a book.\nParameters: {"title": "Required. string. Its title.", "tags": "Array[string]. Tags."'
        ', "year": "Optional. integer. "}\nOutput: Success.\n - Format: json',
        "ping": "Ping.\nParameters: {}",
        "components": "What the others give.",
    },
    "Function_Projection": {"findBook": ["/books/{title}", "get"], "addBook": ["/books", "post"]},
    "Instructions": ["Find Emma."],
}


@pytest.mark.parametrize("document", [API, [API], {**API, "Documentation": OPENAPI}])
def test_the_operations_of_the_document_inside_are_read(document):
    assert toolalpaca.matches(document)
    find, add = found_in(toolalpaca, document)
    assert (find.where, add.where) == ("Library, GET /books/{title}", "Library, POST /books")
    assert find.fields["parameters"]["properties"] == {"title": {"type": "string"}}
    assert find.fields["origin"] == {"api": "Library", "category": "Books"}


def test_operations_go_by_the_names_that_toolalpaca_gives_them():
    find, add = found_in(toolalpaca, API)

    assert (find.fields["name"], add.fields["name"]) == ("findBook", "addBook")
    assert find.repairs == ("named 'findBook', as ToolAlpaca calls it",)
    assert add.repairs == ()


@pytest.mark.parametrize("documentation", ["{", json.dumps({"no": "paths"}), json.dumps({"openapi": "3.0.0"})])
def test_functions_are_read_from_their_descriptions_where_the_document_cannot_be(documentation):
    find, ping = found_in(toolalpaca, {**API, "Documentation": documentation})

    assert (find.where, find.fields["name"], find.fields["description"]) == (
        "Library, function findBook",
        "findBook",
        "Find a book.",
    )
    assert find.fields["parameters"] == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Its title."},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "Tags."},
            "year": {"type": "integer"},
        },
        "required": ["title"],
    }
    assert ping.fields["parameters"]["properties"] == {}
    assert find.repairs == ("read from the text about it, since its OpenAPI document cannot be read",)


def test_an_api_that_nothing_is_told_of_is_skipped():
    assert skipped_in(toolalpaca, [{"Name": "Library", "Documentation": "{"}, 7]) == [
        ("Library", "has documentation that cannot be read: it is not valid JSON"),
        ("entry 2", "is no API with its documentation"),
    ]
