"""Planned: what a call leaves out although the plan meant it and the user said it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from agents.steps import StepError
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.provenance import Provenance, Transcript
from toolgraph.tools import pointers
from toolgraph.tools.spec import ToolSpec


def pair(
    turn: PlannedTurn, calls: Sequence[ToolCall], made: Collection[str]
) -> tuple[tuple[PlannedCall, ToolCall], ...]:
    """Return which planned call each call is: of those of its tool that were not made yet, the one most like it."""
    waiting = [call for step in turn.steps for call in step.calls if call.id not in made]
    pairs: list[tuple[PlannedCall, ToolCall]] = []
    for call in calls:
        same = [one for one in waiting if one.tool == call.name]
        if same:
            arguments = call.parsed()
            planned = max(same, key=lambda one: _likeness(one, arguments))
            waiting.remove(planned)
            pairs.append((planned, call))
    return tuple(pairs)


def require_stated(
    pairs: Sequence[tuple[PlannedCall, ToolCall]], messages: Sequence[Message], tools: Mapping[str, ToolSpec]
) -> None:
    """Require of calls every planned argument whose value the user stated. The plan itself is not spoken of.

    Raises:
        StepError: a call leaves one out.
    """
    heard = _heard(messages)
    for planned, call in pairs:
        arguments, tool = call.parsed(), tools[call.name]
        for argument in planned.arguments:
            if argument.source not in ("user", "inferred") or not _lacks(arguments, argument):
                continue
            origins = [
                heard.source_of(call.id, pointer, leaf, tool)
                for pointer, leaf in pointers.leaves(argument.value, argument.pointer)
            ]
            if origins and all(origin.source in ("user", "inferred") for origin in origins):
                said = _said(origins[0], messages)
                raise StepError(
                    "missing_argument", f"{said}; {call.name} takes that as {argument.pointer}", call.arguments
                )


def is_held(turn: PlannedTurn, tool: str, pointer: str) -> bool:
    """Say whether a call of this turn is to have an argument, so that leaving it out is no way out."""
    return any(
        call.tool == tool and f"{pointer}/".startswith(f"{argument.pointer}/")
        for step in turn.steps for call in step.calls for argument in call.arguments
    )  # fmt: skip


def _likeness(planned: PlannedCall, arguments: Any) -> int:
    """How many arguments a call has as they are planned, less those that it has otherwise."""
    known = [one for one in planned.arguments if one.source != "result"]
    held = [(one.value, _value_at(arguments, one.pointer)) for one in known]
    agreeing = [value for value, found in held if value == found]
    differing = [value for value, found in held if found is not None and value != found]
    return len(agreeing) - len(differing)


def _lacks(arguments: Any, argument: PlannedArgument) -> bool:
    """Whether a call has nothing where an argument was planned, and its text nowhere else either."""
    if argument.value is None or _value_at(arguments, argument.pointer) not in (None, "", []):
        return False
    given = [leaf for _, leaf in pointers.leaves(arguments)]
    return not (isinstance(argument.value, str) and argument.value in given)


def _value_at(arguments: Any, pointer: str) -> Any:
    try:
        return pointers.get(arguments, pointer)
    except KeyError:
        return None


def _heard(messages: Sequence[Message]) -> Transcript:
    """The transcript as far as the user and the system message go, every message in its place."""
    transcript = Transcript()
    for message in messages:
        is_source = message.role in ("system", "user")
        transcript.append(message if is_source else Message(role="assistant", content="-"))
    return transcript


def _said(origin: Provenance, messages: Sequence[Message]) -> str:
    if origin.span is None:
        return f"what the user said in message {origin.message} settles one thing more"
    start, end = origin.span
    return f"the user said '{messages[origin.message].content[start:end]}' in message {origin.message}"
