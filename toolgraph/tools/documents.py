"""Documents: what stands in a file, parsed: JSON, JSON Lines, YAML, or the text of a program, within bounds.

A document is parsed by its content, and its name says only what content does not: whether the lines of a file are
documents, and whether a text is YAML or Python. No file of any size or shape costs more than its limit.
"""

import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

from toolgraph.errors import ToolSpecError
from toolgraph.tools.yaml_documents import MAX_DEPTH, is_deeper, parse_yaml

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
YAML_SUFFIXES = (".yaml", ".yml")
_PROGRAM = ".py"
SUFFIXES = (*JSON_SUFFIXES, *YAML_SUFFIXES, _PROGRAM, *(f"{suffix}.gz" for suffix in (*JSON_SUFFIXES, *YAML_SUFFIXES)))
"""What the names of files with tools end with; other files are read where they are named themselves."""
MAX_BYTES = 200_000_000
"""Size from which on a file is refused, after decompression."""
MAX_YAML_CHARACTERS = 20_000_000
"""Length from which on a YAML text is refused: it takes ten times as long to read as JSON."""
MAX_VALUES = 10_000_000
"""How many values one JSON text may hold, which take more memory than their text."""
STANDARD_INPUT = "standard input"
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_SIGNATURES = {
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"PK\x03\x04": "a ZIP archive or an office document; unpack it first",
    b"BZh": "compressed by bzip2; unpack it, or compress it by gzip",
    b"\xfd7zXZ": "compressed by xz; unpack it, or compress it by gzip",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard; unpack it, or compress it by gzip",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
    b"PAR1": "a Parquet file",
}  # fmt: skip


class Document(NamedTuple):
    """A value, or why there is none, and where it stands."""

    where: str
    value: Any
    fault: str = ""
    """Why a line of JSON Lines could not be parsed; the lines after it can be."""


def read_documents(path: Path, *, as_text: bool = False) -> Iterator[Document]:
    """Yield the documents in a file: one, or one for each line of JSON Lines. Programs are given as text, or all are.

    Raises:
        ToolSpecError: the file cannot be read or parsed, or is too large; one sentence that names it.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size >= MAX_BYTES:
                raise _too_large(str(path))
            yield from documents_in(file, path, as_text=as_text)
    except OSError as error:
        raise ToolSpecError(f"{path}: cannot be read ({error.strerror or error})") from error


def documents_in(file: BinaryIO, path: Path | None, *, as_text: bool = False) -> Iterator[Document]:
    """Yield the documents in an open file; without a path it is standard input.

    Raises:
        ToolSpecError: as for `read_documents`.
    """
    where = STANDARD_INPUT if path is None else str(path)
    buffered = io.BufferedReader(_Bounded(file, where))
    head = buffered.peek(16)[:16]
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            raise ToolSpecError(f"{where}: cannot be read as UTF-8 text (it is {kind})")
    stream: BinaryIO = buffered
    if head.startswith(b"\x1f\x8b"):
        stream = io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=buffered), where))
    try:
        # Strings may hold U+2028 and the like, so that only a line feed ends a line.
        with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n") as text:
            yield from _documents(
                text, where, _PROGRAM if as_text else "" if path is None else path.name.removesuffix(".gz")
            )
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ToolSpecError(f"{where}: cannot be read as UTF-8 text ({error})") from error


def parse_document(text: str, name: str, *, where: str) -> Any:
    """Return the value of a whole text, as JSON, YAML or itself according to a file's name and to its first character.

    Raises:
        ToolSpecError: it cannot be parsed; the message begins with `where`.
    """
    if name.endswith(_PROGRAM):
        return text
    looks_like_json = text[:1000].lstrip()[:1] in ("{", "[")  # a JSON text alone holds no tools; a program begins so
    if name.endswith(JSON_SUFFIXES) or (looks_like_json and not name.endswith(YAML_SUFFIXES)):
        return parse_json(text, where, is_whole_file=True)
    if looks_like_json:  # YAML as well, but JSON is read faster
        try:
            return parse_json(text, where)
        except ToolSpecError:
            pass
    if len(text) >= MAX_YAML_CHARACTERS:
        raise ToolSpecError(
            f"{where}: holds {MAX_YAML_CHARACTERS // 1_000_000} million characters of YAML or more; "
            "convert it to JSON, which is read faster, or split it"
        )
    try:
        return parse_yaml(text)
    except ToolSpecError as error:
        if not name.endswith(YAML_SUFFIXES) and re.search(r"^(?:async )?def \w|^class \w", text, re.MULTILINE):
            return text
        joint = ", " if str(error).startswith("line ") else ": "
        raise ToolSpecError(f"{where}{joint}{error}") from error


def parse_json(text: str, where: str, *, is_whole_file: bool = False) -> Any:
    """Return the value of a JSON text, halves of characters in it replaced.

    Raises:
        ToolSpecError: it is no JSON, is nested too deeply, or gives one object two values for a key.
    """
    if len(text) > MAX_VALUES and sum(map(text.count, "{[,")) > MAX_VALUES:
        raise ToolSpecError(f"{where}: holds more than {MAX_VALUES // 1_000_000} million values; split it")
    try:
        document = json.loads(text, object_pairs_hook=_object)
        _require_depth(document, text)
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if is_whole_file else ""
        raise ToolSpecError(f"{where}{line}: is not valid JSON ({error.msg})") from error
    except RecursionError as error:
        raise ToolSpecError(f"{where}: is not valid JSON (nested too deeply)") from error
    except ValueError as error:
        raise ToolSpecError(f"{where}: is not valid JSON ({error})") from error
    return _mended(document) if _HALF_CHARACTER.search(text) else document


class _Bounded(io.RawIOBase):
    """A stream that ends with one sentence where it is longer than anybody's tools."""

    def __init__(self, file: BinaryIO | gzip.GzipFile, where: str) -> None:
        self._file = file
        self._where = where
        self._left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left <= 0:
            raise _too_large(self._where)
        buffer[: len(data)] = data
        return len(data)


def _too_large(where: str) -> ToolSpecError:
    return ToolSpecError(
        f"{where}: holds {MAX_BYTES // 1_000_000} MB or more; split it into several files (JSON Lines with split -l)"
    )


def _documents(file: TextIO, where: str, name: str) -> Iterator[Document]:
    """Read JSON Lines line by line; JSON Lines under another name are known by two lines, the first an object."""
    if name.endswith((_PROGRAM, *YAML_SUFFIXES)):
        text = file.read()
        if not text.strip():
            raise ToolSpecError(f"{where}: is empty; expected tools")
        yield Document(where, parse_document(text, name, where=where))
        return
    numbered = enumerate(file, start=1)
    head = list(islice(((number, line) for number, line in numbered if line.strip()), 2))
    if not head:
        raise ToolSpecError(f"{where}: is empty; expected JSON or JSON Lines with tools")
    if ".jsonl" in name or ".ndjson" in name or (len(head) == 2 and _is_object(head[0][1])):
        for number, line in chain(head, numbered):
            if line.strip():
                yield _line(line, f"{where}, line {number}")
        return
    text, lines = "", 0
    for number, line in head:
        text, lines = text + "\n" * (number - lines - 1) + line, number
    yield Document(where, parse_document(text + file.read(), name, where=where))


def _line(line: str, where: str) -> Document:
    try:
        return Document(where, parse_json(line, where))
    except ToolSpecError as error:
        return Document(where, None, str(error).removeprefix(f"{where}: "))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        for key, value in pairs:
            if made[key] != value:
                raise ValueError(f"the key '{key}' stands twice in one object, with two values; keep one of them")
    return made


def _require_depth(document: Any, text: str) -> None:
    """Refuse what is nested so deeply that walking through it would fail later on."""
    if text.count("{") + text.count("[") > MAX_DEPTH and is_deeper(document, MAX_DEPTH):
        raise RecursionError


def _mended(value: Any) -> Any:
    """`value` with each half of a character (a lone surrogate, as crawlers leave them) replaced by U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_mended(child) for child in value]
        case dict():
            return {_mended(key): _mended(child) for key, child in value.items()}
        case _:
            return value
