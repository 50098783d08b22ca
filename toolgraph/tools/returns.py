"""Returns inferred for tools whose owners say nothing of them.

ToolFlow had a language model fill in missing return schemas, as `generate --fill` does (`tools/filling.py`). Here the
verb and the thing a tool is about decide, from a table of shapes. What is inferred so is marked (`returns_inferred`),
takes no part in the graph, and is never taken for the owner's word.
"""

import re
from functools import cache, lru_cache
from typing import Any

import yaml

from toolgraph.resources import data_dir
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import (
    COMPUTE,
    CREATE,
    SEARCH,
    TESTS,
    effects_of,
    name_parts,
    verb_of,
)
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_DONE = {
    "book": "booked", "send": "sent", "buy": "bought", "add": "added", "make": "created", "pay": "paid",
    "set": "updated", "submit": "submitted", "put": "updated", "write": "saved", "run": "completed", "stop": "stopped",
    "begin": "started", "drop": "deleted", "cancel": "cancelled", "apply": "submitted", "build": "built",
    "post": "posted", "log": "logged", "play": "started", "upload": "uploaded", "like": "liked", "get": "fetched",
    "reply": "sent",
}  # fmt: skip

_FORMATS = {
    "date": {"format": "date"},
    "past": {"format": "date"},
    "time": {"format": "time"},
    "uri": {"format": "uri"},
}
_VAGUE = frozenset(
    (
        "info information details data name names text view list results set by id ids object summary "
        "current latest all history record records log logs recent"
    ).split()
)
_CONVERTIBLE = re.compile(r"currenc|amount|unit|temperature|length|weight|value|measure|distance|number")
_CUT = re.compile(r" (?:by|for|in|of|from|with|to|on|at|and|using|via|per) ")


def with_returns(tool: ToolSpec) -> ToolSpec:
    """Return the tool with inferred, marked returns where it has none that name a field."""
    if tool.return_fields:
        return tool
    schema = {"type": "object", "properties": _properties(tool)}
    return tool.model_copy(
        update={"returns": {**schema, "required": list(schema["properties"])}, "returns_inferred": True}
    )


def _properties(tool: ToolSpec) -> dict[str, Any]:
    verb, noun = verb_of(tool), name_parts(tool.name).noun
    if effects_of(tool) != "reads":
        return _receipt(verb, noun)
    head = _head(noun)
    is_test = verb in TESTS and not re.search(r"status|price|balance|weather|availability|time|version|history", noun)
    if is_test:
        return {"is_confirmed": {"type": "boolean", "description": f"Whether {head or 'the result'} checked out"}}
    singular = _singular(head)
    about = f"{noun} {tool.description[:90].lower()}"
    shape = _shape_of(singular, head) or _shape_of(_singular(_first_noun(tool.description)), "")
    if (verb in COMPUTE and "currency" in noun) or (verb == "convert" and _CONVERTIBLE.search(about)):
        return {"converted_value": {"type": "number", "minimum": 1, "maximum": 900, "description": "Converted value"}}
    if (
        verb in COMPUTE
        and verb not in ("convert", "forecast", "predict", "simulate")
        and (shape is None or verb in ("calculate", "compute"))
    ):
        return _figure(noun)
    is_list = verb in SEARCH or (
        singular != head and head not in ("news", "status", "statistics", "stats", "directions", "conditions", "hours")
    )
    if shape is None:
        shape = _unknown(singular, is_list=is_list)
    if not is_list:
        return shape
    items = {"type": "object", "properties": shape, "required": list(shape)}
    return {"results": {"type": "array", "description": f"Matching {_plural_label(singular)}", "items": items}}


def _head(noun: str) -> str:
    """The word that says what a noun phrase is about: the last one before a preposition that is not vague."""
    words = [word for word in _CUT.split(f" {noun} ")[0].split() if word not in _VAGUE]
    return words[-1] if words else ""


def _first_noun(description: str) -> str:
    """The head of the object of a description's first phrase."""
    phrase = re.split(r"[.,;:(\n]", description.strip())[0].lower()
    words = (
        _CUT.split(f"{phrase} ")[0].split()[1:]
        if not re.match(r"(get|find|search|list)\b.* of ", phrase)
        else phrase.split(" of ")[1].split()
    )
    kept = [word for word in words if word.isalpha() and word not in _VAGUE]
    return kept[-1] if kept else ""


@cache
def _shapes() -> tuple[tuple[frozenset[str], dict[str, Any]], ...]:
    """The table of `data/words/returns.yaml`: head nouns, and the properties of what they stand for."""
    text = (data_dir() / "words" / "returns.yaml").read_text("utf-8")
    rows: dict[str, list[str]] = yaml.safe_load(text)
    return tuple((frozenset(words.split("|")), _compile(fields)) for words, fields in rows.items())


@lru_cache(maxsize=4096)
def _shape_of(singular: str, head: str) -> dict[str, Any] | None:
    for words, fields in _shapes():
        if singular in words or head in words:
            return fields
    return None


def _unknown(singular: str, *, is_list: bool) -> dict[str, Any]:
    """What can be said of a thing nobody knows: what it is called, and when it was last looked after."""
    thing = singular if singular.isascii() and singular.isalpha() and len(singular) > 2 else "result"
    name = Field("", f"{thing}_name", "", {"type": "string"}, True)
    if kind_of(name) != "title":
        return {name.name: {"type": "string", "description": f"Name of the {thing}"}}
    fields: dict[str, Any] = {
        f"{thing}_id": {"type": "string", "description": f"Identifier of the {thing}"},
        "status": {"type": "string", "enum": ["active", "complete", "ready"], "description": "Status"},
    }
    if not is_list:
        fields["last_updated"] = {"type": "string", "format": "date", "description": "Day of the last update"}
    return fields


def _receipt(verb: str, noun: str) -> dict[str, Any]:
    done = _DONE.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed" if verb else "done")
    status = {"status": {"type": "string", "enum": [done], "description": "Outcome"}}
    if verb not in CREATE:
        return status
    head = _singular(_head(noun))
    entity = head if head.isascii() and head.isalpha() else "request"
    return {f"{entity}_id": {"type": "string", "description": f"Identifier of the {entity}"}, **status}


def _figure(noun: str) -> dict[str, Any]:
    words = [
        word
        for word in _CUT.split(f" {noun} ")[0].split()
        if word not in ("the", "calculator", "converter", "finder", "estimator", "value")
    ]
    name = "_".join(words[:4]) or "result"
    return {name: {"type": "number", "minimum": 1, "maximum": 500, "description": " ".join(words[:4]) or "Result"}}


def _plural_label(singular: str) -> str:
    return f"{split_words(singular) or 'result'} entries"


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 5:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "status", "series")):
        return noun[:-1]
    return noun


def _compile(fields: list[str]) -> dict[str, Any]:
    """Read the fields of one row of the table."""
    properties: dict[str, Any] = {}
    for entry in fields:
        name, kind, rest = entry.split(" ", 2)
        if kind in ("number", "integer"):
            bounds, described = rest.split(" ", 1)
            low, high = (float(bound) if kind == "number" else int(bound) for bound in bounds.split(".."))
            properties[name] = {"type": kind, "minimum": low, "maximum": high, "description": described}
        elif rest.startswith("("):
            options, described = rest[1:].split(") ", 1)
            properties[name] = {"type": "string", "enum": options.split("|"), "description": described}
        elif kind in _FORMATS:
            properties[name] = {
                "type": "string",
                **_FORMATS[kind],
                "description": f"{rest}{' (past)' if kind == 'past' else ''}",
            }
        else:
            properties[name] = {"type": "string", "description": rest}
    return properties
