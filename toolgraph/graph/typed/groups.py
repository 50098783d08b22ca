"""Members by group, and pairs of groups spelled out as pairs of their members."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.typed.apis import Floats

PORTION = 1 << 19
"""Pairs that are spelled out at a time, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class Groups:
    """The members of each group: those of group `i` are `members[starts[i]]` to `members[starts[i + 1]]`, ascending."""

    keys: NDArray[Any]
    """What the members of each group have in common, ascending."""
    starts: NDArray[np.int64]
    members: IntArray

    @classmethod
    def of(cls, keys: NDArray[Any], members: IntArray | None = None) -> "Groups":
        """Return the groups of those that have equal keys: of `members`, ascending, or of 0, 1 and so on."""
        order = np.argsort(keys, kind="stable").astype(np.int32)
        ordered = keys[order]
        firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else order
        return cls(ordered[firsts], np.append(firsts, len(keys)), order if members is None else members[order])

    @property
    def first(self) -> IntArray:
        """The first member of each group."""
        return self.members[self.starts[:-1]]

    def over(self, finer: "Groups") -> "Groups":
        """Return the same groups with finer ones as their members; each of these lies within one of ours."""
        group_of = np.empty(self.members.max(initial=-1) + 1, np.int32)
        group_of[self.members] = np.repeat(np.arange(len(self.keys), dtype=np.int32), np.diff(self.starts))
        return Groups.of(group_of[finer.first])

    def most(self, values: Floats) -> Floats:
        """Return the highest value of a member of each group."""
        return np.maximum.reduceat(values[self.members], self.starts[:-1]) if len(self.members) else values

    def lists(self) -> Iterator[IntArray]:
        """Yield the members of each group."""
        for start, end in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            yield self.members[start:end]


def spelled_out(
    a: IntArray, b: IntArray, left: Groups, right: Groups
) -> Iterator[tuple[NDArray[np.int64], IntArray, IntArray]]:
    """Yield all pairs of members of pairs of groups: the place of the pair of groups, and the two members."""
    widths = right.starts[b + 1] - right.starts[b]
    counts = (left.starts[a + 1] - left.starts[a]) * widths
    ends = np.cumsum(counts)
    first = 0
    while first < len(a):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + PORTION, side="right")))
        part = counts[first:last]
        pair = np.repeat(np.arange(first, last), part)
        row, column = np.divmod(np.arange(len(pair)) - np.repeat(ends[first:last] - part - before, part), widths[pair])
        yield pair, left.members[left.starts[a[pair]] + row], right.members[right.starts[b[pair]] + column]
        first = last
