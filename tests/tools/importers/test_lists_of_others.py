"""Lists that others published: all that stands in them is read or explained."""

import json

import pytest
from jsonschema import Draft202012Validator

from toolgraph.tools.importers import DOCUMENTS
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.spec import ToolSpec

VERBS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def of_messages(document):
    """How many tools an MCP reply, registry, list or single tool holds."""
    if isinstance(document, dict):
        document = document.get("result", document)
        document = document.get("tools", [document]) if isinstance(document, dict) else document
    return len(document)


def of_questions(document):
    return sum(len(entry["function"]) if "function" in entry else 1 for entry in document)


def of_apis(document):
    return sum(len(entry["api_list"]) for entry in (document if isinstance(document, list) else [document]))


def of_documentation(document):
    paths = [path for api in document for path in json.loads(api["Documentation"])["paths"].values()]
    return sum(verb in VERBS for path in paths for verb in path)


PRESENT = {
    "mcp_single_tool": ("mcp", of_messages),
    "mcp_tools_list": ("mcp", of_messages),
    "mcpm": ("mcp", of_messages),
    "docker_mcp": ("mcp", of_messages),
    "bfcl": ("bfcl", of_questions),
    "toolbench": ("toolbench", of_apis),
    "toolalpaca": ("toolalpaca", of_documentation),
    "taskbench": ("taskbench", lambda document: len(document["nodes"])),
}
"""By folder: the format, and how many tools a document of it holds, counted without the importer."""


def parsed(path):
    text = path.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("folder", PRESENT)
def test_every_tool_is_read_and_can_be_validated(corpora, folder):
    name, present = PRESENT[folder]
    files = sorted(path for path in (corpora / "native" / folder).rglob("*.json*") if path.is_file())
    assert files
    for path in files:
        document = parsed(path)
        assert [other for other, importer in DOCUMENTS.items() if importer.matches(document)] == [name], path

        items = list(DOCUMENTS[name].read(document, Context(path=path)))

        tools = [ToolSpec.model_validate(item.fields) for item in items if isinstance(item, Found)]
        repeated = [int(item.reason.split()[1]) for item in items if isinstance(item, Skipped)]
        assert len(tools) + sum(repeated) == present(document), path
        for tool in tools:
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema or {})
