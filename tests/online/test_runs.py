"""Whole runs against a server that behaves well."""

import json
from collections import Counter

import pytest

from tests.online.runs import accepted_in, config_for, lines_of, require_sound, run, tasks_config_for, usage_lines
from tests.servers.chat import ChatServer


def test_a_run_of_a_hundred_ends_with_a_hundred(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        summary = run(config_for(server.base_url, tools, n=100), tmp_path / "run", spool)

    assert (summary.accepted, summary.stopped) == (100, "")
    require_sound(tmp_path / "run", accepted=100)
    assert server.refused == {}
    assert server.asked_again == 0


def test_the_books_of_a_run_equal_those_of_the_server(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        summary = run(config_for(server.base_url, tools, n=20), tmp_path / "run", spool)

    lines = usage_lines(tmp_path / "run")
    assert len(lines) == server.answered
    assert sum(line["prompt_tokens"] for line in lines) == server.prompt_tokens
    assert sum(line["completion_tokens"] for line in lines) == server.completion_tokens
    assert not any(line["is_estimated"] for line in lines)
    usage = summary.metrics["usage"]
    assert usage["prompt_tokens"] + usage["completion_tokens"] == server.prompt_tokens + server.completion_tokens
    stages = Counter(line["stage"] for line in lines)
    assert stages.keys() == {"probe", "fill", "plan", "dialogue"}
    made = sum(json.loads(line)["usage"]["requests"] for line in accepted_in(tmp_path / "run").values())
    assert made == server.answered - stages["probe"] - stages["fill"]


@pytest.mark.parametrize("most", [1, 3, 16])
def test_no_more_requests_are_in_flight_than_the_limit(tools, spool, tmp_path, most):
    with ChatServer(spool, seconds=0.002) as server:
        run(config_for(server.base_url, tools, n=8, concurrency=most), tmp_path / "run", spool)

    assert server.most_in_flight <= most
    assert most == 1 or server.most_in_flight > 1


def test_the_accepted_set_is_the_same_for_any_concurrency(tools, spool, tmp_path):
    made = []
    for concurrency in (1, 32):
        out = tmp_path / f"run{concurrency}"
        with ChatServer(spool) as server:
            run(config_for(server.base_url, tools, n=15, concurrency=concurrency), out, spool)
        made.append(accepted_in(out))

    assert made[0] == made[1]


def test_a_finished_run_asks_nothing_when_it_is_made_again_from_its_cache(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        first = config_for(server.base_url, tools, n=10, cache=str(tmp_path / "shared.sqlite"))
        run(first, tmp_path / "one", spool)
        asked = server.answered
        run(first, tmp_path / "two", spool)

    assert server.answered == asked
    assert accepted_in(tmp_path / "one") == accepted_in(tmp_path / "two")
    assert usage_lines(tmp_path / "two") == []


def test_another_temperature_is_another_question(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        first = config_for(server.base_url, tools, n=3, cache=str(tmp_path / "shared.sqlite"))
        run(first, tmp_path / "one", spool)
        asked = server.answered
        run(first.model_copy(update={"temperature": 0.5}), tmp_path / "two", spool)

    assert server.answered > asked


def test_an_accepted_dialogue_says_which_models_made_it(tools, spool, tmp_path):
    with ChatServer(spool, models=("rules-1", "rules-2", "rules-3")) as server:
        config = config_for(
            server.base_url, tools, n=12, model=("rules-1", "rules-2"), user_model=("rules-3",), tool_model=("offline",)
        )
        run(config, tmp_path / "run", spool)

    models = [json.loads(line)["meta"]["models"] for line in accepted_in(tmp_path / "run").values()]
    assert {one["user"] for one in models} == {"rules-3"}
    assert {one["tool"] for one in models} == {"offline"}
    assert {one["assistant"] for one in models} == {"rules-1", "rules-2"}
    asked = Counter((line["role"], line["model"]) for line in usage_lines(tmp_path / "run") if line["stage"] != "probe")
    assert {model for role, model in asked if role == "user"} == {"rules-3"}
    assert not any(role == "tool" for role, _ in asked)


def test_accepted_dialogues_are_judged_and_reasoned(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, tools, n=6, judge_model=("rules-1",), min_score=3, reasoning=True)
        summary = run(config, tmp_path / "run", spool)

    dialogues = [json.loads(line) for line in accepted_in(tmp_path / "run").values()]
    assert summary.accepted == 6
    assert all(3 <= dialogue["meta"]["judge"]["scores"]["ACC"] <= 5 for dialogue in dialogues)
    assert all(any(message["reasoning"] for message in dialogue["messages"]) for dialogue in dialogues)
    assert "<reasoning>" not in (tmp_path / "run" / "dialogues.jsonl").read_text(encoding="utf-8")


def test_tools_that_lack_something_are_filled_by_the_model_first(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        summary = run(config_for(server.base_url, tools, n=4, fill="catalogue"), tmp_path / "run", spool)

    stages = Counter(line["stage"] for line in usage_lines(tmp_path / "run"))
    assert (summary.accepted, stages["fill"]) == (4, 1)  # `get_weather` alone states no returns


# --- compositional tasks --------------------------------------------------------------------------------------------

MAKING = ("atomic_task", "composition", "filter", "functions")


def test_a_run_of_tasks_ends_with_as_many_as_were_wanted_and_asks_nothing_twice(spool, tmp_path):
    with ChatServer(spool) as server:
        summary = run(tasks_config_for(server.base_url, n=30), tmp_path / "run", spool)

    assert (summary.accepted, summary.stopped) == (30, "")
    require_sound(tmp_path / "run", accepted=30)
    assert server.refused == {}
    assert server.asked_again == 0
    lines, rejected = usage_lines(tmp_path / "run"), lines_of(tmp_path / "run" / "rejected.jsonl")
    asked = Counter((line["dialogue"], line["stage"]) for line in lines)
    for name, line in accepted_in(tmp_path / "run").items():
        messages = json.loads(line)["messages"]
        said = sum(message["role"] != "system" for message in messages)
        assert [asked[name, stage] for stage in MAKING] == [1, 1, 1, 1]
        assert asked[name, "dialogue"] == said
    assert not any(entry["stage"] in ("user", "assistant", "tool", "dialogue") for entry in rejected), rejected


def test_nothing_of_what_the_assistant_knew_is_left_in_a_trajectory(spool, tmp_path):
    with ChatServer(spool) as server:
        run(tasks_config_for(server.base_url, n=12), tmp_path / "run", spool)

    dialogues = [json.loads(line) for line in accepted_in(tmp_path / "run").values()]
    assert {dialogue["meta"]["mode"] for dialogue in dialogues} == {"button"}
    assert len({dialogue["meta"]["composition"] for dialogue in dialogues}) > 3
    for dialogue in dialogues:
        first = next(message for message in dialogue["messages"] if message.get("tool_calls"))
        assert first["reasoning"]
        assert "beforehand" not in json.dumps(dialogue["messages"])
        assert dialogue["meta"]["plan"] == "none"
