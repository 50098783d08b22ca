"""Arazzo: workflows over the operations of other documents; it describes none itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Context, Found, Skipped

TITLE = "Arazzo workflows (explained, not read)"


def matches(document: Any) -> bool:
    """An Arazzo document says so with its version."""
    return isinstance(document, Mapping) and isinstance(document.get("arazzo"), str | int | float)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield every workflow with the reason why it is no tool.

    Raises:
        ToolSpecError: there are not even workflows.
    """
    sources = document.get("sourceDescriptions")
    addresses = [
        str(source.get("url")) for source in (sources if isinstance(sources, list) else ())
        if isinstance(source, Mapping) and source.get("type", "openapi") == "openapi"
    ]  # fmt: skip
    advice = f"import what it calls: {', '.join(addresses)}" if addresses else "import the OpenAPI document it calls"
    workflows = document.get("workflows")
    if not isinstance(workflows, list) or not workflows:
        raise ToolSpecError(f"the Arazzo document holds neither workflows nor operations; {advice}")
    for number, workflow in enumerate(workflows, start=1):
        name = workflow.get("workflowId") if isinstance(workflow, Mapping) else None
        yield Skipped(f"workflow {name or number}", f"a workflow is a sequence of calls and no tool; {advice}")
