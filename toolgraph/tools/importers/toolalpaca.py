"""ToolAlpaca: APIs whose OpenAPI document is a text inside the JSON, and what is told of their functions beside it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import openapi
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_list
from toolgraph.tools.importers.shapes import Entry, any_object, listed, text_of

TITLE = "ToolAlpaca: OpenAPI documents as text, and function descriptions"
_TOLD = re.compile(
    r"(?P<said>.*?)\s*^Parameters:\s*(?P<parameters>\{.*?\})\s*(?:^Output:.*)?\Z", re.DOTALL | re.MULTILINE
)
_PARAMETER = re.compile(
    r"(?:(?P<required>Required|Optional)\.\s*)?(?:(?P<type>[A-Za-z\[\]]+)\.\s*)?(?P<said>.*)", re.DOTALL
)


def matches(document: Any) -> bool:
    """One of the entries names an API and documents it, or describes its functions."""
    return any_object(document, _is_api)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the operations of each API, under the names that ToolAlpaca gives them.

    Where the document inside cannot be read, the descriptions of the functions are read instead.
    """
    return mended(_items(document, context))


def _items(document: Any, context: Context) -> Iterator[Found | Skipped]:
    for number, entry in enumerate(listed(document), start=1):
        if not isinstance(entry, Mapping) or not _is_api(entry):
            yield Skipped(f"entry {number}", "is no API with its documentation")
            continue
        api = text_of(entry.get("Name")) or f"entry {number}"
        origin = {"api": api, "category": text_of(entry.get("Category"))}
        reason = ""
        try:
            # A part of the document may turn out unreadable after others were read, so that all are read first.
            operations = list(_operations(entry, context))
        except ToolSpecError as error:
            operations, reason = list(_functions(entry)), str(error)
        if reason and not operations:
            yield Skipped(api, f"has documentation that cannot be read: {reason}")
        for item in operations:
            where = f"{api}, {item.where}"
            if isinstance(item, Skipped):
                yield Skipped(where, item.reason)
                continue
            repairs = (*item.repairs, "read from the text about it, since its OpenAPI document cannot be read")
            fields = {**item.fields, "origin": {key: value for key, value in origin.items() if value}}
            yield Found(where, fields, repairs if reason else item.repairs)


def _operations(entry: Entry, context: Context) -> Iterator[Found | Skipped]:
    """The operations of the OpenAPI document, named as the entry projects its functions onto them."""
    given = entry.get("Documentation")
    try:
        document = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError) as error:
        raise ToolSpecError("it is not valid JSON") from error
    if not openapi.matches(document):
        raise ToolSpecError("it is no OpenAPI document")
    projection = entry.get("Function_Projection")
    projected = projection.items() if isinstance(projection, Mapping) else ()
    names = {
        f"{str(place[1]).upper()} {place[0]}": name
        for name, place in projected
        if isinstance(place, list) and len(place) == 2
    }
    for item in openapi.read_openapi(document, context):
        name = names.get(item.where)
        if isinstance(item, Skipped) or name is None or name == item.fields.get("name"):
            yield item
        else:
            made = f"'{item.fields.get('name')}'"
            repairs = (*(said for said in item.repairs if made not in said), f"named '{name}', as ToolAlpaca calls it")
            yield Found(item.where, {**item.fields, "name": name}, repairs)


def _functions(entry: Entry) -> Iterator[Found]:
    """The functions as the entry describes them in words: what it does, `Parameters:` as JSON, `Output:`."""
    told = entry.get("Function_Description")
    for name, text in told.items() if isinstance(told, Mapping) else ():
        match = _TOLD.fullmatch(text) if isinstance(text, str) else None
        if name == "components" or match is None:
            continue
        try:
            parameters = json.loads(match["parameters"])
        except (ValueError, RecursionError):
            continue
        repairs: list[str] = []
        schema = from_list([_parameter(*each) for each in parameters.items()], repairs, required=False)
        fields = {"name": name, "description": match["said"], "parameters": schema}
        yield Found(f"function {name}", fields, tuple(repairs))


def _parameter(name: str, told: Any) -> dict[str, Any]:
    """A parameter told in words, such as `Required. string. The country.`, as a definition."""
    match = _PARAMETER.fullmatch(told if isinstance(told, str) else "")
    if match is None:
        return {"name": name}
    kind = (match["type"] or "").replace("Array[", "list[")
    return {"name": name, "required": match["required"] == "Required", "type": kind, "description": match["said"]}


def _is_api(entry: Entry) -> bool:
    told = entry.get("Function_Description")
    return "Name" in entry and (isinstance(entry.get("Documentation"), str | Mapping) or isinstance(told, Mapping))
