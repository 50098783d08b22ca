"""The assistant agent: calls tools, asks for what is missing, tells the outcome."""

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import AssistantAnswer, AssistantRequest
from toolgraph.tools.spec import ToolSpec


class AssistantAgent:
    """Answers the user with the tools it is offered."""

    def __init__(self, backend: Backend, tools: tuple[ToolSpec, ...], *, wants_reasoning: bool = False) -> None:
        self._backend, self._tools, self._wants_reasoning = backend, tools, wants_reasoning

    def act(
        self, turn: PlannedTurn, *, key: str, messages: tuple[Message, ...], turn_start: int, turns_left: int,
        call_ids: tuple[tuple[str, str], ...], complaint: str,
    ) -> Completion[AssistantAnswer]:  # fmt: skip
        """Return the assistant's next message: calls or words."""
        return self._backend.complete(
            AssistantRequest(
                key=key, tools=self._tools, messages=messages, turn=turn, turn_start=turn_start, turns_left=turns_left,
                call_ids=call_ids, complaint=complaint, wants_reasoning=self._wants_reasoning,
            )
        )  # fmt: skip
