"""MCP: replies to `tools/list` as anybody saved them, single tools, and registries of servers that list their tools."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.json_schema import effects_of_annotations, stated_origin
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_list, from_map, is_object_schema
from toolgraph.tools.importers.shapes import Entry, any_object, listed, text_of
from toolgraph.tools.schema import Schema
from toolgraph.tools.targets import holds_secret

TITLE = "MCP: tools/list replies, tools with inputSchema, registries of servers"
_HINTS = frozenset({"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"})


def matches(document: Any) -> bool:
    """A JSON-RPC message, servers of a registry, or tools one of which has `inputSchema`, hints or `arguments`."""
    if isinstance(document, Mapping):
        if "jsonrpc" in document or _result_tools(document) is not None:
            return True
        if isinstance(document.get("mcpServers"), Mapping) or _servers(document):
            return True
    return any_object(document, _is_message) or any_object(document, _is_tool, "tools")


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the tools; a server whose tools are not listed, and a list that goes on elsewhere, are told."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    if isinstance(document, list) and any_object(document, _is_message):
        for message in document:
            yield from _message(message) if isinstance(message, Mapping) else ()
        return
    if isinstance(document, Mapping):
        if _is_message(document) or _result_tools(document) is not None:
            yield from _message(document)
            return
        servers = document.get("mcpServers")
        if isinstance(servers, Mapping):
            for name, server in servers.items():
                yield _unlisted(str(name), server)
            return
        servers = _servers(document)
        if servers:
            for name, server in servers:
                yield from _server(name, server)
            return
        yield from _more(document)
    shared = {key: document[key] for key in ("api", "category", "licence") if _says(document, key)}
    yield from _tools(listed(document, "tools"), "", shared)


def _message(message: Entry) -> Iterator[Found | Skipped]:
    error = message.get("error")
    if isinstance(error, Mapping):
        raise ToolSpecError(
            f"is an error of an MCP server ({text_of(error.get('message')) or 'without a message'}); "
            "save its reply to tools/list"
        )
    tools = _result_tools(message)
    if tools is None:
        yield Skipped("a message", f"is no reply to tools/list ({text_of(message.get('method')) or 'a result'})")
        return
    yield from _tools(tools, "", {})
    yield from _more(message["result"])


def _more(page: Entry) -> Iterator[Skipped]:
    if text_of(page.get("nextCursor")):
        yield Skipped(
            "the rest of the list", f"stands on the next page (nextCursor '{page['nextCursor']}'); save it too"
        )


def _servers(document: Entry) -> list[tuple[str, Entry]]:
    """The servers of a registry, by name: one server, a list of them under `servers`, or a map from their names."""
    if _is_server(document) and text_of(document.get("name")):
        return [(text_of(document.get("name")), document)]
    inner = document.get("servers")
    if isinstance(inner, list):  # the official registry wraps each in {"server": ...}
        entries = [entry.get("server", entry) for entry in inner if isinstance(entry, Mapping)]
        return [(text_of(entry.get("name")), entry) for entry in entries if _is_server(entry)]
    inner = inner if isinstance(inner, Mapping) else document
    are_servers = bool(inner) and all(_is_server(entry) for entry in inner.values())
    return [(str(name), entry) for name, entry in inner.items()] if are_servers else []


def _server(name: str, server: Entry) -> Iterator[Found | Skipped]:
    tools = server.get("tools")
    if not isinstance(tools, list) or not tools:
        yield _unlisted(name, server)
        return
    categories = server.get("categories")
    category = text_of(categories[0]) if isinstance(categories, list) and categories else ""
    origin = {"api": name, "category": category, "licence": text_of(server.get("license"))}
    stated = {key: value for key, value in origin.items() if value}
    yield from _tools(tools, f"server {name}, ", stated, is_of_registry=True)


def _unlisted(name: str, server: Any) -> Skipped:
    """Say how the tools of a server are had that is only configured; of its environment only names are told."""
    reason = "lists no tools; import them from the running server with --mcp"
    entry = server if isinstance(server, Mapping) else {}
    words = [text_of(entry.get("command")), *(str(word) for word in listed(entry.get("args")))]
    target = shlex.join(words) if words[0] else text_of(entry.get("url"))
    if target and not holds_secret(target):
        variables = entry["env"] if isinstance(entry.get("env"), Mapping) else {}
        reason = " ".join([reason, shlex.quote(target), *(f"--env {variable}" for variable in variables)])
    return Skipped(f"server {name}", reason)


def _tools(
    entries: list[Any], place: str, origin: dict[str, str], *, is_of_registry: bool = False
) -> Iterator[Found | Skipped]:
    for number, entry in enumerate(entries, start=1):
        where = f"{place}entry {number}"
        if isinstance(entry, Mapping):
            yield _tool(entry, where, origin, is_of_registry)
        else:
            yield Skipped(where, "is no tool (an object)")


def _tool(entry: Entry, where: str, origin: dict[str, str], is_of_registry: bool) -> Found:
    repairs: list[str] = []
    fields: dict[str, Any] = {"name": entry.get("name"), "description": text_of(entry.get("description"))}
    annotations = entry.get("annotations")
    hints = annotations if isinstance(annotations, Mapping) else {}
    title = text_of(entry.get("title")) or text_of(hints.get("title"))
    if isinstance(entry.get("description"), str) and fields["description"]:
        fields["description"] = entry["description"]
    elif title:
        fields["description"] = title
        repairs.append("it has no description; its title stands for it")
    fields["parameters"] = _parameters(entry, repairs)
    output = next(
        (entry[key] for key in ("outputSchema", "output_schema") if isinstance(entry.get(key), Mapping)), None
    )
    if output is not None:
        fields["returns"] = output
    fields["effects"] = effects_of_annotations(hints)
    origin = {**origin, **stated_origin(entry)}
    return Found(
        where, {**fields, "origin": origin} if origin else fields, tuple(repairs), is_of_registry or "source" in entry
    )


def _parameters(entry: Entry, repairs: list[str]) -> Schema:
    keys = ("inputSchema", "input_schema", "parameters", "arguments")
    given = next((entry[key] for key in keys if isinstance(entry.get(key), Mapping | list)), None)
    if isinstance(given, list):
        return from_list(given, repairs, required=True)
    if given is None:
        return {"type": "object", "properties": {}}
    beside = [name for name in listed(entry.get("required")) if isinstance(name, str)]
    if not is_object_schema(given):
        repairs.append("its parameters stood without the object around them")
        return from_map(given, repairs, required=beside)
    if beside and "required" not in given:
        repairs.append("'required' stood beside the schema and was moved into it")
        return {**given, "required": beside}
    return dict(given)


def _result_tools(message: Entry) -> list[Any] | None:
    result = message.get("result")
    tools = result.get("tools") if isinstance(result, Mapping) else None
    return tools if isinstance(tools, list) else None


def _says(document: Any, key: str) -> bool:
    return isinstance(document, Mapping) and isinstance(document.get(key), str)


def _is_message(entry: Entry) -> bool:
    return "jsonrpc" in entry


def _is_server(entry: Any) -> bool:
    """A server says how it is installed or reached; to a package manager `packages` are a map, or texts."""
    if not isinstance(entry, Mapping):
        return False
    if isinstance(entry.get("installations"), Mapping):
        return True
    ways = [way for key in ("packages", "remotes") for way in listed(entry.get(key)) if isinstance(entry[key], list)]
    return bool(ways) and all(isinstance(way, Mapping) for way in ways)


def _is_tool(entry: Entry) -> bool:
    annotations = entry.get("annotations")
    if "inputSchema" in entry or (isinstance(annotations, Mapping) and not _HINTS.isdisjoint(annotations)):
        return True
    arguments = entry.get("arguments")
    return "name" in entry and isinstance(arguments, list) and all(isinstance(one, Mapping) for one in arguments)
