import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from toolgraph.cli.generate import command
from toolgraph.errors import ConfigError, InputError
from toolgraph.resources import data_dir
from toolgraph.run import dry_run, pipeline
from toolgraph.run.config import RunConfig, read_config, write_config
from toolgraph.run.summary import RunSummary

SUMMARY = RunSummary(
    directory="runs/x", accepted=4, tried=5, rejected={"plan": 1}, made=4, seconds={"dialogues": 1.2}, metrics={}
)


@pytest.fixture
def asked(monkeypatch):
    """What `generate` was asked for; it does nothing else."""
    calls = []

    def note(config, out, *, progress):
        progress.show("dialogues", 4, 4)
        calls.append((config, out))
        return SUMMARY

    monkeypatch.setattr(pipeline, "generate", note)
    return calls


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


def test_the_defaults_are_those_of_the_configuration(asked):
    run("--out", "runs/x")

    assert asked == [(RunConfig(), Path("runs/x"))]


def test_every_option_reaches_the_configuration(asked):
    options = {
        "-n": 7, "--seed": -4, "--strategy": "walk", "--tools-per-dialogue": "2-3", "--turns": "4", "--plan": "intents",
        "--threshold": 0.9, "--embedder": "some/model", "--workers": 2, "--max-tries": 99, "--mode": "toolflow",
    }  # fmt: skip
    flags = [word for pair in options.items() for word in pair]

    run("--tools", "a.json", "--rename-duplicates", "--distinct", *flags, "--out", "runs/x")

    assert asked[0][0] == RunConfig(
        tools=("a.json",), rename_duplicates=True, n=7, seed=-4, strategy="walk", tools_per_dialogue="2-3", turns="4",
        plan="intents", threshold=0.9, embedder="some/model", workers=2, max_tries=99, mode="toolflow", distinct=True,
    )  # fmt: skip


def test_every_option_of_models_reaches_the_configuration(asked):
    options = {
        "--user-model": "u", "--tool-model": "t", "--judge-model": "j", "--base-url": "http://h/v1",
        "--temperature": 0.5, "--min-score": 3, "--concurrency": 8, "--timeout": "90s", "--patience": "2m",
        "--max-cost": 1.5, "--max-tokens": 10, "--max-time": "2h", "--cache": "c.sqlite",
    }  # fmt: skip
    flags = [word for pair in options.items() for word in pair]

    run("--model", "a", "--model", "b,c", "--price", "a=1/2", "--price", "b=0/0", "--extra", "top_p=0.9",
        "--extra", 'stop=["END"]', "--reasoning", "--fill", "catalogue", *flags, "--out", "runs/x")  # fmt: skip

    assert asked[0][0] == RunConfig(
        model=("a", "b", "c"), user_model=("u",), tool_model=("t",), judge_model=("j",), base_url="http://h/v1",
        temperature=0.5, extra={"top_p": 0.9, "stop": ["END"]}, reasoning=True, fill="catalogue", min_score=3,
        concurrency=8, timeout=90, patience=120, price=("a=1/2", "b=0/0"), max_cost=1.5, max_tokens=10, max_time=7200,
        cache="c.sqlite",
    )  # fmt: skip


@pytest.mark.parametrize("pair", ["top_p", "top_p=", "=1", "stop=END"])
def test_a_field_that_is_no_json_is_one_sentence(tmp_path, pair):
    result = run("--model", "m", "--extra", pair, "--out", tmp_path / "run")

    assert isinstance(result.exception, ConfigError)
    assert "expected KEY=JSON, as in --extra top_p=0.9" in str(result.exception)


def test_a_dry_run_prints_an_estimate(monkeypatch):
    asked = []
    estimated = SimpleNamespace(as_text=lambda: "3 dialogues tried", as_dict=lambda: {"tried": 3})
    monkeypatch.setattr(dry_run, "estimate", lambda config, out, *, progress: asked.append((config, out)) or estimated)

    assert run("--model", "m", "--dry-run", "--out", "runs/x").stdout == "3 dialogues tried\n"
    assert json.loads(run("--model", "m", "--dry-run", "--json", "--out", "runs/x").stdout) == {"tried": 3}
    assert asked == [(RunConfig(model=("m",)), Path("runs/x"))] * 2


def test_a_run_that_stopped_says_so_on_stdout_and_has_not_failed(monkeypatch):
    stopped = replace(SUMMARY, stopped="the limit is reached")
    monkeypatch.setattr(pipeline, "generate", lambda config, out, *, progress: stopped)

    result = run("--out", "runs/x")

    assert result.exception is None
    assert result.stdout.endswith("stopped: the limit is reached\n")


def test_help_lists_the_options_of_models_after_the_others():
    shown = CliRunner().invoke(command, ["--help"]).output

    places = [shown.index(text) for text in ("Options:", "--seed", "With a model:", "--judge-model", "Limits, with")]
    assert places == sorted(places)


def test_every_key_of_the_configuration_is_an_option():
    options = {parameter.name for parameter in command.params}

    assert RunConfig.model_fields.keys() <= options


IN_OTHER_WORDS = {
    "max_tries": "20 n + 100", "compositions": "sequential:0.7,parallel:0.3", "parallel": "on",
    "threshold": "0.5, toolflow 0.82", "rename_duplicates": "refuse, but for lists gathered from many sources",
}  # fmt: skip
"""Defaults that help writes as one would give them; that they mean the same is a test of each."""


def test_the_defaults_that_help_names_are_the_real_ones():
    for parameter in command.params:
        if parameter.name in RunConfig.model_fields and "[default: " in (getattr(parameter, "help", None) or ""):
            stated = parameter.help.split("[default: ")[1].rstrip("]")
            default = str(getattr(RunConfig(), parameter.name))
            assert stated == IN_OTHER_WORDS.get(parameter.name, default), parameter.name


def test_several_paths_may_follow_one_option(asked):
    run("--tools", "a.json", "b.json", "--tools", "c.json", "--out", "runs/x")

    assert set(asked[0][0].tools) == {"a.json", "b.json", "c.json"}


def test_flags_win_over_the_file(asked, tmp_path):
    (tmp_path / "run.yaml").write_text("n: 9\nturns: 2-4\nstrategy: walk\n")

    run("--config", tmp_path / "run.yaml", "--turns", "5", "--out", "runs/x")

    assert asked[0][0] == RunConfig(n=9, turns="5", strategy="walk")


def test_the_result_is_on_stdout_and_the_progress_on_stderr(asked):
    result = run("--out", "runs/x")

    assert result.stdout == "4 dialogues in runs/x (5 tried, 80.0% kept, 1 s)\n  rejected 1 x plan\n"
    assert result.stderr == "dialogues: 4/4\n"


def test_json_is_one_object_on_stdout(asked):
    assert json.loads(run("--json", "--out", "runs/x").stdout) == SUMMARY.as_dict()


@pytest.mark.parametrize(
    "arguments",
    [
        ("-n", 0), ("-n", -5), ("--threshold", 1.5), ("--threshold", -0.1), ("--turns", "6-2"),
        ("--tools-per-dialogue", "6-2"), ("--tools-per-dialogue", "0"), ("--strategy", "drunk"), ("--plan", "x"),
        ("--workers", -1), ("--model", ""), ("--user-model", "m"), ("--base-url", "http://h/v1"), ("--min-score", 3),
        ("--model", "m@ftp://h"), ("--model", "m", "--base-url", "localhost:8000"), ("--model", "m", "--max-time", "x"),
        ("--model", "offline", "--min-score", 3), ("--model", "offline", "--price", "free"), ("--dry-run",),
        ("--model", "m", "--judge-model", "offline"), ("--model", "m", "--judge-model", "offline", "--min-score", 3),
        ("--model", "offline", "--fill", "catalogue"), ("--model", "m", "--fill", "all"),
        ("--model", "offline", "--dry-run"), ("--model", "m", "--price", "1,5/2"),
        ("--price", "free"), ("--model", "m", "--temperature", 2.1), ("--model", "m", "--concurrency", 0),
        *(("--model", "m", "--extra", f"{name}=1") for name in ("messages", "model", "stream", "n", "seed")),
        ("--max-tries", 0), ("--embedder", ""), ("--mode", "x"), ("--config", "none.yaml"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_an_input_error_and_writes_nothing(tmp_path, arguments):
    result = run(*arguments, "--out", tmp_path / "run")

    assert isinstance(result.exception, ConfigError)
    assert "\n" not in str(result.exception)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("content", [None, "", "[]", "{]", '[{"description": "x"}]', '[{"name": ""}]'])
def test_tools_that_cannot_be_used_are_an_input_error_and_write_nothing(tmp_path, content):
    path = tmp_path / "tools.json"
    if content is not None:
        path.write_text(content)

    result = run("--tools", path, "--out", tmp_path / "run")

    assert isinstance(result.exception, InputError)
    assert str(path) in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_the_configuration_of_a_run_can_be_used_for_another(tmp_path, asked):
    (tmp_path / "config.yaml").write_text(write_config(RunConfig(n=3, seed=8)))

    run("--config", tmp_path / "config.yaml", "--out", "runs/y")

    assert asked[0][0] == RunConfig(**read_config(tmp_path / "config.yaml")) == RunConfig(n=3, seed=8)


def test_help_shows_an_example():
    assert "Example: toolgraph generate --tools" in CliRunner().invoke(command, ["--help"]).output


def test_help_needs_no_heavy_import():
    program = "import sys, toolgraph.cli.generate; print({'numpy', 'pydantic', 'rich', 'torch'} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "set()\n"


def test_every_option_of_button_mode_reaches_the_configuration(asked):
    options = {
        "--mode": "button", "--compositions": "chain:2,tree", "--depth": 5, "--parallel": "off", "--distractors": "0-2",
        "--scenarios": "s.txt", "--expand": 3, "--scenario-similarity": 0.6, "--task-similarity": 0.8,
    }  # fmt: skip

    run(*[word for pair in options.items() for word in pair], "--seeds", "a.jsonl", "--seeds", "b.jsonl", "--out", "r")

    assert asked[0][0] == RunConfig(
        mode="button", compositions={"chain": 2.0, "tree": 1.0}, depth=5, parallel=0.0, distractors="0-2",
        scenarios="s.txt", seeds=("a.jsonl", "b.jsonl"), expand=3, scenario_similarity=0.6, task_similarity=0.8,
    )  # fmt: skip


def test_tools_may_come_from_a_pattern_or_from_standard_input(tmp_path):
    catalogue = (data_dir() / "tools" / "banking.json").read_bytes()
    (tmp_path / "a.json").write_bytes(catalogue)
    made = []
    for number, source in enumerate([str(tmp_path / "a.json"), str(tmp_path / "*.json"), "-"]):
        out = tmp_path / str(number)
        for n in ("1", "2"):  # begun, and continued
            arguments = ["--tools", source, "-n", n, "--out", str(out)]
            assert CliRunner().invoke(command, arguments, input=catalogue).exit_code == 0
        made.append([json.loads(line)["messages"] for line in (out / "dialogues.jsonl").read_text().splitlines()])

    assert made[0] == made[1] == made[2]
