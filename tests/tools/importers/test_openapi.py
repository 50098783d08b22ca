"""Operations of OpenAPI documents as tools: names, effects, descriptions, origins, and what is left out."""

import pytest

from tests.tools.importers.openapi_documents import TEXT, document, items, only, swagger
from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import read_documents
from toolgraph.tools.importers import arazzo, openapi
from toolgraph.tools.importers.items import Context, Doubt, Found, Skipped
from toolgraph.tools.spec import ToolSpec


def test_a_document_is_known_by_its_version():
    assert openapi.matches({"openapi": "3.1.0"})
    assert openapi.matches({"swagger": 2.0})
    assert not openapi.matches({"name": "openapi", "parameters": {}})
    assert not openapi.matches([{"openapi": "3.1.0"}])
    assert not openapi.matches("openapi: 3.1.0")


@pytest.mark.parametrize("version", [{"openapi": "4.0.0"}, {"swagger": "1.2"}, {"openapi": 2}])
def test_another_version_is_refused(version):
    with pytest.raises(ToolSpecError, match="is not read, only OpenAPI"):
        items({**version, "paths": {"/pets": {"get": {}}}})


@pytest.mark.parametrize(
    ("rest", "lack"), [({}, "no 'paths'"), ({"paths": {}}, "'paths' is empty"), ({"paths": []}, "no")]
)
def test_half_a_document_is_refused(rest, lack):
    with pytest.raises(ToolSpecError, match=lack):
        items({"openapi": "3.0.0", "info": {}, **rest})


def test_webhooks_are_no_tools():
    found = items({"openapi": "3.1.0", "webhooks": {"newPet": {"post": {}}}})

    assert found == [Skipped("webhook newPet", "the API makes this call itself; it is no tool")]


def test_every_verb_of_a_path_is_a_tool():
    operations = {
        "get": {"operationId": "a"},
        "post": {"operationId": "b"},
        "summary": "Pets",
        "x-b": {},
        "servers": [],
    }

    found = items({"openapi": "3.0.0", "paths": {"/pets": operations, "x-note": {"get": {}}}})

    assert [(item.where, item.fields["name"]) for item in found] == [("GET /pets", "a"), ("POST /pets", "b")]


def test_what_cannot_be_read_is_explained_and_the_rest_is_read():
    paths = {"/a": None, "/b": {"get": ["x"]}, "/c": {"$ref": "#/nowhere"}, "/d": {"get": {}}}

    found = items({"openapi": "3.0.0", "paths": paths})

    assert [(item.where, type(item)) for item in found] == [
        ("/a", Skipped), ("GET /b", Skipped), ("/c", Skipped), ("GET /d", Found), ("", Doubt),
    ]  # fmt: skip
    assert "the reference '#/nowhere' leads nowhere" in found[2].reason


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("findPets", "findPets"),
        ("pets/find by.tag", "pets_find_by_tag"),
        ("a" * 70, "a" * 64),
        (None, "get_pets_by_pet_id"),
        ("найти", "get_pets_by_pet_id"),
        (17, "get_pets_by_pet_id"),
    ],
)
def test_a_tool_is_named_by_its_operation_id_or_by_verb_and_path(given, name):
    found = only(document("/pets/{petId}", operationId=given))

    assert found.fields["name"] == name
    assert any(name in repair for repair in found.repairs) == (given != name)


def test_names_are_unique_in_a_document():
    paths = {f"/{path}": {"get": {"operationId": "find"}} for path in "abc"}

    found = items({"openapi": "3.0.0", "paths": paths})

    assert [item.fields["name"] for item in found] == ["find", "find_2", "find_3"]
    assert found[1].repairs == ("the name 'find' is that of another operation too; it became 'find_2'",)


@pytest.mark.parametrize(
    ("verb", "path", "effects"),
    [
        ("get", "/pets", "reads"),
        ("head", "/pets", "reads"),
        ("post", "/pets", "writes"),
        ("put", "/pets/search", "writes"),
        ("patch", "/pets", "writes"),
        ("delete", "/pets", "deletes"),
        ("post", "/pets/search", "reads"),
        ("post", "/price/calculate", "reads"),
    ],
)
def test_the_verb_tells_the_effects(verb, path, effects):
    assert only(document(path, verb, operationId=None)).fields["effects"] == effects


def test_a_name_that_asks_reads_though_it_is_posted():
    assert only(document("/pets", "post", operationId="searchPets")).fields["effects"] == "reads"
    assert only(document("/pets", "post", operationId="createSearch")).fields["effects"] == "writes"


@pytest.mark.parametrize(
    ("summary", "description", "text"),
    [
        ("Find pets", "By their tag.", "Find pets. By their tag."),
        ("Find pets", "Find pets by their tag.", "Find pets by their tag."),
        ("Find pets", None, "Find pets"),
        (None, "", ""),
        ("", "<p>Finds <b>all</b> pets &amp; owners</p>", "Finds all pets & owners"),
        ("", "## Find\nSee [the guide](https://example.org/guide), **please**.", "Find\nSee the guide, please."),
        ("", "_**Note**: no cats._ See _id of a_b_c.", "Note: no cats. See _id of a_b_c."),
        ("", "# Guests\n# of guests", "Guests\n# of guests"),
        ("", "Where a < b, and `<id>` is snake_case_name * 2.", "Where a < b, and `<id>` is snake_case_name * 2."),
    ],
)
def test_summary_and_description_are_one_text_without_markup(summary, description, text):
    assert only(document(summary=summary, description=description)).fields["description"] == text


@pytest.mark.parametrize(
    ("description", "text"),
    [("By tag.", "Deprecated. By tag."), ("", "Deprecated."), ("**Deprecated**: by tag.", "Deprecated: by tag.")],
)
def test_a_deprecated_operation_is_kept_and_says_so(description, text):
    found = only(document(description=description, deprecated=True))

    assert found.fields["description"] == text
    assert "the operation is deprecated; it was kept, and its description says so" in found.repairs


def test_a_deprecated_parameter_is_kept_and_marked():
    given = [{"name": "tag", "in": "query", "deprecated": True, "schema": TEXT}]

    assert only(document(parameters=given)).fields["parameters"]["properties"] == {"tag": {**TEXT, "deprecated": True}}


def test_a_long_description_ends_with_a_sentence():
    found = only(document(description="One sentence more. " * 100))

    assert len(found.fields["description"]) <= 1000
    assert found.fields["description"].endswith("sentence more.")
    assert found.repairs == ("the description of 1,899 characters was shortened",)


def test_a_long_description_without_sentences_ends_with_a_word():
    text = only(document(description="word " * 300)).fields["description"]

    assert len(text) <= 1000
    assert text.endswith("word…")


def test_the_origin_is_that_of_the_document():
    whole = document(tags=["Animals", "Pets"])
    whole["info"] = {"title": "Pet Shop", "license": {"name": "MIT"}}

    assert only(whole).fields["origin"] == {"api": "Pet Shop", "licence": "MIT", "category": "Animals"}


def test_a_path_may_stand_elsewhere_with_something_beside_its_reference():
    shared = {"get": {"operationId": "find"}, "parameters": [{"name": "tag", "in": "query", "schema": {}}]}
    whole = {
        "openapi": "3.1.0",
        "paths": {"/pets": {"$ref": "#/components/pathItems/Pets", "delete": {"operationId": "drop"}}},
        "components": {"pathItems": {"Pets": shared}},
    }

    found = items(whole)

    assert {item.fields["name"]: list(item.fields["parameters"]["properties"]) for item in found} == {
        "find": ["tag"], "drop": ["tag"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ({"/a": {"$ref": "#/paths/~1a"}}, "such as /a: the reference '#/paths/~1a' comes back to itself"),
        ({"/a": None}, "such as /a: the path is described by empty, not by an object with operations"),
        ({"/a": {"get": None}}, "such as GET /a: the operation is empty, not an object"),
        ({"/a": {}}, "since its paths hold none"),
    ],
)
def test_a_document_of_which_no_operation_can_be_read_is_refused(paths, reason):
    with pytest.raises(ToolSpecError) as refused:
        items({"openapi": "3.1.0", "paths": paths})

    assert str(refused.value) == f"no operation of the OpenAPI document can be read, {reason}; is a part of it missing?"


def test_the_document_is_left_as_it_was():
    whole = swagger(parameters=[{"name": "a", "in": "query", "type": "string"}])
    before = repr(whole)

    items(whole)

    assert repr(whole) == before


def test_workflows_are_explained():
    whole = {"arazzo": "1.0.0", "workflows": [{"workflowId": "buy"}], "sourceDescriptions": [{"url": "./api.yaml"}]}

    assert arazzo.matches(whole)
    (found,) = arazzo.read(whole, Context())
    assert found.where == "workflow buy"
    assert "import what it calls: ./api.yaml" in found.reason
    with pytest.raises(ToolSpecError, match="neither workflows nor operations"):
        list(arazzo.read({"arazzo": "1.0.0"}, Context()))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["oas_*", "v2.0_*", "v3.*", "openapi3*", "arazzo/*openapi*", "large/*/*/*.*"])
def test_every_operation_of_published_documents_is_read(corpora, pattern):
    for path in sorted((corpora / "native").glob(pattern)):
        whole = next(iter(read_documents(path))).value
        if not openapi.matches(whole):
            continue
        present = sum(verb in item for item in whole.get("paths", {}).values() for verb in openapi.VERBS)

        found = [item for item in openapi.read(whole, Context(path)) if isinstance(item, Found)]

        assert len(found) == present, path
        assert all(len(ToolSpec.model_validate(item.fields).model_dump_json()) <= 70_000 for item in found), path
