"""Files of dialogues: JSON Lines, plain or gzip-compressed, read one line at a time."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats.table import FORMATS, Format

DIALOGUES = "dialogues.jsonl"
"""Where a run directory keeps its accepted dialogues."""


def read_dialogues(path: str | Path, format: str | None = None) -> Iterator[Dialogue]:
    r"""Yield the dialogues of a JSON Lines file, or of a run directory; without a format, each record shows its own.

    Lines end at `\n` only, as JSON Lines says: a string may hold other characters that end lines elsewhere.

    Raises:
        FormatError: the file cannot be read, is empty, or holds something else; the message names the line.
    """
    return (dialogue for _, dialogue in read_numbered(path, format))


def read_numbered(path: str | Path, format: str | None = None) -> Iterator[tuple[int, Dialogue]]:
    """Yield what `read_dialogues` does, each with the number of its line.

    Raises:
        FormatError: as for `read_dialogues`.
    """
    if format is not None and format not in FORMATS:
        raise FormatError(f"there is no format '{format}'; the formats are {', '.join(FORMATS)}")
    file = dialogue_file(path)
    number = 0
    for number, record in _records(file):
        where = f"{file}, line {number}"
        chosen = FORMATS[format] if format else _detect(record, where)
        yield number, chosen.read(record, where)
    if not number:
        raise FormatError(f"{file}: is empty; expected one dialogue per line")


def dialogue_file(path: str | Path) -> Path:
    """Return the file of dialogues that a path means: itself, or the accepted dialogues of a run directory.

    Raises:
        FormatError: there is no such file.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / DIALOGUES).is_file():
            raise FormatError(f"{path}: is a directory without {DIALOGUES}; expected a run directory or a file")
        return path / DIALOGUES
    if not path.exists():
        raise FormatError(f"{path}: no such file or directory")
    return path


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise FormatError(
                f"{path}, line {number}: is not valid JSON ({error.msg}); expected one dialogue per line"
            ) from error
        except RecursionError as error:
            raise FormatError(f"{path}, line {number}: is nested too deeply") from error
        if not isinstance(record, dict):
            raise FormatError(f"{path}, line {number}: expected a dialogue (an object), found {type(record).__name__}")
        yield number, record


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if is_compressed else raw
            with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n") as text:
                yield from ((number, line) for number, line in enumerate(text, start=1) if line.strip())
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise FormatError(f"{path}: cannot be read as UTF-8 text ({error})") from error


def _detect(record: dict[str, Any], where: str) -> Format:
    found = next((format for format in FORMATS.values() if format.matches(record)), None)
    if found is None:
        raise FormatError(f"{where}: is not a dialogue in a format known here; expected 'messages' or 'conversations'")
    return found
