import gzip
import io
import json
import os

import pytest

from toolgraph.errors import ToolSpecError
from toolgraph.tools import documents
from toolgraph.tools.documents import Document, documents_in, parse_document, read_documents

PROGRAM = 'def wave(hand: str) -> None:\n    """Wave."""\n'


@pytest.fixture
def file(tmp_path):
    def write(content, name):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def values_in(path):
    return [document.value for document in read_documents(path)]


def complaint(path):
    with pytest.raises(ToolSpecError) as raised:
        list(read_documents(path))
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "name", "values"),
    [
        ('{"a": 1}', "x.json", [{"a": 1}]),
        ('{"a": 1}', "x.yaml", [{"a": 1}]),
        ('{"a": 1}', "x", [{"a": 1}]),
        ('{a: 1, "b": on}', "x.yml", [{"a": 1, "b": "on"}]),
        ("a: 1\nb: [2]", "x.yaml", [{"a": 1, "b": [2]}]),
        ("a: 1\nb: [2]", "x.txt", [{"a": 1, "b": [2]}]),
        (gzip.compress(b"a: 1", mtime=0), "x.yaml.gz", [{"a": 1}]),
        (gzip.compress(b"a: 1", mtime=0), "x.yaml", [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}\n', "x.jsonl", [{"a": 1}, {"a": 2}]),
        (PROGRAM, "x.py", [PROGRAM]),
        (f'"""Hands."""\n\n{PROGRAM}', "x", [f'"""Hands."""\n\n{PROGRAM}']),
        ('"openapi": 3.0.0\n"paths": {}', "x", [{"openapi": "3.0.0", "paths": {}}]),
        (PROGRAM, "x", [PROGRAM]),
        (b"\xef\xbb\xbf" + b"a: 1", "x.yaml", [{"a": 1}]),
        (b"\xef\xbb\xbf" + PROGRAM.encode(), "x.py", [PROGRAM]),
    ],
)
def test_a_file_is_parsed_by_what_it_holds(file, content, name, values):
    assert values_in(file(content, name)) == values


def test_standard_input_is_parsed_by_what_it_holds():
    (document,) = documents_in(io.BytesIO(b"a: 1"), None)

    assert document == Document("standard input", {"a": 1})


def test_any_text_can_be_had_as_it_is(file):
    (document,) = read_documents(file("a: 1", "x.yaml"), as_text=True)

    assert document.value == "a: 1"


def test_a_line_that_is_no_json_does_not_end_the_file(file):
    path = file('{"a": 1}\n{"a"\n{"a": 3}\n', "x.jsonl")

    first, broken, third = read_documents(path)

    assert (first.value, third.value) == ({"a": 1}, {"a": 3})
    assert (broken.where, broken.fault) == (f"{path}, line 2", "is not valid JSON (Expecting ':' delimiter)")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "x.yaml", ": is empty; expected tools"),
        (" \n", "x.py", ": is empty; expected tools"),
        ('{"a": {"b": 1', "x.json", ", line 1: is not valid JSON (Expecting ',' delimiter)"),
        ("paths:\n  /pets: {get: {", "x.yaml", ", line 3: is not valid YAML ("),
        ('{"a": 1, "a": 2}', "x.json",
         ": is not valid JSON (the key 'a' stands twice in one object, with two values; keep one of them)"),
        ("a: 1\na: 2", "x.yaml", ", line 2: has the key 'a' twice in one object, with two values; keep one of them"),
        ("a: &a [*a]", "x.yaml", ", line 1: has the alias '*a' inside what it stands for"),
        ('{"a": ' * 300 + "1" + "}" * 300, "x.json", ": is not valid JSON (nested too deeply)"),
        ("[1, 2]".encode("utf-16"), "x.json", ": cannot be read as UTF-8 text (it is UTF-16; save it as UTF-8)"),
        ("a: 1".encode("utf-16-be"), "x.yaml", ": is not valid YAML (control characters are not allowed)"),
        (b"PK\x03\x04rest", "x.json", ": cannot be read as UTF-8 text (it is a ZIP archive"),
        (b"%PDF-1.7", "x", ": cannot be read as UTF-8 text (it is a PDF)"),
        (b"SQLite format 3\x00", "x", ": cannot be read as UTF-8 text (it is an SQLite database)"),
        (bytes(range(256)), "x.json", ": cannot be read as UTF-8 text ("),
        (bytes(64), "x.json", ", line 1: is not valid JSON (Expecting value)"),
        (bytes(64), "x.yaml", ": is not valid YAML (control characters are not allowed)"),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_is_told_in_one_sentence(file, content, name, says):
    path = file(content, name)

    assert complaint(path).startswith(f"{path}{says}")


def test_a_key_may_stand_twice_with_one_value(file):
    assert values_in(file('{"a": [1], "a": [1]}', "x.json")) == [{"a": [1]}]


def test_a_directory_is_no_file(tmp_path):
    assert complaint(tmp_path) == f"{tmp_path}: cannot be read (Is a directory)"


def test_a_file_of_200_mb_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "huge.json"
    path.touch()
    os.truncate(path, 200_000_000)
    monkeypatch.setattr(documents, "documents_in", lambda *_: pytest.fail("it was read"))

    assert complaint(path) == (f"{path}: holds 200 MB or more; split it into several files (JSON Lines with split -l)")


@pytest.mark.parametrize("name", ["bomb.json.gz", "bomb.jsonl.gz", "bomb.yaml.gz", "bomb"])
def test_what_a_compressed_file_holds_is_counted_while_it_is_read(file, name, monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 1_000_000)
    path = file(gzip.compress(b'{"a": "' + b"x" * 5_000_000 + b'"}'), name)

    assert complaint(path).startswith(f"{path}: holds 1 MB or more; split it")


def test_an_endless_standard_input_is_left_at_the_limit(monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 1_000_000)

    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size=-1):
            self.read_bytes += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(ToolSpecError, match=r"^standard input: holds 1 MB or more"):
        list(documents_in(endless, None))

    assert endless.read_bytes < 1_100_000


def test_a_file_just_below_the_limit_is_read(file, monkeypatch):
    text = json.dumps(["x" * 100])
    monkeypatch.setattr(documents, "MAX_BYTES", len(text) + 1)

    assert values_in(file(text, "x.json")) == [["x" * 100]]


def test_yaml_has_a_limit_of_its_own(monkeypatch):
    monkeypatch.setattr(documents, "MAX_YAML_CHARACTERS", 10)

    with pytest.raises(ToolSpecError, match=r"^x: holds 0 million characters of YAML or more; convert it to JSON"):
        parse_document("a: 1234567", "x.yaml", where="x")


def test_deep_json_of_few_brackets_a_level_is_read():
    text = "[" * 150 + "]" * 150

    assert json.dumps(parse_document(text, "x.json", where="x")) == text


def test_json_of_millions_of_values_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(documents, "MAX_VALUES", 1_000)

    with pytest.raises(ToolSpecError, match=r"^x: holds more than 0 million values; split it$"):
        parse_document("[" + ",".join(["[]"] * 600) + "]", "x.json", where="x")
