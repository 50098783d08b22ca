"""Progress: which sub-tasks of a task are done by the calls made so far, which may be begun, and what is still left."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from toolgraph.dialogue.task import Branch, CompositionalTask, SubTask


class Objection(NamedTuple):
    """What is wrong with a call where it stands."""

    check: str
    """`distractor`, `order` or `branch`."""
    function: str
    reason: str


class Side(NamedTuple):
    """One of the two ways that a decision can go."""

    decision: str
    """Id of the sub-task that decides."""
    branch: Branch

    @property
    def other(self) -> "Side":
        """The way it does not go then."""
        return Side(self.decision, "else" if self.branch == "then" else "then")


class Progress:
    """How far the sub-tasks of a task are. A call belongs to a sub-task by the name of its function.

    Where a function serves several, a call belongs to the first of them that lacks it and whose turn has come, else to
    one that had it already: looking twice, or once for every entry of a list, is no fault.
    """

    def __init__(self, task: CompositionalTask) -> None:
        self._subtasks = task.subtasks
        self._by_id = {one.id: one for one in task.subtasks}
        self._above = {one.id: task.ancestors(one.id) for one in task.subtasks}
        self._sides = self._sides_of(task)
        self._made: dict[str, set[str]] = {one.id: set() for one in task.subtasks}
        self._taken: set[Side] = set()

    def objections(self, functions: Sequence[str]) -> Iterator[Objection]:
        """Yield what is wrong with calling functions now, all of them in one message.

        Each must serve a sub-task, come after everything that this needs the outcome of, and lie on the side of a
        decision that was taken.
        """
        taken = set(self._taken)
        for name in functions:
            meant = self._meant(name)
            if not meant:
                yield Objection("distractor", name, f"{name} serves nothing that was asked for")
                continue
            one = meant[0]
            sides = self._sides[one.id]
            if any(side.other in taken for side in sides):
                yield Objection("branch", name, f"{name} belongs to the outcome of a decision that did not come")
            elif lacking := self._before(one):
                yield Objection("order", name, f"{name} comes before what it needs the outcome of: {lacking[0].text}")
            elif sides and name in self._made[one.id] and not one.is_repeated:
                yield Objection("branch", name, f"{name} was called, and what follows from a decision is done once")
            taken |= sides

    def take(self, functions: Sequence[str]) -> None:
        """Take note of calls that were made, in one message."""
        for name in functions:
            for one in self._meant(name)[:1]:
                self._made[one.id].add(name)
                self._taken |= self._sides[one.id]

    def left(self) -> tuple[SubTask, ...]:
        """Return what has to be done before the task is, by the functions of its sub-tasks.

        Of the two sides of a decision that is what is left of the one that was taken. Where both take functions and
        neither was taken, it is that of the first, though the other would do as well.
        """
        return tuple(self._lacking(self._by_id))

    # --- which sub-task a call belongs to -----------------------------------------------------------------------

    def _meant(self, function: str) -> list[SubTask]:
        """The sub-tasks that a call may belong to, the likeliest first."""
        return sorted(
            (one for one in self._subtasks if function in one.functions), key=lambda one: self._rank(one, function)
        )

    def _rank(self, one: SubTask, function: str) -> int:
        if self._before(one) or any(side.other in self._taken for side in self._sides[one.id]):
            return 2
        return 1 if function in self._made[one.id] else 0

    def _before(self, one: SubTask) -> tuple[SubTask, ...]:
        """What has to be done before a sub-task."""
        return tuple(self._lacking(self._above[one.id], assumed=self._sides[one.id]))

    def _lacking(self, ids: Collection[str], *, assumed: frozenset[Side] = frozenset()) -> Iterator[SubTask]:
        """Those of some sub-tasks that are not done and have to be; `assumed` are sides taken for granted."""
        among = [one for one in self._subtasks if one.id in ids and one.functions]
        taken = self._taken | assumed
        possible = {side for one in among for side in self._sides[one.id]}
        for one in among:
            is_done = self._made[one.id] >= set(one.functions)
            if not is_done and all(_is_wanted(side, taken, possible) for side in self._sides[one.id]):
                yield one

    def _sides_of(self, task: CompositionalTask) -> dict[str, frozenset[Side]]:
        """For every sub-task the sides it lies on, by its own mark or by that of what it needs.

        What needs both sides of a decision lies on neither: it comes after whichever was taken.
        """
        own = {one.id: self._own_side(one) for one in task.subtasks}
        found: dict[str, frozenset[Side]] = {}
        for one in task.subtasks:
            sides = {side for id in (one.id, *self._above[one.id]) for side in own[id]}
            found[one.id] = frozenset(side for side in sides if side.other not in sides) | own[one.id]
        return found

    def _own_side(self, one: SubTask) -> frozenset[Side]:
        if not one.branch:
            return frozenset()
        decisions = [id for id in one.needs if id in self._by_id and self._by_id[id].is_own_work]
        return frozenset({Side(decisions[0] if decisions else ",".join(one.needs), one.branch)})


def _is_wanted(side: Side, taken: Collection[Side], possible: Collection[Side]) -> bool:
    """Whether what lies on a side has to be done: it was taken, or one of two has to be and neither was."""
    if side in taken or side.other in taken:
        return side in taken
    return side.branch == "then" and side in possible and side.other in possible
