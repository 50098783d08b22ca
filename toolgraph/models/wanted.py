"""Wanted: the plan, and the item of it that comes now, as the user reads them in a prompt."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedTurn
from toolgraph.dialogue.writing import is_english, is_locale, names_language, names_own_language
from toolgraph.models.offline.speech import entity_noun
from toolgraph.models.shown import in_words
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_PICKED = {"0": "the first one", "1": "the second one", "-1": "the last one"}
_TIMES = frozenset({"date", "time", "datetime", "year"})
_CHITCHAT = "This is small talk: ask for nothing."
_UNPLANNED = (
    "Nothing is written down: think of a need yourself, one that the assistant can meet and that follows naturally "
    "from what was said."
)
_VALUES = "What it comes down to, in words of your own, and the values to state, as they are:"
_NO_VALUES = "No values are given: make up concrete ones, as many as the request needs."
_FORGET = (
    "Leave out what the item says is forgotten, or else one thing that the assistant cannot do without, and give it "
    "only when you are asked."
)
_REMEMBER = "What was left out before, supply now: make up a concrete value for it."


def plan_text(plan: Sequence[PlannedTurn], current: int) -> str:
    """Return the items of a plan, numbered from 1, each with how far it is; `current` counts from 0."""
    if not any(turn.intent for turn in plan):
        return f"Nothing is written down. You want {max(len(plan), current + 1)} things in all, one after another."
    return "\n".join(f"{number + 1}. ({_progress(number, current)}) {turn.intent}" for number, turn in enumerate(plan))


def _progress(number: int, current: int) -> str:
    return "now" if number == current else "brought up" if number < current else "later"


def need_text(
    turn: PlannedTurn, tools: Sequence[ToolSpec], *, asked_back: bool, plan: Sequence[PlannedTurn] = (), number: int = 0
) -> str:
    """Return what item `number` of a plan asks of the user: the need, and the values that he has to state for it.

    A value the plan keeps back is not shown until the assistant has asked; what nobody knows cannot slip out.
    """
    if turn.kind == "chitchat":
        return f"{turn.intent or 'A remark in passing.'}\n\n{_CHITCHAT}"
    need = _Need(turn, {tool.name: tool for tool in tools}, _givers((*plan[:number], turn)), number)
    lines = [turn.intent or _UNPLANNED]
    if any(step.calls for step in turn.steps):
        lines += ["", _VALUES, "", *(line for line in need.details(asked_back=asked_back) if line)]
    elif turn.kind == "missing_parameter":
        lines += ["", _REMEMBER if asked_back else f"{_NO_VALUES} {_FORGET}"]
    elif not asked_back:
        lines += ["", _NO_VALUES]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Giver:
    """A call whose result is used: the item it belongs to, counted from 0, and the name of its tool."""

    item: int
    tool: str


def _givers(turns: Sequence[PlannedTurn]) -> dict[str, _Giver]:
    return {
        call.id: _Giver(item, call.tool)
        for item, turn in enumerate(turns) for step in turn.steps for call in step.calls
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Need:
    """One item of a plan, and where what it uses comes from."""

    turn: PlannedTurn
    tools: Mapping[str, ToolSpec]
    givers: Mapping[str, _Giver]
    number: int

    def details(self, *, asked_back: bool) -> Iterator[str]:
        """Yield a line on each call and on each argument; an empty one where there is nothing to say."""
        for place, step in enumerate(self.turn.steps):
            kept_back = self.turn.withheld if place == 0 and not asked_back else ()
            for call in step.calls:
                tool = self.tools.get(call.tool)
                if tool is None:
                    continue
                yield f"- {in_words(tool.description, tool) or split_words(tool.name)}"
                for argument in call.arguments:
                    field = _field_at(tool, argument.pointer)
                    label = _label(argument, field, tool)
                    if argument.pointer in kept_back:
                        yield f"  - not before you are asked: {label}; neither say it nor make one up now"
                    elif argument.source == "result":
                        yield self._found(argument, label)
                    else:
                        yield _stated(argument, field, label, tool, is_asked_for=argument.pointer in self.turn.withheld)

    def _found(self, argument: PlannedArgument, label: str) -> str:
        """What the user says of a value that he knows from the assistant at most."""
        giver = self.givers.get(argument.call)
        is_earlier = giver is not None and giver.item < self.number
        origin = f"from item {giver.item + 1}" if giver and is_earlier else "that turn up"
        if argument.pick and pointers.ANY_ITEM in pointers.split(argument.path):
            head, _, _ = argument.path.partition(f"/{pointers.ANY_ITEM}")
            entries = split_words(pointers.split(head)[-1]) if head else "results"
            which = _picked(argument.pick, head, self.tools.get(giver.tool) if giver else None)
            return f"  - {which}, of the {entries} {origin} ({label})"
        if not is_earlier:
            return ""
        names = [entity_noun(keys[-1]) for keys in map(pointers.split, (argument.path, argument.pointer)) if keys]
        return f"  - the {next(filter(None, names), 'result')} {origin} ({label})"


def _stated(argument: PlannedArgument, field: Field | None, label: str, tool: ToolSpec, *, is_asked_for: bool) -> str:
    """One line on a value that the user states, or none where he has nothing to say of it."""
    value = argument.value
    if argument.source not in ("user", "inferred"):
        return ""
    if field and names_own_language(field, tool) and is_english(value) and not is_asked_for:
        return f"  - {_value_text(value)} ({label}); it shows in what you write and need not be said"
    if argument.is_carried:
        return f"  - {_value_text(value)} ({label}); it came up before, so refer back to it"
    if isinstance(value, bool):
        return f"  - {_value_text(value)} ({label}); make that plain with words of these"
    is_code = field is not None and names_language(field) and is_locale(value)
    if isinstance(value, str) and field is not None and "enum" in field.schema and not is_code:
        return f"  - {split_words(value) or value} ({label}); use the word itself"
    return f"  - {_value_text(value)} ({label})"


def _picked(pick: str, head: str, giver: ToolSpec | None) -> str:
    if pick in _PICKED:
        return _PICKED[pick]
    extreme, _, pointer = pick.partition(":")
    names = pointers.split(pointer)
    if not names:
        return f"number {int(pick) + 1}" if pick.isdigit() else "one of them"
    whole = f"{head}/{pointers.ANY_ITEM}{pointer}"
    field = next((one for one in giver.return_fields if one.pointer == whole), None) if giver else None
    is_time = kind_of(field or Field(whole, names[-1], "", {}, False)) in _TIMES
    lowest, highest = ("earliest", "latest") if is_time else ("lowest", "highest")
    return f"the one with the {lowest if extreme == 'min' else highest} {split_words(names[-1])}"


def _label(argument: PlannedArgument, field: Field | None, tool: ToolSpec) -> str:
    """What an argument is, in words: its description, since the user knows no parameter by name."""
    if field is not None:
        return in_words(field.description, tool) or split_words(field.name)
    keys = pointers.split(argument.pointer)
    return split_words(keys[-1]) if keys else split_words(tool.name)


def _field_at(tool: ToolSpec, pointer: str) -> Field | None:
    """The field of an argument; for a list that is named as a whole, that of its entries."""
    wanted = (pointer, f"{pointer}/{pointers.ANY_ITEM}")
    return next(
        (one for one in tool.parameter_fields if pointers.matches(one.pointer, pointer) or one.pointer in wanted), None
    )


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(_value_text(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
