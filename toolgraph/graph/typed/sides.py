"""The outputs and the inputs of a catalogue as arrays: what is known of each field before it is paired."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.apis import Apis, Floats, scarcity
from toolgraph.graph.typed.reading import Leaf, Read, Reader
from toolgraph.graph.typed.words import subject_of, things_of
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import CREATE, effects_of, name_parts, verb_of
from toolgraph.tools.spec import ToolSpec

Truths = NDArray[np.bool_]

EFFECTS = ("reads", "writes", "deletes")
MAKING = CREATE - frozenset(
    "book reserve order buy purchase request apply assign share invite subscribe enroll add save".split()
)
"""Verbs whose object was not there before: who creates an event has no id of it, who books a flight must know which."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """All outputs, or all inputs, of a catalogue, tool after tool; arrays run over fields.

    What speaks for or against a pair of fields is computed from these arrays alone, but for their cosine.
    """

    fields: tuple[Field, ...]
    offsets: IntArray
    """The fields of tool `i` are `offsets[i]` to `offsets[i + 1]`."""
    tool: IntArray
    text: IntArray
    """The place of a field's text among those of the catalogue."""
    leaf: IntArray
    """Equal for fields of one name, description and type."""
    name: IntArray
    """The row of `Catalogue.names`."""
    entity: IntArray
    """The row of `Catalogue.entities`."""
    kind: IntArray
    family: IntArray
    shape: IntArray
    is_id: Truths
    is_how: Truths
    """Whether it says how to call and not what about: credentials, and which part of a long list is wanted."""
    rare: Floats
    """1 where a single tool has such a field, 0 where all have."""
    effect: IntArray
    """What its tool does, as a place in `EFFECTS`."""
    purpose: Floats
    """Of outputs: the share of a field's words that its tool's name has."""
    is_handed_out: Truths
    """Of outputs: whether a creating tool gives this id and was not asked with it."""
    needed: Floats
    """Of inputs: half for a required one, half for an id or credential, which a user cannot say."""
    is_made: Truths
    """Of inputs: whether it is the id of the very thing that its tool creates."""
    is_served: Truths
    """Of inputs: whether another tool of its API gives such a value that it was not asked with."""

    def __len__(self) -> int:
        """How many fields."""
        return len(self.fields)

    def of_tool(self, tool: int) -> IntArray:
        """Return the places of a tool's fields."""
        return np.arange(self.offsets[tool], self.offsets[tool + 1], dtype=np.int32)

    @cached_property
    def meaning(self) -> IntArray:
        """A number for what a field stands for, whatever its tool does with it."""
        return _numbered(self.text, self.leaf, self.entity)

    @cached_property
    def profile(self) -> IntArray:
        """A number for all that evidence sees of a field, but for its tool's API."""
        roles = (self.effect, self.is_handed_out, self.is_made, self.is_served, self.needed, self.purpose)
        return _numbered(self.meaning, *roles)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What typed edges see of the tools of a catalogue."""

    tools: tuple[ToolSpec, ...]
    outputs: Side
    inputs: Side
    apis: Apis
    texts: tuple[str, ...]
    names: Sparse
    """Unit vectors over the words of names; words that few tools use weigh more."""
    entities: Sparse
    """Which words stand for the thing that a field is said of."""

    @classmethod
    def of(cls, tools: Iterable[ToolSpec]) -> "Catalogue":
        """Return what is to be known of each field; returns guessed from names do not count."""
        nodes = tuple(tools)
        reader = Reader()
        given = reader.read([(tool.name, () if tool.are_returns_guessed else tool.return_fields) for tool in nodes])
        taken = reader.read([(tool.name, tool.parameter_fields) for tool in nodes])
        weights = reader.word_weights((given, taken), [tool.name for tool in nodes])
        apis = Apis.of(nodes)
        sides = _Sides(reader, nodes, apis)
        return cls(
            nodes, sides.outputs(given, taken), sides.inputs(taken, given), apis, tuple(reader.texts),
            reader.name_vectors(weights), reader.entity_words(),
        )  # fmt: skip


class _Sides:
    """Makes the two sides of a catalogue out of what was read."""

    def __init__(self, reader: Reader, tools: Sequence[ToolSpec], apis: Apis) -> None:
        self._reader, self._tools, self._apis = reader, tools, apis
        leaves = np.array(reader.leaves, np.int32).reshape(-1, len(Leaf._fields)).T
        self._leaves = dict(zip(Leaf._fields, leaves, strict=True))
        self._effect = np.array([EFFECTS.index(effects_of(tool)) for tool in tools], np.int32)
        self._creates = np.array([verb_of(tool) in CREATE for tool in tools], bool)

    def outputs(self, given: Read, taken: Read) -> Side:
        """Return the side of what tools give."""
        count = len(given.fields)
        asked = set(self._by_tool(taken))
        is_new = np.fromiter((pair not in asked for pair in self._by_tool(given)), bool, count)
        nowhere = np.zeros(count, bool)
        return Side(
            **self._common(given), purpose=np.fromiter(self._purposes(given), np.float32, count),
            is_handed_out=self._creates[given.tool] & self._flag("is_id", given) & is_new,
            needed=np.zeros(count, np.float32), is_made=nowhere, is_served=nowhere,
        )  # fmt: skip

    def inputs(self, taken: Read, given: Read) -> Side:
        """Return the side of what tools take."""
        count = len(taken.fields)
        is_required = np.fromiter((field.is_required for field in taken.fields), bool, count)
        is_key = self._flag("is_id", taken) | self._flag("is_credential", taken)
        return Side(
            **self._common(taken), purpose=np.zeros(count, np.float32), is_handed_out=np.zeros(count, bool),
            needed=(0.5 * is_required + 0.5 * is_key).astype(np.float32),
            is_made=self._flag("is_id", taken) & np.fromiter(self._is_of_what_is_made(taken), bool, count),
            is_served=np.fromiter(self._is_served(taken, given), bool, count),
        )  # fmt: skip

    def _common(self, part: Read) -> dict[str, Any]:
        leaves = {name: self._leaves[name][part.leaf] for name in ("kind", "family", "shape")}
        return {
            "fields": part.fields, "offsets": part.offsets, "tool": part.tool, "text": part.text, "leaf": part.leaf,
            "name": part.name, "entity": part.entity, **leaves, "is_id": self._flag("is_id", part),
            "is_how": self._flag("is_credential", part) | self._flag("is_paging", part),
            "rare": _rarity(part, len(self._tools)), "effect": self._effect[part.tool],
        }  # fmt: skip

    def _flag(self, name: str, part: Read) -> Truths:
        flags: Truths = self._leaves[name][part.leaf].astype(bool)
        return flags

    def _by_tool(self, part: Read) -> Iterator[tuple[int, int]]:
        """Yield the tool of each field and the number of the words of its name."""
        return zip(part.tool.tolist(), self._leaves["own"][part.leaf].tolist(), strict=True)

    def _purposes(self, given: Read) -> Iterator[float]:
        owns = list(self._reader.owns)
        for tool, own in self._by_tool(given):
            named = things_of(self._tools[tool].name)
            yield sum(word in named for word in owns[own]) / len(owns[own]) if owns[own] else 0.0

    def _is_of_what_is_made(self, taken: Read) -> Iterator[bool]:
        entities = list(self._reader.entities)
        names = [tool.name for tool in self._tools]
        made = [subject_of(name) if name_parts(name).verb in MAKING else frozenset() for name in names]
        for tool, entity in zip(taken.tool.tolist(), taken.entity.tolist(), strict=True):
            yield not made[tool].isdisjoint(entities[entity])

    def _is_served(self, taken: Read, given: Read) -> Iterator[bool]:
        apis, asked = self._apis.api.tolist(), set(self._by_tool(taken))
        givers: dict[tuple[int, int], set[int]] = defaultdict(set)
        for tool, own in self._by_tool(given):
            if apis[tool] >= 0 and (tool, own) not in asked:
                givers[apis[tool], own].add(tool)
        for tool, own in self._by_tool(taken):
            yield bool(givers.get((apis[tool], own), set()) - {tool})


def _rarity(part: Read, tools: int) -> Floats:
    """Return for each field how few tools have one of its name."""
    pairs = np.unique(part.name.astype(np.int64) * tools + part.tool)
    having = np.bincount(pairs // tools) if len(pairs) else pairs
    return scarcity(having, tools)[part.name]


def _numbered(*columns: NDArray[Any]) -> IntArray:
    """Return a number for each distinct row of columns."""
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, places = np.unique(column, return_inverse=True)
        numbers = np.unique(numbers * len(values) + places, return_inverse=True)[1]
    return numbers.astype(np.int32)
