"""Messages in the shape of OpenAI's chat format, and the tool calls inside them."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["system", "user", "assistant", "tool"]


class ToolCall(BaseModel):
    """One call of a tool by the assistant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Links the call to its result."""
    name: str
    """The tool called."""
    arguments: str
    """The arguments, as JSON text."""

    def parsed(self) -> Any:
        """Return the arguments as a value.

        Raises:
            ValueError: the text is not JSON.
        """
        return json.loads(self.arguments, strict=False)


class Message(BaseModel):
    """One message of a dialogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    content: str = ""
    """What was said; a tool's result as JSON text."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The calls of an assistant message: one step, its calls in parallel."""
    tool_call_id: str = ""
    """On a tool message, the call it answers."""
    reasoning: str = ""
    """Reasoning the assistant wrote down before this message, kept apart from what it said."""


def system_in(messages: Sequence[Message]) -> str:
    """Return the system message that a dialogue opens with; empty where there is none."""
    return messages[0].content if messages and messages[0].role == "system" else ""


class Turn(BaseModel):
    """One user message and all that follows it up to the next one."""

    model_config = ConfigDict(frozen=True)

    start: int
    """Index of the user message."""
    messages: tuple[Message, ...] = Field(min_length=1)


def turns_of(messages: tuple[Message, ...]) -> tuple[Turn, ...]:
    """Cut a dialogue at its user messages; what stands before the first belongs to no turn."""
    starts = [index for index, message in enumerate(messages) if message.role == "user"]
    ends = [*starts[1:], len(messages)] if starts else []
    return tuple(
        Turn.model_construct(start=start, messages=messages[start:end]) for start, end in zip(starts, ends, strict=True)
    )
