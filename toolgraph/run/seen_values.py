"""What results held: values that may be handed on, the ids among them, and what was said beside these."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from toolgraph.graph.identifiers import is_identifier
from toolgraph.graph.typed.words import holder_of, subject_of, thing_of, things_of
from toolgraph.models.offline.scene import fits
from toolgraph.run.trying import Answered
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

LONGEST = 200
"""Characters of a value that is handed on."""
MOST_ANSWERS, MOST_VALUES, MOST_TEXTS = 12, 2000, 40
"""Answers of one tool that are looked at, values of one answer, and texts that stand beside an id."""
Thing = frozenset[str]
"""The words for what a value is said of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value in a result, the object in which it stood, and what its tool was asked."""

    value: str | int
    entry: Mapping[str, Any]
    asked: Mapping[str, Any]


class SeenValues:
    """The values in the answers of tools."""

    def __init__(self, tools: Sequence[ToolSpec], answers: Mapping[str, Sequence[Answered]]) -> None:
        self.answers: dict[str, list[Answered]] = defaultdict(list)
        """By tool what it was asked and gave."""
        self.ids: dict[Thing, set[str]] = defaultdict(set)
        """The ids that were seen."""
        self._subjects = frozenset(word for tool in tools for word in things_of(tool.name))
        self._seen: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        self._beside: dict[Thing, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        """By thing and text the ids that it stood beside."""
        for tool, given in answers.items():
            for answer in given:
                self.note(tool, answer)

    def note(self, tool: str, answer: Answered) -> None:
        """Take note of what a tool gave."""
        if len(self.answers[tool]) >= MOST_ANSWERS or answer in self.answers[tool]:
            return
        self.answers[tool].append(answer)
        for place, seen in islice(_values_in(answer), MOST_VALUES):
            self._seen[tool, place].append(seen)
            if is_identifier(place.rpartition("/")[2]):
                thing = self.thing(tool, place)
                self.ids[thing].add(str(seen.value))
                for text in islice(_texts(seen.entry), MOST_TEXTS):
                    self._beside[thing][text].add(str(seen.value))

    def values(self, tool: str, pointer: str, field: Field) -> dict[str, Seen]:
        """Return the distinct values at a place of a tool's results, as a parameter takes them, by their texts."""
        found: dict[str, Seen] = {}
        for seen in self._seen.get((tool, _place(pointer)), ()):
            value = seen.value
            if isinstance(value, int) and field.types == ("string",):
                value = str(value)
            elif isinstance(value, str) and value.isdecimal() and field.types in (("integer",), ("number",)):
                value = int(value)
            if fits(value, field.schema):
                found.setdefault(str(value), replace(seen, value=value))
        return found

    def thing(self, tool: str, pointer: str) -> Thing:
        """Return the words for what a value is said of; a list called `rows` is nothing that any tool is about."""
        told = thing_of(pointer.rpartition("/")[2])
        held = told or holder_of(pointer, tool)
        return held if told or held & self._subjects else subject_of(tool)

    def beside(self, thing: Thing, values: Sequence[Seen]) -> dict[str, set[str]]:
        """Return by value the texts that stood beside it, and beside no other id of such a thing."""
        found: dict[str, set[str]] = {str(each.value): set() for each in values}
        for text, ids in self._beside.get(thing, {}).items():
            value = next(iter(ids))
            if len(ids) == 1 and value in found and text != value:
                found[value].add(text)
        return found


def texts_in(value: Any) -> set[str]:
    """Return the texts in a value that hold a letter: numbers and dates agree by chance."""
    return set(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    for _, leaf in pointers.leaves(value):
        if isinstance(leaf, str) and any(map(str.isalpha, leaf)):
            yield leaf


def _values_in(answer: Answered) -> Iterator[tuple[str, Seen]]:
    """Yield the values in a result that may be handed on, with their places."""
    for pointer, leaf in pointers.leaves(answer.value):
        if isinstance(leaf, str | int) and not isinstance(leaf, bool) and 0 < len(str(leaf)) <= LONGEST:
            entry = pointers.get(answer.value, pointer.rpartition("/")[0])
            yield _place(pointer), Seen(leaf, entry if isinstance(entry, dict) else {}, answer.arguments)


def _place(pointer: str) -> str:
    """Return a pointer with all its indices as `*`."""
    return "/".join(pointers.ANY_ITEM if key.isdigit() else key for key in pointer.split("/"))
