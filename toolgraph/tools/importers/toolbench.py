"""ToolBench: query files with the APIs a question needs, and RapidAPI's files with the APIs of one tool."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.naming import LONGEST_MADE
from toolgraph.tools.importers.properties import from_list
from toolgraph.tools.importers.shapes import Entry, all_objects, any_object, listed, text_of
from toolgraph.tools.schema import Schema

TITLE = "ToolBench queries and RapidAPI tool files with api_list"
_EFFECTS = {"GET": "reads", "HEAD": "reads", "PUT": "writes", "PATCH": "writes", "DELETE": "deletes"}
"""By verb. RapidAPI's owners use POST for questions too, so that it says nothing."""
_MAX_DEPTH = 20


def matches(document: Any) -> bool:
    """Queries or tools with an `api_list`, or the APIs alone."""
    return any_object(document, _has_apis) or all_objects(document, _is_api)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the APIs, named as ToolBench calls them: the API's name `_for_` the tool's."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    for number, entry in enumerate(listed(document), start=1):
        if not isinstance(entry, Mapping):
            yield Skipped(f"entry {number}", "is no query and no tool (an object)")
        elif isinstance(entry.get("api_list"), list):
            holder = f"query {entry['query_id']}, " if "query_id" in entry else f"{text_of(entry.get('tool_name'))}, "
            read_api = partial(_api, holder=entry)
            yield from read_each(entry["api_list"], read_api, place=f"{holder}API", what="API")
        elif _is_api(entry):
            yield _api(entry, f"entry {number}", holder={})
        else:
            yield Skipped(f"entry {number}", "has no api_list")


def _api(api: Entry, where: str, *, holder: Entry) -> Found:
    """One API; what it does not say of its tool, the file it stands in says."""
    repairs: list[str] = []
    tool = text_of(api.get("tool_name")) or text_of(holder.get("tool_name"))
    name = text_of(api.get("api_name")) or text_of(api.get("name"))
    fields: dict[str, Any] = {"name": _called(name, tool, text_of(api.get("url")))}
    if fields["name"]:
        repairs.append(f"named '{fields['name']}', as ToolBench calls '{name}' of '{tool}'")
    fields["description"] = text_of(api.get("api_description")) or text_of(api.get("description"))
    fields["parameters"] = _parameters(api, repairs)
    returns = _returns(api)
    if returns:
        fields["returns"] = returns
    fields["effects"] = _EFFECTS.get(text_of(api.get("method")).upper(), "unknown")
    category = text_of(api.get("category_name")) or text_of(holder.get("category_name"))
    fields["origin"] = {key: value for key, value in (("api", tool), ("category", category)) if value}
    return Found(where, fields, tuple(repairs))


def _called(name: str, tool: str, address: str) -> str:
    """The API's name or, where nothing of it can be called, the path of its address, for the tool."""
    word = _word(name) or _word(re.sub(r"^\w+://[^/]*", "", address)) or ("api" if name else "")
    suffix = f"_for_{_word(tool)}"[: LONGEST_MADE // 2] if _word(tool) else ""
    return f"{word[: LONGEST_MADE - len(suffix)]}{suffix}" if word else ""


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _parameters(api: Entry, repairs: list[str]) -> Schema:
    """Required and optional parameters in one schema; one that is listed as both is required."""
    required = listed(api.get("required_parameters"))
    names = {text_of(each.get("name")) for each in required if isinstance(each, Mapping)}
    return from_list([*required, *listed(api.get("optional_parameters"))], repairs, required=names)


def _returns(api: Entry) -> Schema | None:
    schema = api.get("schema")
    if isinstance(schema, Mapping) and ("type" in schema or "properties" in schema):
        return dict(schema)
    template = api.get("template_response")
    return _of_template(template, 0) if isinstance(template, Mapping) and template else None


def _of_template(template: Any, depth: int) -> Schema:
    """The schema of a response whose values are the names of their types; a list tells its items and `_list_length`."""
    if isinstance(template, Mapping) and depth < _MAX_DEPTH:
        properties = {
            str(name): _of_template(child, depth + 1) for name, child in template.items() if name != "_list_length"
        }
        return {"type": "object", "properties": properties}
    if isinstance(template, list):
        return {"type": "array", "items": _of_template(template[0], depth + 1)} if template else {"type": "array"}
    word = text_of(template)
    return {"type": "array"} if word == "empty list" else {"type": word} if word and word != "NoneType" else {}


def _has_apis(entry: Entry) -> bool:
    apis = entry.get("api_list")
    return isinstance(apis, list) and ("tool_name" in entry or any_object(apis, _is_api))


def _is_api(entry: Entry) -> bool:
    return ("api_name" in entry or "name" in entry) and (
        "required_parameters" in entry or "optional_parameters" in entry or {"tool_name", "category_name"} <= set(entry)
    )
