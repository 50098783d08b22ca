"""What speaks for and against a pair of fields, each piece a number in -1 to 1 that a person can check.

| evidence | 1 | 0 | -1 |
| --- | --- | --- | --- |
| cosine | texts that mean the same | texts that have nothing in common | |
| name | the same words; of a generic name, the same thing | no word in common | |
| entity | (1/3) ids of the same thing | no id is asked for | ids of different things; (1/3) no id for an id |
| kind | one telling kind (a city, a time) | nothing to tell | a value of the one cannot be one of the other |
| rare | a single tool has such a field | all tools have one | |
| same_api | the two tools are an API | nothing known of APIs | the API of the input gives that value itself; |
| | | | (3/4) different APIs, and no id |
| purpose | the tool that gives it is named after it | it is not | |
| needed | a required id or credential | an optional value that a user can say | |
| direction | what is read is used to write or delete | what is written is written on | out of what is deleted, or |
| | | | it was given to the tool that gives it |
"""

from collections.abc import Iterator

import numpy as np

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.typed.apis import Floats
from toolgraph.graph.typed.sides import Catalogue, Side

Evidence = Iterator[tuple[str, Floats]]
"""Names of pieces of evidence and a value of each for every pair of fields."""

FLOW = ("cosine", "name", "entity", "kind", "rare", "same_api", "purpose", "needed", "direction")
"""What is asked of an output and an input (P-R)."""
LIKENESS = ("cosine", "name", "entity", "kind", "rare", "same_api")
"""What is asked of two inputs (P-P)."""
UNRELATED = 0.3
"""The cosine at which texts of fields lie that have nothing in common."""
DIRECTION = np.array([[0.5, 1.0, 1.0], [-0.5, 0.0, 0.25], [-1.0, -1.0, -1.0]], np.float32)
"""How far a value may be expected to go: from a tool that reads, writes, deletes to one that reads, writes, deletes."""
SAME_THING = np.float32(1 / 3)
"""What it says that two ids are of one thing; that they are of different ones says three times as much."""
HANDED_OUT = np.float32(0.75)
"""The least for the id of what was just created."""
ECHO = np.float32(-1)
"""What it says that a tool had to be given the value that it gives: who has it needs no tool for it."""
ABROAD = np.float32(-0.75)
"""What it says of a city or a name that it is met in two APIs: most such values have nothing to do with each other."""


def flow_evidence(catalogue: Catalogue, given: IntArray, taken: IntArray, cosines: Floats) -> Evidence:
    """Yield what speaks for an output feeding an input, but `same_api`, for pairs given as places of fields."""
    out, into = catalogue.outputs, catalogue.inputs
    entity = _entity(catalogue, out, given, into, taken)
    entity = np.where(into.is_made[taken] & (entity > 0), np.float32(-1), entity)
    entity = np.where(into.is_id[taken] & ~out.is_key[given], -SAME_THING, entity)
    direction = DIRECTION[out.effect[given], into.effect[taken]]
    is_news = out.is_handed_out[given] & (entity > 0)
    yield "cosine", told_by_cosine(cosines)
    yield "name", _name(catalogue, out.name[given], into.name[taken])
    yield "entity", entity
    yield "kind", np.where(into.is_paging[taken], np.float32(-1), _kind(out, given, into, taken, entity))
    yield "rare", out.rare[given]
    yield "purpose", out.purpose[given]
    yield "needed", into.needed[taken]
    direction = np.where(is_news, np.maximum(direction, HANDED_OUT), direction)
    yield "direction", np.where(out.is_echo[given], ECHO, direction)


def likeness_evidence(catalogue: Catalogue, left: IntArray, right: IntArray, cosines: Floats) -> Evidence:
    """Yield what speaks for two inputs standing for the same, but `same_api`, for pairs given as places of fields."""
    side = catalogue.inputs
    is_how = side.is_how[left] | side.is_how[right]
    yield "cosine", told_by_cosine(cosines)
    yield "name", _name(catalogue, side.name[left], side.name[right])
    entity = _entity(catalogue, side, left, side, right)
    yield "entity", entity
    yield "kind", np.where(is_how, np.float32(-1), _kind(side, left, side, right, entity))
    yield "rare", np.minimum(side.rare[left], side.rare[right])


def api_of_flow(catalogue: Catalogue, given: IntArray, taken: IntArray) -> Floats:
    """Return `same_api` of outputs and inputs."""
    out, into = catalogue.outputs, catalogue.inputs
    tools = out.tool[given], into.tool[taken]
    shared = np.where(catalogue.apis.differ(*tools) & ~into.is_key[taken], ABROAD, catalogue.apis.shared(*tools))
    return np.where((shared <= 0) & into.is_served[taken], np.float32(-1), shared)


def api_of_likeness(catalogue: Catalogue, left: IntArray, right: IntArray) -> Floats:
    """Return `same_api` of two inputs."""
    side = catalogue.inputs
    tools = side.tool[left], side.tool[right]
    are_keys = side.is_key[left] & side.is_key[right]
    return np.where(catalogue.apis.differ(*tools) & ~are_keys, ABROAD, catalogue.apis.shared(*tools))


def told_by_cosine(cosines: Floats) -> Floats:
    """Return the piece of evidence `cosine` of cosines."""
    told: Floats = np.clip((cosines - np.float32(UNRELATED)) / np.float32(1 - UNRELATED), 0, 1)
    return told


def _name(catalogue: Catalogue, left: IntArray, right: IntArray) -> Floats:
    """Return the cosine of the words of two names."""
    return _products(catalogue.names, left, right)


def _entity(catalogue: Catalogue, left: Side, a: IntArray, right: Side, b: IntArray) -> Floats:
    """Return `SAME_THING` for ids of the same thing, -1 for ids of different ones."""
    found = np.zeros(len(a), np.float32)
    are_keys = np.flatnonzero(left.is_key[a] & right.is_key[b])
    a, b = a[are_keys], b[are_keys]
    x, y = left.entity[a], right.entity[b]
    words, alike = np.diff(catalogue.entities.indptr), _products(catalogue.entities, x, y)
    are_different = (alike == 0) & (words[x] > 0) & (words[y] > 0) & left.is_id[a] & right.is_id[b]
    found[are_keys] = np.where(alike >= 1, SAME_THING, -are_different.astype(np.float32))
    return found


def _kind(left: Side, a: IntArray, right: Side, b: IntArray, entity: Floats) -> Floats:
    """Return 1 for one telling kind or family, unless it is that of different ids; -1 for types that do not meet."""
    are_one = (left.kind[a] == right.kind[b]) & (left.kind[a] > 0)
    are_one |= (left.family[a] == right.family[b]) & (left.family[a] > 0)
    are_one &= entity >= 0
    differ = (left.shape[a] != right.shape[b]) & (left.shape[a] > 0) & (right.shape[b] > 0)
    return np.where(differ, np.float32(-1), are_one.astype(np.float32))


def _products(rows: Sparse, left: IntArray, right: IntArray) -> Floats:
    """Return the inner product of pairs of rows; each distinct pair is multiplied once."""
    if not len(left):
        return np.zeros(0, np.float32)
    pairs, places = np.unique(left.astype(np.int64) * rows.shape[0] + right, return_inverse=True)
    a, b = np.divmod(pairs, rows.shape[0])
    products: Floats = rows[a].multiply(rows[b]).sum(axis=1).astype(np.float32)[places]
    return products
