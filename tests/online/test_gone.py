"""A server that is lost in the middle of a run: one sentence, what is done is kept, and the run goes on later."""

import asyncio
import os
import signal
import subprocess
import threading
import time

import pytest

from tests.interrupts import hear_interrupts
from tests.online.runs import accepted_in, command, config_for, environment_with, require_sound, run
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import HTML, crash, stalled
from tests.servers.http import Answer
from tests.servers.protocol import error_body
from tests.servers.serve import ROOT
from tests.servers.spool import Spool
from toolgraph.errors import EndpointError

AFTER = 80
"""Requests that are answered well before."""
AT_ONCE = 8


async def _no_longer_listens(asked, below, server):
    server.begin_nap(3600)
    return Answer(200, b"", deliver=crash)


def _answers(answer):
    async def fault(asked, below, server):
        return answer

    return fault


LOST = {
    "wrong key": (_answers(Answer.of(error_body("Incorrect API key", code="invalid_api_key"), 401)), "OPENAI_API_KEY"),
    "no credit": (_answers(Answer.of(error_body("You have no credit", code="insufficient_quota"), 429)), "credit"),
    "model gone": (_answers(Answer.of(error_body("no such model", code="model_not_found"), 404)), MODEL),
    "does not listen": (_no_longer_listens, "refused"),
    "busy for ever": (_answers(Answer.of(error_body("Busy", code="busy"), 429)), "Busy"),
    "busy for an hour": (_answers(Answer.of(error_body("Busy", code="busy"), 429, retry_after="3600")), "Busy"),
    "broken for ever": (_answers(Answer.of(error_body("Oops", code="server_error"), 500)), "Oops"),
    "only resets": (_answers(Answer(200, b"", deliver=crash)), MODEL),
    "only stalls": (_answers(Answer(200, b"", deliver=stalled)), MODEL),
    "only web pages": (_answers(Answer(502, HTML)), "502"),
}


@pytest.mark.parametrize("name", LOST)
def test_a_run_whose_server_is_lost_ends_with_one_sentence_and_goes_on_later(name, tools, spool, tmp_path):
    lost, word = LOST[name]

    async def later(asked, below, server):
        return await (lost(asked, below, server) if asked.number >= AFTER else below(asked))

    changes = {"concurrency": AT_ONCE, "patience": 1.5, "timeout": 0.5}
    with ChatServer(spool, faults=[later]) as server:
        with pytest.raises(EndpointError) as told:
            run(config_for(server.base_url, tools, n=20, **changes), tmp_path / "run", spool)
        port, requests = server.port, server.requests
    done = accepted_in(tmp_path / "run")
    with ChatServer(spool, port=port) as again:
        summary = run(config_for(again.base_url, tools, n=20), tmp_path / "run", spool)

    assert "\n" not in str(told.value)
    assert word in str(told.value)
    assert requests <= AFTER + 20 * AT_ONCE  # nobody burns through the other dialogues
    assert 0 < len(done) < 20
    assert summary.accepted == 20
    assert done.items() <= accepted_in(tmp_path / "run").items()
    require_sound(tmp_path / "run", accepted=20)


def test_an_interrupted_run_ends_soon_and_goes_on(tools, tmp_path):
    spool, out = tmp_path / "spool", tmp_path / "run"
    arguments = [
        "generate", "--tools", tools, "-n", 20, "--turns", 2, "--tools-per-dialogue", "2-3", "--out", out, "--model",
        MODEL, "--concurrency", 4,
    ]  # fmt: skip

    interrupted = threading.Event()

    async def stalls_later(asked, below, server):
        while asked.number >= AFTER and not interrupted.is_set():
            await asyncio.sleep(0.05)
        return await below(asked)

    with ChatServer(Spool(spool), faults=[stalls_later]) as server:
        line = command(spool, *arguments, "--base-url", server.base_url)
        process = subprocess.Popen(
            line, cwd=ROOT, env=environment_with(KEY), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=hear_interrupts,
        )  # fmt: skip
        while server.requests <= AFTER and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=15)
        interrupted.set()
        again = subprocess.run(line, cwd=ROOT, env=environment_with(KEY), capture_output=True, text=True, timeout=60)

    assert process.returncode == 130
    assert told.splitlines()[-1] == "interrupted"
    assert "Traceback" not in told
    assert again.returncode == 0, again.stderr
    require_sound(out, accepted=20)
