import json

import numpy as np
import pytest

from planners.button import ButtonOptions, TaskFailed, plan_task
from planners.function_library import FunctionLibrary
from planners.scenarios import Scenario
from planners.task_uniqueness import KeptTasks
from toolgraph.errors import AnswerError, EndpointError, RunDirectoryError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.scenarios import bank
from toolgraph.run.outcome import id_of
from toolgraph.run.tasks import Tasks, draft, scenario_at, settle_files
from toolgraph.tools.catalogue import load_tools

KINDS = {"sequential": 1.0, "conditional": 1.0, "aggregation": 1.0}


def plan(index):
    """The task of an index by rule; index 2 fails, and 5 is the same as 4."""
    if index == 2:
        raise TaskFailed("no idea", stage="composition", check="answer_shape", raw="hm")
    source = 4 if index == 5 else index
    made = plan_task(
        bank()[source * 11].scenario.text, id=id_of(source), seed=3, index=source, backend=OfflineBackend(3),
        options=ButtonOptions(compositions=KINDS),
    )  # fmt: skip
    return made


def equal_or_not(texts):
    """Vectors that are equal for equal texts only."""
    vectors = np.stack([np.random.default_rng(sum(map(ord, text))).standard_normal(64) for text in texts])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


_OPEN = []


@pytest.fixture(autouse=True)
def _closed():
    yield
    while _OPEN:
        _OPEN.pop().close()


def opened(path, done=(), **options):
    kept = KeptTasks(equal_or_not, by_words=True)
    _OPEN.append(Tasks(path, library=FunctionLibrary(), kept=kept, seed=3, done=done, **options))
    return _OPEN[-1]


def drafts(*indices):
    return [(index, draft(plan, index)) for index in indices]


def prepare(path, *indices, **options):
    tasks = opened(path, **options)
    assert list(tasks.prepare(drafts(*indices)))[-1] == tasks.count
    return tasks


def test_each_index_leaves_a_line_with_its_plan_or_why_there_is_none(tmp_path):
    tasks = prepare(tmp_path / "tasks.jsonl", *range(6))

    lines = [json.loads(line) for line in (tmp_path / "tasks.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [id_of(index) for index in range(6)]
    assert [line.get("stage", "") for line in lines] == ["", "", "composition", "", "", "filter"]
    assert (lines[2]["check"], lines[2]["reason"], lines[2]["raw"]) == ("answer_shape", "no idea", "hm")
    assert lines[5]["check"] == "unique"
    assert lines[5]["reason"].startswith("says what d000004 says (similarity 1.00): ")
    assert tasks.failure(2).reason == "no idea"
    assert tasks.failure(3) is None
    assert [tool.name for tool in tasks.sample(3).tools] == list(tasks.blueprint(3).tools)
    assert tasks.sample(2).tools == ()


def test_drafts_may_come_in_any_order_and_wait_for_those_before_them(tmp_path):
    tasks = opened(tmp_path / "any.jsonl", is_paid=True)
    counts = list(tasks.prepare(drafts(3, 0, 1, 5, 2, 4)))
    prepare(tmp_path / "in_order.jsonl", *range(6))

    assert counts[:5] == [0, 1, 2, 2, 4]
    assert (tmp_path / "any.jsonl").read_bytes() == (tmp_path / "in_order.jsonl").read_bytes()


def test_what_was_prepared_is_there_again_and_is_gone_on_with(tmp_path):
    path = tmp_path / "tasks.jsonl"
    first = prepare(path, 0, 1, 2, 3, distractors=(1, 2))
    first.close()
    with path.open("ab") as file:
        file.write(b'{"id":"d000004","ind')  # killed while it wrote

    again = opened(path, distractors=(1, 2))
    assert again.count == 4
    assert [again.blueprint(index) for index in (0, 1, 3)] == [first.blueprint(index) for index in (0, 1, 3)]
    assert again.library.tools == first.library.tools
    list(again.prepare(drafts(4, 5)))
    prepare(tmp_path / "whole.jsonl", *range(6), distractors=(1, 2))

    assert path.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_what_was_completed_before_an_error_is_kept(tmp_path):
    def breaking():
        yield from drafts(0, 1)
        raise EndpointError("gone")

    tasks = opened(tmp_path / "tasks.jsonl")
    with pytest.raises(EndpointError):
        list(tasks.prepare(breaking()))

    assert tasks.count == 2
    assert len((tmp_path / "tasks.jsonl").read_text().splitlines()) == 2


def test_distractors_come_from_tasks_before(tmp_path):
    tasks = prepare(tmp_path / "tasks.jsonl", *range(5), distractors=(2, 2))

    lines = [json.loads(line) for line in (tmp_path / "tasks.jsonl").read_text().splitlines()]
    known = set()
    for index, line in enumerate(lines):
        if index == 2:
            continue
        taken = {name for one in line["blueprint"]["task"]["subtasks"] for name in one.get("functions", ())}
        beside = set(line["blueprint"]["tools"]) - taken
        assert beside <= known
        assert len(beside) == (2 if index else 0)
        known |= {tool["name"] for tool in line["functions"]}
    assert {tool.name for tool in tasks.library.tools} == known


def test_plans_of_indices_that_have_their_fate_are_not_kept_in_memory(tmp_path):
    prepare(tmp_path / "tasks.jsonl", 0, 1, 2).close()
    tasks = opened(tmp_path / "tasks.jsonl", done={0, 2})

    assert tasks.blueprint(1).id == "d000001"
    with pytest.raises(KeyError):
        tasks.blueprint(0)
    tasks.forget([1])
    with pytest.raises(KeyError):
        tasks.blueprint(1)


def test_the_library_becomes_a_file_of_tools_and_what_nobody_played_is_dropped(tmp_path):
    prepare(tmp_path / "tasks.jsonl", *range(6)).close()
    few = prepare(tmp_path / "few.jsonl", *range(4))

    settle_files(tmp_path, tried=4)

    assert (tmp_path / "tasks.jsonl").read_bytes() == (tmp_path / "few.jsonl").read_bytes()
    assert [tool.name for tool in load_tools([tmp_path / "library.jsonl"])] == [tool.name for tool in few.library.tools]


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "tasks.jsonl").write_text("hello\n")
    with pytest.raises(RunDirectoryError, match=r"tasks.jsonl, line 1: was not written by a run"):
        opened(tmp_path / "tasks.jsonl")


def test_a_mistake_of_ours_costs_one_index_and_a_lost_server_the_run():
    def raising(error):
        def plan(index):
            raise error

        return plan

    assert draft(raising(ZeroDivisionError("x")), 7).stage == "internal"
    assert "Traceback" in draft(raising(ZeroDivisionError("x")), 7).raw
    assert draft(raising(AnswerError("x")), 7).stage == "atomic_task"
    with pytest.raises(EndpointError):
        draft(raising(EndpointError("x")), 7)


def test_scenarios_come_in_an_order_drawn_by_the_seed_and_then_again():
    scenarios = [Scenario(text=f"Scenario {letter}", source="bank") for letter in "abcdefgh"]
    first = [scenario_at(index, scenarios, seed=1) for index in range(16)]

    assert first[:8] == first[8:]
    assert sorted(one.text for one in first[:8]) == [one.text for one in scenarios]
    assert first != [scenario_at(index, scenarios, seed=2) for index in range(16)]
