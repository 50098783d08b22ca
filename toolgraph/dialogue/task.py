"""Compositional tasks: what a user wants as a whole, and the sub-tasks it consists of (BUTTON, arXiv 2410.12952)."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Literal

from pydantic import BaseModel, ConfigDict

_FROZEN = ConfigDict(frozen=True, extra="forbid")

Composition = Literal["sequential", "parallel", "chain", "tree", "conditional", "aggregation"]
"""How sub-tasks make one task: the two published heuristics, and what they lack.

`sequential` is A -> B, where B needs what A finds; `parallel` is (A || A') -> B, where B needs what both find. A
`chain` goes on to a given depth, in a `tree` such a chain is one of the branches that meet, `conditional` decides by a
result which sub-task comes next, and `aggregation` does the same for every entry of a list and sums it up.
"""
Branch = Literal["", "then", "else"]


class DataFlow(BaseModel):
    """What one sub-task finds and another uses."""

    model_config = _FROZEN

    giver: str
    """Id of the sub-task that finds it."""
    taker: str
    """Id of the sub-task that uses it."""
    name: str
    """What it is, in words: "the cheapest campsite"."""
    returned: str = ""
    """Where it stands in the result of a function of the giver, as a pointer with `*` for entries of a list.

    It is empty until functions are defined, and where one side has none.
    """
    parameter: str = ""
    """The parameter of a function of the taker that it goes into, as a pointer."""


class SubTask(BaseModel):
    """A part of a task that one would do in one go."""

    model_config = _FROZEN

    id: str
    """Short, and unique in the task: `s1`."""
    text: str
    """What is to be done, in one line that names every value and no function."""
    needs: tuple[str, ...] = ()
    """Ids of the sub-tasks whose outcome it uses."""
    functions: tuple[str, ...] = ()
    """Names of the functions it takes, in the order of their calls; empty until functions are defined."""
    is_own_work: bool = False
    """Whether it is logic, comparison or arithmetic, which the assistant does itself, without a function."""
    branch: Branch = ""
    """Whether it is done only if the decision it needs comes out as yes (`then`) or as no (`else`)."""
    is_repeated: bool = False
    """Whether it is done for every entry of a list."""


class CompositionalTask(BaseModel):
    """A task and its sub-tasks, which form a directed acyclic graph."""

    model_config = _FROZEN

    id: str
    scenario: str
    """The situation it came from."""
    composition: Composition
    text: str
    """The whole task, as it is put to the user who will state it."""
    subtasks: tuple[SubTask, ...]
    """In an order in which they can be done."""
    flows: tuple[DataFlow, ...] = ()
    """What goes from one sub-task to another."""

    def ancestors(self, subtask: str) -> frozenset[str]:
        """Return the ids of all sub-tasks that one needs, and those that these need, and so on."""
        by_id = {one.id: one for one in self.subtasks}
        found: set[str] = set()
        waiting = list(by_id[subtask].needs)
        while waiting:
            one = waiting.pop()
            if one not in found and one in by_id:
                found.add(one)
                waiting.extend(by_id[one].needs)
        return frozenset(found)

    def levels(self) -> Iterator[tuple[SubTask, ...]]:
        """Yield groups of sub-tasks, each of which needs only what the groups before it did.

        Raises:
            graphlib.CycleError: the sub-tasks need each other in a circle.
        """
        by_id = {one.id: one for one in self.subtasks}
        sorter = TopologicalSorter({one.id: [need for need in one.needs if need in by_id] for one in self.subtasks})
        sorter.prepare()
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=list(by_id).index)
            yield tuple(by_id[one] for one in ready)
            sorter.done(*ready)
