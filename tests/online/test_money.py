"""What is paid for: a small budget ends in finished dialogues, and a dry run with filling asks for a few tools."""

import json

import pytest

from tests.online.runs import config_for, lines_of, require_sound, run, usage_lines
from tests.servers.chat import MODEL, ChatServer
from tests.servers.hashed import link
from tests.servers.spool import telling
from toolgraph.run.dry_run import FILLED, estimate
from toolgraph.run.pipeline import Pipeline

PRICE = f"{MODEL}=1/2"


def dry_run(config, out, spool):
    with telling(spool):
        return estimate(config, out, pipeline=Pipeline(link=link))


@pytest.fixture
def bare_tools(tmp_path):
    """Twelve tools without returns, ten of which have an undescribed parameter."""
    plain = {"type": "string"}
    told = {**plain, "description": "Name of the city"}
    entries = [
        {
            "name": f"{verb}_{noun}", "description": f"{verb.title()} a {noun}.",
            "parameters": {"properties": {"city": told if verb == "find" else plain}, "required": ["city"]},
        }
        for noun in ("hotel", "park") for verb in ("find", "book", "rate", "open", "show", "drop")
    ]  # fmt: skip
    path = tmp_path / "bare.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


@pytest.mark.parametrize("limit", [{"max_cost": 0.2}, {"max_tokens": 150_000}])
def test_a_small_budget_leaves_hardly_anything_half_made(tools, spool, tmp_path, limit):
    with ChatServer(spool, seconds=0.02) as server:
        config = config_for(server.base_url, tools, n=200, price=(PRICE,), **limit)
        stopped = run(config, tmp_path / "run", spool)
        books = usage_lines(tmp_path / "run")
        more = run(config.model_copy(update={"n": stopped.accepted + 2, "max_cost": None, "max_tokens": None}),
                   tmp_path / "run", spool)  # fmt: skip

    spent = sum(line["prompt_tokens"] + line["completion_tokens"] for line in books)
    begun = {line["dialogue"] for line in books if line["dialogue"]}
    assert "is reached" in stopped.stopped
    assert 0 < stopped.accepted < 200
    assert len(begun) - stopped.tried <= 2
    assert spent > 0.75 * limit.get("max_tokens", 150_000)
    assert more.stopped == ""
    require_sound(tmp_path / "run", accepted=stopped.accepted + 2)


def test_a_dry_run_fills_in_few_tools_and_the_run_asks_for_the_others(bare_tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, bare_tools, n=12, price=(PRICE,), fill="catalogue")
        found = dry_run(config, tmp_path / "run", spool)
        tried = usage_lines(tmp_path / "run" / "dry-run")
        asked = server.requests
        again = dry_run(config, tmp_path / "run", spool)
        assert server.requests == asked
        summary = run(config, tmp_path / "run", spool)

    fills = [line for line in usage_lines(tmp_path / "run") if line["stage"] == "fill"]
    tried_fills = [line for line in tried if line["stage"] == "fill"]
    assert again == found
    assert (found.filling.tried, found.filling.lacking, found.tried) == (FILLED, 12, 3)
    assert (len(tried_fills), len(fills)) == (FILLED, 12 - FILLED)
    assert server.asked_again == 0
    assert found.by_role["filler"].requests == pytest.approx(12)
    paid = sum(line["prompt_tokens"] + line["completion_tokens"] for line in fills + tried_fills)
    filler = found.by_role["filler"]
    assert filler.prompt_tokens + filler.completion_tokens == pytest.approx(paid, rel=0.2)
    assert summary.accepted == 12
    require_sound(tmp_path / "run", accepted=12)


def test_what_a_dry_run_with_filling_prints_says_what_it_is_reckoned_from(bare_tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, bare_tools, n=12, price=(PRICE,), fill="catalogue")
        text = dry_run(config, tmp_path / "run", spool).as_text().split("\n")

    assert text[0] == "5 of 12 tools filled in, 3 dialogues tried, 3 accepted; 12 will take about"
    assert text[5].startswith("filler            12")
    assert text[-2].startswith("Filling is reckoned from 5 of the 12 tools that lack something.")
    assert text[-1].endswith(f"those tried are in {tmp_path / 'run' / 'dry-run'} and no part of the run.")


def test_once_all_is_filled_in_a_dry_run_goes_by_the_run_itself(bare_tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, bare_tools, n=4, price=(PRICE,), fill="catalogue")
        run(config, tmp_path / "run", spool)
        asked, metrics = server.requests, (tmp_path / "run" / "metrics.json").read_bytes()
        found = dry_run(config.model_copy(update={"n": 400}), tmp_path / "run", spool)

    assert (found.tried, found.filling, server.requests) == (4, None, asked)
    assert (tmp_path / "run" / "metrics.json").read_bytes() == metrics
    assert not (tmp_path / "run" / "dry-run").exists()


def test_another_configuration_makes_another_dry_run(bare_tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, bare_tools, n=12, price=(PRICE,), fill="catalogue")
        dry_run(config, tmp_path / "run", spool)
        found = dry_run(config.model_copy(update={"turns": "3"}), tmp_path / "run", spool)

    assert found.tried == 3
    assert all(record["target_turns"] == 3 for record in lines_of(tmp_path / "run" / "dry-run" / "blueprints.jsonl"))


def test_a_price_that_is_told_later_counts(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, tools, n=3)
        before = run(config, tmp_path / "run", spool)
        after = run(config.model_copy(update={"price": (PRICE,)}), tmp_path / "run", spool)

    stored = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert before.metrics["usage"]["cost"] is None
    assert after.metrics["usage"]["cost"] == stored["usage"]["cost"] > 0
    assert {key: value for key, value in before.metrics.items() if key != "usage"} == {
        key: value for key, value in after.metrics.items() if key != "usage"
    }  # fmt: skip
