"""Runs with models, as far as threads, journal and bookkeeping go; what is said is fake."""

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_fakes import MODEL, model_pipeline

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import AnswerError, BudgetReached, ConfigError, EndpointError, GenerationError
from toolgraph.models.request import AnswerFailed
from toolgraph.run.config import RunConfig
from toolgraph.run.making import MOST_IN_VAIN
from toolgraph.run.pipeline import generate

FAKES = Path(__file__).with_name("run_fakes.py")
PASSING = [i for i in range(400) if i % 11 != 5 and i % 7 != 3 and i % 13 != 6]


@pytest.fixture
def config(catalogue):
    return RunConfig(tools=(str(catalogue),), n=30, model=(MODEL,))


def indices_in(directory, name="dialogues"):
    return [int(json.loads(line)["id"][1:]) for line in (directory / f"{name}.jsonl").read_bytes().splitlines()]


def dialogues_in(directory):
    return {line for line in (directory / "dialogues.jsonl").read_bytes().split(b"\n") if line}


@pytest.mark.parametrize("workers", [1, 4, 64])
def test_n_means_the_first_n_that_pass_and_nothing_is_made_in_vain(tmp_path, config, workers):
    config = config.model_copy(update={"workers": workers})

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline(0.001))

    assert sorted(indices_in(tmp_path / "run")) == PASSING[:30]
    assert summary.tried == PASSING[29] + 1
    assert sorted(indices_in(tmp_path / "run") + indices_in(tmp_path / "run", "rejected")) == list(range(summary.tried))


def test_each_dialogue_names_the_model_of_every_role(tmp_path, config):
    generate(config.model_copy(update={"n": 3}), tmp_path / "run", pipeline=model_pipeline())

    for line in dialogues_in(tmp_path / "run"):
        dialogue = Dialogue.model_validate_json(line)
        parity = dialogue.meta["index"] % 2
        assert dialogue.meta["models"] == {
            role: f"{role}-{parity}" for role in ("planner", "user", "assistant", "tool")
        }


def test_what_was_consumed_is_in_the_metrics(tmp_path, config):
    summary = generate(config.model_copy(update={"n": 2}), tmp_path / "run", pipeline=model_pipeline())

    usage = summary.metrics["usage"]
    assert (usage["requests"], usage["prompt_tokens"], usage["cost"]) == (4, 4 * 100 + 4 * 101, None)
    assert usage["by_role"].keys() == {"planner", "user"}
    assert "used 812 tokens, price unknown" in summary.as_text()


def test_a_spent_budget_stops_the_run_with_what_is_done_and_it_goes_on_later(tmp_path, config):
    spent = {index: BudgetReached("the limit of $1.00 is reached") for index in range(20, 400)}

    stopped = generate(config, tmp_path / "run", pipeline=model_pipeline(0.001, failing=spent))

    assert stopped.stopped == "the limit of $1.00 is reached"
    assert "stopped: the limit of $1.00 is reached" in stopped.as_text()
    assert sorted(indices_in(tmp_path / "run")) == [index for index in PASSING if index < 20]
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["accepted"] == stopped.accepted < 30

    finished = generate(config, tmp_path / "run", pipeline=model_pipeline())

    assert (finished.accepted, finished.stopped) == (30, "")
    assert sorted(indices_in(tmp_path / "run")) == PASSING[:30]
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["accepted"] == 30


def test_a_small_budget_leaves_nothing_half_made(tmp_path, config):
    small = config.model_copy(update={"max_tokens": 5_000})  # a dialogue takes 404 tokens and a few more

    stopped = generate(small, tmp_path / "run", pipeline=model_pipeline(0.001))
    books = [json.loads(line) for line in (tmp_path / "run" / "usage.jsonl").read_bytes().splitlines()]

    assert stopped.stopped.startswith("the limit of 5,000 tokens (--max-tokens) is reached: 4,")
    assert re.search(r"\d+ tokens left, and another dialogue is expected to take 4\d\d tokens", stopped.stopped)
    assert {f"d{index:06d}" for index in indices_in(tmp_path / "run")} <= {entry["dialogue"] for entry in books}
    assert stopped.metrics["usage"]["prompt_tokens"] < 5_000
    assert stopped.tried == len({entry["dialogue"] for entry in books} | {"d000005"})  # which had no plan

    assert generate(config, tmp_path / "run", pipeline=model_pipeline()).accepted == 30
    assert sorted(indices_in(tmp_path / "run")) == PASSING[:30]


def test_a_run_out_of_tries_says_so_whatever_the_budget(tmp_path, config):
    config = config.model_copy(update={"max_tries": 12, "max_tokens": 5_200})

    with pytest.raises(GenerationError, match="only 8 of 30 dialogues were accepted in 12 tries"):
        generate(config, tmp_path / "run", pipeline=model_pipeline())


def test_a_run_that_has_enough_did_not_stop_early(tmp_path, config):
    config = config.model_copy(update={"n": 3, "max_tokens": 1_300})

    assert generate(config, tmp_path / "run", pipeline=model_pipeline()).stopped == ""


def test_a_budget_spent_before_the_first_dialogue_leaves_a_run_that_can_go_on(tmp_path, config):
    spent = {index: BudgetReached("nothing left") for index in range(400)}

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline(failing=spent))

    assert (summary.accepted, summary.tried, summary.stopped) == (0, 0, "nothing left")
    assert generate(config, tmp_path / "run", pipeline=model_pipeline()).accepted == 30


def test_a_dead_server_ends_the_run_with_what_is_done_on_disk(tmp_path, config):
    opened = []
    dead = {8: EndpointError("tiny at localhost does not answer")}

    with pytest.raises(EndpointError, match="tiny at localhost does not answer"):
        generate(config, tmp_path / "run", pipeline=model_pipeline(0.001, failing=dead, opened=opened))

    assert set(range(8)) <= {*indices_in(tmp_path / "run"), *indices_in(tmp_path / "run", "rejected")}
    assert opened[0].closed == ["tiny at localhost does not answer"]
    assert generate(config, tmp_path / "run", pipeline=model_pipeline()).accepted == 30
    assert sorted(indices_in(tmp_path / "run")) == PASSING[:30]


def test_a_hopeless_run_gives_up_in_one_sentence(tmp_path, config):
    config = config.model_copy(update={"max_tries": 12})

    with pytest.raises(GenerationError, match="only 8 of 30 dialogues were accepted in 12 tries"):
        generate(config, tmp_path / "run", pipeline=model_pipeline())


@pytest.mark.parametrize("workers", [1, 16])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (lambda index: AnswerFailed("the model refuses to answer:\n no", check="refused"), "plan/refused"),
        (lambda index: KeyError("city"), "internal/KeyError"),
    ],
)
def test_a_model_that_brings_nothing_is_not_asked_for_ever(tmp_path, config, workers, error, reason):
    # given a model that fails at all but the first ten dialogues
    config = config.model_copy(update={"workers": workers})
    failing = {index: error(index) for index in range(10, 1000)}

    with pytest.raises(GenerationError) as told:
        generate(config, tmp_path / "run", pipeline=model_pipeline(failing=failing))

    # then what was done is kept, nothing was begun after fifty in vain, and one sentence says what to look at
    rejected = indices_in(tmp_path / "run", "rejected")
    assert sorted(indices_in(tmp_path / "run")) == [index for index in PASSING if index < 10]
    assert MOST_IN_VAIN <= len(rejected) < MOST_IN_VAIN + 2 * workers + 3
    assert re.match(rf"[56]\d dialogues in a row were rejected, [456]\d of them by {reason} ", str(told.value))
    assert "(as in: the model refuses to answer: no); " in str(told.value) or "(as in: 'city'); " in str(told.value)
    assert f"{tmp_path / 'run' / 'rejected.jsonl'} says more; the same command goes on" in str(told.value)

    # and when the model has come to itself the same command makes the rest
    assert generate(config, tmp_path / "run", pipeline=model_pipeline()).accepted == 30


def test_each_dialogue_that_is_accepted_gives_a_model_fifty_more_tries(tmp_path, config):
    spared = [next(index for index in PASSING if index >= start) for start in (0, 45, 90, 135)]
    failing = {index: AnswerError("no idea") for index in range(300) if index not in spared}
    config = config.model_copy(update={"n": 4, "workers": 1})

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline(failing=failing))

    assert indices_in(tmp_path / "run") == spared
    assert summary.tried > 2 * MOST_IN_VAIN


def test_a_run_that_asks_no_model_goes_on_to_its_last_try(tmp_path, config):
    failing = {index: AnswerError("no idea") for index in range(100)}
    config = config.model_copy(update={"max_tries": 80, "workers": 1})

    with pytest.raises(GenerationError, match="only 0 of 30 dialogues were accepted in 80 tries"):
        generate(config, tmp_path / "run", pipeline=model_pipeline(failing=failing, clients=()))


def test_a_run_killed_at_random_moments_ends_with_the_same_set(tmp_path, catalogue, config):
    chance = random.Random(5)
    command = [sys.executable, FAKES, catalogue, tmp_path / "killed", "30", "6", "0.05", "model"]
    kills = 0
    for _ in range(5):
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        before = len(indices_in(tmp_path / "killed")) if (tmp_path / "killed" / "dialogues.jsonl").exists() else 0
        while process.poll() is None and not grown(tmp_path / "killed", before):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.04))
        process.kill()
        _, complaints = process.communicate()
        assert complaints.count("Traceback") == 0
        if process.returncode == 0:
            break
        kills += 1
    subprocess.run(command, check=True)
    generate(config, tmp_path / "whole", pipeline=model_pipeline())

    assert kills >= 2
    assert dialogues_in(tmp_path / "killed") == dialogues_in(tmp_path / "whole")
    assert sorted(indices_in(tmp_path / "killed", "blueprints")) == sorted(indices_in(tmp_path / "whole", "blueprints"))


def grown(directory, before):
    path = directory / "dialogues.jsonl"
    return path.exists() and path.read_bytes().count(b"\n") > before


def test_every_accepted_dialogue_is_judged_and_the_means_leave_out_what_has_no_verdict(tmp_path, config):
    config = config.model_copy(update={"n": 4, "judge_model": (MODEL,)})

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline(scores=(4, 2, None)))

    verdicts = {index: Dialogue.model_validate_json(line) for line in dialogues_in(tmp_path / "run")
                for index in [int(json.loads(line)["id"][1:])]}  # fmt: skip
    assert {index: (dialogue.meta["judge"]["scores"] or {}).get("COH") for index, dialogue in verdicts.items()} == {
        0: 4, 1: 2, 2: None, 4: 2,
    }  # fmt: skip
    assert verdicts[2].meta["judge"]["reason"] == "no scores"
    assert verdicts[0].usage.prompt_tokens == 7
    assert verdicts[0].meta["models"]["judge"] == "judge-0"
    judged = summary.metrics["judge"]
    assert (judged["judged"], judged["without_verdict"], judged["COH"], judged["NAT"]) == (3, 1, 2.6667, 5.0)


def test_a_bar_rejects_low_scores_and_missing_verdicts(tmp_path, config):
    config = config.model_copy(update={"n": 4, "judge_model": (MODEL,), "min_score": 3})

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline(scores=(4, 2, None)))

    assert all(index % 3 == 0 for index in indices_in(tmp_path / "run"))
    records = [json.loads(line) for line in (tmp_path / "run" / "rejected.jsonl").read_bytes().splitlines()]
    below = next(record for record in records if record["check"] == "min_score")
    without = next(record for record in records if record["check"] == "no_verdict")
    assert below["reason"] == "NAT 5, COH 2, HELP 5, ACC 5: It is so."
    assert (without["stage"], without["reason"], without["raw"]) == ("judge", "no scores", "4/5")
    assert below["usage"] == {"requests": 1, "prompt_tokens": 7, "completion_tokens": 0}
    assert len(below["messages"]) == 4
    assert summary.metrics["judge"]["without_verdict"] == 0


def test_tools_are_filled_in_before_they_are_linked_if_wanted(tmp_path, config):
    bare = [{"name": name, "parameters": {"properties": {"city": {"type": "string"}}}} for name in ("a", "b", "c")]
    (tmp_path / "bare.json").write_text(json.dumps(bare))
    for fill in ("none", "catalogue"):
        changes = {"n": 2, "fill": fill, "tools": (str(tmp_path / "bare.json"),), "tools_per_dialogue": "2"}
        generate(config.model_copy(update=changes), tmp_path / fill, pipeline=model_pipeline())

    plain, filled = (read_tools(tmp_path / kind / "tools.jsonl") for kind in ("none", "catalogue"))
    graph = read_tools(tmp_path / "catalogue" / "graph" / "tools.jsonl")
    assert [tool.get("filled") for tool in plain] == [None] * 3
    assert all("/parameters/properties/city/description" in tool["filled"] for tool in filled)
    assert graph == filled


def read_tools(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_progress_is_told_how_the_run_stands(tmp_path, config):
    shown = []

    class Watcher:
        def show(self, stage, done, total, note="", *, status=None):
            shown.append((stage, done, total, status))

    generate(config, tmp_path / "run", progress=Watcher(), pipeline=model_pipeline())

    stage, done, total, status = shown[-1]
    assert (stage, done, total) == ("dialogues", 30, 30)
    assert (status.playing, status.in_flight, status.limit, status.cost) == (0, 2, 8.0, 0.5)
    assert sum(status.rejected.values()) == PASSING[29] + 1 - 30
    assert max(status.playing for *_, status in shown) <= 30


def test_a_run_that_stops_says_that_it_waits_for_answers_under_way(tmp_path, config):
    shown = []

    class Watcher:
        def show(self, stage, done, total, note="", *, status=None):
            shown.append(status)

    dead = {8: EndpointError("tiny at localhost does not answer")}
    with pytest.raises(EndpointError):
        generate(config, tmp_path / "run", progress=Watcher(), pipeline=model_pipeline(0.001, failing=dead))

    assert [shown[0].is_stopping, shown[-1].is_stopping] == [False, True]


@pytest.mark.parametrize("change", [{"base_url": "http://10.0.0.1/v1"}, {"max_tokens": 300_000}, {"concurrency": 2}])
def test_what_changes_nothing_in_the_data_may_change_between_two_starts(tmp_path, config, change):
    generate(config.model_copy(update={"n": 3}), tmp_path / "run", pipeline=model_pipeline())

    assert generate(config.model_copy(update=change), tmp_path / "run", pipeline=model_pipeline()).accepted == 30


def test_another_model_makes_another_run(tmp_path, config):
    generate(config.model_copy(update={"n": 3}), tmp_path / "run", pipeline=model_pipeline())

    with pytest.raises(Exception, match=r"user_model was \(\) and is now \('offline',\)"):
        generate(config.model_copy(update={"user_model": ("offline",)}), tmp_path / "run", pipeline=model_pipeline())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": ("m",), "base_url": "http://me:sesame-open@host/v1"}, "holds a user, a query or a fragment"),
        ({"model": ("m@http://host/v1?key=sesame-open",)}, "holds a user, a query or a fragment"),
        (
            {"model": ("m@http://h/v1",), "max_cost": 1.0},
            "--max-cost cannot be kept, since the price of m is not known",
        ),
        ({"price": ("sesame",)}, "the price 'sesame' cannot be read"),
        ({"model": (), "user_model": ("m",)}, "user_model is set and no model is; name one with --model NAME"),
        ({"min_score": 3}, "min_score is set and nobody judges; name a judge with --judge-model NAME"),
        ({"judge_model": ("m", "offline")}, "judge_model is offline, and the offline rules judge nothing"),
        ({"model": ("offline",), "fill": "catalogue"}, "fill is catalogue and model is offline, which writes nothing"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_writes_nothing(tmp_path, config, change, message):
    with pytest.raises(ConfigError, match=message) as caught:
        generate(config.model_copy(update=change), tmp_path / "run", pipeline=model_pipeline())

    assert "sesame-open" not in str(caught.value)
    assert not (tmp_path / "run").exists()
