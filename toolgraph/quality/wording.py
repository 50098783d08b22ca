"""Checks of words: a user who speaks like a person, and an assistant who says nothing that it was not told."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.record import Finding
from toolgraph.phrases import shortened
from toolgraph.quality.computed import Computed
from toolgraph.quality.known import Known
from toolgraph.quality.reading import Reading, Unparsable
from toolgraph.quality.statements import statements_in
from toolgraph.tools import pointers
from toolgraph.tools.definition import Definition
from toolgraph.tools.names import looks_like_identifier, split_words

_NAMES = re.compile(r"\w+(?:\.\w+)*")
_INSTEAD = {
    "number": "leave it out, or give the figure as a message or result states it; where you compute one, say in the "
    "same sentence from which figures",
    "count": "leave it out, or count what a message or result lists",
    "day": "leave it out, or name a day that a message or result gives",
    "id": "leave it out, or copy it exactly from a message or result",
    "address": "leave it out, or copy it exactly from a message or result",
    "quotation": "quote only what a message or result says word for word, or say it without quotation marks",
    "name": "leave it out, or name only what a message or result names",
}
_JSON_START = re.compile(r"[\[{]\s*(?=[\"\[{\]}\d\-tfn])")


def user_words(reading: Reading) -> Iterator[Finding]:
    """The user says no identifier-shaped tool or parameter name and no raw JSON, unless it is itself a value."""
    names = {name for tool in reading.dialogue.tools for name in _identifiers(Definition(tool))}
    values: list[str] | None = None
    for index, message in enumerate(reading.dialogue.messages):
        if message.role != "user":
            continue
        suspects = [
            (name, f"says '{name}', a name out of a tool's definition; say it as people do: '{split_words(name)}'")
            for name in _named(message.content, names)
        ]
        if "{" in message.content or "[" in message.content:
            suspects += [
                (text, f"says raw JSON: '{_short(text)}'; say in a sentence what is in it")
                for text in _raw_json(message.content)
            ]
        for text, reason in suspects:
            values = _text_values(reading) if values is None else values
            if not any(text in value for value in values):
                yield Finding(check="user_words", message=index, place=_short(text), reason=reason)


def assistant_words(reading: Reading) -> Iterator[Finding]:
    """Every value in the assistant's words stands in some message before.

    Values are numbers, dates and times, quoted words, e-mail and web addresses, ids, and names inside a sentence.
    They are compared as values: 1,250.00 is 1250, 18:30 is 6:30 pm, and how many entries a list holds may be said.
    Words out of the tools' definitions are known as well. A figure may also be computed plainly from what is known: the
    same amount in another unit, a rounded one, the sum or average of a list, a price times a quantity.
    """
    known = Known(reading.dialogue.tools)
    arguments = {made.call.id: made.arguments for made in reading.calls}
    for index, message in enumerate(reading.dialogue.messages):
        if message.role == "assistant" and message.content and not message.content.isspace():
            unknown = [statement for statement in statements_in(message.content) if not known.has(statement)]
            computed = Computed(known, message.content)
            # Twice, because a figure may be computed from one that is computed later in the message.
            for _ in range(2):
                unknown = [statement for statement in unknown if not computed.has(statement)]
            for statement in unknown:
                yield Finding(
                    check="assistant_words", message=index, place=statement.text,
                    reason=f"the {statement.kind} '{_short(statement.text)}' stands in no message before; "
                    f"{_INSTEAD.get(statement.kind, _INSTEAD['name'])}",
                )  # fmt: skip
        _learn(known, message.content, reading.results.get(index))
        for call in message.tool_calls:
            _learn(known, call.arguments, arguments.get(call.id))


def _learn(known: Known, text: str, value: Any) -> None:
    """Take a text into account, with the value it stands for where it is JSON."""
    known.add_text(text)
    if isinstance(value, dict | list):
        known.add_value(value)
        if "\\" in text:
            # An escape hides a word: an accent, a quotation mark, a line feed.
            known.add_text("\n".join(leaf for _, leaf in pointers.leaves(value) if isinstance(leaf, str)))


@lru_cache(maxsize=8192)
def _identifiers(definition: Definition) -> frozenset[str]:
    """The identifier-shaped names of a tool: its own and those of its parameters at any depth."""
    tool = definition.tool
    names = {tool.name}
    for field in tool.parameter_fields:
        names.update(pointers.split(field.pointer))
    return frozenset(name for name in names if looks_like_identifier(name))


def _named(text: str, names: set[str]) -> list[str]:
    if not names:
        return []
    found: dict[str, None] = {}
    for match in _NAMES.finditer(text):
        word = match[0]
        if word in names:
            found[word] = None
        elif "." in word:
            found.update(dict.fromkeys(part for part in word.split(".") if part in names))
    return list(found)


def _raw_json(text: str) -> Iterator[str]:
    """Objects and lists in a text, as written; a lone `[1]` may be a footnote and is left alone."""
    decoder = json.JSONDecoder()
    end = 0
    for match in _JSON_START.finditer(text):
        if match.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if len(value) > 1 or (value and (isinstance(value, dict) or isinstance(value[0], str | list | dict))):
            yield text[match.start() : end]


def _text_values(reading: Reading) -> list[str]:
    """The texts that are values of arguments; what stands in one may be said."""
    found: list[str] = []
    for made in reading.calls:
        if not isinstance(made.arguments, Unparsable):
            values: Iterator[tuple[str, Any]] = pointers.leaves(made.arguments)
            found.extend(value for _, value in values if isinstance(value, str))
    return found


def _short(text: str) -> str:
    return shortened(text, 80)
