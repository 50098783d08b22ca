import json

import pytest
from run_fakes import FakeAgents, link

from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import AnswerError, BudgetReached, EndpointError, GenerationError
from toolgraph.run.config import RunConfig
from toolgraph.run.outcome import Rejection
from toolgraph.run.progress import Silent
from toolgraph.run.workshop import Workshop
from toolgraph.tools.catalogue import load_tools


@pytest.fixture
def agents(catalogue):
    config = RunConfig(strategy="walk", tools_per_dialogue="3")
    return FakeAgents(config, link(load_tools([catalogue]), config, Silent()))


def workshop(agents, **others):
    steps = {"sample": agents.sample, "plan": agents.plan, "play": agents.play, "check": agents.check}
    return Workshop(**{**steps, **others})


def test_an_accepted_dialogue_carries_its_verdicts_and_what_the_run_knows_of_it(agents):
    outcome = workshop(agents).attempt(1)

    dialogue = Dialogue.model_validate_json(outcome.line)
    assert outcome.is_accepted
    assert dialogue.id == "d000001"
    assert [verdict.check for verdict in dialogue.verdicts if verdict.passed] == ["finished"]
    assert dialogue.meta == {
        "mode": "toolflow", "strategy": "walk", "style": "plain", "plan": "grounded", "index": 1,
        "turn_kinds": ["tool_request"], "rules": dict(agents.sample(1).rules),
    }  # fmt: skip
    assert Blueprint.model_validate_json(outcome.blueprint).id == dialogue.blueprint == "d000001"


def test_an_outcome_is_lines_without_ends(agents):
    outcome = workshop(agents).attempt(1)

    assert "\n" not in outcome.line + outcome.blueprint


def test_a_plan_that_cannot_be_had_is_a_rejection_without_a_blueprint(agents):
    outcome = workshop(agents).attempt(5)

    rejection = Rejection.model_validate_json(outcome.line)
    assert (outcome.is_accepted, outcome.blueprint) == (False, None)
    assert (rejection.id, rejection.index, rejection.blueprint) == ("d000005", 5, "")
    assert (rejection.stage, rejection.check, rejection.reason) == ("plan", "", "the planner had no idea")
    assert rejection.rules == dict(agents.sample(5).rules)


def test_a_dialogue_that_failed_tells_where_why_and_what_was_said(agents):
    rejection = Rejection.model_validate_json(workshop(agents).attempt(3).line)

    assert (rejection.stage, rejection.check, rejection.ended) == ("assistant", "valid_arguments", "step_failed")
    assert (rejection.reason, rejection.raw) == ("city is missing", '{"calls": [')
    assert [message.role for message in rejection.messages] == ["user"]
    assert rejection.blueprint == "d000003"


def test_an_answer_that_cannot_be_had_while_playing_is_a_rejection(agents):
    def play(blueprint, tools):
        raise AnswerError("nobody answered")

    rejection = json.loads(workshop(agents, play=play).attempt(0).line)

    assert (rejection["stage"], rejection["reason"]) == ("dialogue", "nobody answered")
    assert rejection["blueprint"] == "d000000"


def test_a_dialogue_that_fails_a_check_is_kept_with_the_finding(agents):
    rejection = Rejection.model_validate_json(workshop(agents).attempt(6).line)

    assert (rejection.stage, rejection.check) == ("check", "finished")
    assert rejection.reason == "message 3: it ends too soon"
    assert [message.role for message in rejection.messages] == ["user", "assistant", "tool", "assistant"]


def test_a_mistake_of_ours_costs_one_index_and_leaves_its_traceback(agents):
    def check(dialogue):
        raise KeyError("a mistake in a check")

    rejection = Rejection.model_validate_json(workshop(agents, check=check).attempt(0).line)

    assert (rejection.stage, rejection.check, rejection.reason) == ("internal", "KeyError", "'a mistake in a check'")
    assert rejection.raw.startswith("Traceback")
    assert rejection.blueprint == "d000000"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError("no such file"),
        KeyboardInterrupt(),
        EndpointError("the server is gone"),
        BudgetReached("the money is spent"),
        GenerationError("cannot write on usage.jsonl"),
    ],
)
def test_what_the_machine_lacks_is_not_blamed_on_the_index(agents, error):
    def plan(sample, name, index):
        raise error

    with pytest.raises(type(error)):
        workshop(agents, plan=plan).attempt(0)
