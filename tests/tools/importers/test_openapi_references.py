"""References into other files and to other hosts, and what may not be read."""

import datetime
import http.server
import json
import threading

import pytest

from tests.tools.importers.openapi_documents import TEXT, answer, body, document, items, only
from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import openapi_references
from toolgraph.tools.importers.items import Context
from toolgraph.tools.importing import import_tools


def files(directory, **texts):
    """Write files, and return the context of `api.yaml` in the directory."""
    for name, text in texts.items():
        path = directory / name.replace("__", "/").replace("_yaml", ".yaml").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Context(path=directory / "api.yaml")


def test_files_refer_to_files_beside_them(tmp_path):
    context = files(
        tmp_path,
        paths__pets_yaml="get: {operationId: find, responses: {200: {$ref: '../answers.yaml#/Pets'}}}",
        answers_yaml="Pets: {content: {application/json: {schema: {$ref: models/pet.json}}}}",
        models__pet_json='{"type": "object", "properties": {"a": {"$ref": "pet.json"}, "b": {"$ref": "tag.yaml"}}}',
        models__tag_yaml="{type: string, enum: [on, no, 2020-01-01]}",
    )

    found = only({"openapi": "3.1.0", "paths": {"/pets": {"$ref": "paths/pets.yaml"}}}, context)

    assert found.fields["returns"] == {
        "$ref": "#/$defs/pet",
        "$defs": {
            "pet": {
                "type": "object",
                "properties": {"a": {"$ref": "#/$defs/pet"}, "b": {"$ref": "#/$defs/tag"}},
            },
            "tag": {"type": "string", "enum": ["on", "no", "2020-01-01"]},
        },
    }
    assert found.repairs == ()


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("/etc/passwd", "only relative files may be read"),
        ("file:///etc/passwd", "only relative files may be read"),
        ("../secret.yaml", "it leads out of 'project'; import a directory that holds both"),
        ("inner/../../secret.yaml#/a", "it leads out of 'project'; import a directory that holds both"),
        ("..%2Fsecret.yaml", "it leads out of 'project'; import a directory that holds both"),
        ("link.yaml", "it leads out of 'project'; import a directory that holds both"),
        ("https://example.org/pet.json", "it leads to another host; allow that with --allow-remote-refs"),
        ("//example.org/pet.json", "it leads to another host"),
        ("ftp://example.org/pet.json", "only relative files may be read"),
        ("missing.yaml", "leads to a file that does not exist"),
        ("inner", "leads to a file that does not exist"),
        ("broken.yaml", "is not valid YAML"),
        ("image.yaml", "is not UTF-8 text"),
        ("large.yaml", "is larger than"),
    ],
)
def test_nothing_is_read_that_was_not_pointed_at(tmp_path, monkeypatch, reference, reason):
    directory = tmp_path / "project"
    context = files(directory, broken_yaml="a: [", large_yaml="a: " + "b" * 2000, inner__a_yaml="a: 1")
    (tmp_path / "secret.yaml").write_text("{type: string, description: secret}")
    (directory / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (directory / "image.yaml").write_bytes(b"\xff\xfe\x00\x01")
    monkeypatch.setattr(openapi_references, "MAX_BYTES", 1000)

    found = only(document(**answer({"type": "object", "properties": {"a": {"$ref": reference}}})), context)

    assert found.fields["returns"]["properties"] == {"a": {}}
    assert len(found.repairs) == 1
    assert reason in found.repairs[0]


@pytest.mark.parametrize(("source", "is_read"), [(".", True), ("*/*.yaml", True), ("api/api.yaml", False)])
def test_files_in_the_directory_that_was_pointed_at_may_refer_to_one_another(tmp_path, monkeypatch, source, is_read):
    whole = document(**answer({"properties": {"a": {"$ref": "../shared/pet.yaml"}, "b": {"$ref": "../../b.yaml"}}}))
    project = tmp_path / "project"
    files(project, api__api_yaml=json.dumps(whole), shared__pet_yaml="type: string")
    (tmp_path / "b.yaml").write_text("type: string")
    monkeypatch.chdir(project)

    (tool,) = import_tools([source]).tools

    assert tool.returns["properties"] == {"a": {"$ref": "#/$defs/pet"} if is_read else {}, "b": {}}


def test_a_document_without_a_file_refers_to_none(tmp_path, monkeypatch):
    files(tmp_path, pet_yaml="type: string")
    monkeypatch.chdir(tmp_path)

    found = only(document(**answer({"properties": {"a": {"$ref": "pet.yaml"}}})))

    assert "the document came without a directory" in found.repairs[0]


def test_files_are_bounded_together(tmp_path, monkeypatch):
    context = files(tmp_path, a_yaml="type: string", b_yaml="type: integer")
    monkeypatch.setattr(openapi_references, "MAX_TOTAL_BYTES", 20)

    found = only(document(**answer({"properties": {"a": {"$ref": "a.yaml"}, "b": {"$ref": "b.yaml"}}})), context)

    assert found.fields["returns"]["properties"] == {"a": {"$ref": "#/$defs/a"}, "b": {}}
    assert "hold more than" in found.repairs[0]


@pytest.fixture
def host():
    """A host that knows one schema, and counts how often it is asked."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200 if self.path == "/pet.json" else 404)
            self.end_headers()
            self.wfile.write(b'{"type": "string", "x": {"$ref": "file:///etc/passwd"}}')

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_host_is_asked_only_where_that_is_allowed(host):
    address, asked = host
    whole = document(
        **answer({"properties": {"a": {"$ref": f"{address}/pet.json"}, "b": {"$ref": f"{address}/gone.json"}}})
    )

    refused = only(whole, Context())
    assert asked == []
    allowed = only(whole, Context(allow_remote=True))

    assert refused.fields["returns"]["properties"] == {"a": {}, "b": {}}
    assert allowed.fields["returns"]["$defs"] == {"pet": TEXT}
    assert sorted(set(asked)) == ["/gone.json", "/pet.json"]
    assert "cannot be fetched" in allowed.repairs[0]


def test_another_host_leads_to_no_file_of_this_one(host, tmp_path):
    address, _ = host
    context = Context(path=tmp_path / "api.yaml", allow_remote=True)

    found = only(document(**answer({"$ref": f"{address}/pet.json#/x"})), context)

    assert "only relative files may be read" in " ".join(found.repairs)


def test_values_of_any_yaml_loader_are_read():
    whole = document(parameters=[{"name": "day", "in": "query", "schema": {"default": datetime.date(2020, 1, 31)}}])
    whole["paths"]["/pets"]["get"]["responses"] = {200: {"content": {"application/json": {"schema": TEXT}}}}

    found = only(whole)

    assert found.fields["parameters"]["properties"]["day"] == {"default": "2020-01-31"}
    assert found.fields["returns"] == TEXT


def test_a_document_that_holds_itself_is_refused():
    whole = document()
    whole["paths"]["/pets"]["get"]["x-self"] = whole

    with pytest.raises(ToolSpecError, match="holds itself by a YAML alias"):
        items(whole)


def test_a_bomb_of_aliases_is_refused():
    level = ["x"] * 10
    for _ in range(9):
        level = [level] * 10

    with pytest.raises(ToolSpecError, match="unfolds to more than 5,000,000 values"):
        items(document(**{"x-bomb": level}))


def test_endless_nesting_is_refused():
    level = {}
    for _ in range(300):
        level = {"not": level}

    with pytest.raises(ToolSpecError, match="nested more than 200 levels deep"):
        items(document(**answer(level)))


def test_all_properties_of_a_schema_may_stand_elsewhere(tmp_path):
    fields = {"type": "object", "required": ["ids"], "properties": {"$ref": "fields.yaml#/Balancer"}}
    context = files(tmp_path, fields_yaml="Balancer: {ids: {type: array, items: {$ref: '#/Id'}}}\nId: {type: integer}")

    found = only(document(verb="post", **body(fields)), context)

    assert found.fields["parameters"]["properties"] == {"ids": {"type": "array", "items": {"$ref": "#/$defs/Id"}}}
    assert found.fields["parameters"]["required"] == ["ids"]
