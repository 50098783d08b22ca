"""The trajectory: one message of the user, and then the assistant moves until a compositional task is done (BUTTON).

The assistant knows the sub-tasks and the user does not speak again. So its moves are held against the sub-tasks as they
are made, and nothing of what it knows beforehand may show in what it thinks or says.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents import statement
from agents.draft import Draft
from agents.steps import StepError
from agents.tries import DialogueFailed
from agents.user import state
from toolgraph.dialogue.blueprint import Blueprint, PlannedCall, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.progress import Progress
from toolgraph.dialogue.provenance import Provenance
from toolgraph.dialogue.record import Dialogue, EndReason, Finding
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.models.request import Backend
from toolgraph.models.requests import AssistantAnswer, PlainCall
from toolgraph.models.tasks import StatementAnswer
from toolgraph.quality.tasks import task_findings
from toolgraph.tools.spec import ToolSpec

SPARE_STEPS, MOST_ENTRIES = 4, 12
"""Steps beyond one for each function; the entries of a list for which something may be done one after the other."""
_TOLD = re.compile(
    r"\b(?:provided|given|listed|outlined|suggested|expected|intended|predefined)\s+(?:list|steps?|plan|breakdown|"
    r"guidance|order|functions?|flow)\b|"
    r"\b(?:was|were|am|are|been)\s+(?:already\s+)?(?:given|told|provided with|shown)\s+(?:the|a|which|what)\s+"
    r"(?:list|steps?|plan|breakdown|guidance|order|functions?|parts?)\b|"
    r"\b(?:according to|as per|following|per)\s+(?:the|my)\s+(?:guidance|guidelines?|instructions?|breakdown)\b",
    re.IGNORECASE,
)
"""Words of somebody who was told how to go about it."""
_INSTEAD_OF_ASKING = "say so in the end if it cannot be done; nobody will answer a question"


class Trajectory(Draft):
    """One task being done."""

    def __init__(
        self, blueprint: Blueprint, tools: tuple[ToolSpec, ...], backend: Backend, attempts: int, *, checks_steps: bool
    ) -> None:
        super().__init__(blueprint, tools, backend, attempts, checks_steps=checks_steps, wants_reasoning=True)
        assert blueprint.task is not None
        self.task: CompositionalTask = blueprint.task
        self.turn = blueprint.turns[0] if blueprint.turns else PlannedTurn(kind="tool_request", intent=self.task.text)
        self.backend = backend
        self.progress = Progress(self.task)

    def play(self) -> Dialogue:
        """Return the finished dialogue.

        Raises:
            DialogueFailed: a step failed too often, or the task did not come to an end.
        """
        self._user_speaks()
        start = len(self.messages) - 1
        for made in range(self._most_steps() + 1):
            if not self._assistant_acts(start, made):
                return self.finished(
                    mode="button", composition=self.task.composition, parallel=self.blueprint.is_parallel,
                    scenario=self.task.scenario,
                )  # fmt: skip
        raise self._endless()

    # --- messages -----------------------------------------------------------------------------------------------

    def _user_speaks(self) -> None:
        def once(attempt: int, complaint: str) -> StatementAnswer:
            answer = self.tries.spent(
                state(
                    self.task, key=f"{self.blueprint.id}/statement{f'#{attempt}' if attempt else ''}",
                    system=self.blueprint.system, style=self.blueprint.style, complaint=complaint, backend=self.backend,
                )
            )  # fmt: skip
            statement.require_words(answer.text)
            if self.checks_steps:
                self.require_sound("user_words", *self.messages, Message(role="user", content=answer.text))
                statement.require_whole(
                    answer.text, self.task, tuple(self.tools.values()), system=self.blueprint.system,
                    is_last=attempt + 1 == self.tries.most,
                )  # fmt: skip
            return answer

        self.append(Message(role="user", content=self.tries.take("user", once).text))
        self.turn_kinds.append(self.turn.kind)

    def _assistant_acts(self, start: int, made: int) -> bool:
        """Let the assistant make one move; say whether it called something."""
        place = self.place

        def once(
            attempt: int, complaint: str
        ) -> tuple[AssistantAnswer, tuple[ToolCall, ...], list[object], list[Provenance]]:
            answer = self.tries.spent(
                self.assistant.act(
                    self.turn, key=f"{place}#{attempt}", messages=tuple(self.messages), turn_start=start,
                    turns_left=0, call_ids=tuple(self.call_ids), complaint=complaint,
                )
            )  # fmt: skip
            is_last = attempt + 1 == self.tries.most
            if self.checks_steps:
                self._check_thought(answer, is_first=not made, is_last=is_last)
            if not answer.calls:
                self._check_end(answer.text, is_last=is_last)
                return answer, (), [], []
            if made == self._most_steps():
                raise self._endless()
            calls = self.numbered(answer.calls)
            provenance = self._sources(calls, start, is_last=is_last)
            return answer, calls, self.results(calls, answer.calls), provenance

        answer, calls, results, provenance = self.tries.take("assistant", once)
        self.act(answer, calls, results, provenance)
        self.progress.take([call.name for call in calls])
        self.call_ids.extend(self._pairs(answer.calls, calls))
        return bool(calls)

    def _most_steps(self) -> int:
        """How many steps the task may take: one for each call, if none is made beside another."""
        times = (MOST_ENTRIES if one.is_repeated else 1 for one in self.task.subtasks)
        calls = sum(len(one.functions) * often for one, often in zip(self.task.subtasks, times, strict=True))
        return calls + SPARE_STEPS

    # --- checks -------------------------------------------------------------------------------------------------

    def _sources(self, calls: Sequence[ToolCall], start: int, *, is_last: bool) -> list[Provenance]:
        """Check the calls of one step, and return where their arguments come from."""
        shown = "; ".join(f"{call.name} {call.arguments}" for call in calls)
        if len(calls) > 1 and not self.blueprint.is_parallel:
            reason = "only one call at a time may be made; make the first of them, and wait for its result"
            raise StepError("one_at_a_time", reason, shown)
        offered = [call.name for call in calls if call.name in self.tools]
        for objection in self.progress.objections(offered):
            raise StepError(objection.check, objection.reason, shown)
        try:
            return self.sources(calls, self.turn, start, is_last=is_last)
        except StepError as error:
            error.detail = error.detail.replace("ask the user for it", _INSTEAD_OF_ASKING).replace(
                "ask the user", _INSTEAD_OF_ASKING
            )
            raise

    def _check_thought(self, answer: AssistantAnswer, *, is_first: bool, is_last: bool) -> None:
        """Require a thought of the first move, and that nothing of what is known beforehand slips out."""
        if is_first and answer.calls and not answer.reasoning.strip() and not is_last:
            raise StepError(
                "reasoning", "no thought stands before the first calls; write down your plan, and then call"
            )
        for text in (answer.reasoning, answer.text):
            if leak := self._leak(text):
                reason = f"'{leak}' shows that you were told beforehand what to do; speak as somebody who worked it out"
                raise StepError("leak", reason, text)

    def _leak(self, text: str) -> str:
        """What tells of a list of sub-tasks or hints in the assistant's words, or nothing."""
        told = Message(role="assistant", reasoning=text)
        if found := _TOLD.search(text):
            return found[0]
        findings = self._findings((*self.messages, told))
        return next((one.place for one in findings if one.message == len(self.messages)), "")

    def _findings(self, messages: Sequence[Message]) -> Iterator[Finding]:
        is_parallel = self.blueprint.is_parallel
        return task_findings(self.task, is_parallel=is_parallel, messages=messages, tools=self.tools.values())

    def _check_end(self, text: str, *, is_last: bool) -> None:
        """Require of the final words that everything is done, and that they say what came of it."""
        if not text.strip():
            raise StepError("finished", "the assistant neither called a tool nor said anything")
        is_question = text.rstrip(" \n\"'”)*_").endswith("?")
        if left := self.progress.left():
            todo = "; ".join(f"{one.text.rstrip('.')}{_IF.get(one.branch, '')}" for one in left)
            lead = (
                "the user is asked something, but will not speak again and nobody will answer; " if is_question else ""
            )
            raise StepError("missing_call", f"{lead}this is still to be done: {todo}", text)
        words = Message(role="assistant", content=text)
        for finding in self._findings((*self.messages, words)):
            raise StepError(finding.check, finding.reason, text)
        if self.checks_steps:
            self.require_sound("assistant_words", *self.messages, words)
            if is_question and not is_last:
                raise StepError("needless_question", "nobody will answer a question; end with what came of it", text)

    # --- planned calls ------------------------------------------------------------------------------------------

    def _pairs(self, plain: Sequence[PlainCall], calls: Sequence[ToolCall]) -> Iterator[tuple[str, str]]:
        """Which planned call each call is, where a plan tells calls; one that is repeated is numbered from 0 on."""
        made = Counter(_name(one) for one, _ in self.call_ids)
        planned = [call for step in self.turn.steps for call in step.calls]
        for asked, call in zip(plain, calls, strict=True):
            same = [one for one in planned if one.tool == call.name and (one.id not in made or _is_repeated(one))]
            meant = next((one for one in same if one.id == _name(asked.planned)), same[0] if same else None)
            if meant is not None:
                yield (f"{meant.id}@{made[meant.id]}" if _is_repeated(meant) else meant.id), call.id
                made[meant.id] += 1

    def _endless(self) -> DialogueFailed:
        return self.tries.failure(EndReason.TURN_LIMIT, "dialogue", detail="the task did not come to an end")


_IF = {"then": " (or what is to be done if the decision comes out as no)"}


def _name(planned: str) -> str:
    """The id of a planned call, without the number of the entry."""
    return planned.partition("@")[0]


def _is_repeated(planned: PlannedCall) -> bool:
    return any(argument.pick == "each" for argument in planned.arguments)
