"""Tallies: many reasons, counted by kind, each kind with one example."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\b\d[\d,.]*")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """Reasons that differ only in names and numbers."""

    count: int
    reason: str
    """The first of them."""
    where: str
    """Where it stands."""


class Tally:
    """Counts reasons; those that differ only in what they quote and in numbers are of one kind.

    >>> tally = Tally()
    >>> tally.add("'city' has no type", "entry 1"); tally.add("'day' has no type", "entry 7")
    >>> tally.kinds()
    [Kind(count=2, reason="'city' has no type", where='entry 1')]
    """

    def __init__(self) -> None:
        self.total = 0
        self._kinds: dict[str, Kind] = {}

    def __bool__(self) -> bool:
        """Whether anything was added."""
        return self.total > 0

    def add(self, reason: str, where: str, count: int = 1) -> None:
        """Count one reason, or as many as a kind of them has."""
        self.total += count
        key = _PARTICULAR.sub("…", reason)
        known = self._kinds.get(key)
        self._kinds[key] = replace(known, count=known.count + count) if known else Kind(count, reason, where)

    def kinds(self) -> list[Kind]:
        """Return the kinds, the most frequent first."""
        return sorted(self._kinds.values(), key=lambda kind: -kind.count)

    def told(self) -> str:
        """Return the most frequent kinds in one line."""
        kinds = self.kinds()
        told = [f"{kind.count:,} x {kind.reason}, as in {kind.where}" for kind in kinds[:SHOWN]]
        return "; ".join(told) + (f"; {len(kinds) - SHOWN:,} other kinds" if len(kinds) > SHOWN else "")


def summed(kinds: Iterable[Kind]) -> list[Kind]:
    """Return the kinds of several tallies as those of one."""
    tally = Tally()
    for kind in kinds:
        tally.add(kind.reason, kind.where, kind.count)
    return tally.kinds()
