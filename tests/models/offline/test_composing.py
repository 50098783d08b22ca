"""Compositions are pure, hang together by data, and have the shape that was asked for."""

import re
from itertools import pairwise
from typing import get_args

import pytest

from toolgraph.dialogue.task import Composition
from toolgraph.errors import AnswerError
from toolgraph.models.offline.composed import Composed, steps_of
from toolgraph.models.offline.composing import LONGEST_CHAIN, compose
from toolgraph.models.offline.scenarios import bank
from toolgraph.models.offline.speech import superlative
from toolgraph.tools.inference import effects_of

SYSTEM = "Today is Monday, 2026-03-02."
KINDS = get_args(Composition)
SCENARIOS = [one.scenario.text for one in bank()][::11]


def composed(scenario: str, kind: Composition, *, depth: int = 4, id: str = "d1") -> Composed:
    return compose(scenario, composition=kind, depth=depth, system=SYSTEM, seed=3, id=id)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_life_allows_every_composition(kind):
    assert [composed(scenario, kind).parts for scenario in SCENARIOS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_request_finds_the_same_composition_and_another_dialogue_another(kind):
    first, again = composed(SCENARIOS[0], kind), composed(SCENARIOS[0], kind)
    others = [composed(SCENARIOS[0], kind, id=f"d{number}").parts for number in range(2, 8)]

    assert first.parts == again.parts
    assert any(parts != first.parts for parts in others)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_call_takes_from_results_is_there_before_it_and_its_part_says_that_it_needs_it(kind):
    for scenario in SCENARIOS:
        task = composed(scenario, kind)
        made: set[str] = set()
        for calls in steps_of(task, is_parallel=True):
            for call in calls:
                givers = {giver for one in call.arguments if one.source == "result" for giver in (one.call, *one.among)}
                assert givers <= made
                own = task.owner(call.id)
                assert {task.owner(giver).id for giver in givers} - {own.id} <= set(own.needs)
            made |= {call.id for call in calls}


def test_a_sequential_task_has_two_or_three_parts_in_a_row():
    for scenario in SCENARIOS:
        parts = composed(scenario, "sequential").parts

        assert [part.needs for part in parts] == [(), *((part.id,) for part in parts[:-1])]
        assert 2 <= len(parts) <= 3


def test_a_parallel_task_begins_with_two_parts_that_need_nothing_and_one_needs_both():
    for scenario in SCENARIOS:
        parts = composed(scenario, "parallel").parts

        assert [part.id for part in parts if not part.needs] == ["s1", "s2"]
        assert any(set(part.needs) == {"s1", "s2"} for part in parts)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_chain_is_as_long_as_asked_for(depth):
    parts = composed(SCENARIOS[0], "chain", depth=depth).parts

    assert len(parts) == depth
    assert all(before.id in after.needs for before, after in pairwise(parts))


def test_a_chain_longer_than_any_is_refused_in_one_sentence():
    with pytest.raises(AnswerError, match=f"composed as chain of 40 sub-tasks; .* at most {LONGEST_CHAIN}"):
        composed(SCENARIOS[0], "chain", depth=40)


def test_a_decision_leads_to_one_call_or_the_other():
    for scenario in SCENARIOS:
        task = composed(scenario, "conditional")
        conditions = [call.condition for part in task.parts for call in part.calls if part.branch]

        assert conditions[0] is not None
        assert [one.holds for one in conditions if one] == [True, False][: len(conditions)]
        assert sum(part.test is not None for part in task.parts) == 1


def test_what_is_repeated_is_done_for_each_entry_and_something_is_worked_out_from_it():
    for scenario in SCENARIOS:
        parts = composed(scenario, "aggregation").parts

        assert [part.is_repeated for part in parts] == [False, True, False]
        assert [one.pick for call in parts[1].calls for one in call.arguments if one.source == "result"] == ["each"]
        assert parts[2].total is not None


def test_nobody_asks_for_what_he_could_not_want_before_he_saw_the_list():
    picks = {
        one.pick for scenario in SCENARIOS for kind in KINDS for part in composed(scenario, kind).parts
        for call in part.calls for one in call.arguments if one.pick
    }  # fmt: skip

    assert {"1", "-1"}.isdisjoint(picks)
    assert {superlative(pick) for pick in picks}.isdisjoint({"most expensive", "longest", "latest"})


def test_an_attribute_that_two_calls_take_has_one_value():
    for scenario in SCENARIOS:
        task = composed(scenario, "sequential")
        said: dict[str, set[str]] = {}
        for part in task.parts:
            for call in part.calls:
                for one in call.arguments:
                    if one.source == "user":
                        said.setdefault(one.pointer, set()).add(repr(one.value))
        assert all(len(values) == 1 for values in said.values())


def test_with_parallel_calls_off_every_step_is_one_call():
    task = composed(SCENARIOS[0], "parallel")

    assert all(len(calls) == 1 for calls in steps_of(task, is_parallel=False))
    assert max(len(calls) for calls in steps_of(task, is_parallel=True)) == 2


def test_nothing_is_changed_before_it_was_looked_at():
    for scenario in SCENARIOS:
        task = composed(scenario, "chain")
        effects = [effects_of(task.tools[call.tool]) for part in task.parts for call in part.calls]

        assert effects[0] == "reads"
        assert not re.search(r"writes reads", " ".join(effects))


def test_a_scenario_of_no_field_of_life_is_refused():
    with pytest.raises(AnswerError, match="know no field of life for the scenario 'Zwölf Boxkämpfer jagen Viktor'"):
        composed("Zwölf Boxkämpfer jagen Viktor", "sequential")
