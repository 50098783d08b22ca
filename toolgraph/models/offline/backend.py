"""The offline backend: for each request class, the rule that answers it."""

from collections.abc import Callable
from typing import Any

from toolgraph.models.confirming import EdgeRequest
from toolgraph.models.filling import FillRequest
from toolgraph.models.judging import JudgeRequest
from toolgraph.models.offline.assistant import assist
from toolgraph.models.offline.confirming import refuse_to_confirm
from toolgraph.models.offline.filling import describe
from toolgraph.models.offline.judging import refuse_to_judge
from toolgraph.models.offline.planning import plan
from toolgraph.models.offline.scenarios import expand, extract
from toolgraph.models.offline.task_rules import (
    compose_task,
    define_functions,
    filter_task,
    state_atomic_task,
    state_task,
)
from toolgraph.models.offline.trajectory import follow
from toolgraph.models.offline.user import speak
from toolgraph.models.offline.world import answer_tool
from toolgraph.models.request import AnswerT, Completion, Request, offline_completion
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, PlanRequest, ToolRequest, UserRequest
from toolgraph.models.tasks import (
    AtomicTaskRequest,
    CompositionRequest,
    ExpansionRequest,
    ExtractionRequest,
    FilterRequest,
    FunctionsRequest,
    StatementRequest,
)

Rule = Callable[[Any, int], Any]


def act(request: AssistantRequest, seed: int) -> AssistantAnswer:
    """Return the assistant's next message: in a task it follows that, else the turn."""
    return follow(request, seed) if request.task is not None else assist(request, seed)


RULES: dict[type[Request[Any]], Rule] = {
    PlanRequest: plan,
    UserRequest: speak,
    AssistantRequest: act,
    ToolRequest: answer_tool,
    JudgeRequest: refuse_to_judge,
    FillRequest: describe,
    EdgeRequest: refuse_to_confirm,
    ExtractionRequest: extract,
    ExpansionRequest: expand,
    AtomicTaskRequest: state_atomic_task,
    CompositionRequest: compose_task,
    FilterRequest: filter_task,
    FunctionsRequest: define_functions,
    StatementRequest: state_task,
}
"""A rule takes the request and the seed and returns the answer; it reads nothing else that could change."""


class OfflineBackend:
    """Answers every request by rule: no network, no key, no weights.

    An answer is a pure function of the seed and the request, so that a run can be repeated byte for byte.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Answer one request.

        Raises:
            AnswerError: the rule has nothing to answer from, such as a result that lacks the field a plan counts on,
                or there is no honest rule, as for the judge.
        """
        return offline_completion(RULES[type(request)](request, self.seed))
