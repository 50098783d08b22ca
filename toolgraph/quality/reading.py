"""Reading: a dialogue with everything parsed once that several checks need."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from toolgraph.dialogue.messages import ToolCall
from toolgraph.dialogue.provenance import Provenance, resolve
from toolgraph.dialogue.record import Dialogue
from toolgraph.tools.spec import ToolSpec

MAX_NESTING = 100
"""How deep arguments and results may be nested; nobody's are, and deeper ones exhaust Python's stack."""


class Unparsable:
    """Stands for the value of a text that is not JSON."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call with its arguments, the tool it names and the result that answers it, as far as there are any."""

    message: int
    """Index of the assistant message that holds it."""
    call: ToolCall
    tool: ToolSpec | None
    arguments: Any
    """The parsed arguments; an `Unparsable` where their text is not JSON."""
    result_message: int
    """Index of the tool message that answers it, or -1."""
    result: Any
    """The parsed result; its text where that is not JSON, none where there is no answer."""


@dataclass(frozen=True)
class Reading:
    """One dialogue, read."""

    dialogue: Dialogue

    @cached_property
    def tools(self) -> dict[str, ToolSpec]:
        """The tools offered, by name."""
        return {tool.name: tool for tool in self.dialogue.tools}

    @cached_property
    def results(self) -> dict[int, Any]:
        """The parsed content of every tool message, by its index; its text where that is not JSON."""
        parsed: dict[int, Any] = {}
        for index, message in enumerate(self.dialogue.messages):
            if message.role == "tool":
                value = parse(message.content)
                parsed[index] = message.content if isinstance(value, Unparsable) else value
        return parsed

    @cached_property
    def calls(self) -> tuple[MadeCall, ...]:
        """Every call, in order. A result belongs to the latest call of its id that stands before it."""
        messages = self.dialogue.messages
        answers: dict[tuple[int, str], int] = {}
        open_calls: dict[str, int] = {}
        for index, message in enumerate(messages):
            for call in message.tool_calls:
                open_calls[call.id] = index
            if message.role == "tool" and message.tool_call_id in open_calls:
                answers.setdefault((open_calls[message.tool_call_id], message.tool_call_id), index)
        return tuple(self._read_calls(answers))

    def _read_calls(self, answers: dict[tuple[int, str], int]) -> Iterator[MadeCall]:
        for index, message in enumerate(self.dialogue.messages):
            for call in message.tool_calls:
                at = answers.get((index, call.id), -1)
                yield MadeCall(
                    message=index, call=call, tool=self.tools.get(call.name), arguments=parse(call.arguments),
                    result_message=at, result=self.results[at] if at >= 0 else None,
                )  # fmt: skip

    @cached_property
    def provenance(self) -> tuple[Provenance, ...]:
        """The provenance of every argument leaf, resolved here and now on the messages."""
        return resolve(self.dialogue.messages, self.tools)


def parse(text: str) -> Any:
    """Return the value of a JSON text, or an `Unparsable` that says why there is none."""
    try:
        value = json.loads(text, strict=False)
    except RecursionError:
        return Unparsable("is nested too deeply")
    except ValueError as error:
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        return Unparsable(
            f"is not valid JSON ({error.msg if isinstance(error, json.JSONDecodeError) else error}{place})"
        )
    if text.count("[") + text.count("{") > MAX_NESTING and _nesting(value) > MAX_NESTING:
        return Unparsable("is nested too deeply")
    return value


def _nesting(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            child
            for container in level
            if isinstance(container, dict | list)
            for child in (container.values() if isinstance(container, dict) else container)
        ]
    return depth


def canonical(value: Any) -> str:
    """Return a JSON value as text that is equal for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
