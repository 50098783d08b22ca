"""A task played by the rules alone: every check of a finished dialogue passes, and the answer says what came out."""

import json
import re
from typing import get_args

import pytest

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.parallel import PARALLEL_OFF, PARALLEL_ON
from toolgraph.dialogue.record import Dialogue
from toolgraph.dialogue.task import Composition, CompositionalTask
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.scenarios import bank
from toolgraph.models.requests import AssistantRequest, Fact, ToolRequest
from toolgraph.models.tasks import (
    AtomicTaskRequest,
    CompositionRequest,
    FilterRequest,
    FunctionsRequest,
    StatementRequest,
)
from toolgraph.quality.checks import findings_in
from toolgraph.tools.spec import Origin, ToolSpec

KINDS = get_args(Composition)
BANK = bank()[::17]


class Played:
    """One task asked for, request after request, and played without an engine."""

    def __init__(self, number: int, kind: Composition, *, is_parallel: bool = True, style: str = "plain") -> None:
        self.id, self.backend = f"d{number:06d}", OfflineBackend(5)
        self.system = f"Today is Tuesday, 2026-06-09. {PARALLEL_ON if is_parallel else PARALLEL_OFF}"
        one = BANK[number % len(BANK)]
        common = {"scenario": one.scenario.text, "composition": kind, "depth": 4, "system": self.system}
        self.atomic = self._ask(AtomicTaskRequest(key=f"{self.id}/atomic_task", **common)).task
        made = self._ask(CompositionRequest(key=f"{self.id}/composition", task=self.atomic, **common))
        self.task = CompositionalTask(
            id=self.id, scenario=one.scenario.text, composition=kind, text=made.task, subtasks=made.subtasks,
            flows=made.flows,
        )  # fmt: skip
        self.verdict = self._ask(FilterRequest(key=f"{self.id}/filter", task=self.task, **common))
        self.functions = self._ask(
            FunctionsRequest(key=f"{self.id}/functions", task=self.task, is_parallel=is_parallel, **common)
        )
        said = self._ask(StatementRequest(key=f"{self.id}/statement", task=self.task, style=style, **common)).text
        origin = Origin(file=f"data/domains/{one.domain}.yaml")
        self.tools = {
            one.name: ToolSpec(
                name=one.name,
                description=one.description,
                parameters=one.parameters,
                returns=one.returns,
                origin=origin,
            )
            for one in self.functions.functions
        }
        self.messages = [Message(role="system", content=self.system), Message(role="user", content=said)]
        self._play(is_parallel)

    def _ask(self, request):
        return self.backend.complete(request).answer

    def _play(self, is_parallel: bool) -> None:
        ids: list[tuple[str, str]] = []
        facts: tuple[Fact, ...] = ()
        turn = PlannedTurn(kind="tool_request", steps=self.functions.steps)
        for _ in range(20):
            answer = self._ask(
                AssistantRequest(
                    key=f"{self.id}/{len(self.messages)}", tools=tuple(self.tools.values()), turn=turn, turn_start=1,
                    messages=tuple(self.messages), turns_left=0, call_ids=tuple(ids), task=self.task,
                    is_parallel=is_parallel,
                )
            )  # fmt: skip
            calls = []
            for call in answer.calls:
                ids.append((call.planned, f"call_{len(ids) + 1}"))
                calls.append(ToolCall(id=ids[-1][1], name=call.tool, arguments=json.dumps(call.arguments)))
            self.messages.append(
                Message(role="assistant", content=answer.text, tool_calls=tuple(calls), reasoning=answer.reasoning)
            )
            if not calls:
                return
            facts = self._answered(answer.calls, calls, facts)

    def _answered(self, asked, calls, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        beside: tuple[Fact, ...] = ()
        for call, plain in zip(calls, asked, strict=True):
            tool = self.tools[plain.tool]
            request = ToolRequest(
                key=self.id, tool=tool, arguments=plain.arguments, facts=facts, beside=beside, system=self.system
            )
            result = self._ask(request).result
            beside += (Fact(tool=tool, arguments=plain.arguments, result=result),)
            self.messages.append(Message(role="tool", content=json.dumps(result), tool_call_id=call.id))
        return facts + beside

    @property
    def dialogue(self) -> Dialogue:
        return Dialogue(id=self.id, tools=tuple(self.tools.values()), messages=tuple(self.messages))

    @property
    def thoughts(self) -> list[str]:
        return [message.reasoning for message in self.messages if message.role == "assistant"]


@pytest.mark.parametrize("is_parallel", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_played_task_passes_every_check(kind, is_parallel):
    for number in range(20):
        played = Played(number, kind, is_parallel=is_parallel)

        assert findings_in(played.dialogue) == (), played.messages[-1].content
        assert played.verdict.is_consistent, played.verdict.reason
        called = {call.name for message in played.messages for call in message.tool_calls}
        if kind != "conditional":
            assert called == set(played.tools)
        if not is_parallel:
            assert all(len(message.tool_calls) < 2 for message in played.messages)


def test_the_user_states_the_whole_task_and_names_no_function():
    for number in range(12):
        played = Played(number, "parallel", style="formal")
        text = played.messages[1].content

        assert not any(name in text for name in played.tools)
        assert re.search(r"\bstep\b|sub-?task", text, re.IGNORECASE) is None


def test_an_atomic_task_is_the_first_part_in_one_line():
    played = Played(3, "sequential")

    assert played.atomic == played.task.subtasks[0].text
    assert "\n" not in played.atomic


def test_a_plan_stands_in_the_first_thought_and_every_message_has_one():
    played = Played(4, "tree")
    first, *_ = played.thoughts

    assert all(played.thoughts)
    assert all(name in first for name in played.tools)
    assert not any(re.search(r"\bs\d\b|sub-?task", thought) for thought in played.thoughts)


def test_of_two_branches_the_one_is_taken_that_the_result_decides():
    taken = set()
    for number in range(30):
        played = Played(number, "conditional")
        decided = next(one for one in played.functions.steps[-1].calls if one.condition is not None)
        called = {call.name for message in played.messages for call in message.tool_calls}
        taken.add(decided.tool in called)
        branches = [one.tool for one in played.functions.steps[-1].calls]
        assert sum(name in called for name in branches) <= 1

    assert taken == {True, False}


def test_a_sum_is_told_with_what_it_is_made_of():
    sums = [
        played.messages[-1].content for number in range(60) for played in [Played(number, "aggregation")]
        if " + " in played.messages[-1].content
    ]  # fmt: skip

    assert sums
    for text in sums:
        total, parts = re.search(r"([\d.,]+)[^\d(]*\(([\d.,]+(?: \+ [\d.,]+)+)\)", text).groups()
        assert float(total.replace(",", "")) == pytest.approx(
            sum(float(one.replace(",", "")) for one in parts.split(" + "))
        )


def test_styles_change_the_words_and_not_the_task():
    plain, formal = Played(7, "sequential"), Played(7, "sequential", style="formal")

    assert plain.messages[1].content != formal.messages[1].content
    assert [m.tool_calls for m in plain.messages] == [m.tool_calls for m in formal.messages]
