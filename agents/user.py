"""The user agent: says one message of the plan at a time, or states a whole task."""

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import UserAnswer, UserRequest
from toolgraph.models.tasks import StatementAnswer, StatementRequest
from toolgraph.tools.spec import ToolSpec


class UserAgent:
    """Speaks for a user of one style, who knows what the tools can do but not what they are called."""

    def __init__(
        self, backend: Backend, tools: tuple[ToolSpec, ...], style: str, plan: tuple[PlannedTurn, ...]
    ) -> None:
        self._backend, self._tools, self._style, self._plan = backend, tools, style, plan

    def say(
        self, turn: PlannedTurn, *, key: str, number: int, turns_left: int, asked_back: bool,
        messages: tuple[Message, ...], past: tuple[PlannedTurn, ...], call_ids: tuple[tuple[str, str], ...],
        complaint: str,
    ) -> Completion[UserAnswer]:  # fmt: skip
        """Return the user's next message about `turn`."""
        return self._backend.complete(
            UserRequest(
                key=key, tools=self._tools, style=self._style, turn=turn, turn_number=number, turns_left=turns_left,
                asked_back=asked_back, messages=messages, plan=self._plan, past=past, call_ids=call_ids,
                complaint=complaint,
            )
        )  # fmt: skip


def state(
    task: CompositionalTask, *, key: str, system: str, style: str, complaint: str, backend: Backend
) -> Completion[StatementAnswer]:
    """Return the one message of a user who wants a whole task done."""
    return backend.complete(
        StatementRequest(
            key=key, scenario=task.scenario, composition=task.composition, depth=len(task.subtasks), system=system,
            complaint=complaint, task=task, style=style,
        )
    )  # fmt: skip
