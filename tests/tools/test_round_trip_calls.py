"""A call that is valid under an imported schema is valid under what the file says."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools import originals
from tests.tools.arguments import calls
from tests.tools.originals import Original
from toolgraph.tools.reading import Read, read_file
from toolgraph.tools.sources import File
from toolgraph.tools.spec import ToolSpec

MOST = 500
"""Tools looked at of each format."""
CALLS = 3
"""Calls made up for each tool."""
NATIVE: dict[str, tuple[str, ...]] = {
    "openapi": ("*.json", "*.yaml", "arazzo/bnpl-openapi.yaml", "large/[!d]*/**/*.json", "large/discord*/**/*.json"),
    "mcp": ("mcp_*/*.json", "docker_mcp/*.json"),
    "bfcl": ("bfcl/*",),
    "toolbench": ("toolbench/*.json", "toolbench/rapidapi/*.json"),
    "catalogue": ("../catalogs/toucan_mcp.jsonl", "../catalogs/rapidapi.jsonl.gz", "../catalogs/bfcl.jsonl"),
}
"""Files of each format, from `native/` in the corpora."""


def parsed(path: Path) -> Any:
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    if path.suffix in (".yaml", ".yml"):
        return yaml.safe_load(text)
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def pairs(path: Path, read: Callable[[Any], Iterator[Original]]) -> Iterator[tuple[ToolSpec, originals.Faults]]:
    """Every tool of a file as imported, with what the file itself says of a call of it."""
    document = parsed(path)
    known = dict(read(document))
    for item in read_file(File(path, True)):
        if isinstance(item, Read):
            place = item.where.removeprefix(f"{path}, ")
            faults = known.get(place) or known.get(place.partition(", ")[2]) or known.get(place.partition(", ")[0])
            faults = faults or (known.get("entry 1") if item.where == str(path) else None)
            if faults is not None:
                yield item.tool, faults


def unlike(tools: list[tuple[ToolSpec, originals.Faults]]) -> tuple[list[str], int]:
    """Calls that the file would refuse, and how many tools were called at all."""
    refused, called = [], 0
    for number, (tool, faults) in enumerate(tools):
        made = list(calls(tool, number, CALLS))
        called += bool(made)
        for arguments in made:
            refused += [f"{tool.name}({json.dumps(arguments)[:300]}): {fault[:200]}" for fault in faults(arguments)[:1]]
    return refused, called


OWN = {
    "openapi": """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    put:
      operationId: putPet
      parameters: [{name: dry, in: query, schema: {type: boolean}}, {$ref: "#/components/parameters/Trace"}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"200": {description: Done.}}
  /pets:
    post:
      operationId: movePet
      parameters: [{name: name, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"200": {description: Done.}}
components:
  parameters:
    Trace: {name: trace, in: header, required: true, schema: {type: string, minLength: 3}}
  schemas:
    Pet:
      type: object
      required: [key, name, owner]
      properties:
        key: {type: string, readOnly: true}
        name: {type: string, nullable: true, maxLength: 4}
        owner: {oneOf: [{type: integer, minimum: 10, exclusiveMinimum: true, maximum: 20}, {enum: [nobody]}]}
        parent: {$ref: "#/components/schemas/Pet"}
""",
    "mcp": """{"tools": [
  {"name": "find", "inputSchema": {"type": "object", "required": ["day"], "additionalProperties": false,
    "properties": {"day": {"$ref": "#/$defs/Day"}, "n": {"type": ["integer", "null"], "maximum": 3}},
    "$defs": {"Day": {"enum": ["mon", "tue"]}}}},
  {"name": "add", "arguments": [{"name": "a", "type": "number"}, {"name": "b", "type": "array"}]}]}""",
    "bfcl": """{"id": "q_0", "question": [], "function": [{"name": "plot.point", "parameters": {"type": "dict",
 "properties": {"at": {"type": "tuple", "items": {"type": "float"}}, "more": {"type": "dict", "properties": {"k": {
 "type": "HashMap"}}}}, "required": ["at"]}}]}""".replace("\n", ""),
    "toolbench": """[{"query_id": 7, "api_list": [{"category_name": "C", "tool_name": "T", "api_name": "Rates of day",
  "required_parameters": [{"name": "day", "type": "STRING", "description": "", "default": "x"}],
  "optional_parameters": [{"name": "n", "type": "NUMBER", "description": "", "default": ""},
    {"name": "exact", "type": "BOOLEAN", "description": "", "default": ""}]}]}]""",
}
"""A small file of each format, with the quirks that make a schema of it another one."""


@pytest.mark.parametrize("form", OWN)
def test_calls_made_from_what_was_imported_fit_a_file_with_quirks(tmp_path, form):
    path = tmp_path / ("tools.yaml" if form == "openapi" else "tools.jsonl" if form == "bfcl" else "tools.json")
    path.write_text(OWN[form])

    found = list(pairs(path, getattr(originals, form)))
    refused, called = unlike(found)

    assert refused == []
    assert called == len(found) == {"openapi": 2, "mcp": 2, "bfcl": 1, "toolbench": 1}[form]


def test_a_schema_that_takes_more_than_the_file_is_noticed(tmp_path):
    path = tmp_path / "tools.json"
    path.write_text(OWN["mcp"])
    (find, faults), _ = pairs(path, originals.mcp)
    lax = {"type": "object", "properties": {"day": {"type": "string"}}}

    refused, _ = unlike([(find.model_copy(update={"parameters": lax}), faults)])

    assert any("'day' is a required property" in one for one in refused)
    assert any("is not one of ['mon', 'tue']" in one for one in refused)


@pytest.mark.slow
@pytest.mark.parametrize("form", NATIVE)
def test_calls_made_from_what_was_imported_fit_the_file(corpora, form):
    files = sorted({path for pattern in NATIVE[form] for path in (corpora / "native").glob(pattern)})
    found = [pair for path in files for pair in _of_form(path, form)]
    step = max(1, len(found) // MOST)

    refused, called = unlike(found[::step][:MOST])

    assert refused == []
    assert called >= 0.97 * len(found[::step][:MOST]) > 0


def _of_form(path: Path, form: str) -> list[tuple[ToolSpec, originals.Faults]]:
    if form == "openapi" and not re.search(r"(openapi|swagger)\W{1,4}[23]\.", path.read_text()):
        return []
    return list(pairs(path, getattr(originals, form)))
