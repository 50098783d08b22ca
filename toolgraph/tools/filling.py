"""What a tool's owner left unsaid, and filling it in without changing a word of what they said."""

import copy
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from toolgraph.tools.fields import Field
from toolgraph.tools.pointers import ANY_ITEM, get, join, split
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import RETURNS, ToolSpec

MOST_PLACES = 60
"""How many missing descriptions of one tool are spoken of; a form of hundreds of fields is no tool."""
_SAYS_NOTHING = frozenset({"type", "title", "description", "properties", "required", "additionalProperties", "$schema"})


def missing_descriptions(tool: ToolSpec) -> tuple[str, ...]:
    """Return the places where a description is missing, as JSON Pointers into the specification.

    These are the tool's own, and those of the fields of its parameters and returns: the leaves, which are what is
    embedded, planned and filled with values. Blank counts as missing.

    >>> missing_descriptions(ToolSpec(name="ping", parameters={"properties": {"host": {"type": "string"}}}))
    ('/description', '/parameters/properties/host/description')
    """
    places = [] if tool.description.strip() else ["/description"]
    places += _places(tool.parameters, tool.parameter_fields, "/parameters")
    places += _places(tool.returns, tool.return_fields, RETURNS)
    return tuple(dict.fromkeys(places))[:MOST_PLACES]


def lacks_returns(tool: ToolSpec) -> bool:
    """Say whether the owner tells nothing of what a call returns; that it is some object is nothing."""
    if tool.return_fields:
        return False
    schema = tool.output_schema or {}
    if schema.keys() - _SAYS_NOTHING or (tool.returns or {}).get("required"):
        return False
    return schema.get("type", "object") == "object" and schema.get("additionalProperties", True) is True


def filled(tool: ToolSpec, descriptions: Mapping[str, str], returns: Schema | None = None) -> ToolSpec:
    """Return the tool with descriptions put in their places, and returns where it has none, all marked as filled in.

    Only what is missing is added: a place that is described, or that there is not, stays as it is.
    """
    missing = set(missing_descriptions(tool))
    whole: dict[str, Any] = copy.deepcopy({"parameters": tool.parameters, "returns": tool.returns})
    marks: list[str] = []
    for place, description in descriptions.items():
        if place in missing and description.strip():
            holder = whole if place == "/description" else get(whole, place.removesuffix("/description"))
            holder["description"] = description.strip()
            marks.append(place)
    if returns and lacks_returns(tool):
        owned = {key: value for key, value in (tool.returns or {}).items() if key not in ("properties", "required")}
        whole |= {"returns": {**returns, **owned}, "returns_inferred": True}
        marks.append(RETURNS)
    return tool.model_copy(update={**whole, "filled": (*tool.filled, *marks)}) if marks else tool


def _places(schema: Schema | None, fields: tuple[Field, ...], root: str) -> list[str]:
    """Where the undescribed of `fields` can be described; what is not found in the schema as written is left out."""
    undescribed = [field.pointer for field in fields if not field.description]
    found = [_place(schema or {}, pointer) for pointer in undescribed]
    return [f"{root}{place}/description" for place in found if place is not None]


def _place(schema: Schema, pointer: str) -> str | None:
    """Where a field stands in the schema as its owner wrote it; for a list of scalars, where the list stands."""
    keys = list(split(pointer))
    while keys and keys[-1] == ANY_ITEM:
        keys.pop()
    here = ""
    for key in keys:
        step = _step(schema, here, key, frozenset())
        if step is None:
            return None
        here = step
    said = get(schema, here).get("description")
    return here if said is None or (isinstance(said, str) and not said.strip()) else None


def _step(schema: Schema, here: str, key: str, seen: frozenset[str]) -> str | None:
    """The place of a property, or of the items, of the schema at `here`, through references and alternatives."""
    try:
        node = get(schema, here)
    except KeyError:
        return None
    if here in seen or not isinstance(node, dict):
        return None
    properties = node.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get(key), dict):
        return join(f"{here}/properties", key)
    if key == ANY_ITEM and isinstance(node.get("items"), dict):
        return f"{here}/items"
    reference = node.get("$ref")
    following = [unquote(reference[1:])] if isinstance(reference, str) and reference.startswith("#") else []
    for keyword in ("allOf", "anyOf", "oneOf"):
        options = node.get(keyword)
        following += [f"{here}/{keyword}/{i}" for i in range(len(options))] if isinstance(options, list) else []
    steps = (_step(schema, place, key, seen | {here}) for place in following)
    return next((step for step in steps if step is not None), None)
