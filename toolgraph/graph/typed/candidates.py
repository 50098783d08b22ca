"""Which pairs of fields are worth scoring, and their totals: all of one API, and of others those with similar texts.

Fields with one profile have the same evidence but for the API, so pairs of profiles are scored, and only those that
can pass are spelled out as pairs of fields. What is dropped earlier could not pass: the bounds are upper bounds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import IntArray
from toolgraph.graph.similarity import MANY, ROWS, cosines_of, similar_blocks
from toolgraph.graph.typed.apis import Apis, Floats
from toolgraph.graph.typed.evidence import told_by_cosine
from toolgraph.graph.typed.groups import Groups, spelled_out
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Side

Scored = tuple[IntArray, IntArray, Floats]
"""Fields of the left side, of the right side, and the total of each pair."""

NEAR = 0.6
"""The cosine above which fields of different APIs are compared."""
GATHERED = 1 << 16
"""Pairs that are put together before they are looked at further: it saves time, and changes nothing else."""


SLACK = 1e-3
"""By how much a bound may be missed by rounding."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which fields are paired, by their places: `rows` of the left side with `columns` of the right, ascending.

    Where `is_symmetric`, these are the same fields, and each pair of them counts once.
    """

    rows: IntArray
    columns: IntArray
    is_symmetric: bool

    @classmethod
    def all_of(cls, question: Question) -> "Among":
        """Return all fields of both sides."""
        rows, columns = (np.arange(len(side), dtype=np.int32) for side in (question.left, question.right))
        return cls(rows, columns, question.is_symmetric)

    def at_home(self, question: Question) -> "Among":
        """Return the fields of tools that may be at home with each other."""
        home = question.catalogue.apis.home
        of_rows, of_columns = home[question.left.tool[self.rows]], home[question.right.tool[self.columns]]
        rows = self.rows[np.isin(of_rows, of_columns) & (of_rows >= 0)]
        columns = self.columns[np.isin(of_columns, of_rows) & (of_columns >= 0)]
        return Among(rows, columns, self.is_symmetric)


def passing_pairs(
    question: Question, vectors: Vectors, least: float, among: Among, *, is_approximate: bool | None = None
) -> Iterator[Scored]:
    """Yield the pairs of fields of two tools whose total lies above `least`; of a symmetric question each pair once.

    `vectors` has a unit vector for each text of these fields, at its place among those of the catalogue. The result
    does not depend on the size of portions. `is_approximate` says how similar texts are looked for (`similar_blocks`).
    """
    others = _of_others(question, vectors, least, among, is_approximate=is_approximate)
    for a, b, totals in chain(others, _at_home(question, vectors, least, among)):
        kept = totals > least
        yield a[kept], b[kept], totals[kept]


def _of_others(
    question: Question, vectors: Vectors, least: float, among: Among, *, is_approximate: bool | None
) -> Iterator[Scored]:
    """Yield pairs of tools that are not at home with each other, by the texts of their fields."""
    left, right, home = question.left, question.right, question.catalogue.apis.home
    rows, columns = among.rows, among.columns
    left_texts, right_texts = Groups.of(left.text[rows], rows), Groups.of(right.text[columns], columns)
    numbered = Side.meaning if question.is_symmetric else Side.profile
    left_profiles = Groups.of(numbered(left, rows), rows)
    right_profiles = Groups.of(numbered(right, columns), columns)
    left_holders, right_holders = left_texts.over(left_profiles), right_texts.over(right_profiles)
    left_best, right_best = question.left_best, question.right_best
    bounds = (left_texts.most(left_best + question.half_of_api(left)),
              right_texts.most(right_best + question.half_of_api(right)))  # fmt: skip
    cosine_weight = question.combiner.weights["cosine"]
    is_symmetric = among.is_symmetric
    rest_of_texts = question.pair_best - least + SLACK
    rest = rest_of_texts + question.strangers_best

    def hopeful_texts() -> Iterator[Scored]:
        for rows, columns, cosines in _similar_texts(
            vectors, (left_texts.keys, right_texts.keys), bounds, cosine_weight + rest_of_texts,
            is_symmetric=is_symmetric, is_approximate=is_approximate,
        ):  # fmt: skip
            best = bounds[0][rows] + bounds[1][columns] + cosine_weight * told_by_cosine(cosines)
            hopeful = np.flatnonzero(best + rest_of_texts > 0)
            yield rows[hopeful], columns[hopeful], cosines[hopeful]

    for rows, columns, cosines in _gathered(hopeful_texts()):
        told = cosine_weight * told_by_cosine(cosines)
        for pair, x, y in spelled_out(rows, columns, left_holders, right_holders):
            a, b = left_profiles.first[x], right_profiles.first[y]
            hopeful = np.flatnonzero(left_best[a] + right_best[b] + told[pair] + rest > 0)
            pair, x, y, a, b = pair[hopeful], x[hopeful], y[hopeful], a[hopeful], b[hopeful]
            totals = question.totals(a, b, cosines[pair])
            hopeful = np.flatnonzero(totals + question.strangers_best - least + SLACK > 0)
            x, y, totals = x[hopeful], y[hopeful], totals[hopeful]
            for pair_of_profiles, a, b in spelled_out(x, y, left_profiles, right_profiles):
                tools = left.tool[a], right.tool[b]
                kept = (tools[0] != tools[1]) & ((home[tools[0]] != home[tools[1]]) | (home[tools[0]] < 0))
                if is_symmetric:
                    kept &= (a < b) | (left.text[a] != right.text[b])
                if question.is_symmetric:
                    a, b = np.minimum(a, b), np.maximum(a, b)
                a, b = a[kept], b[kept]
                yield a, b, totals[pair_of_profiles[kept]] + question.api_totals(a, b)


def _at_home(question: Question, vectors: Vectors, least: float, among: Among) -> Iterator[Scored]:
    """Yield pairs of tools of one API, or of one section of a large one, whatever their texts."""
    left, right, apis = question.left, question.right, question.catalogue.apis
    among = among.at_home(question)
    left_best = question.left_best + question.combiner.total([("same_api", apis.at_home[left.tool])])
    right_best = question.right_best
    sides = Texts.of(left, apis, among.rows), Texts.of(right, apis, among.columns)
    bounds = sides[0].groups.most(left_best), sides[1].groups.most(right_best)
    cosine_weight = question.combiner.weights["cosine"]
    rest = question.pair_best - least + SLACK

    def hopeful_texts() -> Iterator[Scored]:
        for rows, columns in _homes(*sides):
            cosines = cosines_of(vectors[sides[0].text[rows]], vectors[sides[1].text[columns]])
            best = bounds[0][rows, None] + bounds[1][columns] + cosine_weight * told_by_cosine(cosines)
            x, y = np.nonzero(best + rest > 0)
            yield (x + rows.start).astype(np.int32), (y + columns.start).astype(np.int32), cosines[x, y]

    for rows, columns, cosines in _gathered(hopeful_texts()):
        told = cosine_weight * told_by_cosine(cosines)
        for pair, a, b in spelled_out(rows, columns, sides[0].groups, sides[1].groups):
            kept = (left_best[a] + right_best[b] + told[pair] + rest > 0) & (left.tool[a] != right.tool[b])
            if among.is_symmetric:
                kept &= a < b
            pair, a, b = pair[kept], a[kept], b[kept]
            if question.is_symmetric:
                a, b = np.minimum(a, b), np.maximum(a, b)
            yield a, b, question.totals(a, b, cosines[pair]) + question.api_totals(a, b)


@dataclass(frozen=True, eq=False)
class Texts:
    """The distinct texts of the fields of each home, home after home; arrays run over texts."""

    groups: Groups
    """The fields that have a text at a home."""
    home: IntArray
    text: IntArray

    @classmethod
    def of(cls, side: Side, apis: Apis, among: IntArray) -> "Texts":
        """Return the texts of some fields of a side; those of tools without a home come first, under -1."""
        count = int(side.text.max(initial=0)) + 1
        groups = Groups.of(apis.home[side.tool[among]].astype(np.int64) * count + side.text[among], among)
        return cls(groups, *np.divmod(groups.keys, count))


def _homes(left: Texts, right: Texts) -> Iterator[tuple[slice, slice]]:
    """Yield where the texts of each home lie."""
    homes = np.intersect1d(left.home, right.home)
    homes = homes[homes >= 0]
    ends = (np.searchsorted(texts.home, homes, side).tolist() for texts in (left, right) for side in ("left", "right"))
    for first, last, start, end in zip(*ends, strict=True):
        yield slice(first, last), slice(start, end)


def _gathered(portions: Iterable[Scored]) -> Iterator[Scored]:
    """Put small portions together."""
    found: list[Scored] = []
    size = 0
    for portion in portions:
        found.append(portion)
        size += len(portion[0])
        if size > GATHERED:
            yield _joined(found)
            found, size = [], 0
    if found:
        yield _joined(found)


def _joined(portions: Sequence[Scored]) -> Scored:
    rows, columns, values = (np.concatenate(parts) for parts in zip(*portions, strict=True))
    return rows, columns, values


def _similar_texts(
    vectors: Vectors, texts: tuple[IntArray, IntArray], bounds: tuple[Floats, Floats], rest: float,
    *, is_symmetric: bool, is_approximate: bool | None,
) -> Iterator[Scored]:  # fmt: skip
    """Yield similar texts by their places in `texts`; those of which even equal vectors would not add up are left out.

    Texts are put in the order of their bounds, so that what a portion of them can pass with comes first.
    """
    if is_symmetric:
        places = np.arange(len(texts[0]), dtype=np.int32)
        yield places, places, np.ones(len(places), np.float32)
    row_order, column_order = (np.argsort(-bound, kind="stable").astype(np.int32) for bound in bounds)
    reached = np.searchsorted(-bounds[1][column_order], bounds[0][row_order] + np.float32(rest))
    row_order, column_order = row_order[reached > 0], column_order[: reached.max(initial=0)]
    if is_approximate or (is_approximate is None and max(len(row_order), len(column_order)) > MANY):
        column_order = row_order if is_symmetric else column_order
        left = vectors[texts[0][row_order]]
        right = left if is_symmetric else vectors[texts[1][column_order]]
        for x, y, cosines in similar_blocks(
            left, right, NEAR, is_symmetric=is_symmetric, is_approximate=is_approximate
        ):
            rows, columns = row_order[x], column_order[y]
            if is_symmetric:
                rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
            yield rows, columns, cosines
        return
    right = vectors[texts[1][column_order]]
    for top in range(0, len(row_order), ROWS):
        start, end = top if is_symmetric else 0, int(reached[top])
        left = vectors[texts[0][row_order[top : top + ROWS]]]
        for x, y, cosines in similar_blocks(left, right[start:end], NEAR, is_symmetric=False):
            rows, columns = row_order[top + x], column_order[start + y]
            if is_symmetric:
                later = x < y
                rows, columns, cosines = rows[later], columns[later], cosines[later]
                rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
            yield rows, columns, cosines
