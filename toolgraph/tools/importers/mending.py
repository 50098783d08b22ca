"""Mending what tools of every format need: names no server takes, HTML, parameters that only the text describes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Found, Skipped
from toolgraph.tools.importers.naming import callable_names
from toolgraph.tools.importers.texts import described_from_text, plain_text, with_plain_texts

SHOWN = 80
"""Characters of a name that are told."""


def mended(items: Iterable[Found | Skipped]) -> Iterator[Found | Skipped]:
    """Yield the tools of a document so that they can be used, each change told in its repairs.

    A tool without a name is skipped. What a document says more than once, word for word, is yielded once, and how often
    it was repeated is told at the end.
    """
    items = list(items)
    made = callable_names(name for item in items if isinstance(item, Found) if (name := _name(item)))
    seen: set[str] = set()
    repeated = 0
    for item in items:
        if isinstance(item, Skipped):
            yield item
        elif not _name(item):
            yield Skipped(item.where, "has no name")
        elif (key := json.dumps(item.fields, default=str)) in seen:
            repeated += 1
        else:
            seen.add(key)
            yield _mended(item, made)
    if repeated:
        yield Skipped("the document", f"says {repeated} of its tools again, word for word")


def mend(fields: Mapping[str, Any], made: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the fields of a tool so that they can be used, and what was changed, a sentence each.

    Args:
        fields: The fields of a ToolSpec, not yet validated; the name is a text.
        made: The names that are given to those that cannot be called.
    """
    fields = {**fields, "name": fields["name"].strip()}
    notes: list[str] = []
    if not isinstance(fields.get("description", ""), str):
        notes.append("its description is no text and was left out")
        del fields["description"]
    fields, repairs = _described(fields)
    if fields["name"] in made:
        given, name = fields["name"], made[fields["name"]]
        notes.append(f"named '{name}', since no server takes the name '{given[:SHOWN]}'")
        origin = fields.get("origin")
        fields |= {"name": name, "origin": {**(origin if isinstance(origin, Mapping) else {}), "name": given}}
    return fields, (*notes, *repairs)


def _described(fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the fields of a tool with its descriptions in plain text, and what was changed, a sentence each.

    Parameters that nothing describes but the tool's own text are given their descriptions from there.
    """
    fields = dict(fields)
    repairs: list[str] = []
    text = fields["description"] if isinstance(fields.get("description"), str) else ""
    if isinstance(fields.get("parameters"), Mapping):
        # Before HTML goes, and with it the indentation that a docstring is read by.
        fields["parameters"], told = described_from_text(fields["parameters"], text)
        if told:
            repairs.append(f"the descriptions of '{', '.join(told)}' were taken from the tool's text")
    plain: dict[str, Any] = {key: with_plain_texts(fields[key]) for key in ("parameters", "returns") if key in fields}
    if text:
        plain["description"] = plain_text(text)
    if any(value != fields[key] for key, value in plain.items()):
        fields |= plain
        repairs.append("HTML in the descriptions was made plain text")
    return fields, tuple(repairs)


def _name(item: Found) -> str:
    name = item.fields.get("name")
    return name.strip() if isinstance(name, str) else ""


def _mended(item: Found, made: Mapping[str, str]) -> Found:
    fields, repairs = mend(item.fields, made)
    return item._replace(fields=fields, repairs=(*item.repairs, *repairs))
