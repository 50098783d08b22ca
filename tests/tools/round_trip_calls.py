"""Calls made up from what was imported, held against the files themselves, and the other way round."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.tools import originals
from tests.tools.arguments import calls
from tests.tools.original_openapi import openapi, toolalpaca
from tests.tools.original_python import python
from tests.tools.originals import Original, parsed
from tests.tools.written import SUFFIXES, WRITERS, Line
from toolgraph.tools.reading import Read, read_file
from toolgraph.tools.sources import File
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import schema_errors

CALLS = 3
"""Calls made up for each tool, each way."""
SHOWN = 300
THINNED = 4000
Reader = Callable[[Path], Iterator[Original]]
Pair = tuple[ToolSpec, Original]
"""A tool as imported and as its file describes it."""


def _of_document(read: Callable[[Any], Iterator[Original]]) -> Reader:
    return lambda path: read(parsed(path))


READERS: Mapping[str, Reader] = {
    "openapi": lambda path: openapi(parsed(path), path),
    "python": python,
    "toolalpaca": _of_document(toolalpaca),
    "seal-tools": _of_document(originals.seal_tools),
    **{
        form: _of_document(getattr(originals, form))
        for form in "mcp anthropic gemini langchain bfcl toolbench apibank taskbench sgd openai catalogue".split()
    },
}
"""By form: what a file of it says of its tools."""
NATIVE: Mapping[str, tuple[str, ...]] = {
    "openapi": (
        "oas_*", "openapi3*", "v[23]*", "arazzo/bnpl-openapi.yaml", "large/[!d]*/**/*.json", "large/discord*/**/*.json",
        "large/digitalocean*/*/*.v2.yaml",
    ),
    "mcp": ("mcp_*/*.json", "docker_mcp/*.json", "mcpm/*.json"),
    "bfcl": ("bfcl/*",),
    "toolbench": ("toolbench/*.json", "toolbench/rapidapi/*.json"),
    "toolalpaca": ("toolalpaca/*.json",),
    "taskbench": ("taskbench/*.json",),
    "openai": ("openai_functions_list.json",),
}  # fmt: skip
"""Files of each form, from `native/` in the corpora."""
CATALOGUES = {
    "bfcl": ("bfcl.jsonl",),
    "toolbench": ("rapidapi.jsonl.gz",),
    "apibank": ("apibank.jsonl", "tooltalk.jsonl", "bfcl.jsonl"),
    "taskbench": ("taskbench_huggingface.jsonl", "taskbench_multimedia.jsonl", "rapidapi.jsonl.gz"),
    "sgd": ("sgd.jsonl", "rapidapi.jsonl.gz"),
}
"""What files of a form are written from; most are from `ALL`."""
ALL = ("toucan_mcp.jsonl", "bfcl.jsonl", "rapidapi.jsonl.gz")


@dataclass
class Compared:
    """What came of comparing the tools of a form."""

    tools: int = 0
    uncalled: int = 0
    """Tools for which no valid call was found."""
    calls: int = 0
    """Calls valid by what was imported."""
    refused: list[str] = field(default_factory=list)
    """Those of them that the file refuses."""
    original_calls: int = 0
    """Calls valid by the file."""
    lost: list[str] = field(default_factory=list)
    """Those of them that what was imported refuses."""


def pairs(path: Path, form: str) -> Iterator[Pair]:
    """Yield every tool of a file as imported, with what the file itself says of it.

    Raises:
        LookupError: a tool was imported of which the file says nothing.
    """
    known = {original.where: original for original in READERS[form](path)}
    for item in read_file(File(path, True)):
        if isinstance(item, Read):
            place = item.where.removeprefix(f"{path}, ")
            places = (place, place.partition(", ")[2], place.partition(", ")[0], "entry 1", "line 1")
            found = next((known[one] for one in places if one in known), None)
            if found is None:
                raise LookupError(f"{item.where}: not among {list(known)[:5]}")
            yield item.tool, found


def compare(found: list[Pair]) -> Compared:
    """Make up calls for each tool, both ways."""
    told = Compared(tools=len(found))
    for number, (tool, original) in enumerate(found):
        key = f"{number} {tool.name}"
        is_valid = partial(_is_taken, tool)
        made = list(calls(tool.input_schema, key, CALLS, is_valid))
        told.calls += len(made)
        told.uncalled += not made
        for arguments in made:
            told.refused += [_shown(tool, arguments, fault) for fault in original.faults(arguments)[:1]]
        names = tool.input_schema.get("properties", {}).keys()
        for arguments in calls(original.schema(names), key, CALLS, _judge(original), undeclared=False):
            told.original_calls += 1
            for fault in schema_errors(tool, arguments)[:1]:
                told.lost.append(_shown(tool, arguments, fault))
    return told


def _is_taken(tool: ToolSpec, arguments: dict[str, Any]) -> bool:
    return not schema_errors(tool, arguments)


def _judge(original: Original) -> Callable[[dict[str, Any]], bool]:
    return lambda arguments: not original.faults(arguments)


def _shown(tool: ToolSpec, arguments: dict[str, Any], fault: str) -> str:
    return f"{tool.name}({json.dumps(arguments, ensure_ascii=False)[:SHOWN]}): {fault[:SHOWN]}"


def some_pairs(form: str, corpora: Path, least: int, directory: Path, *, large: bool = True) -> list[Pair]:
    """Return the tools of all files of a form in the corpora, and of one that is written if they are few.

    Args:
        form: One of `READERS`.
        corpora: Where the files are.
        least: How many tools there shall be at least.
        directory: Where a file may be written.
        large: Whether the largest files are read too.
    """
    native = corpora / "native"
    files = {path for pattern in NATIVE.get(form, ()) for path in native.glob(pattern)}
    files = {path for path in files if large or not path.is_relative_to(native / "large")}
    found = [pair for path in sorted(files) for pair in pairs(path, form)]
    if len(found) < least:
        found += written_pairs(form, _lines(form, corpora, least - len(found)), directory)
    return found


def written_pairs(form: str, lines: list[Line], directory: Path) -> Iterator[Pair]:
    """Write tools down in a form, import the file, and yield the tools."""
    path = directory / f"{form.replace('-', '_')}.{SUFFIXES.get(form, 'json')}"
    path.write_text(WRITERS[form](lines), encoding="utf-8")
    return pairs(path, form)


def _lines(form: str, corpora: Path, number: int) -> list[Line]:
    """Different tools of the catalogues, as many of each if there are."""
    sets = [_thinned(corpora / "catalogs" / name) for name in CATALOGUES.get(form, ALL)]
    lines: dict[str, Line] = {}
    for place, one in enumerate(sorted(sets, key=len)):
        share = (number - len(lines)) // (len(sets) - place)
        different = {line["name"]: line for line in one if line["name"] not in lines}
        lines |= {line["name"]: line for line in _evenly(list(different.values()), share)}
    return list(lines.values())


@lru_cache
def _thinned(path: Path) -> list[Line]:
    """Some thousand tools of a catalogue that may hold 45,000, without those that nobody can call."""
    return [line for line in _evenly(parsed(path), THINNED) if _is_possible(line["parameters"])]


def _evenly(values: list[Any], most: int) -> list[Any]:
    """At most so many values, from all over the list."""
    return values if len(values) <= most else [values[number * len(values) // most] for number in range(most)]


def _is_possible(schema: Any) -> bool:
    """Whether every list of options in a schema has one of the type beside it."""
    if isinstance(schema, list):
        return all(map(_is_possible, schema))
    if not isinstance(schema, Mapping):
        return True
    options, kind = schema.get("enum"), schema.get("type")
    if isinstance(options, list) and isinstance(kind, str):
        validator = Draft202012Validator({"type": kind})
        if not any(map(validator.is_valid, options)):
            return False
    return all(map(_is_possible, schema.values()))
