"""YAML, read as the JSON it stands for, within bounds that a few lines of text cannot break.

What is read are the core rules of YAML 1.2, which API descriptions are written by: `on`, `no`, `12:30` and dates are
text, and keys are text always (`200:` is "200"). PyYAML finds the events; the values are made here and not by its
loaders, because an alias costs them nothing and its reader everything: ten lines of aliases of aliases stand for a
billion values, and an alias inside what it names for endlessly many.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from toolgraph.errors import ToolSpecError

MAX_DEPTH = 200
"""Levels of nesting that are read."""
MAX_REPEATED = 1_000_000
"""Values that the aliases of a document may repeat, all together."""

_FIRST = frozenset("-+.0123456789ntfNTF~")
_WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset({"int", "float", "bool", "null"})
_MERGE = "<<"
_NODES = (ScalarEvent, CollectionStartEvent)


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text of one document.

    >>> parse_yaml("responses: {200: {description: on}}")
    {'responses': {'200': {'description': 'on'}}}

    Raises:
        ToolSpecError: the text is no YAML, is nested too deeply, repeats itself without bound, gives one object two
            values for a key, or holds tags, which stand for more than data. The message lacks the file's name.
    """
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return _Values(yaml.parse(text, Loader=loader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        is_at_end = mark is not None and mark.line >= len(text.splitlines()) - 1 > 0
        advice = "; is the rest of the file missing?" if is_at_end else ""
        raise ToolSpecError(f"{line}is not valid YAML ({error.problem or error.context}){advice}") from error
    except yaml.reader.ReaderError as error:
        raise ToolSpecError(f"is not valid YAML ({error.reason})") from error


def is_deeper(value: Any, levels: int) -> bool:
    """Say whether objects and lists are nested in one another more than so many levels deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return bool(level)


class _Values:
    """Makes values of the events of a parser, and counts them."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._repeated = 0
        self._made = 0

    def document(self) -> Any:
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            return None
        value = self._value(next(self._events), 0)
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                raise _refused(event, "holds a second YAML document; keep each in a file of its own")
            if not isinstance(event, DocumentEndEvent | StreamEndEvent):
                break
        if self._repeated and is_deeper(value, MAX_DEPTH):
            raise ToolSpecError(f"is nested more than {MAX_DEPTH} levels deep by its aliases")
        return value

    def _value(self, event: Event, depth: int) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > MAX_DEPTH:
            raise _refused(event, f"is nested more than {MAX_DEPTH} levels deep")
        if not isinstance(event, _NODES):
            raise _refused(event, "ends too early")
        anchor, before = event.anchor, self._made + self._repeated
        if anchor is not None:
            self._anchors[anchor] = None  # not yet complete
        self._made += 1
        value: Any
        if isinstance(event, ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, MappingStartEvent):
            _require_tag(event, "map")
            value = self._mapping(depth)
        else:
            _require_tag(event, "seq")
            value = self._sequence(depth)
        if anchor is not None:
            self._anchors[anchor] = value, self._made + self._repeated - before
        return value

    def _alias(self, event: AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            raise _refused(event, f"has the alias '*{event.anchor}', but no anchor '&{event.anchor}' before it")
        known = self._anchors[event.anchor]
        if known is None:
            raise _refused(event, f"has the alias '*{event.anchor}' inside what it stands for")
        value, size = known
        self._repeated += size
        if self._repeated > MAX_REPEATED:
            raise _refused(event, f"repeats more than {MAX_REPEATED:,} values by aliases")
        return value

    def _sequence(self, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key, is_merge = self._key(event)
            value = self._value(next(self._events), depth + 1)
            if is_merge:
                merged = {**_merged(value, event), **merged}
            elif key in own and own[key] != value:
                raise _refused(event, f"has the key '{key}' twice in one object, with two values; keep one of them")
            else:
                own[key] = value
        return {**merged, **own} if merged else own

    def _key(self, event: Event) -> tuple[str, bool]:
        """A key as it is written, and whether it says that another mapping is to be merged into this one."""
        if isinstance(event, ScalarEvent):
            if event.anchor is not None:
                self._anchors[event.anchor] = event.value, 1
            return event.value, event.value == _MERGE and event.implicit[0]
        key = self._alias(event) if isinstance(event, AliasEvent) else None
        if not isinstance(key, str):
            raise _refused(event, "has a key that is no text")
        return key, False


def _merged(value: Any, event: Event) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            raise _refused(event, "has '<<' before something that is no mapping")
        merged = {**part, **merged}
    return merged


def _scalar(event: ScalarEvent) -> Any:
    text: str = event.value
    if event.tag is not None and event.tag != "!":
        kind = event.tag.removeprefix(_TAG) if event.tag.startswith(_TAG) else ""
        if kind not in (*_PLAIN_TAGS, "str", "timestamp", "binary"):
            raise _refused(event, _foreign_tag(event.tag))
        return _plain(text) if kind in _PLAIN_TAGS else text
    return _plain(text) if event.implicit[0] else text


def _plain(text: str) -> Any:
    """What an unquoted text stands for."""
    if text and text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        try:
            return int(text)
        except ValueError:  # longer than Python reads as a number
            return text
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _require_tag(event: CollectionStartEvent, kind: str) -> None:
    if event.tag not in (None, "!", f"{_TAG}{kind}"):
        raise _refused(event, _foreign_tag(event.tag))


def _foreign_tag(tag: str) -> str:
    return f"has the tag '{tag.replace(_TAG, '!!')[:60]}', which stands for more than data"


def _refused(event: Event, why: str) -> ToolSpecError:
    line = f"line {event.start_mark.line + 1}: " if event.start_mark else ""
    return ToolSpecError(f"{line}{why}")
