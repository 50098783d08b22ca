"""Dialogue: what was said, with the proof of where every argument came from."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.provenance import Provenance
from toolgraph.tools.spec import ToolSpec


class EndReason(StrEnum):
    """Why a dialogue ended."""

    COMPLETED = "completed"
    """Every turn of the plan was played, or the number of turns asked for."""
    TURN_LIMIT = "turn_limit"
    """The limit on messages was reached first."""
    STEP_FAILED = "step_failed"
    """A step failed its checks as often as it may be tried."""
    ANSWER_FAILED = "answer_failed"
    """A model gave no usable answer as often as it may be asked."""


class Usage(BaseModel):
    """What the models of a dialogue consumed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


class Verdict(BaseModel):
    """The outcome of one check on one dialogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    passed: bool
    findings: tuple["Finding", ...] = ()


class Finding(BaseModel):
    """Something a check found wrong, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    message: int
    """Index of the message, or -1 where it concerns the whole dialogue."""
    place: str = ""
    """The call id and pointer, or the words concerned."""
    reason: str


class Dialogue(BaseModel):
    """A finished dialogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    blueprint: str = ""
    """Id of the blueprint it was played from."""
    tools: tuple[ToolSpec, ...]
    """The tools offered to the assistant."""
    messages: tuple[Message, ...]
    provenance: tuple[Provenance, ...] = ()
    """One entry for every argument leaf of every call, resolved on the messages."""
    ended: EndReason = EndReason.COMPLETED
    usage: Usage = Usage()
    verdicts: tuple[Verdict, ...] = ()
    meta: dict[str, Any] = {}
    """What the run knows of it: mode, strategy, style, plan, attempts."""
