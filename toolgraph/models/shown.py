"""Shown: tools, conversations and plans as the text that a language model reads in a prompt."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.tools import pointers
from toolgraph.tools.definition import Definition
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_SHOWN = {"name", "description", "parameters", "returns"}
_PICKED = {"0": "the first one", "1": "the second one", "-1": "the last one"}


def tools_text(tools: Sequence[ToolSpec]) -> str:
    """Return tools as lines of JSON, one each; what is not known of a tool is left out."""
    return "\n".join(_tool_text(Definition(tool)) for tool in tools)


@lru_cache(maxsize=4096)
def _tool_text(definition: Definition) -> str:
    return json.dumps(definition.tool.model_dump(include=_SHOWN, exclude_none=True), ensure_ascii=False)


def transcript_text(messages: Sequence[Message]) -> str:
    """Return all that was said, called and returned, a line each; results name the call they answer."""
    lines: list[str] = []
    for message in messages:
        if message.role == "tool":
            lines.append(f"result of {message.tool_call_id}: {message.content}")
            continue
        lines += [f"{message.role}: {message.content}"] if message.content else []
        lines += [f"{message.role} calls {call.name} as {call.id}: {call.arguments}" for call in message.tool_calls]
    return "\n".join(lines) or "Nobody has spoken yet."


def speech_text(messages: Sequence[Message]) -> str:
    """Return what was said aloud, as the user heard it: no calls, no results, nothing the assistant alone was told."""
    names = {"user": "you", "assistant": "assistant"}
    lines = [
        f"{names[message.role]}: {message.content}"
        for message in messages if message.role in names and message.content
    ]  # fmt: skip
    return "\n".join(lines) or "Nobody has spoken yet: the first word is yours."


def setting_text(messages: Sequence[Message]) -> str:
    """Return what the user may know of the system message: its first line, which tells the day and who he is.

    Further lines are between the assistant and its tools (credentials, for instance).
    """
    first = messages[0] if messages else None
    line = first.content.partition("\n")[0] if first is not None and first.role == "system" else ""
    return line or "(nothing)"


def plan_text(plan: Sequence[PlannedTurn], current: int) -> str:
    """Return the items of a plan, numbered from 1, each with how far it is; `current` counts from 0."""
    if not any(turn.intent for turn in plan):
        return f"Nothing is written down. You want {max(len(plan), current + 1)} things in all, one after another."
    return "\n".join(f"{number + 1}. ({_progress(number, current)}) {turn.intent}" for number, turn in enumerate(plan))


def _progress(number: int, current: int) -> str:
    return "now" if number == current else "brought up" if number < current else "later"


def need_text(turn: PlannedTurn, tools: Sequence[ToolSpec], *, asked_back: bool) -> str:
    """Return what an item of the plan asks of the user: the need, and the values that he has to state for it.

    A value the plan keeps back is not shown until the assistant has asked; what nobody knows cannot slip out.
    """
    if turn.kind == "chitchat":
        return f"{turn.intent or 'A remark in passing.'}\n\nThis is small talk: ask for nothing."
    lines = [turn.intent or "Nothing is written down: think of a need yourself, one that these tools can meet and that "
             "follows naturally from what was said."]  # fmt: skip
    by_name = {tool.name: tool for tool in tools}
    details = [line for line in _details(turn, by_name, asked_back=asked_back) if line]
    if details:
        lines += ["", "What it comes down to, and the values to state, in words of your own:", "", *details]
    elif turn.kind == "missing_parameter" and not asked_back:
        lines += ["", "Leave out one thing that the assistant cannot do without, and give it only when you are asked."]
    return "\n".join(lines)


def _details(turn: PlannedTurn, tools: dict[str, ToolSpec], *, asked_back: bool) -> Iterator[str]:
    for number, step in enumerate(turn.steps):
        withheld = turn.withheld if number == 0 else ()
        for call in step.calls:
            tool = tools.get(call.tool)
            if tool is None:
                continue
            yield f"- {tool.description or split_words(tool.name)}"
            for argument in call.arguments:
                yield _stated(argument, _label(tool, argument.pointer), argument.pointer in withheld, asked_back)


def _stated(argument: PlannedArgument, label: str, is_withheld: bool, asked_back: bool) -> str:
    """One line on one argument, or none where the user has nothing to say of it."""
    if is_withheld and not asked_back:
        return f"  - not before you are asked: {label}"
    if argument.source == "result" and argument.pick:
        return f"  - {_picked(argument.pick)}, of what the assistant finds or has found ({label})"
    if argument.source == "user":
        back = "; it came up before, so refer back to it" if argument.is_carried else ""
        return f"  - {_value_text(argument.value)} ({label}){back}"
    if argument.source == "inferred":
        return f"  - {_value_text(argument.value)} ({label}), as should be plain from your words"
    return ""


def _picked(pick: str) -> str:
    if pick in _PICKED:
        return _PICKED[pick]
    extreme, _, pointer = pick.partition(":")
    names = pointers.split(pointer)
    which = "lowest" if extreme == "min" else "highest"
    return f"the one with the {which} {split_words(names[-1]) if names else 'value'}"


def _label(tool: ToolSpec, pointer: str) -> str:
    """What an argument is, in words: its description, since the user knows no parameter by name."""
    for field in tool.parameter_fields:
        if pointers.matches(field.pointer, pointer) or field.pointer == f"{pointer}/{pointers.ANY_ITEM}":
            return field.description or split_words(field.name)
    return split_words(pointers.split(pointer)[-1]) if pointer else tool.name


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(_value_text(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
