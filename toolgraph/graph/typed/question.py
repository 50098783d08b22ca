"""What is asked of pairs of fields: whether one can feed the other, or whether both stand for the same."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.typed import evidence
from toolgraph.graph.typed.apis import Floats
from toolgraph.graph.typed.combiner import Combiner, shipped
from toolgraph.graph.typed.evidence import Evidence
from toolgraph.graph.typed.sides import Catalogue, Side, Truths
from toolgraph.tools.edges import Edge, EdgeKind

TAKING = evidence.DIRECTION[0] - evidence.DIRECTION[0, 0]
"""The part of `DIRECTION` that the tool of the input has in it, seen from a tool that reads; never below 0."""


@dataclass(frozen=True, eq=False)
class Question:
    """One kind of edge over a catalogue: the sides it pairs, the evidence it asks for, and how that is combined."""

    kind: EdgeKind
    catalogue: Catalogue
    combiner: Combiner

    @classmethod
    def of(cls, kind: EdgeKind, catalogue: Catalogue) -> "Question":
        """Return the question for a kind of edge, with the weights that ship with toolgraph."""
        return cls(kind, catalogue, shipped(kind))

    @property
    def is_symmetric(self) -> bool:
        """Whether both sides are the same, so that a pair has no direction."""
        return self.kind == "P-P"

    @property
    def left(self) -> Side:
        """The fields that feed, or the first of two alike."""
        return self.catalogue.inputs if self.is_symmetric else self.catalogue.outputs

    @property
    def right(self) -> Side:
        """The fields that are fed, or the second of two alike."""
        return self.catalogue.inputs

    def evidence(self, a: IntArray, b: IntArray, cosines: Floats) -> dict[str, Floats]:
        """Return all evidence of pairs of fields, given as places in `left` and `right`."""
        return {**dict(self._of_fields(self.catalogue, a, b, cosines)), "same_api": self._of_api(self.catalogue, a, b)}

    def edge(self, a: int, b: int, score: float) -> Edge:
        """Return a pair of fields as an edge."""
        left, right, tools = self.left, self.right, self.catalogue.tools
        source, target = tools[left.tool[a]].name, tools[right.tool[b]].name
        return Edge(self.kind, source, target, left.fields[a].pointer, right.fields[b].pointer, round(score, 6))

    def table(self, rows: IntArray, columns: IntArray, cosines: Floats) -> Floats:
        """Return the weighted sums of all evidence for each of some fields of `left` with each of some of `right`."""
        a, b = (places.ravel() for places in np.meshgrid(rows, columns, indexing="ij"))
        totals: Floats = self.totals(a, b, cosines.ravel()) + self.api_totals(a, b)
        return totals.reshape(cosines.shape)

    def totals(self, a: IntArray, b: IntArray, cosines: Floats) -> Floats:
        """Return the weighted sums of all evidence but `same_api`."""
        return self.combiner.total(self._of_fields(self.catalogue, a, b, cosines))

    def api_totals(self, a: IntArray, b: IntArray) -> Floats:
        """Return what `same_api` adds to the weighted sums."""
        return self.combiner.total([("same_api", self._of_api(self.catalogue, a, b))])

    @cached_property
    def left_best(self) -> Floats:
        """The most that a field of `left` adds to a total, with its half of what two fields have in common."""
        if self.is_symmetric:
            rare = np.float32(self.combiner.weights["rare"] / 2) * self.left.rare
            return rare + self._half_in_common(self.left, self.left.is_how, self.left.is_key)
        side, most = self.left, (evidence.DIRECTION - TAKING).max(axis=1)[self.left.effect]
        direction = np.where(side.is_handed_out, np.maximum(most, evidence.HANDED_OUT), most)
        direction = np.where(side.is_echo, evidence.ECHO, direction)
        alone = self.combiner.total([("rare", side.rare), ("purpose", side.purpose), ("direction", direction)])
        return alone + self._half_in_common(side, np.zeros(len(side), bool), side.is_key)

    @cached_property
    def right_best(self) -> Floats:
        """The most that a field of `right` adds to a total, with its half of what two fields have in common."""
        if self.is_symmetric:
            return self.left_best
        side = self.right
        alone = self.combiner.total([("needed", side.needed), ("direction", TAKING[side.effect])])
        return alone + self._half_in_common(side, side.is_paging, side.is_key & ~side.is_made)

    def _half_in_common(self, side: Side, is_excluded: Truths, is_key: Truths) -> Floats:
        """Return half of the most that `kind` and `entity` are for a field; the least of two is at most their mean."""
        kind = np.where(is_excluded, -0.5, 0.5 * ((side.kind > 0) | (side.family > 0))).astype(np.float32)
        return self.combiner.total([("kind", kind), ("entity", is_key * (evidence.SAME_THING / 2))])

    @property
    def pair_best(self) -> float:
        """The most that two fields add by fitting each other beyond that, apart from their cosine and API."""
        return self.combiner.weights["name"]

    @property
    def strangers_best(self) -> float:
        """The most that `same_api` adds for tools that are not at home with each other."""
        return self.combiner.weights["same_api"] * float(self.catalogue.apis.among_strangers.max(initial=0))

    def half_of_api(self, side: Side) -> Floats:
        """Return half of the most that `same_api` adds for a field and one of a stranger, or what it takes for sure.

        What it takes from fields met in two APIs is given back where the API of one is not known.
        """
        apis = self.catalogue.apis
        shared, is_known = apis.among_strangers[side.tool], apis.api[side.tool] >= 0
        is_right = self.is_symmetric or side is self.right
        abroad = evidence.ABROAD / 2 if self.is_symmetric else evidence.ABROAD
        half = np.where(is_known, shared / 2, -abroad if self.is_symmetric or side is self.left else np.float32(0))
        half = np.where(is_known & (shared == 0) & ~side.is_key & is_right, abroad, half)
        half = np.where(side.is_served & (shared == 0) & (not self.is_symmetric), np.float32(-1), half)
        return self.combiner.total([("same_api", half.astype(np.float32))])

    @property
    def _of_fields(self) -> Callable[[Catalogue, IntArray, IntArray, Floats], Evidence]:
        return evidence.likeness_evidence if self.is_symmetric else evidence.flow_evidence

    @property
    def _of_api(self) -> Callable[[Catalogue, IntArray, IntArray], Floats]:
        return evidence.api_of_likeness if self.is_symmetric else evidence.api_of_flow
