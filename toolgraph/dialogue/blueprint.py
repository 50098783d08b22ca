"""Blueprint: everything decided before anyone speaks."""

import operator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from toolgraph.dialogue.record import Usage
from toolgraph.dialogue.task import CompositionalTask

Source = Literal["user", "result", "context", "default", "inferred"]
TurnKind = Literal["tool_request", "missing_parameter", "chitchat"]
LinkKind = Literal["opening", "entity", "result", "transition"]
Mode = Literal["toolflow", "button"]
PlanStyle = Literal["grounded", "intents", "none"]


class PlannedArgument(BaseModel):
    """One argument (a leaf, or a list the user names as a whole) and where its value will come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pointer: str
    """Where it stands in the arguments."""
    source: Source
    value: Any = None
    """Its value, where it is known before the dialogue; none for a value that will be read from a result."""
    call: str = ""
    """For `result`: the planned call whose result holds the value."""
    path: str = ""
    """For `result`: the pointer of the field in that result, with `*` for the entry picked."""
    pick: str = ""
    """For `result` in a list: which entry. `0`, `1`, `-1`, or `min:POINTER`, `max:POINTER` by a field of the entry;
    `each` for all of them, the call being made once for every one."""
    among: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    """For `result`: further planned calls, whose entries are picked from as well."""
    is_carried: bool = False
    """For `user`: whether the value was already said or found earlier and is only referred to now."""


class PlannedCondition(BaseModel):
    """A question about a result: whether a call is made depends on the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: str
    """The planned call whose result is asked about."""
    path: str
    """The pointer of the field in that result, with `*` for the entry picked."""
    pick: str = ""
    """Which entry, as in `PlannedArgument`."""
    test: Literal["below", "above", "is"]
    value: Any
    """What the field is compared with."""
    holds: bool = True
    """The answer on which the call is made."""


class PlannedCall(BaseModel):
    """One call: a tool and its arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    tool: str
    arguments: tuple[PlannedArgument, ...] = ()
    condition: PlannedCondition | None = Field(default=None, exclude_if=operator.not_)
    """What it depends on, if it is not made in any case."""


class PlannedStep(BaseModel):
    """Calls that may run in parallel: none uses a result of another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: tuple[PlannedCall, ...]


class PlannedTurn(BaseModel):
    """One need of the user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: TurnKind
    intent: str = ""
    """The need, in one sentence."""
    steps: tuple[PlannedStep, ...] = ()
    """The calls that meet it, where the plan is grounded."""
    withheld: tuple[str, ...] = ()
    """Pointers of required arguments of the first step that the user gives only when asked."""
    link: LinkKind = "opening"
    """What connects it with the turn before: a value carried over, a result used, or a plausible transition."""


class Blueprint(BaseModel):
    """The plan of one dialogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    mode: Mode = "toolflow"
    plan_style: PlanStyle = "grounded"
    seed: int
    tools: tuple[str, ...]
    """Names of the tools offered."""
    strategy: str = ""
    """How the tools were sampled."""
    style: str = ""
    """How the user talks."""
    system: str = ""
    """The system message; it holds today's date and what the assistant knows of the user."""
    target_turns: int = 0
    """User messages asked for; used where the plan has no turns of its own."""
    turns: tuple[PlannedTurn, ...] = ()
    task: CompositionalTask | None = Field(default=None, exclude_if=operator.not_)
    """In button mode: the task and its sub-tasks. The assistant knows them, and the dialogue never shows them."""
    is_parallel: bool = Field(default=True, exclude_if=operator.truth)
    """In button mode: whether several calls may be made at once."""
    usage: Usage = Field(default=Usage(), exclude=True)
    """What the models consumed that planned it. It goes into the dialogue's usage, and is not written with the plan."""
