import pytest
import yaml

from toolgraph.errors import ConfigError, InputError
from toolgraph.resources import data_dir
from toolgraph.run.config import (
    EXPECTED,
    UNSTORED,
    RunConfig,
    make_config,
    read_config,
    require_consistent,
    write_config,
)
from toolgraph.run.model_options import ModelOptions


def test_the_defaults_are_a_run_on_the_shipped_catalogue():
    config = make_config({})

    assert config.sources == (data_dir() / "tools",)
    assert (config.strategy, config.plan) == ("dataflow", "grounded")
    assert (config.edges, config.threshold, config.embedder) == ("typed", 0.5, "embedded")
    assert (RunConfig(edges="toolflow").threshold, RunConfig(edges="toolflow", threshold=0.7).threshold) == (0.82, 0.7)
    assert config.tries == 20 * config.n + 100


def test_every_key_says_what_it_expects():
    assert EXPECTED.keys() == RunConfig.model_fields.keys()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("n", 0), ("n", -3), ("n", "5"), ("n", True), ("n", 2.5), ("n", None),
        ("seed", "x"), ("seed", 1.5),
        ("strategy", "drunk"), ("strategy", ["walk"]),
        ("tools_per_dialogue", "6-2"), ("tools_per_dialogue", "0-3"), ("tools_per_dialogue", "few"),
        ("turns", "6-2"), ("turns", ""), ("turns", "-1"), ("turns", "1-2-3"), ("turns", [3, 6]), ("turns", True),
        ("plan", "detailed"), ("mode", "button2"),
        ("threshold", -0.1), ("threshold", 1.01), ("threshold", float("nan")), ("threshold", "0.8"),
        ("embedder", ""), ("embedder", 3),
        ("workers", -1), ("workers", "two"), ("max_tries", 0), ("rename_duplicates", "maybe"),
        ("tools", 7), ("tools", {"a": 1}), ("tools", [1]),
        ("model", 7), ("model", ""), ("model", "a,,b"), ("judge_model", [1]), ("base_url", ""), ("base_url", 5),
        ("temperature", -1), ("temperature", 2.5), ("temperature", "hot"), ("extra", "top_p"), ("extra", {"n": 2}),
        ("extra", {"messages": []}), ("reasoning", "yes"), ("fill", "all"), ("min_score", 0), ("min_score", 6),
        ("min_score", 3.5), ("concurrency", 0), ("concurrency", "many"), ("timeout", 0), ("timeout", "soon"),
        ("patience", "-3"), ("price", 3), ("max_cost", 0), ("max_cost", float("inf")), ("max_tokens", 0),
        ("max_tokens", 1.5), ("max_time", "90x"), ("max_time", ""), ("max_time", "0m"), ("cache", ""), ("cache", 1),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_one_sentence_with_key_value_and_expectation(key, value):
    with pytest.raises(ConfigError) as caught:
        make_config({key: value}, where="run.yaml")

    message = str(caught.value)
    assert message == f"run.yaml: {key}: got {value!r}; expected {EXPECTED[key]}"
    assert isinstance(caught.value, InputError)


def test_a_very_long_value_is_shortened_in_the_message():
    with pytest.raises(ConfigError) as caught:
        make_config({"turns": "3" * 5000})

    assert len(str(caught.value)) < 200


def test_an_unknown_key_names_the_nearest_one():
    with pytest.raises(ConfigError, match=r"^unknown key 'strategi'; did you mean 'strategy'\?$"):
        make_config({"strategi": "walk"})


def test_an_unknown_key_like_no_other_names_all():
    with pytest.raises(ConfigError, match="unknown key 'zzz'; expected one of mode, tools"):
        make_config({"zzz": 1})


def test_a_range_may_be_one_number_or_one_wide():
    config = make_config({"turns": 4, "tools_per_dialogue": " 3 - 3 "})

    assert (config.turns, config.tools_per_dialogue) == ("4", "3")


def test_one_path_is_a_list_of_one():
    assert make_config({"tools": "mine.json"}).tools == ("mine.json",)


def test_a_configuration_written_down_reads_back_the_same_but_for_workers(tmp_path):
    config = RunConfig(tools=("a.json", "b/ü.jsonl"), n=7, seed=-2, turns="2-3", threshold=0.5, workers=3)
    path = tmp_path / "config.yaml"
    path.write_text(write_config(config), encoding="utf-8")

    assert make_config(read_config(path)) == config.model_copy(update={"workers": 0})


def test_a_configuration_with_models_reads_back_but_for_what_changes_no_data(tmp_path):
    limits = {
        "workers": 3, "concurrency": 9, "timeout": 5, "patience": 6, "price": ("a=1/2",), "max_cost": 1.0,
        "max_tokens": 5, "max_time": 60, "cache": "c.sqlite",
    }  # fmt: skip
    stored = {
        "model": ("a", "b@http://h/v1"), "user_model": ("u",), "tool_model": ("t",), "judge_model": ("j",),
        "base_url": "http://h/v1", "temperature": 0.5, "extra": {"top_p": 0.9, "stop": ["x"]}, "reasoning": True,
        "fill": "catalogue", "confirm": 9, "min_score": 3,
    }  # fmt: skip
    path = tmp_path / "config.yaml"
    path.write_text(write_config(RunConfig(**stored, **limits)), encoding="utf-8")

    assert make_config(read_config(path)) == RunConfig(**stored)
    assert limits.keys() == set(UNSTORED)
    assert stored.keys() | limits.keys() == ModelOptions.model_fields.keys() | {"workers"}


def test_what_is_written_down_of_a_run_without_a_model_says_nothing_of_models():
    assert not ModelOptions.model_fields.keys() & yaml.safe_load(write_config(RunConfig(concurrency=9))).keys()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(90, 90), ("45", 45), ("90s", 90), ("90m", 5400), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), (0.5, 0.5)],
)
def test_a_time_is_seconds_or_words(text, seconds):
    assert make_config({"max_time": text}).max_time == seconds


def test_models_are_a_name_a_list_or_names_with_commas():
    assert make_config({"model": "a"}).model == ("a",)
    assert make_config({"model": ["a, b", "c"]}).model == ("a", "b", "c")


@pytest.mark.parametrize(
    "values",
    [
        {"api_key": "sk-sesame"},
        {"OPENAI_API_KEY": "sk-sesame"},
        {"apikey": "sk-sesame"},
        {"extra": {"api_key": "sk-sesame"}},
        {"extra": {"headers": [{"Authorization": "sk-sesame"}]}},
    ],
)
def test_a_key_is_sent_away_without_being_repeated(values):
    with pytest.raises(ConfigError, match="put the key into the environment variable OPENAI_API_KEY") as caught:
        make_config(values)

    assert "sesame" not in str(caught.value)


def test_a_field_that_is_no_key_may_be_called_one():
    assert make_config({"extra": {"prompt_cache_key": "a"}}).extra == {"prompt_cache_key": "a"}


@pytest.mark.parametrize(
    "values",
    [
        {"user_model": "m"}, {"tool_model": "m"}, {"judge_model": "m"}, {"base_url": "http://h/v1"},
        {"temperature": 1}, {"extra": {"top_p": 1}}, {"reasoning": True}, {"fill": "catalogue"}, {"max_cost": 1},
        {"max_tokens": 1}, {"max_time": 1},
    ],
)  # fmt: skip
def test_what_only_a_model_can_do_needs_one(values):
    require_consistent(make_config({**values, "model": "m"}))

    with pytest.raises(ConfigError, match=f"^{next(iter(values))} is set and no model is; name one with --model NAME"):
        require_consistent(make_config(values))


def test_limits_that_have_no_say_without_a_model_do_no_harm():
    require_consistent(make_config({"concurrency": 5, "timeout": 5, "patience": 5, "price": "a=1/2", "cache": "x"}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n: [", r"line 1: is not valid YAML"),
        ("- a\n- b\n", r"expected keys and values, as in 'n: 50', found list"),
        ("n: 0\n", r"n: got 0; expected a whole number of at least 1"),
        ("nn: 5\n", r"unknown key 'nn'; did you mean 'n'\?"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, message):
    path = tmp_path / "run.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=message) as caught:
        read_config(path)

    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "run.yaml"
    if content:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"run\.yaml: cannot be read"):
        read_config(path)


def test_an_empty_file_sets_nothing(tmp_path):
    path = tmp_path / "run.yaml"
    path.touch()

    assert read_config(path) == {}
