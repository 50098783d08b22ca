"""TaskBench: the nodes of a graph of tools, by the resources they take and give, or with listed parameters."""

from collections.abc import Iterator
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_list
from toolgraph.tools.importers.shapes import Entry, all_objects, listed, text_of
from toolgraph.tools.schema import Schema

TITLE = "TaskBench graphs and tool descriptions"
_TAKES, _GIVES = "input-type", "output-type"


def matches(document: Any) -> bool:
    """Nodes with an `id` and what they take: `input-type`, or parameters with `desc`."""
    return all_objects(document, _is_node, "nodes")


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the tools, each taking and giving parameters named after the types of the resources."""
    return mended(read_each(listed(document, "nodes"), _tool, place="node"))


def _tool(node: Entry, where: str) -> Found:
    repairs: list[str] = []
    fields: dict[str, Any] = {
        "name": text_of(node.get("id")),
        "description": text_of(node.get("desc")) or text_of(node.get("description")),
    }
    if _TAKES in node:
        resources = _resources(node[_TAKES], repairs)
        fields["parameters"] = {**resources, "required": list(resources["properties"])}
    else:
        fields["parameters"] = from_list(listed(node.get("parameters")), repairs, required=True)
    if _GIVES in node:
        fields["returns"] = _resources(node[_GIVES], repairs)
    return Found(where, fields, tuple(repairs))


def _resources(types: Any, repairs: list[str]) -> Schema:
    """The schema of an object that holds one text per resource; the second image is `image_2`."""
    properties: dict[str, Schema] = {}
    for resource in types if isinstance(types, list) else [types]:
        kind = text_of(resource)
        name, number = kind, 1
        while name in properties:
            number += 1
            name = f"{kind}_{number}"
        if number > 1:
            repairs.append(f"'{kind}' stands more than once; the next was named '{name}'")
        if kind:
            properties[name] = {"type": "string", "x-resource-type": kind}
    return {"type": "object", "properties": properties}


def _is_node(entry: Entry) -> bool:
    if not isinstance(entry.get("id"), str):
        return False
    return _TAKES in entry or ("desc" in entry and isinstance(entry.get("parameters"), list))
