"""What a planner remembers of the turns it has planned: calls, values said, and what is gone."""

from dataclasses import dataclass, field
from typing import Any

from toolgraph.dialogue.blueprint import PlannedCall
from toolgraph.models.offline.flows import Flow, flows_between
from toolgraph.tools import pointers
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec


@dataclass(slots=True)
class Known:
    """A call that was planned, and what its result can give to later ones."""

    turn: int
    call: PlannedCall
    tool: ToolSpec
    pick: str = ""
    """The entry of its list that the dialogue went on with, if it did."""


@dataclass(slots=True)
class Memory:
    """Everything planned so far, as far as later turns depend on it."""

    known: list[Known] = field(default_factory=list)
    said: dict[str, tuple[Any, int]] = field(default_factory=dict)
    """Values the user has given, by what `said_as` calls them, with the turn."""
    used: dict[str, int] = field(default_factory=dict)
    """How often each tool was called."""
    gone: set[Any] = field(default_factory=set)
    """Ids of what was deleted: nobody speaks of it again."""
    asked: set[tuple[Any, ...]] = field(default_factory=set)
    """Every call planned, so that none is planned twice."""

    def remember(self, call: PlannedCall, tool: ToolSpec, turn: int) -> None:
        """Take one planned call in; what a call deletes is forgotten, with all that could lead to it."""
        self.asked.add(content_of(call))
        self.used[tool.name] = self.used.get(tool.name, 0) + 1
        for argument in call.arguments:
            name = said_as(pointers.split(argument.pointer)[-1], tool)
            if argument.source == "user" and not isinstance(argument.value, list):
                self.said[name] = (argument.value, turn)
            elif argument.source == "result" and argument.pick:
                for known in self.known:
                    if known.call.id == argument.call:
                        known.pick = known.pick or argument.pick
        if effects_of(tool) == "deletes":
            self.known = [one for one in self.known if not any(flow.is_id for flow in flows_between(one.tool, tool))]
            self.gone |= {argument.value for argument in call.arguments if isinstance(argument.value, str | int)}
        else:
            self.known.append(Known(turn, call, tool))

    def flows_into(self, tool: ToolSpec, turn: int, *, only_new: bool = False) -> dict[str, tuple[Known, Flow]]:
        """Return for each parameter of a tool the latest result that can give its value.

        Nobody says "the second one" of a list two turns ago, unless the dialogue went on with an entry of it. With
        `only_new` a value is left out that the tool was given before.
        """
        reach: dict[str, tuple[Known, Flow]] = {}
        for known in reversed(self.known):
            if known.tool.name == tool.name:
                continue
            for flow in flows_between(known.tool, tool):
                is_at_hand = pointers.ANY_ITEM not in flow.path or known.turn >= turn - 1 or known.pick
                if is_at_hand and not (only_new and self._was_given(tool, known, flow)):
                    reach.setdefault(flow.pointer, (known, flow))
        return reach

    def _was_given(self, tool: ToolSpec, known: Known, flow: Flow) -> bool:
        """Whether a tool has taken the value before: the only one, or that of the entry the dialogue went on with."""
        taken = (flow.pointer, repr(None), known.call.id, flow.path, known.pick)
        is_one = pointers.ANY_ITEM not in flow.path or bool(known.pick)
        return is_one and any(call[0] == tool.name and taken in call for call in self.asked)


def said_as(name: str, tool: ToolSpec) -> str:
    """Return what a value is remembered by: the words of its field, and for a bare `id` the thing it is of."""
    words = split_words(name)
    return f"{name_parts(tool.name).noun} {words}" if words in ("id", "uuid") else words


def content_of(call: PlannedCall) -> tuple[Any, ...]:
    """Return what a call asks, as something to compare."""
    return call.tool, *((one.pointer, repr(one.value), one.call, one.path, one.pick) for one in call.arguments)
