import pickle
from collections import Counter

import pytest
from tasks import EVENT, FIELDS, HOURS, TEXT, answers

from planners.button import COMPOSITIONS, ButtonOptions, TaskFailed, drawn, kind_of, plan_task
from tests.fakes import ScriptedBackend
from toolgraph.dialogue.parallel import allows_parallel
from toolgraph.errors import AnswerError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.scenarios import bank
from toolgraph.models.request import AnswerFailed
from toolgraph.models.tasks import AtomicTaskAnswer, CompositionAnswer, FilterAnswer, FunctionsAnswer

IN_A_ROW = ButtonOptions(compositions={"sequential": 1.0})


def planned(script, **changes):
    backend = ScriptedBackend(script)
    options = {"id": "d000004", "seed": 1, "index": 4, "options": IN_A_ROW, **changes}
    return plan_task("A day at the library", backend=backend, **options), backend


def test_a_scenario_becomes_a_task_with_functions_in_four_questions():
    plan, backend = planned(answers())

    assert [request.key for request in backend.requests] == [
        f"d000004/{stage}" for stage in ("atomic_task", "composition", "filter", "functions")
    ]
    assert backend.is_finished
    blueprint = plan.blueprint
    assert (blueprint.id, blueprint.mode, blueprint.plan_style) == ("d000004", "button", "none")
    assert blueprint.tools == ("get_opening_hours", "create_event") == tuple(tool.name for tool in plan.tools)
    assert [(turn.kind, turn.intent) for turn in blueprint.turns] == [("tool_request", TEXT)]
    assert [one.functions for one in plan.task.subtasks] == [("get_opening_hours",), ("create_event",)]
    assert plan.task.flows == (FIELDS,)
    assert plan.task.scenario == "A day at the library"
    assert blueprint.usage.requests == 4


def test_the_system_message_tells_whether_calls_may_be_made_at_once():
    for share in (0.0, 1.0):
        plan, _ = planned(answers(), options=ButtonOptions(compositions={"sequential": 1}, parallel=share))
        assert plan.blueprint.is_parallel is allows_parallel(plan.blueprint.system) is bool(share)


def test_an_answer_that_cannot_be_used_is_asked_for_again_with_what_is_wrong():
    script = answers()
    script.insert(1, CompositionAnswer(subtasks=script[1].subtasks, flows=(), task=TEXT))
    script.insert(1, AnswerFailed("no JSON", check="answer_shape", raw="hm"))

    plan, backend = planned(script)

    keys = [request.key for request in backend.requests]
    assert keys[1:4] == ["d000004/composition", "d000004/composition#1", "d000004/composition#2"]
    assert backend.requests[2].complaint == "no JSON"
    assert "s2 needs s1, but no flow says" in backend.requests[3].complaint
    assert '"task":' in backend.requests[3].complaint
    assert plan.blueprint.usage.requests == 5


WRONG = {
    "atomic_task": AtomicTaskAnswer(task="Call get_weather."),
    "composition": CompositionAnswer(subtasks=(), flows=(), task="x"),
    "functions": FunctionsAnswer(functions=(HOURS,)),
}


@pytest.mark.parametrize("stage", WRONG)
def test_a_task_fails_at_the_stage_that_gives_nothing_of_use(stage):
    place = {"atomic_task": 0, "composition": 1, "functions": 3}[stage]

    with pytest.raises(TaskFailed) as caught:
        planned([*answers()[:place], *[WRONG[stage]] * 3])

    failed = caught.value
    assert (failed.stage, failed.check, failed.usage.requests) == (stage, stage, place + 3)
    assert failed.raw == WRONG[stage].model_dump_json()
    assert "It was:" not in str(failed)


@pytest.mark.parametrize("check", ["consistent", "compatible", "realistic"])
def test_what_the_filter_refuses_is_not_asked_again(check):
    verdict = {f"is_{name}": name != check for name in ("consistent", "compatible", "realistic")}

    with pytest.raises(TaskFailed, match="nobody would") as caught:
        planned(answers(filter=FilterAnswer(**verdict, reason="nobody would"))[:3])

    assert (caught.value.stage, caught.value.check) == ("filter", check)
    assert TEXT in caught.value.raw


def test_a_question_without_an_answer_fails_at_its_stage():
    with pytest.raises(TaskFailed, match="no idea") as caught:
        planned([*answers()[:1], *[AnswerError("no idea")] * 3])

    assert caught.value.stage == "composition"


def test_flows_must_get_their_fields():
    with pytest.raises(TaskFailed, match="no function of s1 returns ''"):
        planned(answers()[:3] + [FunctionsAnswer(functions=(HOURS, EVENT))] * 3)


def test_a_failure_passes_between_processes():
    before = TaskFailed("why", stage="filter", check="unique", raw="x")
    after = pickle.loads(pickle.dumps(before))
    assert (str(after), after.stage, after.check, after.raw) == ("why", "filter", "unique", "x")


@pytest.mark.parametrize("seed", [0, 5])
def test_in_every_block_each_kind_has_its_share(seed):
    for block in range(10):
        kinds = Counter(kind_of(20 * block + place, COMPOSITIONS, seed=seed) for place in range(20))
        assert kinds == {"sequential": 14, "parallel": 6}


def test_shares_that_no_block_can_hold_come_out_over_several():
    weights = {"a": 1, "b": 2, "c": 0.1, "never": 0}
    counts = Counter(drawn(index, weights, 3, "x") for index in range(4000))

    assert "never" not in counts
    for choice in "abc":
        assert abs(counts[choice] - 4000 * weights[choice] / 3.1) <= 4


def test_the_kinds_of_another_seed_come_in_another_order():
    orders = {tuple(kind_of(index, COMPOSITIONS, seed=seed) for index in range(20)) for seed in range(5)}
    assert len(orders) == 5


@pytest.mark.parametrize("kind", ["sequential", "parallel", "chain", "tree", "conditional", "aggregation"])
def test_the_rules_make_tasks_of_every_kind(kind):
    backend, options = OfflineBackend(2), ButtonOptions(compositions={kind: 1.0})
    found = []
    for index in range(6):
        try:
            scenario = bank()[index * 7].scenario.text
            found.append(plan_task(scenario, id=f"d{index:06d}", seed=2, index=index, backend=backend, options=options))
        except TaskFailed:
            continue

    assert len(found) >= 4
    for plan in found:
        assert plan.task.composition == kind
        assert plan.blueprint.turns[0].steps
        assert plan.blueprint.plan_style == "grounded"
        assert plan.blueprint.usage.requests == 0
