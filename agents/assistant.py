"""The assistant agent: calls tools, asks for what is missing, tells the outcome."""

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import AssistantAnswer, AssistantRequest
from toolgraph.tools.spec import ToolSpec


class AssistantAgent:
    """Answers the user with the tools it is offered; it may know the task and its sub-tasks beforehand."""

    def __init__(
        self, backend: Backend, tools: tuple[ToolSpec, ...], *, wants_reasoning: bool = False,
        task: CompositionalTask | None = None, is_parallel: bool = True, is_real: bool = False,
    ) -> None:  # fmt: skip
        self._backend, self._tools, self._wants_reasoning = backend, tools, wants_reasoning
        self._task, self._is_parallel, self._is_real = task, is_parallel, is_real

    def act(
        self, turn: PlannedTurn, *, key: str, messages: tuple[Message, ...], turn_start: int, turns_left: int,
        call_ids: tuple[tuple[str, str], ...], complaint: str,
    ) -> Completion[AssistantAnswer]:  # fmt: skip
        """Return the assistant's next message: calls or words."""
        return self._backend.complete(
            AssistantRequest(
                key=key, tools=self._tools, messages=messages, turn=turn, turn_start=turn_start, turns_left=turns_left,
                call_ids=call_ids, complaint=complaint, wants_reasoning=self._wants_reasoning,
                task=self._task, is_parallel=self._is_parallel, is_real=self._is_real,
            )
        )  # fmt: skip
