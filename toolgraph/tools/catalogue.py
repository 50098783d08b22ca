"""Catalogues: tools read from files and directories, duplicates settled, and written back as JSON Lines."""

import gzip
import io
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from pydantic import ValidationError

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import IMPORTERS
from toolgraph.tools.spec import ToolSpec

SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
log = logging.getLogger(__name__)
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


class Entry(NamedTuple):
    """A tool, where it stands, and whether it says which collection it was gathered from."""

    where: str
    tool: ToolSpec
    is_collected: bool


def load_tools(sources: Iterable[str | Path], *, rename_duplicates: bool | None = None) -> tuple[ToolSpec, ...]:
    """Read the tools of files and directories (JSON, JSON Lines, either gzip-compressed).

    Identical tools of one name are merged. Different tools of one name are an error, or are kept apart as `name_2`,
    `name_3` with `rename_duplicates`. By default (none) they are kept apart only where both state the collection they
    were gathered from (`source`), since names were never unique there; see docs/decisions/duplicate-names.md.

    Raises:
        ToolSpecError: a file or a tool in it cannot be used, or two different tools have one name.
    """
    entries: list[Entry] = []
    for source in sources:
        for path in _files(Path(source)):
            entries.extend(_read_file(path))
    if not entries:
        raise ToolSpecError(f"{', '.join(map(str, sources)) or 'no file'}: holds no tools; expected a list of tools")
    return _settle_names(entries, rename_duplicates)


def parse_tools(document: Any, *, where: str) -> tuple[ToolSpec, ...]:
    """Return the tools in a JSON document: one tool, a list of them, or an object with `tools` or `functions`.

    Raises:
        ToolSpecError: an entry is not a tool; the message names `where` and the entry.
    """
    return tuple(entry.tool for entry in _parse(document, where))


def write_tools(tools: Iterable[ToolSpec], path: Path) -> None:
    """Write tools as JSON Lines in toolgraph's own format."""
    with path.open("w", encoding="utf-8") as file:
        for tool in tools:
            file.write(json.dumps(tool.model_dump(), ensure_ascii=False) + "\n")


def _files(source: Path) -> list[Path]:
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.is_file() and path.name.endswith(SUFFIXES))
        if not found:
            raise ToolSpecError(f"{source}: holds no .json or .jsonl files")
        return found
    if not source.exists():
        raise ToolSpecError(f"{source}: no such file or directory")
    return [source]


def _read_file(path: Path) -> Iterator[Entry]:
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if is_compressed else raw
            # Strings may hold U+2028 and the like, so that only a line feed ends a line.
            with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n") as file:
                yield from _read_text(file, path)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ToolSpecError(f"{path}: cannot be read as UTF-8 text ({error})") from error


def _read_text(file: TextIO, path: Path) -> Iterator[Entry]:
    """Read JSON Lines line by line; JSON Lines under another name are known by two lines, the first an object."""
    numbered = enumerate(file, start=1)
    head = list(islice(((number, line) for number, line in numbered if line.strip()), 2))
    if not head:
        raise ToolSpecError(f"{path}: is empty; expected JSON or JSON Lines with tools")
    if ".jsonl" in path.name or ".ndjson" in path.name or (len(head) == 2 and _is_object(head[0][1])):
        for number, line in chain(head, numbered):
            if line.strip():
                where = f"{path}, line {number}"
                yield from _parse(_json(line, where), where)
        return
    text, lines = "", 0
    for number, line in head:
        text, lines = text + "\n" * (number - lines - 1) + line, number
    yield from _parse(_json(text + file.read(), str(path), is_whole_file=True), str(path))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _json(text: str, where: str, *, is_whole_file: bool = False) -> Any:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if is_whole_file else ""
        raise ToolSpecError(f"{where}{line}: is not valid JSON ({error.msg})") from error
    except RecursionError as error:
        raise ToolSpecError(f"{where}: is not valid JSON (nested too deeply)") from error
    except ValueError as error:
        raise ToolSpecError(f"{where}: is not valid JSON ({error})") from error
    return _mended(document) if _HALF_CHARACTER.search(text) else document


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


def _parse(document: Any, where: str) -> Iterator[Entry]:
    shared: dict[str, str] = {"file": where.split(", line ")[0]}
    if isinstance(document, Mapping):
        inner = next((document[key] for key in ("tools", "functions") if isinstance(document.get(key), list)), None)
        if isinstance(document.get("result"), Mapping):
            inner = document["result"].get("tools")
        if inner is not None:
            shared |= {
                key: document[key] for key in ("api", "category", "licence") if isinstance(document.get(key), str)
            }
            document = inner
        else:
            yield _tool(document, where, shared)
            return
    if not isinstance(document, list):
        raise ToolSpecError(f"{where}: expected a tool or a list of tools, found {type(document).__name__}")
    for number, entry in enumerate(document, start=1):
        yield _tool(entry, f"{where}, entry {number}", shared)


def _tool(entry: Any, where: str, shared: Mapping[str, str]) -> Entry:
    if not isinstance(entry, Mapping):
        raise ToolSpecError(f"{where}: expected a tool (an object), found {type(entry).__name__}")
    importer = next((importer for importer in IMPORTERS.values() if importer.matches(entry)), None)
    if importer is None:
        raise ToolSpecError(f'{where}: is not a tool; expected an object with "name" and "parameters"')
    fields = importer.read(entry)
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ToolSpecError(f'{where}: the tool has no name; add "name"')
    _require_schema(fields.get("parameters"), f"{where}: tool '{name}'", "parameters")
    origin = fields.get("origin")
    fields["origin"] = {**shared, **(origin if isinstance(origin, Mapping) else {})}
    try:
        return Entry(where, ToolSpec.model_validate(fields), "source" in entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ToolSpecError(f"{where}: tool '{name}' has an invalid '{place}' ({first['msg']})") from error


def _require_schema(schema: Any, where: str, name: str) -> None:
    """Refuse what no reading could turn into an object schema; quirks of real catalogues pass."""
    if schema is None:
        return
    if not isinstance(schema, Mapping):
        raise ToolSpecError(f"{where}: '{name}' must be a JSON Schema object, found {type(schema).__name__}")
    properties = schema.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        raise ToolSpecError(f"{where}: 'properties' must be an object, found {type(properties).__name__}")
    for parameter, child in (properties or {}).items():
        if not isinstance(child, Mapping | bool):
            raise ToolSpecError(
                f"{where}: parameter '{parameter}' must be a JSON Schema object, found {type(child).__name__}"
            )
        if isinstance(child, Mapping) and not isinstance(child.get("type"), str | list | None):
            raise ToolSpecError(
                f"{where}: parameter '{parameter}' has an invalid 'type'; expected text such as \"string\""
            )


def _settle_names(entries: Sequence[Entry], rename: bool | None) -> tuple[ToolSpec, ...]:
    by_name: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.tool.name, {}).setdefault(entry.tool.definition_key, entry)
    settled: list[ToolSpec] = []
    renamed = 0
    for name, definitions in by_name.items():
        first, *others = definitions.values()
        settled.append(first.tool)
        number = 1
        for other in others:
            if rename is False or (rename is None and not (first.is_collected and other.is_collected)):
                raise ToolSpecError(
                    f"two different tools are named '{name}': {first.where} and {other.where}; "
                    "rename one, or keep both with --rename-duplicates"
                )
            number += 1
            while f"{name}_{number}" in by_name:
                number += 1
            settled.append(other.tool.model_copy(update={"name": f"{name}_{number}"}))
            renamed += 1
    if renamed:
        log.warning("%d tools share a name with a different tool and were kept apart as NAME_2, NAME_3 ...", renamed)
    return tuple(settled)
