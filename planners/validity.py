"""Validity: everything that can be wrong with a plan, as sentences that its writer can act on.

A plan is written before anyone speaks, so what is wrong with it can be mended for the price of one answer; what passes
here and cannot be played costs a whole dialogue.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedTurn, PlanStyle
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.provenance import Transcript
from toolgraph.dialogue.writing import is_english, names_own_language
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.names import looks_like_identifier
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import schema_errors

_WORDS = re.compile(r"\w+(?:\.\w+)*")
_PICK = re.compile(r"-?\d+|(?:min|max):/.+")
_STAND_INS = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}, "null": None}
"""What stands for a value that only the dialogue will bring, by type, while the rest of a call is validated."""


def plan_errors(
    turns: Sequence[PlannedTurn], *, tools: Sequence[ToolSpec], plan_style: PlanStyle, target_turns: int, system: str
) -> Iterator[str]:
    """Yield what is wrong with the turns of a plan, one sentence each; nothing if it can be played."""
    yield from _shape_errors(turns, target_turns)
    offered = {tool.name: tool for tool in tools}
    names = _names_of(tools)
    for number, turn in enumerate(turns, 1):
        yield from (f"item {number}: {reason}" for reason in _intent_errors(turn, names))
    if plan_style == "grounded":
        yield from _CallChecks(offered, system).errors(turns)
        return
    for number, turn in enumerate(turns, 1):
        if turn.steps or turn.withheld:
            yield f"item {number}: holds calls; this plan holds needs only"


def _shape_errors(turns: Sequence[PlannedTurn], target_turns: int) -> Iterator[str]:
    """What is wrong with the turns as a whole."""
    chats = sum(turn.kind == "chitchat" for turn in turns)
    if chats == len(turns):
        yield "the plan holds no request for a tool"
        return
    if turns[0].kind == "chitchat":
        yield "the first item is chitchat; begin with something that the tools can do"
    if 2 * chats > len(turns):
        yield f"{chats} of {len(turns)} items are chitchat; have more items that the tools can do something for"
    speaks = sum(2 if turn.kind == "missing_parameter" else 1 for turn in turns)
    if abs(speaks - target_turns) > max(1, target_turns // 4):
        yield (
            f"with these items the user speaks {speaks} times, and not {target_turns}: each counts one, and those of "
            "kind missing_parameter count two"
        )


def _intent_errors(turn: PlannedTurn, names: frozenset[str]) -> Iterator[str]:
    """What is wrong with the words of one need."""
    if not turn.intent.strip():
        yield "the intent is empty; say in one sentence what the user needs"
    for word in dict.fromkeys(_WORDS.findall(turn.intent)):
        if word in names:
            yield f"the intent says '{word}', a name out of a tool's definition; say it as the user would"
    for value in _told_values(turn):
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", turn.intent):
            yield f"the intent says '{value}', a value of an argument; say the need without its values"


def _names_of(tools: Sequence[ToolSpec]) -> frozenset[str]:
    """The names of tools and parameters that nobody would say for another reason."""
    names = {tool.name for tool in tools}
    names.update(key for tool in tools for field in tool.parameter_fields for key in pointers.split(field.pointer))
    return frozenset(name for name in names if looks_like_identifier(name))


def _told_values(turn: PlannedTurn) -> Iterator[str]:
    """The values of the user's that can be told from ordinary words: those with a digit or a capital letter."""
    for argument in _stated(turn):
        text = argument.value
        if isinstance(text, str) and len(text) > 2 and text != text.lower():
            yield text


def _stated(turn: PlannedTurn) -> Iterator[PlannedArgument]:
    """The arguments whose values the user states."""
    for step in turn.steps:
        for call in step.calls:
            yield from (argument for argument in call.arguments if argument.source == "user")


def _name(pointer: str) -> str:
    """The name of an argument, under which other tools may take it too."""
    return pointer.rpartition("/")[2]


class _CallChecks:
    """What is wrong with the calls of a plan, turn after turn; the calls of earlier steps are its state."""

    def __init__(self, tools: Mapping[str, ToolSpec], system: str) -> None:
        self.tools = tools
        self.nothing, self.context = Transcript(), Transcript()
        self.context.append(Message(role="system", content=system))
        self.ids: set[str] = set()
        self.earlier: dict[str, ToolSpec | None] = {}
        self.said: dict[str, Any] = {}
        """What the user stated last in earlier items, by the name of the argument."""

    def errors(self, turns: Sequence[PlannedTurn]) -> Iterator[str]:
        for number, turn in enumerate(turns, 1):
            yield from (f"item {number}: {reason}" for reason in self._turn_errors(turn))
            self.said |= {_name(argument.pointer): argument.value for argument in _stated(turn)}

    def _turn_errors(self, turn: PlannedTurn) -> Iterator[str]:
        if turn.kind == "chitchat":
            if turn.steps:
                yield "chitchat holds calls; make it a tool_request or leave them out"
            return
        if not any(step.calls for step in turn.steps):
            yield f"'{turn.intent}' holds no calls"
            return
        for step in turn.steps:
            if not step.calls:
                yield "one of the steps holds no calls; leave it out"
            for call in step.calls:
                yield from (f"call '{call.id}': {reason}" for reason in self._call_errors(call))
            self.earlier |= {call.id: self.tools.get(call.tool) for call in step.calls}
        yield from self._withheld_errors(turn)

    def _withheld_errors(self, turn: PlannedTurn) -> Iterator[str]:
        if turn.kind != "missing_parameter":
            if turn.withheld:
                yield "something is withheld, but the kind is not missing_parameter"
            return
        if not turn.withheld:
            yield "the kind is missing_parameter, but nothing is withheld; name the pointer of one argument"
        calls = turn.steps[0].calls
        if len(calls) != 1:
            yield "the first step of a missing_parameter item must be a single call"
            return
        tool = self.tools.get(calls[0].tool)
        arguments = {argument.pointer: argument for argument in calls[0].arguments}
        for pointer in turn.withheld:
            argument, field = arguments.get(pointer), _field_at(tool, pointer)
            if argument is None or argument.source != "user" or argument.is_carried:
                yield f"{pointer} is withheld, but is no argument of the first step that the user states anew"
            elif field is not None and not field.is_required:
                yield f"{pointer} is withheld, but is not required: the assistant would not ask for it"
            elif _name(pointer) in self.said and self.said[_name(pointer)] == argument.value:
                yield f"{pointer} is withheld, but an earlier item states it: the assistant would not ask for it"

    def _call_errors(self, call: PlannedCall) -> Iterator[str]:
        if not call.id or call.id in self.ids:
            yield "has no id" if not call.id else "another call has this id"
        self.ids.add(call.id)
        tool = self.tools.get(call.tool)
        if tool is None:
            yield f"the plan calls '{call.tool}', which is not offered; the tools are {', '.join(self.tools)}"
            return
        wrong = [argument.pointer for argument in call.arguments if not argument.pointer.startswith("/")]
        if wrong:
            yield f"'{wrong[0]}' is no JSON Pointer; write '/{wrong[0]}'"
            return
        yield from _value_errors(call, tool)
        for argument in call.arguments:
            yield from (f"{argument.pointer}: {reason}" for reason in self._source_errors(argument, tool))

    def _source_errors(self, argument: PlannedArgument, tool: ToolSpec) -> Iterator[str]:
        match argument.source:
            case "result":
                yield from self._result_errors(argument)
            case "context":
                if self._source(self.context, argument, tool) != "context":
                    yield f"{argument.value!r} does not stand in what the assistant is told; choose another source"
            case "default":
                if self._source(self.nothing, argument, tool) != "default":
                    yield f"{argument.value!r} is not the default that the schema states; choose another source"
            case "inferred":
                if not _can_be_inferred(argument.value, _field_at(tool, argument.pointer), tool):
                    yield f"{argument.value!r} is no yes or no and no listed choice; have the user say it"

    def _source(self, transcript: Transcript, argument: PlannedArgument, tool: ToolSpec) -> str:
        """Where the first leaf of a value comes from, seen from a transcript."""
        return next(
            (transcript.source_of("", f"{argument.pointer}{at}", leaf, tool).source
             for at, leaf in pointers.leaves(argument.value)), "default",
        )  # fmt: skip

    def _result_errors(self, argument: PlannedArgument) -> Iterator[str]:
        if argument.call not in self.earlier:
            yield f"uses the result of '{argument.call}', which does not come before it in an earlier step"
            return
        giver = self.earlier[argument.call]
        known = [field.pointer for field in giver.return_fields] if giver else []
        if giver and known and not any(pointers.matches(pointer, argument.path) for pointer in known):
            yield f"'{giver.name}' returns nothing at '{argument.path}'; it returns {', '.join(known[:12])}"
        lists = pointers.split(argument.path).count(pointers.ANY_ITEM) if argument.path else 0
        if lists > 1:
            yield f"'{argument.path}' leads through {lists} lists, and pick can choose from one only"
        if lists == 1 and not _PICK.fullmatch(argument.pick):
            yield f"'{argument.path}' leads through a list; say in pick which entry, as 0, -1 or min:/price"


def _value_errors(call: PlannedCall, tool: ToolSpec) -> Iterator[str]:
    """What the tool's schema does not admit, apart from values that are not known yet."""
    arguments: dict[str, Any] = {}
    later: list[str] = []
    for argument in call.arguments:
        value = argument.value
        if argument.source == "result":
            later.append(argument.pointer)
            value = _stand_in(_field_at(tool, argument.pointer))
        pointers.put(arguments, argument.pointer, value)
    for error in schema_errors(tool, arguments):
        place = error.partition(": ")[0]
        if "no such parameter" in error or not any(f"{pointer}/".startswith(f"{place}/") for pointer in later):
            yield error


def _can_be_inferred(value: Any, field: Field | None, tool: ToolSpec) -> bool:
    """Whether a value shows in how somebody talks: a yes or no, choices, or the language of what he writes."""
    if field and names_own_language(field, tool) and is_english(value):
        return True
    options = field.schema.get("enum", ()) if field else ()
    entries = value if isinstance(value, list) and value else [value]
    return all(isinstance(entry, bool) or entry in options for entry in entries)


def _stand_in(field: Field | None) -> Any:
    types = field.types if field else ()
    return _STAND_INS.get(types[0], "x") if types else "x"


def _field_at(tool: ToolSpec | None, pointer: str) -> Field | None:
    """The field of an argument; for a list that is named as a whole, that of its entries."""
    fields = tool.parameter_fields if tool else ()
    return next(
        (
            field for field in fields
            if pointers.matches(field.pointer, pointer) or field.pointer == f"{pointer}/{pointers.ANY_ITEM}"
        ),
        None,
    )  # fmt: skip
