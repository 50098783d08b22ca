"""A run that is killed or stopped goes on: the same set in the end, and nothing asked twice."""

import random
import shutil
import time

import pytest

from tests.online.nursery import Nursery
from tests.online.runs import accepted_in, config_for, require_sound, run, usage_lines
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.hashed import link
from tests.servers.spool import Spool, telling
from toolgraph.run.dry_run import estimate
from toolgraph.run.pipeline import Pipeline

KILLS = 20
N = 50
IN_FLIGHT = 6


def test_a_run_killed_at_twenty_moments_ends_with_the_same_set(tools, spool, tmp_path):
    chance = random.Random(0)
    folder = Spool(tmp_path / "spool")
    with ChatServer(spool) as server:
        run(config_for(server.base_url, tools, n=N), tmp_path / "whole", spool)
    with ChatServer(folder, seconds=0.01) as server, Nursery(tmp_path / "spool", key=KEY) as nursery:
        config = config_for(server.base_url, tools, n=N, concurrency=IN_FLIGHT)
        codes = [
            nursery.run(config, tmp_path / "killed", answers=chance.randrange(0, 20), seconds=chance.uniform(0, 0.05))
            for _ in range(KILLS)
        ]
        done_by_then = len(accepted_in(tmp_path / "killed"))
        last = nursery.run(config, tmp_path / "killed")

    assert (set(codes), last) == ({-9}, 0)
    assert 0 < done_by_then < N
    assert accepted_in(tmp_path / "killed") == accepted_in(tmp_path / "whole")
    require_sound(tmp_path / "killed", accepted=N)
    assert server.asked_again <= KILLS * IN_FLIGHT  # what was on its way when a run was killed


def all_answered(server: ChatServer) -> int:
    """How many requests were answered, once nothing is on its way any more."""
    count = -1
    while count != server.answered:
        count = server.answered
        time.sleep(0.3)
    return count


def test_what_was_answered_is_not_asked_again_after_a_kill(tools, tmp_path):
    spool = Spool(tmp_path / "spool")
    with ChatServer(spool, seconds=0.01) as server, Nursery(tmp_path / "spool", key=KEY) as nursery:
        config = config_for(server.base_url, tools, n=12, concurrency=IN_FLIGHT)
        nursery.run(config, tmp_path / "run", answers=60)
        known, asked = len(usage_lines(tmp_path / "run")), all_answered(server)
        nursery.run(config, tmp_path / "run")

    assert known >= 60
    assert 0 <= asked - known <= IN_FLIGHT  # answers on their way when the run was killed
    assert server.answered - len(usage_lines(tmp_path / "run")) == asked - known  # and no others
    assert server.asked_again <= asked - known + IN_FLIGHT


def test_a_lost_journal_is_made_again_from_the_cache_alone(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, tools, n=10, cache=str(tmp_path / "cache.sqlite"))
        run(config, tmp_path / "run", spool)
        before, asked = accepted_in(tmp_path / "run"), server.answered
        shutil.rmtree(tmp_path / "run")
        run(config, tmp_path / "run", spool)

    assert server.answered == asked
    assert accepted_in(tmp_path / "run") == before


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"max_tokens": 60_000}, "--max-tokens"),
        ({"max_cost": 0.06, "price": (f"{MODEL}=1/1",)}, "--max-cost"),
        ({"max_time": 0.5, "concurrency": 4}, "--max-time"),
    ],
    ids=["tokens", "cost", "time"],
)
def test_a_budget_stops_with_what_is_done_and_the_run_goes_on_without_it(tools, spool, tmp_path, limit, words):
    with ChatServer(spool, seconds=0.01) as server:
        plain = config_for(server.base_url, tools, n=40)
        stopped = run(plain.model_copy(update=limit), tmp_path / "run", spool)
        tokens = server.prompt_tokens + server.completion_tokens
        finished = run(plain, tmp_path / "run", spool)
        whole = run(plain, tmp_path / "whole", spool)

    assert words in stopped.stopped
    assert stopped.accepted < 40
    assert "max_tokens" not in limit or tokens < 60_000 * 1.1
    assert "max_cost" not in limit or tokens < 60_000 * 1.1
    assert (finished.accepted, finished.stopped, whole.accepted) == (40, "", 40)
    assert accepted_in(tmp_path / "run") == accepted_in(tmp_path / "whole")
    require_sound(tmp_path / "run", accepted=40)


def test_a_run_stopped_by_its_budget_asks_nothing_twice(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        plain = config_for(server.base_url, tools, n=15)
        run(plain.model_copy(update={"max_tokens": 60_000}), tmp_path / "run", spool)
        run(plain, tmp_path / "run", spool)

    assert server.asked_again == 0
    assert len(usage_lines(tmp_path / "run")) == server.answered


def test_a_run_in_which_a_server_dies_for_good_keeps_what_is_done_and_goes_on(tools, spool, tmp_path):
    from tests.servers.http import Answer
    from tests.servers.protocol import error_body
    from toolgraph.errors import EndpointError

    gone = Answer.of(error_body("You exceeded your current quota", code="insufficient_quota"), 429)

    async def fails_from_number_150(asked, below, server):
        return gone if asked.number >= 150 else await below(asked)

    with ChatServer(spool, faults=[fails_from_number_150]) as server:
        with pytest.raises(EndpointError, match="quota") as told:
            run(config_for(server.base_url, tools, n=40, concurrency=8), tmp_path / "run", spool)
        port, requests = server.port, server.requests
    done = accepted_in(tmp_path / "run")
    with ChatServer(spool, port=port) as again:
        summary = run(config_for(again.base_url, tools, n=40), tmp_path / "run", spool)

    assert "\n" not in str(told.value)
    assert requests <= 150 + 8  # nobody goes on asking a server that has no credit
    assert 0 < len(done) < 40
    assert summary.accepted == 40
    assert done.items() <= accepted_in(tmp_path / "run").items()
    require_sound(tmp_path / "run", accepted=40)


def test_a_dry_run_loses_nothing_that_was_paid_for(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, tools, n=20, price=(f"{MODEL}=1/2",))
        with telling(spool):
            estimated = estimate(config, tmp_path / "run", pipeline=Pipeline(link=link))
        tried = server.answered
        summary = run(config, tmp_path / "run", spool)

    assert (estimated.n, summary.accepted, server.asked_again) == (20, 20, 0)
    assert 0 < tried < server.answered / 3
    taken = server.prompt_tokens + server.completion_tokens
    assert estimated.tokens.least <= taken * 1.3
    assert taken <= estimated.tokens.most * 1.3
    assert estimated.cost is not None
    assert estimated.cost.expected == pytest.approx(
        (server.prompt_tokens + 2 * server.completion_tokens) / 1e6, rel=0.4
    )
