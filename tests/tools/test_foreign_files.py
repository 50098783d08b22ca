import pytest

from toolgraph.tools.foreign_files import seems_to_be


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.csv", "a,b\n", "a table (CSV)"),
        ("x.dat", b"\x89PNG\r\n", "a PNG image"),
        ("README.md", "[x](y)", "Markdown"),
        ("x", "\n<!DOCTYPE html><p>", "an HTML page"),
        ("x.xml", "<?xml version='1.0'?><definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>", "a WSDL description"),
        ("x.xml", "<?xml version='1.0'?><a/>", "XML"),
        ("x.json", '{"info": {"_postman_id": "1"}}', "a Postman collection"),
        ("x.json", '[{"id": 1, "messages": [{"role": "user"}]}]', "dialogues"),
        ("async.yaml", "asyncapi: 2.6.0\nchannels: {}\n", "an AsyncAPI description"),
        ("async.json", '{"asyncapi": "3.0.0"}', "an AsyncAPI description"),
        ("songs.raml", "#%RAML 1.0\ntitle: Songs\n", "a RAML description of an API; convert it to OpenAPI"),
        ("compose.yaml", "version: '3'\nservices:\n  web:\n    image: nginx\n", "a Docker Compose file"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n", "a Kubernetes manifest"),
        ("x.json", '{"data": {"__schema": {}}}', "a GraphQL schema"),
        ("x.json", '{"kind": "discovery#restDescription"}', "a Google API discovery document"),
        ("package.json", '{"name": "x", "version": "1.0.0", "scripts": {}}', "the manifest of an npm package"),
        ("x.mp3", "ID3", "a file of the type audio/mpeg"),
    ],
)
def test_what_a_file_seems_to_be_is_told_by_its_content_and_by_its_name(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    assert seems_to_be(tmp_path / name).startswith(kind)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", '{"info": {}}'),
        ("y.json", '[{"name": "f", "parameters": {"scripts": {}}}]'),
        ("x.txt", "words"),
        ("x.py", "a = 1"),
    ],
)
def test_of_other_files_nothing_is_said(tmp_path, name, content):
    (tmp_path / name).write_text(content)

    assert seems_to_be(tmp_path / name) == ""


def test_a_file_that_is_gone_is_nothing(tmp_path):
    assert seems_to_be(tmp_path / "gone") == ""
