"""The assistant's rule for a compositional task: thought, calls step by step, and one answer for the whole."""

from toolgraph.errors import AnswerError
from toolgraph.models.offline.task_answer import answer_to
from toolgraph.models.offline.task_thoughts import thought_at_end, thought_before
from toolgraph.models.offline.task_worker import Worker
from toolgraph.models.requests import AssistantAnswer, AssistantRequest


def follow(request: AssistantRequest, seed: int) -> AssistantAnswer:
    """Return the next step of the task, or the answer when all is done.

    Raises:
        AnswerError: the plan has no calls, or counts on a field that a result lacks.
    """
    if not request.turn.steps:
        raise AnswerError("the offline assistant follows planned calls, and this task has none")
    worker = Worker(request, seed)
    for step in request.turn.steps:
        waiting = [call for call in worker.due(step.calls) if call.planned not in worker.actual]
        if waiting:
            now = tuple(waiting if request.is_parallel else waiting[:1])
            return AssistantAnswer(calls=now, reasoning=thought_before(worker, now))
    return AssistantAnswer(text=answer_to(worker), reasoning=thought_at_end(worker))
