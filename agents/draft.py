"""Draft: a dialogue in the making, and the steps by which it grows, each of them checked as it is made."""

import json
from collections.abc import Sequence
from typing import Any

from agents import planned, steps
from agents.assistant import AssistantAgent
from agents.steps import StepError
from agents.tool import RealTools, ToolAgent, Tools
from agents.tries import Tries
from toolgraph.dialogue.blueprint import Blueprint, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.provenance import Provenance, Transcript, resolve_call
from toolgraph.dialogue.record import Dialogue, EndReason
from toolgraph.models.request import Backend
from toolgraph.models.requests import AssistantAnswer, Fact, PlainCall
from toolgraph.tools import pointers
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import result_errors, schema_errors

_STATED_ONLY = "use what the conversation states, or ask the user for it"
"""What to do about a value that nothing states, where the user wants something said there."""


class Draft:
    """One dialogue being made; what is said and called is put down here, in whatever order the agents take turns."""

    def __init__(
        self, blueprint: Blueprint, tools: tuple[ToolSpec, ...], backend: Backend, attempts: int, *,
        checks_steps: bool, wants_reasoning: bool, real: RealTools | None = None,
    ) -> None:  # fmt: skip
        self.blueprint, self.checks_steps = blueprint, checks_steps
        self.tools = {tool.name: tool for tool in tools}
        self.assistant = AssistantAgent(
            backend, tools, wants_reasoning=wants_reasoning, task=blueprint.task, is_parallel=blueprint.is_parallel,
            is_real=real is not None,
        )  # fmt: skip
        self.real = real
        self.world: Tools = real or ToolAgent(backend, blueprint.id, blueprint.system)
        self.messages: list[Message] = []
        self.transcript = Transcript()
        self.provenance: list[Provenance] = []
        self.call_ids: list[tuple[str, str]] = []
        self.turn_kinds: list[str] = []
        self.tries = Tries(attempts, self.messages)
        self.tries.count(blueprint.usage)
        if blueprint.system:
            self.append(Message(role="system", content=blueprint.system))

    @property
    def place(self) -> str:
        """Key of the requests for the message that comes next."""
        return f"{self.blueprint.id}/{len(self.messages)}"

    def append(self, message: Message) -> None:
        """Put down a message."""
        self.messages.append(message)
        self.transcript.append(message)

    def act(
        self, answer: AssistantAnswer, calls: Sequence[ToolCall], results: Sequence[Any],
        provenance: Sequence[Provenance],
    ) -> None:  # fmt: skip
        """Put down a message of the assistant, and what came back if it made calls."""
        self.provenance.extend(provenance)
        self.append(Message(role="assistant", content=answer.text, tool_calls=tuple(calls), reasoning=answer.reasoning))
        for call, plain, result in zip(calls, answer.calls, results, strict=True):
            self.world.remember(self.tools[plain.tool], plain.arguments, result)
            self.append(_told(call, result))

    def finished(self, **meta: Any) -> Dialogue:
        """Return the dialogue as it stands; `meta` is what is to be known of it besides."""
        return Dialogue(
            id=self.blueprint.id, blueprint=self.blueprint.id, tools=tuple(self.tools.values()),
            messages=tuple(self.messages), provenance=tuple(self.provenance), ended=EndReason.COMPLETED,
            usage=self.tries.usage, verdicts=(),
            meta={
                **meta, "style": self.blueprint.style, "plan": self.blueprint.plan_style, "turn_kinds": self.turn_kinds,
                **({"executed": self.real.as_meta()} if self.real else {}),
            },
        )  # fmt: skip

    # --- steps and their checks ---------------------------------------------------------------------------------

    def numbered(self, calls: Sequence[PlainCall]) -> tuple[ToolCall, ...]:
        """Return the calls of an answer with ids, which count on through the dialogue."""
        first = sum(len(message.tool_calls) for message in self.messages) + 1
        return tuple(
            ToolCall(
                id=f"call_{first + offset}", name=call.tool, arguments=json.dumps(call.arguments, ensure_ascii=False)
            )
            for offset, call in enumerate(calls)
        )

    def sources(self, calls: Sequence[ToolCall], turn: PlannedTurn, start: int, *, is_last: bool) -> list[Provenance]:
        """Check the calls of one step, and return where their arguments come from.

        `start` is where the turn began. In the last attempt (`is_last`) a call may leave out what was planned for it.

        Raises:
            StepError: a call cannot be made so.
        """
        try:
            provenance = [entry for call in calls for entry in self._checked(call, turn)]
            if self.checks_steps:
                steps.require_new(calls, self.messages[start:])
            if self.checks_steps and not is_last:
                pairs = planned.pair(turn, calls, {one for one, _ in self.call_ids})
                planned.require_stated(pairs, self.messages, self.tools)
        except StepError as error:
            error.shown = "; ".join(f"{call.name} {call.arguments}" for call in calls)
            raise
        return provenance

    def _checked(self, call: ToolCall, turn: PlannedTurn) -> list[Provenance]:
        """Check one call against its schema and the transcript, and return where its arguments come from."""
        tool = self.tools.get(call.name)
        if tool is None:
            raise StepError("known_tool", f"'{call.name}' is not offered", call.arguments)
        errors = schema_errors(tool, call.parsed())
        if errors:
            raise StepError("valid_arguments", f"{call.name}: {errors[0]}", call.arguments)
        resolved = list(resolve_call(call, self.transcript, tool))
        invented = [entry.pointer for entry in resolved if entry.source == "unresolved"]
        if invented:
            first = invented[0]
            advice = self.transcript.advice(first, pointers.get(call.parsed(), first), tool)
            if "leave it out" in advice and any(planned.is_held(turn, call.name, pointer) for pointer in invented):
                advice = _STATED_ONLY
            reason = f"{call.name}: nothing states {', '.join(invented)}; {advice}"
            raise StepError("provenance", reason, call.arguments)
        return resolved

    def results(self, calls: Sequence[ToolCall], plain: Sequence[PlainCall]) -> list[Any]:
        """Return the tools' answers to the calls of one step, each asked for again while it cannot be one."""
        made: list[Fact] = []
        for number, asked in enumerate(plain):
            result = self._result(calls[: number + 1], asked, tuple(made))
            made.append(Fact(tool=self.tools[asked.tool], arguments=asked.arguments, result=result))
        return [fact.result for fact in made]

    def _result(self, calls: Sequence[ToolCall], plain: PlainCall, beside: tuple[Fact, ...]) -> Any:
        """The answer to the last of some calls of one step, those before it answered already."""
        tool, call = self.tools[plain.tool], calls[-1]

        def once(attempt: int, complaint: str) -> Any:
            result = self.tries.spent(
                self.world.answer(tool, plain.arguments, beside=beside, attempt=attempt, complaint=complaint)
            ).result
            errors = () if self.real else result_errors(tool, result)
            if errors:
                raise StepError("valid_results", f"{call.name}: {errors[0]}", json.dumps(result, ensure_ascii=False))
            if self.checks_steps and not self.real:
                results = [*(fact.result for fact in beside), result]
                told = (_told(one, answer) for one, answer in zip(calls, results, strict=True))
                step = Message(role="assistant", tool_calls=tuple(calls))
                self.require_sound("consistent_world", *self.messages, step, *told)
            return result

        return self.tries.take("tool", once)

    def require_sound(self, check: str, *messages: Message) -> None:
        """Require that a check of finished dialogues finds nothing wrong with the last message.

        Raises:
            StepError: it finds something.
        """
        steps.require_sound(check, messages, tuple(self.tools.values()))


def _told(call: ToolCall, result: Any) -> Message:
    return Message(role="tool", content=json.dumps(result, ensure_ascii=False), tool_call_id=call.id)
