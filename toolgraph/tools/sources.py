"""Sources: the files that are meant by a path, a directory, or a pattern, and nothing beside them."""

import glob
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import MAX_BYTES, SUFFIXES
from toolgraph.tools.importers.items import Skipped

STDIN = "-"
"""What stands for standard input."""
_PASSED_BY = frozenset({"__pycache__", "node_modules"})
_ENTRY = re.compile(r"""(?:^|[{,])\s*["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]\b""", re.MULTILINE)
_REFERENCE = re.compile(r"""["']?\$ref["']?\s*:\s*["']?([^"'#\s{}\[\],]+)""")
_DESCRIBING = (".json", ".yaml", ".yml")
"""What the names of files end with that may refer to one another."""


class File(NamedTuple):
    """A file to be read."""

    path: Path | None
    """None is standard input."""
    is_named: bool
    """Whether it was pointed at itself, and not found in a directory or by a pattern."""
    root: Path | None = None
    """The directory that was pointed at, in which it may refer to any file; none where that is its own directory."""


def files_of(source: str | Path) -> Iterator[File | Skipped]:
    """Yield the files that a source means, in order, and those in a directory that are left out, with the reason.

    In a directory these are the files whose names end as those with tools do; the parts of an API description that is
    spread over files are left out, since what refers to them reads them.

    Raises:
        ToolSpecError: there is no such file, or none that could hold tools.
    """
    path = Path(source)
    if str(source) == STDIN:
        yield File(None, True)
    elif path.is_dir():
        yield from _files_in(path, path)
    elif path.exists():
        yield File(path, True)
    elif glob.has_magic(str(source)):
        matching = _matching(source)
        root = _common_directory(matching)
        for match in matching:
            yield from (_files_in(match, root) if match.is_dir() else [File(match, False, root)])
    else:
        raise ToolSpecError(f"{source}: no such file or directory")


def files_meant(source: str | Path) -> list[Path]:
    """Return every file on which the tools of a source depend, in order; the source itself where it is one file.

    Raises:
        ToolSpecError: a pattern matches no file.
    """
    path = Path(source)
    if path.is_dir():
        return files_in(path)
    if path.exists() or not glob.has_magic(str(source)):
        return [path]
    return [file for match in _matching(source) for file in (files_in(match) if match.is_dir() else [match])]


def standard_input() -> bytes:
    """Return what standard input holds, which can be asked for again, up to more than any file may hold."""
    return _content(sys.stdin.buffer)


@lru_cache(maxsize=1)
def _content(stream: BinaryIO) -> bytes:
    return stream.read(MAX_BYTES)


def files_in(directory: Path) -> list[Path]:
    """Return the files in a directory, at any depth, that may hold tools or be parts of their description, in order.

    Links to directories are not followed, nor links to files outside; hidden directories are passed by.
    """
    return [path for path in _listed(directory) if not _leads_out(path, directory)]


def _matching(pattern: str | Path) -> list[Path]:
    found = sorted(glob.glob(str(pattern), recursive=True))
    if not found:
        raise ToolSpecError(f"{pattern}: matches no file")
    return [Path(path) for path in found]


def _common_directory(matching: Iterable[Path]) -> Path | None:
    """The directory that holds all that a pattern matches; none where only the root of the file system does."""
    common = Path(os.path.commonpath([os.path.abspath(path if path.is_dir() else path.parent) for path in matching]))
    return None if common == common.parent else common


def _files_in(directory: Path, root: Path | None) -> Iterator[File | Skipped]:
    listed = _listed(directory)
    linked = _linked(directory)
    if not listed and not linked:
        raise ToolSpecError(f"{directory}: holds no .json, .jsonl, .yaml or .py files")
    parts = _parts_of_apis(path for path in listed if not _leads_out(path, directory))
    for path in listed:
        if _leads_out(path, directory):
            yield Skipped(str(path), "is a link to a file outside the directory; name that file to read it")
        elif path in parts:
            yield Skipped(str(path), f"is a part of {parts[path].name}")
        else:
            yield File(path, False, root)
    for path in linked:
        yield Skipped(str(path), "is a link to a directory outside; name that directory to read it")


def _listed(directory: Path) -> list[Path]:
    found: list[Path] = []
    for root, inner, names in os.walk(directory):
        inner[:] = _entered(inner)
        found += [path for name in names if name.endswith(SUFFIXES) and (path := Path(root, name)).is_file()]
    return sorted(found)


def _linked(directory: Path) -> list[Path]:
    """The directories outside that links in a directory lead to, which are not followed."""
    found: list[Path] = []
    for root, inner, _ in os.walk(directory):
        inner[:] = _entered(inner)
        found += [path for name in inner if _leads_out(path := Path(root, name), directory)]
    return sorted(found)


def _entered(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith(".") and name not in _PASSED_BY]


def _leads_out(path: Path, directory: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(directory.resolve())


def _parts_of_apis(paths: Iterable[Path]) -> dict[Path, Path]:
    """The files that API descriptions among `paths` refer to, directly or not, each with such a description.

    Texts are searched and not parsed, which is quick, and enough to know a file's name when it is seen.
    """
    links = {path: _links(path) for path in paths if path.name.endswith(_DESCRIBING)}
    by_place = {os.path.normpath(path): path for path in links}
    parts: dict[Path, Path] = {}
    for entry, (is_entry, _) in links.items():
        waiting = [entry] if is_entry else []
        while waiting:
            path = waiting.pop()
            for reference in links[path][1]:
                target = by_place.get(os.path.normpath(path.parent / reference))
                if target is not None and target not in parts and not links[target][0]:
                    parts[target] = entry
                    waiting.append(target)
    return parts


def _links(path: Path) -> tuple[bool, frozenset[str]]:
    """Say whether a file is an API description and not a part of one, and return what it refers to."""
    text = _text(path)
    return _ENTRY.search(text) is not None, frozenset(_REFERENCE.findall(text))


def _text(path: Path) -> str:
    """The text of a file as far as it can be read; what is wrong with it is told by those who read it for its tools."""
    try:
        if path.stat().st_size >= MAX_BYTES:
            return ""
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""
