import email.utils
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from tests.models.online.scripted_server import (
    GOOD,
    Act,
    Incoming,
    ScriptedServer,
    by_path,
    resets,
    sends,
    sends_half,
    serving,
    stalls,
    trickles,
)
from toolgraph.errors import EndpointError
from toolgraph.models.online.breaker import Breaker
from toolgraph.models.online.client import ChatClient
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Reply, ServerRefusal
from toolgraph.models.online.limiter import AdaptiveLimit

KEY = "sk-test-0123456789abcdef"
BODY: dict[str, Any] = {"model": "qwen", "messages": [{"role": "user", "content": "Is the ferry late?"}]}
good = sends(GOOD)
busy = sends({"error": {"message": "Rate limit reached"}}, status=429)


@pytest.fixture(autouse=True)
def without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1_000_000):
        yield


@contextmanager
def client_of(server: ScriptedServer, *, base_url: str = "", **options: Any) -> Iterator[ChatClient]:
    endpoint = Endpoint(base_url or server.base_url, "qwen", SecretStr(KEY))
    client = ChatClient(endpoint, limit=AdaptiveLimit(8), **({"timeout": 10.0, "patience": 20.0} | options))
    try:
        yield client
    finally:
        client.close()


def asked(*script: Act, is_probe: bool = False, **options: Any) -> tuple[Reply, ScriptedServer]:
    """Send one body to a server with this script."""
    with serving(*script) as server, client_of(server, **options) as client:
        return client.send(BODY, is_probe=is_probe), server


def error_of(*script: Act, is_probe: bool = False, **options: Any) -> tuple[Exception, int]:
    """Return the error that sending one body ends with, and how often the server was asked."""
    with serving(*script) as server, client_of(server, **options) as client:
        with pytest.raises((EndpointError, ServerRefusal)) as caught:
            client.send(BODY, is_probe=is_probe)
        return caught.value, len(server.requests)


def test_a_reply_holds_the_body_and_what_the_server_says_it_consumed():
    reply, server = asked(good)

    assert reply.body == GOOD
    assert (reply.usage.requests, reply.usage.prompt_tokens, reply.usage.completion_tokens) == (1, 7, 3)
    assert not reply.is_estimated
    assert reply.seconds > 0
    assert server.requests[0].body == BODY
    assert server.requests[0].path == "/v1/chat/completions"
    assert f"Bearer {KEY}" in server.requests[0].head


@pytest.mark.parametrize(
    "usage", [None, {}, "none", {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": 7}]
)
def test_usage_that_is_not_told_is_estimated_from_the_texts(usage):
    reply, _ = asked(sends(GOOD | {"usage": usage}))

    assert reply.is_estimated
    assert reply.usage.prompt_tokens == len(json.dumps(BODY, separators=(",", ":"))) // 4
    assert reply.usage.completion_tokens > 0


@pytest.mark.parametrize(
    "trouble",
    [
        resets,
        sends_half,
        sends(b""),
        sends(b'{"choices": [{"mess'),
        sends(b"<!DOCTYPE html><title>oops</title>"),
        sends([1, 2]),
        sends(b"[" * 100_000),
        sends({"error": {"message": "overloaded", "code": 502}}),
        sends({"error": "boom"}, status=500),
        sends(b"<html>Bad gateway</html>", status=502),
        sends(b"", status=504),
        sends(b"nonsense", status=408),
    ],
    ids="reset half empty invalid page list deep error-in-200 500 502 504 408".split(),
)
def test_what_breaks_once_is_asked_again(trouble):
    reply, server = asked(trouble, trouble, good)

    assert reply.body == GOOD
    assert len(server.requests) == 3


@pytest.mark.parametrize("trouble", [stalls, trickles])
def test_an_answer_that_does_not_come_in_time_is_asked_for_again(trouble):
    reply, server = asked(trouble, good, timeout=0.4)

    assert reply.body == GOOD
    assert len(server.requests) == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_no_answer():
    def closes(request: Incoming) -> None:
        good(request)
        request.connection.close()

    with serving(closes, closes, good) as server, client_of(server) as client:
        assert [client.send(BODY).body for _ in range(3)] == [GOOD] * 3


@pytest.mark.parametrize(
    "header",
    ["", "Retry-After: 0.1\r\n", "retry-after-ms: 50\r\n", "Retry-After: soon\r\n", "Retry-After: nan\r\n"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_and_the_limit_hears_of_it(header, status):
    refusal = sends({"error": {"message": "slow down"}}, status=status, headers=header)
    with serving(refusal, refusal, refusal, good) as server, client_of(server) as client:
        assert client.send(BODY).body == GOOD
        assert client.limit.refused == 3
        assert client.limit.in_flight == 0


def test_the_pause_after_a_refusal_is_the_one_the_server_asks_for(monkeypatch):
    # given refusals that name seconds, milliseconds, a date two minutes ahead, a date gone by, and nothing
    ahead, gone = (email.utils.formatdate(time.time() + seconds, usegmt=True) for seconds in (120, -120))
    headers = ["Retry-After: 7", "retry-after-ms: 1500", f"Retry-After: {ahead}", f"Retry-After: {gone}", "X-None: 0"]
    pauses: list[float] = []
    monkeypatch.setattr(Breaker, "rest", lambda breaker, seconds: pauses.append(seconds))

    asked(*(sends({}, status=429, headers=f"{header}\r\n") for header in headers), good, patience=300.0)

    assert pauses[:2] == [7.0, 1.5]
    assert 60 < pauses[2] <= 120
    assert pauses[3] == 0.0
    assert pauses[4] > 0


def test_a_busy_server_that_answers_nobody_is_given_up_with_one_sentence():
    error, _ = error_of(busy, patience=0.5)

    assert isinstance(error, EndpointError)
    assert "answered nobody for" in str(error)
    assert "Rate limit reached" in str(error)


def test_a_request_that_is_too_large_for_the_rate_limit_is_not_repeated():
    error, attempts = error_of(
        sends({"error": {"message": "Request too large for gpt-4o on tokens per min"}}, status=429)
    )

    assert isinstance(error, ServerRefusal)
    assert attempts == 1


@pytest.mark.parametrize(
    ("status", "content", "message", "code"),
    [
        (
            400,
            {"error": {"message": "too long", "code": "context_length_exceeded"}},
            "too long",
            "context_length_exceeded",
        ),
        (422, {"detail": [{"loc": ["body", "top_k"], "msg": "extra field"}]}, "body.top_k: extra field", ""),
        (400, {"detail": "no such field"}, "no such field", ""),
        (413, b"<html><title>413 Too Large</title></html>", "413 Too Large", ""),
        (400, {"object": "error", "message": "bad schema", "type": "BadRequestError"}, "bad schema", "BadRequestError"),
        (400, b"plain words", "plain words", ""),
        (400, b"", "no message", ""),
        (403, {"error": {"message": "input was flagged by moderation"}}, "flagged", ""),
        (501, {"error": {"message": "not implemented"}}, "not implemented", ""),
    ],
)
def test_a_request_the_server_refuses_for_good_is_not_repeated(status, content, message, code):
    error, attempts = error_of(sends(content, status=status))

    assert isinstance(error, ServerRefusal)
    assert (error.status, error.code, attempts) == (status, code, 1)
    assert message in str(error)
    assert "qwen at 127.0.0.1" in str(error)


def test_an_error_within_a_good_answer_counts_as_what_it_is():
    error, attempts = error_of(sends({"error": {"code": 400, "message": "no vision"}}))

    assert isinstance(error, ServerRefusal)
    assert (error.status, attempts) == (400, 1)


def test_a_request_that_breaks_each_time_is_given_up_after_a_few_attempts_while_others_go_on():
    def breaks(act: Act) -> Act:
        return lambda request: (act if "poison" in request.body["messages"][0]["content"] else good)(request)

    poison = {"model": "qwen", "messages": [{"role": "user", "content": "poison"}]}
    for act, attempts, status in [(sends({}, status=500), 3, 500), (resets, 6, 0), (sends(b"{"), 6, 200)]:
        with serving(breaks(act)) as server, client_of(server) as client:
            client.send(BODY)
            with pytest.raises(ServerRefusal, match=f"{attempts} attempts") as caught:
                client.send(poison)
            assert caught.value.status == status
            assert len(server.requests) == 1 + attempts
            assert client.send(BODY).body == GOOD


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [(resets, 2), (sends({}, status=500), 2), (sends(b"", status=502), 2), (stalls, 3), (sends(b"{"), 6)],
    ids="reset 500 502 stall half".split(),
)
def test_a_request_of_limited_attempts_is_not_sent_again_to_a_server_that_may_die_of_it(trouble, attempts):
    with serving(good, trouble) as server, client_of(server, timeout=0.4) as client:
        client.send(BODY)
        with pytest.raises(ServerRefusal, match=f"{attempts} attempts"):
            client.send(BODY, attempts=2)
        assert len(server.requests) == 1 + attempts


def test_a_request_of_limited_attempts_is_not_what_gives_a_server_up():
    with serving(good, sends({}, status=500)) as server, client_of(server) as client:
        client.send(BODY)
        for _ in range(20):
            with pytest.raises(ServerRefusal):
                client.send(BODY, attempts=2)


def test_a_request_of_limited_attempts_waits_for_a_busy_server_as_others_do():
    with serving(busy, busy, busy, resets, busy, good) as server, client_of(server) as client:
        assert client.send(BODY, attempts=2).body == GOOD


def test_a_server_that_breaks_at_every_request_is_given_up_as_a_whole():
    with serving(good, sends({}, status=500)) as server, client_of(server, patience=1.0) as client:
        client.send(BODY)
        for _ in range(5):
            with pytest.raises(ServerRefusal):
                client.send(BODY)
        with stamina.set_testing(False), pytest.raises(EndpointError, match="is gone since"):
            client.send(BODY)


def test_a_server_that_never_gave_a_usable_answer_is_given_up():
    error, _ = error_of(resets, patience=0.3)

    assert isinstance(error, EndpointError)
    assert "cannot be used" in str(error)


@pytest.mark.parametrize(
    ("act", "words", "about"),
    [
        (
            sends({"error": {"message": "Incorrect API key"}}, status=401),
            "does not accept the key .*set OPENAI_API_KEY",
            "key",
        ),
        (sends({"detail": "Forbidden"}, status=403), "does not accept the key", "key"),
        (sends({"error": {"message": "quota", "code": "insufficient_quota"}}, status=429), "quota or money", "money"),
        (sends({"error": {"message": "Insufficient credits"}}, status=402), "quota or money", "money"),
        (
            sends({"error": {"message": "The model `qwen` does not exist"}}, status=404),
            "does not know this model",
            "model",
        ),
        (
            sends({"error": {"message": "x", "code": "model_not_found"}}, status=400),
            "does not know this model",
            "model",
        ),
    ],
)
def test_an_endpoint_that_cannot_be_used_is_named_at_once_and_never_asked_again(act, words, about):
    with serving(act) as server, client_of(server) as client:
        with pytest.raises(EndpointError, match=words) as first:
            client.send(BODY)
        count = len(server.requests)
        with pytest.raises(EndpointError) as second:
            client.send(BODY)

        assert first.value.about == second.value.about == about
        assert str(second.value) == str(first.value)
        assert len(server.requests) == count


def test_an_unknown_model_is_answered_with_the_names_the_server_has():
    unknown = sends({"error": {"message": "model not found"}}, status=404)
    models = sends({"data": [{"id": "llama-3"}, {"id": "phi-4"}]})
    error, _ = error_of(by_path({"/v1/models": models}, unknown))

    assert "--model NAME: llama-3, phi-4" in str(error)


@pytest.mark.parametrize(
    "missing",
    [
        sends({"detail": "Not Found"}, status=404),
        sends(b"<html>nginx</html>", status=405),
        sends(b"<!doctype html><title>Welcome</title>"),
    ],
)
def test_an_address_without_v1_is_told_what_to_add(missing):
    with serving(by_path({"/v1/chat/completions": good}, missing)) as server:
        base_url = server.base_url.removesuffix("/v1")
        with (
            client_of(server, base_url=base_url, patience=0.2) as client,
            pytest.raises(EndpointError, match=f"use --base-url {base_url}/v1$"),
        ):
            client.send(BODY)


def test_an_address_that_is_no_api_at_all_is_said_to_be_none():
    error, _ = error_of(sends(b"<html>shop</html>", status=404))

    assert isinstance(error, EndpointError)
    assert "is not the address of a model" in str(error)
    assert "use --base-url" not in str(error)


def test_a_route_that_is_missing_for_a_moment_only_is_asked_again():
    gone = sends(b"<html>404</html>", status=404)
    with serving(good, gone, gone, good) as server, client_of(server) as client:
        client.send(BODY)
        assert client.send(BODY).body == GOOD


def test_a_server_where_nobody_listens_is_named_after_a_short_wait():
    with serving(good) as server:
        port = server.port
    endpoint = Endpoint(f"http://127.0.0.1:{port}/v1", "qwen", SecretStr(KEY))
    client = ChatClient(endpoint, limit=AdaptiveLimit(8), timeout=5, patience=0.5)

    with pytest.raises(EndpointError, match=rf"127.0.0.1:{port}/v1 cannot be used .*--base-url"):
        client.send(BODY)
    client.close()


def test_a_server_that_dies_and_comes_back_loses_nothing():
    # given a server that dies after 20 answers, and threads that go on asking
    first = ScriptedServer([good])
    replies: list[Reply] = []
    with client_of(first, patience=30.0) as client:
        threads = [
            threading.Thread(target=lambda: replies.extend(client.send(BODY) for _ in range(10)), daemon=True)
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        while len(first.requests) < 20:
            time.sleep(0.01)
        first.close()

        # when it is back half a second later
        time.sleep(0.5)
        second = ScriptedServer([good], port=first.port)
        for thread in threads:
            thread.join(30)
        second.close()

    # then everybody was answered
    assert [reply.body for reply in replies] == [GOOD] * 160


def test_a_server_that_dies_for_good_is_named_to_every_thread_in_the_same_words():
    server = ScriptedServer([good])
    errors: list[str] = []

    def ask() -> None:
        try:
            while True:
                client.send(BODY)
        except EndpointError as error:
            errors.append(str(error))

    with client_of(server, patience=0.6) as client:
        threads = [threading.Thread(target=ask, daemon=True) for _ in range(16)]
        for thread in threads:
            thread.start()
        while len(server.requests) < 40:
            time.sleep(0.01)
        server.close()
        for thread in threads:
            thread.join(20)

    assert len(errors) == 16
    assert len(set(errors)) == 1
    assert "is gone since" in errors[0]


def test_a_probe_takes_the_first_answer_for_an_answer():
    for status in (400, 500, 502):
        error, attempts = error_of(sends({"detail": "no"}, status=status), is_probe=True)
        assert isinstance(error, ServerRefusal)
        assert (error.status, attempts) == (status, 1)


def test_a_probe_is_repeated_when_the_connection_breaks_or_the_server_is_busy():
    reply, server = asked(resets, busy, good, is_probe=True)

    assert reply.body == GOOD
    assert len(server.requests) == 3


def test_text_is_read_however_it_is_written():
    # given raw control characters, lone surrogates, a byte order mark and bytes that are no UTF-8
    content = b'\xef\xbb\xbf{"choices": [{"message": {"content": "a\x01\n\\ud83d b \\ud83d\\ude00 \xff"}}]}'
    reply, _ = asked(sends(content))

    text = reply.body["choices"][0]["message"]["content"]
    assert text == "a\x01\n\ufffd b \U0001f600 \ufffd"
    assert text.encode("utf-8")


def test_a_lone_surrogate_is_sent_as_something_that_can_be():
    with serving(good) as server, client_of(server) as client:
        client.send(BODY | {"stop": "\ud83d"})

        assert server.requests[0].body["stop"] == "?"


def test_the_key_never_leaves_though_the_server_repeats_it(caplog):
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
    caplog.set_level(logging.DEBUG)
    said = ""
    for content in (f'{{"choices": "{KEY}"}}', f'{{"choices": "{escaped}", "{escaped}": [{{"a": "{escaped}"}}]}}'):
        reply, _ = asked(sends(content.encode()))
        said += json.dumps(reply.body)
    for status in (400, 401, 404, 429, 500):
        for content in (f"Bearer {KEY} is wrong".encode(), {"error": {"message": f"{KEY} model", "code": KEY}}):
            error, _ = error_of(sends(content, status=status), patience=0.3)
            said += f"{error!r} {error} {error.__cause__!r} {getattr(error, 'code', '')}"
    error, _ = error_of(sends(f"{KEY} <html>".encode()), patience=0.3)

    assert "[key]" in said
    assert KEY not in said + str(error)
    assert KEY not in caplog.text


def test_importing_the_client_imports_neither_openai_nor_its_transport():
    code = (
        "import sys, toolgraph.models.online.client as c; print([n for n in sys.modules if n in ('openai', 'httpx2')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
