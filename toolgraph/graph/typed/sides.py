"""The outputs and the inputs of a catalogue as arrays: what is known of each field before it is paired."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from toolgraph.tools.pointers import ANY_ITEM
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
    own: IntArray
    """Equal for fields of which the names have the same words."""
    name: IntArray
    """The row of `Catalogue.names`."""
    entity: IntArray
    """The row of `Catalogue.entities`."""
    kind: IntArray
    family: IntArray
    shape: IntArray
    is_id: Truths
    is_key: Truths
    """Whether it holds an identifier, as far as one can tell."""
    is_credential: Truths
    is_paging: Truths
    rare: Floats
    """1 where a single tool has such a field, 0 where all have."""
    effect: IntArray
    """What its tool does, as a place in `EFFECTS`."""
    purpose: Floats
    """Of outputs: the share of a field's words that its tool's name has."""
    is_echo: Truths
    """Of outputs: whether its tool had to be given that very value."""
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

    @property
    def is_how(self) -> Truths:
        """Whether it says how to call and not what about: credentials, and which part of a long list is wanted."""
        return self.is_credential | self.is_paging

    def of_tool(self, tool: int) -> IntArray:
        """Return the places of a tool's fields."""
        return np.arange(self.offsets[tool], self.offsets[tool + 1], dtype=np.int32)

    def meaning(self, places: IntArray) -> NDArray[np.int64]:
        """Return a number for what each of some fields stands for, whatever its tool does with it."""
        entities = int(self.entity.max(initial=0)) + 1
        return self.leaf[places].astype(np.int64) * entities + self.entity[places]

    def profile(self, places: IntArray) -> NDArray[np.int64]:
        """Return a number for all that evidence sees of each of some fields, but for its tool's API."""
        numbers = self.meaning(places)
        for role in (
            self.effect, self.is_echo, self.is_handed_out, self.is_made, self.is_served, self.needed, self.purpose,
        ):  # fmt: skip
            values = np.unique(role[places])
            numbers = numbers * len(values) + np.searchsorted(values, role[places])
        return numbers


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What typed edges see of the tools of a catalogue."""

    tools: tuple[ToolSpec, ...]
    outputs: Side
    inputs: Side
    apis: Apis
    texts: tuple[str, ...]
    """What is embedded of each field: its name and description, and for a bare `id` the thing it is said of."""
    names: Sparse
    """Unit vectors over the words of names; words that few tools use weigh more."""
    entities: Sparse
    """Which words stand for the thing that a field is said of."""
    reader: Reader
    """What has numbered all this."""
    weights: Mapping[str, float]
    """How much a word of a name weighs."""

    @classmethod
    def of(cls, tools: Iterable[ToolSpec]) -> "Catalogue":
        """Return what is to be known of each field; returns guessed from names do not count."""
        nodes = tuple(tools)
        reader = Reader()
        given, taken = reader.read_outputs(nodes), reader.read_inputs(nodes)
        weights = reader.word_weights((given, taken), [tool.name for tool in nodes])
        apis = Apis.of(nodes)
        sides = Sides(reader, nodes)
        outputs, inputs = sides.outputs(given, taken), sides.inputs(taken)
        inputs = replace(inputs, is_served=served(inputs, outputs, apis))
        return cls(
            nodes, outputs, inputs, apis, tuple(reader.texts),
            reader.name_vectors(weights), reader.entity_words(), reader, weights,
        )  # fmt: skip

    def published(self) -> "Catalogue":
        """Return the same with the texts that the published rule compares: those of fields without their things."""
        numbers: dict[str, int] = {}
        outputs, inputs = (
            replace(
                side, text=np.array([numbers.setdefault(each.text, len(numbers)) for each in side.fields], np.int32)
            )
            for side in (self.outputs, self.inputs)
        )
        return replace(self, outputs=outputs, inputs=inputs, texts=tuple(numbers))


class Sides:
    """Makes the two sides of a catalogue out of what was read."""

    def __init__(self, reader: Reader, tools: Sequence[ToolSpec]) -> None:
        self._reader, self._tools = reader, tools
        leaves = np.array(reader.leaves, np.int32).reshape(-1, len(Leaf._fields)).T
        self._leaves = dict(zip(Leaf._fields, leaves, strict=True))
        self._effect = np.array([EFFECTS.index(effects_of(tool)) for tool in tools], np.int32)
        self._creates = np.array([verb_of(tool) in CREATE for tool in tools], bool)

    def outputs(self, given: Read, taken: Read) -> Side:
        """Return the side of what tools give."""
        count = len(given.fields)
        asked = set(self._by_tool(taken))
        is_new = np.fromiter((pair not in asked for pair in self._by_tool(given)), bool, count)
        is_handed_out = self._creates[given.tool] & self._flag("is_id", given) & is_new
        nowhere = np.zeros(count, bool)
        return Side(
            **self._common(given), purpose=np.fromiter(self._purposes(given), np.float32, count),
            is_echo=self._is_echo(given, taken) & ~is_handed_out, is_handed_out=is_handed_out,
            needed=np.zeros(count, np.float32), is_made=nowhere, is_served=nowhere,
        )  # fmt: skip

    def inputs(self, taken: Read) -> Side:
        """Return the side of what tools take, of which none is said to be served."""
        count = len(taken.fields)
        is_unsayable = self._flag("is_key", taken) | self._flag("is_credential", taken)
        nowhere = np.zeros(count, bool)
        return Side(
            **self._common(taken), purpose=np.zeros(count, np.float32), is_echo=nowhere, is_handed_out=nowhere,
            needed=(0.5 * _is_required(taken) + 0.5 * is_unsayable).astype(np.float32),
            is_made=self._flag("is_id", taken) & np.fromiter(self._is_of_what_is_made(taken), bool, count),
            is_served=nowhere,
        )  # fmt: skip

    def _common(self, part: Read) -> dict[str, Any]:
        leaves = {name: self._leaves[name][part.leaf] for name in ("own", "kind", "family", "shape")}
        return {
            "fields": part.fields, "offsets": part.offsets, "tool": part.tool, "text": part.text, "leaf": part.leaf,
            "name": part.name, "entity": part.entity, **leaves,
            **{flag: self._flag(flag, part) for flag in ("is_id", "is_key", "is_credential", "is_paging")},
            "rare": rarity(part.name, part.tool, len(self._tools)), "effect": self._effect[part.tool],
        }  # fmt: skip

    def _flag(self, name: str, part: Read) -> Truths:
        flags: Truths = self._leaves[name][part.leaf].astype(bool)
        return flags

    def _by_tool(self, part: Read) -> Iterator[tuple[int, int]]:
        """Yield the tool of each field and the number of the words of its name."""
        return zip(part.tool.tolist(), self._leaves["own"][part.leaf].tolist(), strict=True)

    def _is_echo(self, given: Read, taken: Read) -> Truths:
        """Return for each output whether its tool required it: a field of that name, or a bare `id` of that thing.

        What lies in a list may be others of the kind, unless it is an id whose name tells of what; and what is all
        that a tool gives is new.
        """
        count = len(self._reader.names) + len(self._reader.entities)
        owns = list(self._reader.owns)
        is_bare, says_id = (np.array([check(words) for words in owns], bool) for check in (("id",).__eq__, _has_id))
        own_given, own_taken = (self._leaves["own"][part.leaf] for part in (given, taken))
        required = _is_required(taken)
        of_thing = required & self._flag("is_key", taken) & (says_id[own_taken] | ~self._flag("is_id", taken))
        asked, things = (
            (taken.tool.astype(np.int64) * count + numbers)[those]
            for numbers, those in ((taken.name, required), (taken.entity, of_thing))
        )
        tools = given.tool.astype(np.int64) * count
        is_listed = np.fromiter((ANY_ITEM in field.pointer for field in given.fields), bool, len(given.fields))
        is_telling = self._flag("is_id", given) & ~self._flag("is_generic", given)
        same_name, same_thing = np.isin(tools + given.name, asked), np.isin(tools + given.entity, things)
        is_alone = np.diff(given.offsets)[given.tool] == 1
        found: Truths = (same_name & (~is_listed | is_telling)) | (same_thing & ~is_listed & is_bare[own_given])
        echoes: Truths = found & ~is_alone
        return echoes

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


def _is_required(part: Read) -> Truths:
    return np.fromiter((field.is_required for field in part.fields), bool, len(part.fields))


def _has_id(words: tuple[str, ...]) -> bool:
    return "id" in words


def served(inputs: Side, outputs: Side, apis: Apis) -> Truths:
    """Return for each input whether another tool of its API gives such a value that it was not asked with."""
    count = max(inputs.own.max(initial=0), outputs.own.max(initial=0)) + np.int64(1)
    is_new = ~np.isin(outputs.tool * count + outputs.own, inputs.tool * count + inputs.own)
    given, taken = (apis.api[side.tool] * count + side.own for side in (outputs, inputs))
    found: Truths = np.isin(taken, given[is_new & (given >= 0)])
    return found


def rarity(names: IntArray, tools: IntArray, count: int) -> Floats:
    """Return for each field, given by its name and its tool, how few of the tools have one of its name."""
    pairs = np.unique(names.astype(np.int64) * count + tools)
    having = np.bincount(pairs // count) if len(pairs) else pairs
    return scarcity(having, count)[names]
