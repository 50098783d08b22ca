"""Outcome: what became of one try, as the lines that are written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import Dialogue, Usage


class Rejection(BaseModel):
    """A dialogue that was tried and is not part of the data, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    index: int
    """The index tried; -1 for a scenario that was refused before any was."""
    blueprint: str = ""
    """Id of the blueprint; empty where there is none."""
    stage: str
    """Where it failed: `scenario`, `plan` or a stage of the task, a stage of the dialogue, or `check` at its end."""
    check: str = ""
    """The check that failed."""
    reason: str
    """What was wrong, in one sentence."""
    ended: str = ""
    """Why the dialogue ended, where one was begun."""
    raw: str = ""
    """The answer that could not be used, as it came."""
    rules: Mapping[str, int] = {}
    """How often each rule of the sampling strategy fired."""
    messages: tuple[Message, ...] = ()
    """What had been said by then."""
    usage: Usage = Usage()
    """What models consumed for it; left out of the file where that is nothing."""

    @property
    def at(self) -> str:
        """Where it failed, as rejections are counted: `stage/check`, or the stage alone."""
        return at(self.stage, self.check)


class Fate(BaseModel):
    """What dialogues and rejections have in common, for a reader who wants no more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one index, written out already, since that is work a worker can do.

    `line` is the dialogue or the rejection and `blueprint` its plan, each one line of JSON without its end.
    """

    index: int
    is_accepted: bool
    line: str
    blueprint: str | None
    reason: str = ""
    """Of a rejection, where and by which check: `stage/check`."""


def at(stage: str, check: str) -> str:
    """Return where a dialogue failed, in one word.

    >>> at("assistant", "valid_arguments"), at("plan", "")
    ('assistant/valid_arguments', 'plan')
    """
    return f"{stage}/{check}" if check else stage


def id_of(index: int) -> str:
    """Return the id of the dialogue, and of the blueprint, tried at `index`.

    >>> id_of(12)
    'd000012'
    """
    return f"d{index:06d}"


def accepted(index: int, blueprint: Blueprint, dialogue: Dialogue) -> Outcome:
    """Return the outcome of a try that gave a dialogue."""
    return Outcome(index, True, dialogue.model_dump_json(), blueprint.model_dump_json())


def rejected(index: int, blueprint: Blueprint | None, rejection: Rejection) -> Outcome:
    """Return the outcome of a try that failed."""
    plan = blueprint.model_dump_json() if blueprint else None
    return Outcome(index, False, line_of(rejection), plan, rejection.at)


def line_of(rejection: Rejection) -> str:
    """Return a rejection as a line of JSON without its end; what nobody was paid for is left out."""
    was_free = not rejection.usage.prompt_tokens + rejection.usage.completion_tokens
    return rejection.model_dump_json(exclude={"usage"} if was_free else None)
