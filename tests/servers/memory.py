"""What the model of the rule server has in mind: the calls behind words, where the plan names needs only.

The offline user says which calls it means, which is in no answer that goes over the wire. The server remembers it in
place of the client, and lays it under the requests that follow. The calls of a compositional task need no remembering:
they are asked of the rule once more.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from toolgraph.dialogue.blueprint import PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.requests import AssistantRequest, UserAnswer, UserRequest
from toolgraph.models.tasks import FunctionsAnswer, FunctionsRequest

Pairs = tuple[tuple[str, str], ...]


class Memory:
    """The turns of every dialogue with the calls they mean, by the place of the user message that opened them."""

    def __init__(self) -> None:
        self._meant: dict[str, dict[int, PlannedTurn]] = {}

    def remember(self, request: UserRequest, answer: UserAnswer) -> None:
        """Take in what the user meant."""
        if not request.asked_back:
            turn = request.turn.model_copy(update={"steps": answer.meaning or request.turn.steps})
            self._meant.setdefault(_dialogue_of(request.key), {})[len(request.messages)] = turn

    def for_user(self, request: UserRequest) -> UserRequest:
        """Return a request with the calls that earlier turns led to."""
        meant = self._turns(request.key, before=len(request.messages))
        if any(turn.steps for turn in request.past) or not meant:
            return request
        turn = meant[max(meant)] if request.asked_back else request.turn
        past = tuple(meant[start] for start in sorted(meant))[: len(request.past)]
        return request.model_copy(update={"past": past, "turn": turn, "call_ids": paired(meant, request.messages)})

    def for_assistant(self, request: AssistantRequest) -> AssistantRequest:
        """Return a request with the calls that its turn means."""
        meant = self._turns(request.key, before=len(request.messages))
        if request.turn.steps or request.turn_start not in meant:
            return request
        return request.model_copy(
            update={"turn": meant[request.turn_start], "call_ids": paired(meant, request.messages)}
        )

    def _turns(self, key: str, *, before: int) -> dict[int, PlannedTurn]:
        known = self._meant.get(_dialogue_of(key), {})
        return {start: turn for start, turn in known.items() if start < before}


def paired(meant: dict[int, PlannedTurn], messages: Sequence[Message]) -> Pairs:
    """Return pairs of planned and actual call: of each turn the calls in order, those of one tool with each other."""
    pairs: list[tuple[str, str]] = []
    starts = sorted(meant)
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        made = [call for message in messages[start:end] for call in message.tool_calls]
        for planned in (call for step in meant[start].steps for call in step.calls):
            actual = next((call for call in made if call.name == planned.tool), None)
            if actual is not None:
                made.remove(actual)
                pairs.append((planned.id, actual.id))
    return tuple(pairs)


def with_calls(request: AssistantRequest, rules: OfflineBackend) -> AssistantRequest:
    """Return a request about a compositional task with the calls that the rules plan for it."""
    task, system = request.task, request.messages[0]
    if request.turn.steps or task is None or system.role != "system":
        return request
    asked = FunctionsRequest(
        key=f"{_dialogue_of(request.key)}/functions", scenario=task.scenario, composition=task.composition,
        depth=len(task.subtasks), system=system.content, task=task, is_parallel=request.is_parallel,
    )  # fmt: skip
    steps = _renamed(rules.complete(asked).answer, task)
    turn = request.turn.model_copy(update={"steps": steps})
    return request.model_copy(update={"turn": turn, "call_ids": tuple(_numbered(steps, request.messages))})


def _renamed(planned: FunctionsAnswer, task: CompositionalTask) -> tuple[PlannedStep, ...]:
    """Planned steps in which functions go by the names that the library has given them since."""
    defined: dict[str, list[str]] = {}
    for one in planned.functions:
        defined.setdefault(one.subtask, []).append(one.name)
    names = {
        old: new for one in task.subtasks for old, new in zip(defined.get(one.id, ()), one.functions, strict=False)
    }  # fmt: skip
    return tuple(
        PlannedStep(
            calls=tuple(call.model_copy(update={"tool": names.get(call.tool, call.tool)}) for call in step.calls)
        )
        for step in planned.steps
    )


def _numbered(steps: Sequence[PlannedStep], messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
    """Pairs of planned and actual call; one that is made for each entry of a list is numbered."""
    planned = [call for step in steps for call in step.calls]
    made: Counter[str] = Counter()
    for call in (call for message in messages for call in message.tool_calls):
        for one in planned:
            if one.tool == call.name and (not made[one.id] or _is_repeated(one)):
                yield (f"{one.id}@{made[one.id]}" if _is_repeated(one) else one.id), call.id
                made[one.id] += 1
                break


def _is_repeated(planned: PlannedCall) -> bool:
    return any(argument.pick == "each" for argument in planned.arguments)


def _dialogue_of(key: str) -> str:
    return key.partition("/")[0].partition("#")[0]
