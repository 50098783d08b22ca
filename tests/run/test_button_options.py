import pytest

from planners.button import COMPOSITIONS
from toolgraph.errors import ConfigError
from toolgraph.run.button_options import EXPECTED, TaskOptions
from toolgraph.run.config import RunConfig, make_config, read_config, write_config


def test_the_defaults_are_as_help_writes_them():
    assert make_config({"compositions": "sequential:0.7,parallel:0.3", "parallel": "on"}) == RunConfig()


def test_every_key_says_what_it_expects():
    assert EXPECTED.keys() == TaskOptions.model_fields.keys()


@pytest.mark.parametrize(
    ("given", "weights"),
    [
        ("sequential:0.7,parallel:0.3", COMPOSITIONS),
        ("chain, tree", {"chain": 1.0, "tree": 1.0}),
        (["chain:2", "tree"], {"chain": 2.0, "tree": 1.0}),
        ({"conditional": 3}, {"conditional": 3.0}),
    ],
)
def test_compositions_are_kinds_with_weights(given, weights):
    assert make_config({"compositions": given}).compositions == weights


@pytest.mark.parametrize(("given", "share"), [("on", 1.0), (True, 1.0), ("off", 0.0), (False, 0.0), ("0.25", 0.25)])
def test_parallel_calls_are_on_off_or_a_share(given, share):
    assert make_config({"parallel": given}).parallel == share


@pytest.mark.parametrize(("given", "text"), [(3, "3"), ("0-2", "0-2"), (" 2 - 2 ", "2")])
def test_distractors_are_a_number_or_a_range(given, text):
    assert make_config({"distractors": given}).distractors == text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("compositions", "loop"), ("compositions", ""), ("compositions", "chain:0"), ("compositions", "chain:-1"),
        ("compositions", "chain,chain:2"), ("compositions", "chain:x"), ("compositions", "chain:inf"),
        ("compositions", 3), ("depth", 2), ("depth", 9), ("depth", "4"), ("parallel", 1.5), ("parallel", "often"),
        ("parallel", "nan"), ("distractors", "3-1"), ("distractors", "few"), ("distractors", -1), ("scenarios", ""),
        ("seeds", 3), ("expand", -1), ("scenario_similarity", 2), ("task_similarity", "0.9"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_is_expected(key, value):
    with pytest.raises(ConfigError) as caught:
        make_config({key: value})

    assert str(caught.value).startswith(f"{key}: got ")
    assert str(caught.value).endswith(f"; expected {EXPECTED[key]}")


def test_what_is_written_down_reads_back(tmp_path):
    config = make_config({
        "mode": "button", "compositions": "chain,tree:2", "depth": 5, "parallel": "off", "distractors": "1-4",
        "scenarios": "s.txt", "seeds": ["a.jsonl"], "expand": 7, "scenario_similarity": 0.5, "task_similarity": 0.8,
    })  # fmt: skip
    (tmp_path / "config.yaml").write_text(write_config(config))

    assert make_config(read_config(tmp_path / "config.yaml")) == config


def test_what_is_written_down_in_the_other_mode_says_nothing_of_tasks(tmp_path):
    (tmp_path / "config.yaml").write_text(write_config(RunConfig()))
    assert not read_config(tmp_path / "config.yaml").keys() & TaskOptions.model_fields.keys()
