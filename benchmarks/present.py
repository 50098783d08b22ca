"""What a file of tools holds, counted by a few lines per format that share nothing with the importers.

An entry is one tool as its owner lists it. What is said twice, word for word, is one entry.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def entries_present(source: Path) -> int:
    """Return how many different tools a file or a directory holds; files that hold no tools count as none."""
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    return sum(len({entry for document in _documents(path) for entry in _entries(document)}) for path in files)


def size_of(file: Path) -> int:
    """Return the bytes of a file, after decompression."""
    return len(_data(file))


def _data(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _documents(path: Path) -> list[Any]:
    """The documents in a file; none where a YAML file of a large description is plainly a part of it."""
    text = _data(path).decode("utf-8-sig")
    if path.name.endswith((".yml", ".yaml")):
        is_whole = re.search(r"^[\"']?(?:openapi|swagger)\b", text, re.MULTILINE)
        return [yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))] if is_whole else []
    if not path.name.endswith((".json", ".jsonl", ".gz")):
        return []
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _entries(document: Any) -> Iterator[str]:
    """Name every tool by what is said of it, or an operation by its path and verb."""
    if isinstance(document, list):
        for entry in document:
            yield from _entries(entry)
        return
    if not isinstance(document, Mapping):
        return
    if "arazzo" in document:
        return
    if "openapi" in document or "swagger" in document:
        yield from _operations(document)
    elif isinstance(document.get("Documentation"), str):  # ToolAlpaca
        for operation in _operations(json.loads(document["Documentation"])):
            yield f"{document.get('Name')} {operation}"
    elif "installations" in document:  # a server of a registry
        yield from map(_said, document.get("tools", ()))
    else:
        inner = document.get("result", document)
        lists = [
            inner[key]
            for key in ("tools", "functions", "function", "nodes", "api_list")
            if isinstance(inner.get(key), list)
        ]
        yield from map(_said, lists[0] if lists else [document])


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, item in (document.get("paths") or {}).items():
        for verb in VERBS:
            if isinstance(item, Mapping) and verb in item:
                yield f"{verb} {path}"


def _said(entry: Any) -> str:
    return json.dumps(entry, sort_keys=True)
