"""The questions: what each agent is told, and the shape of what it answers."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.blueprint import PlannedStep, PlannedTurn, PlanStyle
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.models.confirming import EdgeRequest
from toolgraph.models.filling import FillRequest
from toolgraph.models.judging import JudgeRequest
from toolgraph.models.offline.styles import manner_of
from toolgraph.models.request import Request
from toolgraph.models.shown import abilities_text, setting_text, speech_text, tools_text, transcript_text
from toolgraph.models.shown_tasks import guidance_text
from toolgraph.models.tasks import TASK_REQUESTS
from toolgraph.models.wanted import need_text, plan_text
from toolgraph.tools.edges import Edge
from toolgraph.tools.spec import ToolSpec

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class PlanAnswer(BaseModel):
    """A plan: the turns of one dialogue."""

    model_config = _FROZEN

    turns: tuple[PlannedTurn, ...]


class PlanRequest(Request[PlanAnswer]):
    """Asks for the turns of one dialogue over a sample of tools.

    With `plan_style` `intents` the turns hold needs only; with `grounded` they hold the calls as well, each
    argument with its source.
    """

    answer: ClassVar[type[BaseModel]] = PlanAnswer

    tools: tuple[ToolSpec, ...]
    edges: tuple[Edge, ...]
    system: str
    target_turns: int
    plan_style: PlanStyle
    complaint: str = ""
    """What was wrong with the last answer, when the step is tried again."""
    is_real: bool = False
    """Whether the calls will really be made; a rule then makes up no value that the tools give examples of."""

    @property
    def prompt_name(self) -> str:
        """Each style of plan has a prompt of its own."""
        return f"plan_{self.plan_style}"

    def prompt_fields(self) -> dict[str, str]:
        """Tools as JSON lines, edges as pairs of fields."""
        fields = super().prompt_fields()
        signs = {"P-R": "->", "P-P": "="}
        links = [
            f"- {edge.source} {edge.source_field} {signs[edge.kind]} {edge.target} {edge.target_field}"
            for edge in self.edges
        ]
        return {**fields, "tools": tools_text(self.tools), "edges": "\n".join(links) or "- none"}


class UserAnswer(BaseModel):
    """What the user says."""

    model_config = _FROZEN

    done: tuple[int, ...] = ()
    """Items of the plan that are done by now, counted from 1, where the speaker says so."""
    current: int = 0
    """The item this message speaks about, counted from 1; 0 where the speaker does not say."""
    text: str
    """The message."""
    meaning: tuple[PlannedStep, ...] = ()
    """The calls the speaker had in mind, where it is a rule that knows them and the plan does not say."""


_ASKED_BACK = (
    "The assistant's last message asks you for something it needs. Answer that question, briefly and with what is "
    "stated above (or, where nothing is, with something plausible), and ask for nothing new."
)
_BEGINS = "The first word is yours: bring up the present item."
_GOES_ON = (
    "If the assistant's last message asks or offers something, take that up first, in a few words (make up what you "
    "were not told, though nothing that is to wait until you are asked). Then come to the present item."
)


class UserRequest(Request[UserAnswer]):
    """Asks the user for one message."""

    answer: ClassVar[type[BaseModel]] = UserAnswer
    prompt: ClassVar[str] = "user"

    tools: tuple[ToolSpec, ...]
    style: str
    turn: PlannedTurn
    """The item of the plan to speak about."""
    turn_number: int
    """Its position in the plan, from 0."""
    turns_left: int
    """Items after this one."""
    asked_back: bool
    """Whether the assistant's last message asks for something this item still needs."""
    messages: tuple[Message, ...]
    plan: tuple[PlannedTurn, ...] = ()
    """Every item of the plan."""
    past: tuple[PlannedTurn, ...] = ()
    """The items played so far, with the calls they led to where these are known; a language model is not shown them."""
    call_ids: tuple[tuple[str, str], ...] = ()
    """Pairs of planned call and actual call id, for those already made; not shown to a language model either."""
    complaint: str = ""

    def prompt_fields(self) -> dict[str, str]:
        """What the tools can do, the history as the user heard it, the plan with progress, the item with its values."""
        has_begun = any(message.role == "assistant" for message in self.messages)
        return {
            **super().prompt_fields(),
            "tools": abilities_text(self.tools, plan=self.plan),
            "style": manner_of(self.style or "plain"),
            "setting": setting_text(self.messages),
            "messages": speech_text(self.messages),
            "plan": plan_text(self.plan, self.turn_number),
            "turn_number": str(self.turn_number + 1),
            "turn": need_text(
                self.turn, self.tools, plan=self.plan, number=self.turn_number, asked_back=self.asked_back
            ),
            "asked_back": _ASKED_BACK if self.asked_back else _GOES_ON if has_begun else _BEGINS,
        }


_AT_ONCE = (
    "Calls of which none needs a result of another go into one message, together: two searches that have nothing to do "
    "with each other, or the same call for every entry of a list. A call that needs a result waits for it."
)
_ONE_BY_ONE = (
    "Make one call in each message, and never two, even where they have nothing to do with each other. Read its result "
    "before you make the next."
)


class PlainCall(BaseModel):
    """A call as an assistant decides it, before it gets an id."""

    model_config = _FROZEN

    tool: str
    arguments: dict[str, Any]
    planned: str = ""
    """Id of the planned call that it is, where a rule knows it; a model is not asked for it."""


class AssistantAnswer(BaseModel):
    """What the assistant does: calls, or words to the user."""

    model_config = _FROZEN

    text: str = ""
    calls: tuple[PlainCall, ...] = ()
    reasoning: str = ""
    """What was thought in writing before, if anything."""


class AssistantRequest(Request[AssistantAnswer]):
    """Asks the assistant for its next message."""

    answer: ClassVar[type[BaseModel]] = AssistantAnswer
    prompt: ClassVar[str] = "assistant"

    tools: tuple[ToolSpec, ...]
    messages: tuple[Message, ...]
    turn: PlannedTurn
    """The item of the plan being played; a language model is not shown it."""
    turn_start: int
    """Index of the user message that opened the item."""
    turns_left: int
    call_ids: tuple[tuple[str, str], ...]
    """Pairs of planned call and actual call id, for those already made; not shown to a language model either. A planned
    call that is made once for each entry of a list has an `@` and a number behind its id, from `@0` on."""
    complaint: str = ""
    wants_reasoning: bool = False
    """Whether the assistant is to think in writing first; how it is asked to is the backend's affair."""
    task: CompositionalTask | None = None
    """In button mode: the task with its sub-tasks, which the assistant is told and the dialogue never shows."""
    is_parallel: bool = True
    """In button mode: whether several calls may be made at once."""
    is_real: bool = False
    """Whether tools really run, so that a result may be an error, or hold nothing; a model sees that by itself."""

    @property
    def prompt_name(self) -> str:
        """An assistant that knows the task beforehand is guided in another way."""
        return "trajectory" if self.task is not None else self.prompt

    def prompt_fields(self) -> dict[str, str]:
        """Tools as JSON lines, the history with calls and results, and where there is one the task with its functions.

        The first part of the prompt holds neither tools nor history: it guides an assistant that gets these in a
        server's own form just as well.
        """
        return {
            **super().prompt_fields(),
            "tools": tools_text(self.tools),
            "messages": transcript_text(self.messages),
            "task": guidance_text(self.task) if self.task is not None else "",
            "is_parallel": _AT_ONCE if self.is_parallel else _ONE_BY_ONE,
        }


class ToolAnswer(BaseModel):
    """The result of one call."""

    model_config = _FROZEN

    result: Any = None


class ToolRequest(Request[ToolAnswer]):
    """Asks what a tool answers to one call, in the world that the earlier calls made."""

    answer: ClassVar[type[BaseModel]] = ToolAnswer
    prompt: ClassVar[str] = "tool"

    tool: ToolSpec
    arguments: dict[str, Any]
    facts: tuple["Fact", ...]
    """Every earlier call of the dialogue with its result, oldest first."""
    beside: tuple["Fact", ...] = ()
    """Calls made at the same time that are answered already; a rule does not look at them."""
    system: str
    complaint: str = ""

    def prompt_fields(self) -> dict[str, str]:
        """Definition, arguments and facts as JSON."""
        return {
            **super().prompt_fields(),
            "tool": tools_text((self.tool,), without_returns=True),
            "arguments": json.dumps(self.arguments, ensure_ascii=False),
            "facts": _facts_text(self.facts) or "- none",
            "beside": f"\n\n{_BESIDE}\n\n{_facts_text(self.beside)}" if self.beside else "",
        }


_BESIDE = "These were called at the same time as the one below, and are answered already. They are as true."


def _facts_text(facts: Sequence["Fact"]) -> str:
    return "\n".join(
        f"- {fact.tool.name} {json.dumps(fact.arguments, ensure_ascii=False)} -> "
        f"{json.dumps(fact.result, ensure_ascii=False)}"
        for fact in facts
    )


class Fact(BaseModel):
    """One call that was made, with what came back."""

    model_config = _FROZEN

    tool: ToolSpec
    arguments: dict[str, Any]
    result: Any = None


ToolRequest.model_rebuild()

REQUESTS: tuple[type[Request[Any]], ...] = (
    PlanRequest, UserRequest, AssistantRequest, ToolRequest, JudgeRequest, FillRequest,
    EdgeRequest,
    *TASK_REQUESTS,
)  # fmt: skip
"""Every request class; a test sees to it that each has a prompt, a rule and a golden file."""
