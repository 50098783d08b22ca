"""What the model of the rule server has in mind: the calls behind words, where the plan names needs only.

The offline user says which calls it means, which is in no answer that goes over the wire. The server remembers it in
place of the client, and lays it under the requests that follow.
"""

from collections.abc import Sequence

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.models.requests import AssistantRequest, UserAnswer, UserRequest

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


def _dialogue_of(key: str) -> str:
    return key.partition("/")[0].partition("#")[0]
