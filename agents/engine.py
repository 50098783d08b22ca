"""The engine: user, assistant and tools take turns over a blueprint until it is played.

Each step is checked as soon as it is made; a step that fails is tried again alone, with the complaint, before the
dialogue is given up.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from agents.assistant import AssistantAgent
from agents.tool import ToolAgent
from agents.user import UserAgent
from toolgraph.dialogue.blueprint import Blueprint, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.provenance import Provenance, Transcript, resolve_call
from toolgraph.dialogue.record import Dialogue, EndReason, Usage
from toolgraph.errors import AnswerError, ToolgraphError
from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import AssistantAnswer, PlainCall, UserAnswer
from toolgraph.quality.validation import result_errors, schema_errors
from toolgraph.tools.spec import ToolSpec

MOST_QUESTIONS = 2
"""How often the assistant may ask back within one turn."""
MOST_STEPS = 8
"""How many steps a turn may take."""
MOST_MESSAGES = 80

MadeT = TypeVar("MadeT")
AnswerT = TypeVar("AnswerT", bound=BaseModel)


class DialogueFailed(ToolgraphError):
    """A dialogue was given up; what was said until then is kept."""

    def __init__(
        self,
        reason: EndReason,
        *,
        stage: str,
        check: str = "",
        detail: str = "",
        raw: str = "",
        messages: Sequence[Message] = (),
    ) -> None:
        super().__init__(f"{stage}: {detail}")
        self.reason, self.stage, self.check, self.detail, self.raw = reason, stage, check, detail, raw
        self.messages = tuple(messages)


def play(blueprint: Blueprint, tools: tuple[ToolSpec, ...], *, backend: Backend, attempts: int = 3) -> Dialogue:
    """Return the dialogue a blueprint leads to, its provenance resolved on the finished transcript.

    Raises:
        DialogueFailed: a step failed `attempts` times, or a limit was reached.
    """
    return _Engine(blueprint, tools, backend, attempts).play()


class _StepError(Exception):
    """A step that fails a check; it is tried again."""

    def __init__(self, check: str, detail: str, raw: str = "") -> None:
        super().__init__(detail)
        self.check, self.detail, self.raw = check, detail, raw


class _Engine:
    """One dialogue being played."""

    def __init__(self, blueprint: Blueprint, tools: tuple[ToolSpec, ...], backend: Backend, attempts: int) -> None:
        self.blueprint, self.attempts = blueprint, attempts
        self.tools = {tool.name: tool for tool in tools}
        self.user = UserAgent(backend, tools, blueprint.style)
        self.assistant = AssistantAgent(backend, tools)
        self.world = ToolAgent(backend, blueprint.id, blueprint.system)
        self.messages: list[Message] = []
        self.transcript = Transcript()
        self.provenance: list[Provenance] = []
        self.call_ids: list[tuple[str, str]] = []
        self.past: list[PlannedTurn] = []
        self.turn_kinds: list[str] = []
        self.requests = self.prompt_tokens = self.completion_tokens = 0

    def play(self) -> Dialogue:
        if self.blueprint.system:
            self._append(Message(role="system", content=self.blueprint.system))
        turns = self.blueprint.turns or (PlannedTurn(kind="tool_request"),) * self.blueprint.target_turns
        for number, turn in enumerate(turns):
            self._play_turn(turn, number, len(turns) - number - 1)
        return Dialogue(
            id=self.blueprint.id, blueprint=self.blueprint.id, tools=tuple(self.tools.values()),
            messages=tuple(self.messages), provenance=tuple(self.provenance), ended=EndReason.COMPLETED,
            usage=Usage(
                requests=self.requests, prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens
            ),
            verdicts=(),
            meta={"style": self.blueprint.style, "plan": self.blueprint.plan_style, "turn_kinds": self.turn_kinds},
        )  # fmt: skip

    def _play_turn(self, turn: PlannedTurn, number: int, turns_left: int) -> None:
        start = len(self.messages)
        turn = self._user_speaks(turn, number, turns_left, asked_back=False)
        questions = 0
        for step in range(MOST_STEPS + MOST_QUESTIONS + 1):
            if len(self.messages) > MOST_MESSAGES:
                break
            if self._assistant_acts(turn, number, step, start, turns_left):
                continue
            is_question = (
                turn.kind != "chitchat"
                and not self._has_called(start)
                and self.messages[-1].content.rstrip().endswith("?")
            )
            if not is_question or questions == MOST_QUESTIONS:
                self.past.append(turn)
                return
            questions += 1
            self._user_speaks(turn, number, turns_left, asked_back=True)
        raise self._failure(EndReason.TURN_LIMIT, "dialogue", detail=f"turn {number + 1} did not come to an end")

    def _has_called(self, start: int) -> bool:
        return any(message.tool_calls for message in self.messages[start:])

    # --- messages -----------------------------------------------------------------------------------------------

    def _user_speaks(self, turn: PlannedTurn, number: int, turns_left: int, *, asked_back: bool) -> PlannedTurn:
        place = f"{self.blueprint.id}/{len(self.messages)}"

        def once(attempt: int, complaint: str) -> UserAnswer:
            answer = self._spent(
                self.user.say(
                    turn, key=f"{place}#{attempt}", number=number, turns_left=turns_left, asked_back=asked_back,
                    messages=tuple(self.messages), past=tuple(self.past), call_ids=tuple(self.call_ids),
                    complaint=complaint,
                )
            )  # fmt: skip
            if not answer.text.strip():
                raise _StepError("user_words", "the user said nothing")
            return answer

        answer = self._tried("user", once)
        self._append(Message(role="user", content=answer.text))
        self.turn_kinds.append(turn.kind)
        return turn.model_copy(update={"steps": answer.meaning}) if answer.meaning else turn

    def _assistant_acts(self, turn: PlannedTurn, number: int, step: int, start: int, turns_left: int) -> bool:
        """Let the assistant make one step; say whether it called tools."""
        place = f"{self.blueprint.id}/{len(self.messages)}"

        def once(
            attempt: int, complaint: str
        ) -> tuple[AssistantAnswer, tuple[ToolCall, ...], list[Any], list[Provenance]]:
            answer = self._spent(
                self.assistant.act(
                    turn, key=f"{place}#{attempt}", messages=tuple(self.messages), turn_start=start,
                    turns_left=turns_left, call_ids=tuple(self.call_ids), complaint=complaint,
                )
            )  # fmt: skip
            if not answer.calls:
                if not answer.text.strip():
                    raise _StepError("finished", "the assistant neither called a tool nor said anything")
                return answer, (), [], []
            calls = self._numbered(answer.calls)
            provenance = [entry for call in calls for entry in self._checked(call)]
            results = [self._result(call, plain) for call, plain in zip(calls, answer.calls, strict=True)]
            return answer, calls, results, provenance

        answer, calls, results, provenance = self._tried("assistant", once)
        self._append(Message(role="assistant", content=answer.text, tool_calls=calls, reasoning=answer.reasoning))
        if not calls:
            return False
        self.provenance.extend(provenance)
        planned = [call.id for planned_step in turn.steps for call in planned_step.calls]
        made = {planned_id for planned_id, _ in self.call_ids}
        self.call_ids.extend(
            zip([name for name in planned if name not in made], [call.id for call in calls], strict=False)
        )
        for call, plain, result in zip(calls, answer.calls, results, strict=True):
            self.world.remember(self.tools[plain.tool], plain.arguments, result)
            self._append(Message(role="tool", content=json.dumps(result, ensure_ascii=False), tool_call_id=call.id))
        return True

    # --- steps and their checks ---------------------------------------------------------------------------------

    def _numbered(self, calls: Sequence[PlainCall]) -> tuple[ToolCall, ...]:
        first = sum(len(message.tool_calls) for message in self.messages) + 1
        return tuple(
            ToolCall(
                id=f"call_{first + offset}", name=call.tool, arguments=json.dumps(call.arguments, ensure_ascii=False)
            )
            for offset, call in enumerate(calls)
        )

    def _checked(self, call: ToolCall) -> list[Provenance]:
        """Check one call against its schema and the transcript, and return where its arguments come from."""
        tool = self.tools.get(call.name)
        if tool is None:
            raise _StepError("known_tool", f"'{call.name}' is not offered", call.arguments)
        errors = schema_errors(tool, call.parsed())
        if errors:
            raise _StepError("valid_arguments", f"{call.name}: {errors[0]}", call.arguments)
        resolved = list(resolve_call(call, self.transcript, tool))
        invented = [entry.pointer for entry in resolved if entry.source == "unresolved"]
        if invented:
            raise _StepError("provenance", f"{call.name}: nothing states {', '.join(invented)}", call.arguments)
        return resolved

    def _result(self, call: ToolCall, plain: PlainCall) -> Any:
        """The tool's answer, asked for again while it is none its schema admits."""
        tool = self.tools[plain.tool]

        def once(attempt: int, complaint: str) -> Any:
            result = self._spent(self.world.answer(tool, plain.arguments, attempt=attempt, complaint=complaint)).result
            errors = result_errors(tool, result)
            if errors:
                raise _StepError("valid_results", f"{call.name}: {errors[0]}", json.dumps(result, ensure_ascii=False))
            return result

        return self._tried("tool", once)

    def _tried(self, stage: str, once: Callable[[int, str], MadeT]) -> MadeT:
        """Take a step, again if it fails, and give the dialogue up after the last attempt."""
        complaint, failed = "", None
        for attempt in range(self.attempts):
            try:
                return once(attempt, complaint)
            except _StepError as error:
                complaint, failed = (
                    error.detail,
                    self._failure(EndReason.STEP_FAILED, stage, error.check, error.detail, error.raw),
                )
            except AnswerError as error:
                complaint, failed = str(error), self._failure(EndReason.ANSWER_FAILED, stage, detail=str(error))
        assert failed is not None
        raise failed

    def _failure(
        self, reason: EndReason, stage: str, check: str = "", detail: str = "", raw: str = ""
    ) -> DialogueFailed:
        return DialogueFailed(reason, stage=stage, check=check, detail=detail, raw=raw, messages=self.messages)

    def _spent(self, completion: Completion[AnswerT]) -> AnswerT:
        usage = completion.usage
        self.requests += usage.requests
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        return completion.answer

    def _append(self, message: Message) -> None:
        self.messages.append(message)
        self.transcript.append(message)
