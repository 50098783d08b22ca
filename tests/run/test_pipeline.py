import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_fakes import fake_pipeline

from toolgraph.errors import GenerationError
from toolgraph.run.config import RunConfig
from toolgraph.run.making import FEW
from toolgraph.run.pipeline import generate

FAKES = Path(__file__).with_name("run_fakes.py")


@pytest.fixture
def config(catalogue):
    return RunConfig(tools=(str(catalogue),))


class Watcher:
    def __init__(self):
        self.shown = []

    def show(self, stage, done, total, note=""):
        self.shown.append((stage, done, total, note))


@pytest.mark.parametrize("n", [1, 2, 30, FEW + 1])
@pytest.mark.parametrize("workers", [0, 1, 3])
def test_n_means_n_accepted_dialogues_the_first_by_index(tmp_path, config, n, workers):
    config = config.model_copy(update={"n": n, "workers": workers})

    summary = generate(config, tmp_path / "run", pipeline=fake_pipeline())

    lines = (tmp_path / "run" / "dialogues.jsonl").read_text().split("\n")[:-1]
    passing = [i for i in range(200) if i % 11 != 5 and i % 7 != 3 and i % 13 != 6]
    assert [json.loads(line)["meta"]["index"] for line in lines] == passing[:n]
    assert (summary.accepted, summary.made, summary.tried) == (n, n, passing[n - 1] + 1)


def test_every_index_tried_has_one_fate_and_every_plan_is_kept(tmp_path, config):
    generate(config.model_copy(update={"n": 40}), tmp_path / "run", pipeline=fake_pipeline())

    ids = {
        name: [json.loads(line)["id"] for line in (tmp_path / "run" / f"{name}.jsonl").read_bytes().split(b"\n")[:-1]]
        for name in ("blueprints", "dialogues", "rejected")
    }
    tried = sorted(ids["dialogues"] + ids["rejected"])
    assert tried == [f"d{i:06d}" for i in range(len(tried))]
    assert ids["blueprints"] == [name for i, name in enumerate(tried) if i % 11 != 5]


@pytest.mark.parametrize("workers", [2, 5])
def test_the_number_of_workers_leaves_no_trace(tmp_path, config, contents, workers):
    generate(config.model_copy(update={"n": 90, "workers": 1}), tmp_path / "one", pipeline=fake_pipeline())
    generate(config.model_copy(update={"n": 90, "workers": workers}), tmp_path / "other", pipeline=fake_pipeline())

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_another_seed_makes_other_dialogues(tmp_path, config):
    for seed in (0, 1):
        changed = config.model_copy(update={"seed": seed})
        generate(changed, tmp_path / str(seed), pipeline=fake_pipeline())

    first, second = ((tmp_path / seed / "dialogues.jsonl").read_bytes() for seed in "01")
    assert first != second


def test_a_run_grown_in_steps_is_the_run_made_at_once(tmp_path, config, contents):
    for n in (3, 17, 60):
        generate(config.model_copy(update={"n": n}), tmp_path / "grown", pipeline=fake_pipeline())
    generate(config.model_copy(update={"n": 60}), tmp_path / "whole", pipeline=fake_pipeline())

    assert contents(tmp_path / "grown") == contents(tmp_path / "whole")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_at_random_moments_ends_with_the_same_bytes(tmp_path, catalogue, contents, workers):
    chance = random.Random(workers)
    command = [sys.executable, FAKES, catalogue, tmp_path / "killed", "40", str(workers), "0.02"]
    kills = 0
    for _ in range(5):
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        wait_for_growth(tmp_path / "killed" / "blueprints.jsonl", process)
        time.sleep(chance.uniform(0, 0.15 / workers))
        process.kill()
        _, complaints = process.communicate()
        assert complaints == ""
        if process.returncode == 0:
            break
        kills += 1
    subprocess.run(command, check=True)
    generate(RunConfig(tools=(str(catalogue),), n=40), tmp_path / "whole", pipeline=fake_pipeline())

    assert kills >= 3
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def wait_for_growth(path, process):
    """Wait until the run has written on."""
    before = path.stat().st_size if path.exists() else 0
    while process.poll() is None and (not path.exists() or path.stat().st_size <= before):
        time.sleep(0.002)


def test_a_hopeless_run_gives_up_in_one_sentence_and_can_go_on(tmp_path, config):
    config = config.model_copy(update={"n": 3, "max_tries": 20})

    with pytest.raises(GenerationError, match=r"only 0 of 3 dialogues were accepted in 20 tries; .*rejected\.jsonl"):
        generate(config, tmp_path / "run", pipeline=fake_pipeline(is_hopeless=True))

    assert len((tmp_path / "run" / "rejected.jsonl").read_bytes().split(b"\n")[:-1]) == 20
    more = config.model_copy(update={"max_tries": 40})
    assert generate(more, tmp_path / "run", pipeline=fake_pipeline()).accepted == 3


def test_metrics_count_what_was_tried_and_why_it_failed_and_hold_no_times(tmp_path, config):
    summary = generate(config.model_copy(update={"n": 30}), tmp_path / "run", pipeline=fake_pipeline())

    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics == summary.metrics
    assert (metrics["accepted"], metrics["tried"]) == (30, summary.tried)
    assert metrics["yield"] == pytest.approx(30 / summary.tried, abs=1e-6)
    assert metrics["rejected"].keys() == {"assistant/valid_arguments", "check/finished", "plan"}
    assert sum(metrics["rejected"].values()) == summary.tried - 30
    assert metrics["sampling_rules"]["restart"] > 0
    assert not any("second" in key for key in metrics)
    assert summary.seconds.keys() == {"tools", "graph", "workshop", "dialogues", "metrics"}


def test_progress_is_told_of_every_outcome(tmp_path, config):
    watcher = Watcher()

    generate(config.model_copy(update={"n": 5}), tmp_path / "run", progress=watcher, pipeline=fake_pipeline())

    assert watcher.shown[0] == ("dialogues", 0, 5, "")
    assert watcher.shown[-1] == ("dialogues", 5, 5, "3 rejected")


def test_the_summary_reads_well(tmp_path, config):
    generate(config.model_copy(update={"n": 3}), tmp_path / "run", pipeline=fake_pipeline())

    summary = generate(config.model_copy(update={"n": 5}), tmp_path / "run", pipeline=fake_pipeline())

    first, *others = summary.as_text().split("\n")
    assert first.startswith(f"5 dialogues in {tmp_path / 'run'} (8 tried, 62.5% kept, 3 of them made before, ")
    assert others == [f"  rejected 1 x {why}" for why in ("assistant/valid_arguments", "check/finished", "plan")]
    assert json.loads(json.dumps(summary.as_dict()))["made"] == 2
