"""Outcome: what became of one try, as the lines that are written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import Dialogue


class Rejection(BaseModel):
    """A dialogue that was tried and is not part of the data, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    index: int
    blueprint: str = ""
    """Id of the blueprint; empty where there is none."""
    stage: str
    """Where it failed: `plan`, a stage of the dialogue, or `check` for the finished one."""
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one index, written out already, since that is work a worker can do.

    `line` is the dialogue or the rejection and `blueprint` its plan, each one line of JSON without its end.
    """

    index: int
    is_accepted: bool
    line: str
    blueprint: str | None


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
    return Outcome(index, False, rejection.model_dump_json(), plan)
