"""From the fields of a catalogue to numbers: each distinct text, leaf, thing and name is looked at once."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.identifiers import is_identifier
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.words import (
    GENERIC,
    PERHAPS,
    PERSONS,
    result_of,
    says_id,
    thing_of,
    things_of,
    told_of,
    words_of,
)
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import ID_KINDS, kind_of
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

VAGUE_KINDS = frozenset("text mode category title message topic number integer boolean count count_small page".split())
"""Kinds that two fields may share and still have nothing to do with each other."""
FAMILIES = {
    "place": "location address destination venue place city town station airport area street landmark attraction "
             "origin where",
    "time": "date time day datetime timestamp",
    "person": "user username person member sender receiver recipient attendee participant author owner assignee "
              "contact",
    "money": "price cost amount fee fare budget balance salary value",
}  # fmt: skip
"""What the last word of a name stands for, where kinds are too fine: an address is a place to go to."""
MAYBE_IDS = VAGUE_KINDS | {"person", "username"}
"""Kinds of which a field may turn out to hold identifiers."""
SHAPES = {"string": 1, "number": 2, "integer": 2, "boolean": 3}
"""JSON types that exclude each other; any other, and none, may hold what it likes."""
BARE = ("", f"/{ANY_ITEM}")
"""Where a value lies that is all a tool returns, or one of a list that is."""
_FAMILY_OF = {word: number for number, words in enumerate(FAMILIES.values(), 1) for word in words.split()}


class Leaf(NamedTuple):
    """What a field's name, description and type say, whatever tool has it; numbers, 0 for none."""

    own: int
    """The number of the words of its name."""
    kind: int
    """The number of its kind, where that tells something."""
    family: int
    shape: int
    is_id: bool
    """Whether its name or description says that it holds an identifier."""
    is_key: bool
    """Whether it holds one, as far as one can tell: a thing by its bare name, as `customer`, is an identifier too."""
    is_credential: bool
    is_paging: bool
    is_generic: bool
    """Whether its name says little without the thing it is said of."""


@dataclass(frozen=True, eq=False)
class Read:
    """The fields of a catalogue, tool after tool, as numbers."""

    fields: tuple[Field, ...]
    offsets: IntArray
    tool: IntArray
    text: IntArray
    leaf: IntArray
    entity: IntArray
    name: IntArray


class Reader:
    """Numbers what it reads; the lists it keeps are by number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.leaves: list[Leaf] = []
        self.owns: dict[tuple[str, ...], int] = {}
        self.entities: dict[frozenset[str], int] = {}
        self.names: dict[tuple[int, int], int] = {}
        """By the words of a name and, for a generic one, the thing it is said of, else -1."""
        self._kinds: dict[str, int] = {}
        self._known: dict[tuple[Any, ...], int] = {}
        self._words: dict[str, int] = {}

    def copy(self) -> "Reader":
        """Return one that knows the same numbers, and goes on from there."""
        other = Reader()
        for name, numbers in vars(self).items():
            setattr(other, name, numbers.copy())
        return other

    def read_outputs(self, tools: Sequence[ToolSpec]) -> Read:
        """Return what tools give as numbers; returns guessed from names do not count."""
        return self.read([(tool.name, () if tool.are_returns_guessed else tool.return_fields) for tool in tools])

    def read_inputs(self, tools: Sequence[ToolSpec]) -> Read:
        """Return what tools take as numbers."""
        return self.read([(tool.name, tool.parameter_fields) for tool in tools])

    def read(self, rows: Sequence[tuple[str, Sequence[Field]]]) -> Read:
        """Return the fields of tools, given by name, as numbers."""
        found = array("i")  # of millions of fields a list of tuples would take half a gigabyte
        for place, (tool, fields) in enumerate(rows):
            for field in fields:
                if field.pointer in BARE:
                    field = replace(field, name=result_of(tool))
                declared = field.schema.get("format")
                key = (field.name, field.description, field.types, declared if isinstance(declared, str) else "")
                leaf = self._known.get(key)
                if leaf is None:
                    leaf = self._known[key] = len(self.leaves)
                    self.leaves.append(self._leaf(field))
                read = self.leaves[leaf]
                told = told_of(field.name, field.pointer, tool)
                entity = self.entities.setdefault(told, len(self.entities))
                name = self.names.setdefault((read.own, entity if read.is_generic else -1), len(self.names))
                text = _told(field, read, told)
                found.extend((place, self.texts.setdefault(text, len(self.texts)), leaf, entity, name))
        offsets = np.zeros(len(rows) + 1, np.int32)
        np.cumsum([len(fields) for _, fields in rows], out=offsets[1:])
        columns = np.array(found, np.int32).reshape(-1, 5).T
        return Read(tuple(field for _, fields in rows for field in fields), offsets, *columns)

    def word_weights(self, parts: Iterable[Read], tools: Sequence[str]) -> dict[str, float]:
        """Return for each word how few tools have it in their own name or a field's: 1 for none, about 0 for all."""
        owns = np.array([leaf.own for leaf in self.leaves], np.int64)
        words = [*self.owns, *(tuple(sorted(things_of(tool))) for tool in tools)]
        named = [np.arange(len(self.owns), len(words)) * len(tools) + np.arange(len(tools))]
        pairs = np.unique(np.concatenate([*(owns[part.leaf] * len(tools) + part.tool for part in parts), *named]))
        names, places = np.divmod(pairs, max(len(tools), 1))
        vocabulary = {word: number for number, word in enumerate(dict.fromkeys(word for row in words for word in row))}
        lengths = np.array([len(row) for row in words], np.int64)
        numbers = np.array([vocabulary[word] for row in words for word in row], np.int64)
        counts = lengths[names]
        entries = np.arange(counts.sum()) + np.repeat(np.cumsum(lengths)[names] - np.cumsum(counts), counts)
        having = np.unique(numbers[entries] * len(tools) + np.repeat(places, counts)) // max(len(tools), 1)
        tools_of_word = np.bincount(having, minlength=len(vocabulary))
        weights = np.log((len(tools) + 1) / (tools_of_word + 0.5)) / math.log(len(tools) + 1) if len(tools) else having
        return dict(zip(vocabulary, weights.tolist(), strict=True))

    def name_vectors(self, weights: Mapping[str, float], first: int = 0) -> Sparse:
        """Return unit vectors over words, one for each name from a number on: its own words, and a thing's.

        A generic name has the words of the thing it is said of as well.
        """
        owns, entities = list(self.owns), list(self.entities)
        names = islice(self.names, first, None)
        told = [set(owns[own]) | (_surely(entities[entity]) if entity >= 0 else set()) for own, entity in names]
        rows = []
        for words in told:
            row = {word: weights.get(word, 1.0) for word in sorted(words)}
            length = math.sqrt(sum(value * value for value in row.values())) or 1.0
            rows.append({word: value / length for word, value in row.items()})
        return self._matrix(rows)

    def entity_words(self, first: int = 0) -> Sparse:
        """Return the words for each thing from a number on: 1, or 1/2 for what it is perhaps.

        All words for persons share one more.
        """
        return self._matrix([_weighed(words) for words in islice(self.entities, first, None)])

    def _leaf(self, field: Field) -> Leaf:
        own, kind = words_of(field.name), kind_of(field)
        is_credential, shape = kind == "credential", SHAPES.get(field.types[0], 0) if field.types else 0
        is_id = (is_identifier(field.name) or kind in ID_KINDS) and not is_credential
        may_be_id = kind in MAYBE_IDS and not is_id and shape != SHAPES["boolean"]
        if may_be_id and says_id(field.description):
            is_id, kind = True, "id"
        is_bare = may_be_id and not field.description and shape <= 1 and GENERIC.isdisjoint(own)
        return Leaf(
            own=self.owns.setdefault(own, len(self.owns)),
            kind=0 if kind in VAGUE_KINDS else self._kinds.setdefault(kind, len(self._kinds) + 1),
            family=next((_FAMILY_OF[word] for word in reversed(own) if word in _FAMILY_OF), 0),
            shape=shape,
            is_id=is_id,
            is_key=is_id or (is_bare and bool(thing_of(field.name))),
            is_credential=is_credential,
            is_paging=kind in ("page", "count_small"),
            is_generic=GENERIC.issuperset(own) and not is_credential,
        )

    def _matrix(self, rows: Sequence[dict[str, float]]) -> Sparse:
        """Return rows of weighted words as a CSR matrix, float32; a word has one column in all of them."""
        places = self._words
        columns = np.array([places.setdefault(word, len(places)) for row in rows for word in row], np.int32)
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        values = np.array([value for row in rows for value in row.values()], np.float32)
        return sparse.csr_array((values, columns, offsets), shape=(len(rows), len(places)))


def _told(field: Field, leaf: Leaf, told: frozenset[str]) -> str:
    """Return what is embedded for a field: its text, and for the key of a thing that also says whose it is."""
    if leaf.is_key and not leaf.is_id:
        return f"{field.text} id"
    things = _surely(told) - set(words_of(field.name)) if leaf.is_id and leaf.is_generic else ()
    return " ".join((*sorted(things), field.text))


def _surely(words: frozenset[str]) -> frozenset[str]:
    """Return the words for the thing that a field is surely said of."""
    return frozenset(word for word in words if not word.endswith(PERHAPS))


def _weighed(words: frozenset[str]) -> dict[str, float]:
    row: dict[str, float] = {}
    for word in sorted(words):
        plain = word.removesuffix(PERHAPS)
        weight = 0.5 if word.endswith(PERHAPS) else 1.0
        for each in (plain, "user") if plain in PERSONS else (plain,):
            row[each] = max(row.get(each, 0.0), weight)
    return row
