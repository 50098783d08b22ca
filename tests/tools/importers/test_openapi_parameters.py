"""Parameters and bodies of operations as one object schema."""

import pytest

from tests.tools.importers.openapi_documents import TEXT, WHOLE, body, document, only, parameters, swagger

PET = {"type": "object", "properties": {"name": TEXT, "age": WHOLE}, "required": ["name"]}


def query(name, **rest):
    return {"name": name, "in": "query", "schema": TEXT, **rest}


def test_parameters_of_every_place_stand_in_one_object():
    given = [
        {"name": "petId", "in": "path", "schema": WHOLE},
        query("tag", required=True, description="Its tag.", deprecated=True),
        {"name": "X-Trace", "in": "header", "schema": {"type": "string", "default": "a", "enum": ["a", "b"]}},
        {"name": "theme", "in": "cookie", "content": {"application/json": {"schema": {"type": "object"}}}},
    ]

    assert parameters(document("/pets/{petId}", parameters=given)) == {
        "type": "object",
        "properties": {
            "petId": WHOLE,
            "tag": {"type": "string", "description": "Its tag.", "deprecated": True},
            "X-Trace": {"type": "string", "default": "a", "enum": ["a", "b"]},
            "theme": {"type": "object"},
        },
        "required": ["petId", "tag"],
    }


def test_an_operation_without_parameters_takes_an_empty_object():
    assert parameters(document()) == {"type": "object", "properties": {}}


def test_parameters_of_the_path_are_inherited_and_overridden():
    whole = document(parameters=[query("b", required=True)])
    whole["paths"]["/pets"]["parameters"] = [query("a"), query("b", schema=WHOLE)]

    assert parameters(whole) == {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["b"]}


def test_a_place_in_the_path_that_nobody_declared_is_added():
    found = only(document("/pets/{petId}"))

    assert found.fields["parameters"]["required"] == ["petId"]
    assert found.repairs == ("the path's '{petId}' is declared nowhere; it was added as text",)


def test_parameters_of_one_name_are_told_apart():
    given = [{"name": "id", "in": "path", "schema": WHOLE}, query("id")]

    found = only(document("/pets/{id}", parameters=given))

    assert found.fields["parameters"]["properties"] == {"id": WHOLE, "query_id": TEXT}
    assert "that of the query became 'query_id'" in found.repairs[0]


@pytest.mark.parametrize("broken", [None, {"in": "query"}, {"$ref": "#/nowhere"}, query("a", **{"in": "elsewhere"})])
def test_a_parameter_that_cannot_be_read_is_left_out_with_a_word(broken):
    found = only(document(parameters=[broken, query("tag")]))

    assert list(found.fields["parameters"]["properties"]) == ["tag"]
    assert len(found.repairs) == 1


def test_fields_of_the_body_stand_among_the_parameters():
    schema = parameters(document("/pets/{petId}", "put", parameters=[query("petId", **{"in": "path"})], **body(PET)))

    assert schema["properties"] == {"petId": TEXT, "name": TEXT, "age": WHOLE}
    assert schema["required"] == ["petId", "name"]


def test_a_body_alone_is_the_whole_of_the_parameters():
    given = {**PET, "additionalProperties": False, "minProperties": 1, "description": "A pet."}

    assert parameters(document(verb="post", **body(given))) == given


@pytest.mark.parametrize("schema", [{"type": "array", "items": TEXT}, TEXT, {"oneOf": [PET, TEXT]}, {"type": "object"}])
def test_a_body_that_has_no_fields_of_its_own_is_one_parameter(schema):
    given = [query("tag")]

    found = only(document(verb="post", parameters=given, **body(schema, required=True, description="What to send.")))

    assert found.fields["parameters"]["properties"] == {"tag": TEXT, "body": {**schema, "description": "What to send."}}
    assert found.fields["parameters"]["required"] == ["body"]
    assert found.repairs == ("the body is no object with fields of its own; it is the parameter 'body'",)


def test_a_body_with_a_field_named_like_a_parameter_stays_whole():
    found = only(document(verb="put", parameters=[query("name")], **body(PET, required=True)))

    assert found.fields["parameters"]["properties"] == {"name": TEXT, "body": PET}
    assert found.fields["parameters"]["required"] == ["body"]
    assert found.repairs == ("the body has fields named like other parameters; it is the parameter 'body'",)


def test_a_body_that_may_be_missing_does_not_require_its_fields():
    schema = parameters(document(verb="post", parameters=[query("tag")], **body(PET, required=False)))

    assert schema == {"type": "object", "properties": {"tag": TEXT, "body": PET}}


def test_a_body_declared_to_be_empty_is_no_parameter():
    assert parameters(document(parameters=[query("tag")], **body({"type": "object", "properties": {}}))) == {
        "type": "object", "properties": {"tag": TEXT},
    }  # fmt: skip


def test_parts_of_a_body_are_joined():
    more = {"type": "object", "properties": {"name": {"minLength": 1}, "owner": TEXT}, "required": ["owner"]}

    found = only(document(verb="post", parameters=[query("tag")], **body({"allOf": [PET, more]})))

    assert found.fields["parameters"]["properties"] == {
        "tag": TEXT, "name": {"allOf": [TEXT, {"minLength": 1}]}, "age": WHOLE, "owner": TEXT,
    }  # fmt: skip
    assert found.fields["parameters"]["required"] == ["name", "owner"]
    assert found.repairs == ("the parts of the body ('allOf') were joined",)


def test_parts_of_a_body_that_exclude_one_another_are_not_joined():
    closed = {**PET, "additionalProperties": False}
    given = {"allOf": [closed, {"properties": {"owner": TEXT}}]}

    assert parameters(document(verb="post", **body(given)))["properties"] == {"body": given}


def test_alternatives_of_what_is_required_stay_beside_the_fields():
    given = {**PET, "anyOf": [{"required": ["name"]}, {"required": ["age"]}]}

    schema = parameters(document(verb="post", parameters=[query("tag")], **body(given)))

    assert schema["anyOf"] == given["anyOf"]
    assert list(schema["properties"]) == ["tag", "name", "age"]


def test_json_is_preferred_among_the_forms_of_a_body():
    content = {
        kind: {"schema": {"properties": {kind: TEXT}}} for kind in ("text/xml", "multipart/form-data", "a/b+json")
    }

    assert list(parameters(document(verb="post", requestBody={"content": content}))["properties"]) == ["a/b+json"]


def test_a_file_of_a_form_is_text():
    given = {"type": "object", "properties": {"photo": {"type": "string", "format": "binary"}}}

    assert parameters(document(verb="post", **body(given, "multipart/form-data"))) == given


def test_fields_that_only_answers_have_are_left_out_of_the_body():
    given = {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "readOnly": True}, "born": {"$ref": "#/components/schemas/Born"}, "name": TEXT,
        },
        "required": ["id", "born", "name"],
    }  # fmt: skip
    components = {"schemas": {"Born": {"type": "string", "readOnly": True}}}

    assert parameters(document(verb="post", components=components, **body(given))) == {
        "type": "object", "properties": {"name": TEXT}, "required": ["name"],
    }  # fmt: skip


def test_a_part_does_not_require_what_another_part_leaves_out():
    components = {"schemas": {"Needs": {"type": "object", "required": ["id", "name"]}}}
    given = {
        "allOf": [{"$ref": "#/components/schemas/Needs"}, {"properties": {"id": {"readOnly": True}, "name": TEXT}}]
    }

    in_array = parameters(document(verb="post", components=components, **body({"type": "array", "items": given})))

    assert parameters(document(verb="post", components=components, **body(given)))["required"] == ["name"]
    assert in_array["properties"]["body"]["items"]["allOf"] == [
        {"type": "object", "required": ["name"]}, {"properties": {"name": TEXT}},
    ]  # fmt: skip


def test_parameters_of_swagger_hold_their_schemas_themselves():
    given = [
        {"name": "limit", "in": "query", "type": "integer", "maximum": 9, "required": True, "description": "How many."},
        {"name": "tags", "in": "query", "type": "array", "items": TEXT, "collectionFormat": "multi"},
        {"name": "photo", "in": "formData", "type": "file"},
    ]

    found = only(swagger("post", parameters=given))

    assert found.fields["parameters"] == {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "maximum": 9, "description": "How many."},
            "tags": {"type": "array", "items": TEXT},
            "photo": {"type": "string", "format": "binary"},
        },
        "required": ["limit"],
    }
    assert found.repairs == ("a file is passed as text",)


def test_the_body_of_swagger_is_a_parameter():
    given = [{"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}]

    assert parameters({**swagger("post", parameters=given), "definitions": {"Pet": PET}}) == PET


KEYS = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "Code"}, "login": {"type": "oauth2"}}}


@pytest.mark.parametrize(
    "secret",
    [
        query("code"),
        query("api_key"),
        {"name": "Authorization", "in": "header"},
        {"name": "X-API-Key", "in": "header"},
        query("token", description="Authentication token. Requires scope `read`."),
    ],
)
def test_credentials_are_left_out_and_listed(secret):
    found = only(document(parameters=[secret, query("tag")], components=KEYS))

    assert list(found.fields["parameters"]["properties"]) == ["tag"]
    assert found.repairs == (
        f"the {secret['in']} parameter '{secret['name']}' was left out: it authenticates the caller",
    )


@pytest.mark.parametrize(
    "plain", [query("token", description="Where the page begins."), query("code", **{"in": "cookie"}), query("keyword")]
)
def test_what_only_looks_like_a_credential_stays(plain):
    found = only(document(parameters=[plain], components=KEYS))

    assert list(found.fields["parameters"]["properties"]) == [plain["name"]]
    assert found.repairs == ()


def test_headers_that_the_sender_sets_are_left_out():
    found = only(document(parameters=[{"name": "Accept", "in": "header", "schema": TEXT}]))

    assert found.fields["parameters"]["properties"] == {}
    assert found.repairs == ("the header 'Accept' was left out: whoever sends the request sets it",)


def test_a_body_that_is_a_parameter_is_described_in_plain_text():
    found = parameters(document(verb="post", **body({"type": "array", "items": TEXT}, description="The **tags**.\n")))

    assert found["properties"]["body"] == {"type": "array", "items": TEXT, "description": "The tags."}
