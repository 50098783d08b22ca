"""Every fault does what its name says, seen without a client that could hide it."""

import http.client
import json
import time
from collections import Counter

import pytest

from tests.servers.chat import KEY, ChatServer
from tests.servers.faults import FAULTS, FREE
from tests.servers.spool import Spool
from tests.servers.test_chat import ASK, WEATHER

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
BY_SCHEMA = {**ASK, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}}
PLAN = {"type": "object", "properties": {"turns": {"type": "array", "items": {"type": "string"}}}}
BY_PLAN = {**ASK, "response_format": {"type": "json_schema", "json_schema": {"name": "plan", "schema": PLAN}}}
LONG = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 2000}}}
BY_LONG = {**ASK, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": LONG}}}
WITH_TOOLS = {**ASK, "tools": [WEATHER]}
TOLD = {
    "model": ASK["model"],
    "messages": [
        {"role": "user", "content": "What is the weather in Paris?"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
        ]},
        {"role": "tool", "content": "hail", "tool_call_id": "c1"},
    ],
}  # fmt: skip


def ask(server, body, *, timeout=0.4):
    """Return the status and the bytes of an answer, or the name of the error there is instead."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request(
            "POST", "/v1/chat/completions", json.dumps(body), {"Authorization": f"Bearer {KEY}"}
        )  # fmt: skip
        began = time.monotonic()
        response = connection.getresponse()
        data = b""
        while piece := response.read1(65536):
            data += piece
            if time.monotonic() - began > timeout:
                return "too slow", data
        if response.length:
            return "half", data
        return (response.status, data) if "retry-after" not in response.headers else ("wait", data)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, b""
    finally:
        connection.close()


def message(outcome):
    return json.loads(outcome[1])["choices"][0]["message"]


def text(outcome):
    return message(outcome)["content"] or ""


def arguments(outcome):
    return message(outcome)["tool_calls"][0]["function"]["arguments"]


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


SIGNS = {
    "429 storm with Retry-After": (ASK, lambda outcome: outcome[0] == "wait"),
    "429 storm without Retry-After": (ASK, lambda outcome: outcome[0] == 429),
    "429 until a date": (ASK, lambda outcome: outcome[0] == "wait"),
    "429 above a rate": (ASK, lambda outcome: outcome[0] == "wait"),
    "crash for one schema": (BY_PLAN, lambda outcome: outcome[0] in ("ConnectionResetError", "RemoteDisconnected")),
    "hangs up after each answer": (ASK, lambda outcome: outcome[0] == 200),
    "sends in chunks": (ASK, lambda outcome: outcome[0] == 200 and is_json(outcome[1])),
    "503 storm": (ASK, lambda outcome: outcome[0] == 503),
    "500 now and then": (ASK, lambda outcome: outcome[0] == 500),
    "500 for every JSON Schema": (BY_SCHEMA, lambda outcome: outcome[0] == 500),
    "500 for one schema": (BY_PLAN, lambda outcome: outcome[0] == 500),
    "connection reset": (ASK, lambda outcome: outcome[0] in ("ConnectionResetError", "RemoteDisconnected")),
    "half-sent body": (ASK, lambda outcome: outcome[0] in ("IncompleteRead", "half")),
    "stall": (ASK, lambda outcome: outcome[0] == "TimeoutError"),
    "trickle": (ASK, lambda outcome: outcome[0] in ("TimeoutError", "too slow")),
    "invalid JSON": (ASK, lambda outcome: not is_json(outcome[1])),
    "empty body": (ASK, lambda outcome: outcome == (200, b"")),
    "wrong schema": (BY_SCHEMA, lambda outcome: "thoughts" in text(outcome)),
    "empty choices": (ASK, lambda outcome: b'"choices": []' in outcome[1]),
    "no choices at all": (ASK, lambda outcome: b"choices" not in outcome[1]),
    "empty content": (ASK, lambda outcome: b'"content": null' in outcome[1]),
    "HTML with status 502": (ASK, lambda outcome: outcome[0] == 502 and b"<html>" in outcome[1]),
    "HTML with status 200": (ASK, lambda outcome: outcome[0] == 200 and b"<html>" in outcome[1]),
    "error with status 200": (ASK, lambda outcome: outcome[0] == 200 and b'"error"' in outcome[1]),
    "dies and comes back": (
        ASK, lambda outcome: outcome[0] in ("ConnectionRefusedError", "ConnectionResetError", "RemoteDisconnected"),
    ),
    "ignores response_format": (BY_SCHEMA, lambda outcome: not is_json(text(outcome))),
    "ignores response_format and tools": (WITH_TOOLS, lambda outcome: "tool_calls" not in message(outcome)),
    "calls cut off": (WITH_TOOLS, lambda outcome: not is_json(arguments(outcome))),
    "crash on a long limit": (BY_LONG, lambda outcome: outcome[0] in ("ConnectionResetError", "RemoteDisconnected")),
    "drops tool messages": (TOLD, lambda outcome: "hail" not in text(outcome)),
    "one at a time": (ASK, lambda outcome: outcome[0] == 200),
    "leaked thoughts": (ASK, lambda outcome: text(outcome).startswith("<think>")),
    "thoughts without an opening tag": (ASK, lambda outcome: "</think>" in text(outcome)),
    "reasoning_content": (ASK, lambda outcome: "Okay" in message(outcome)["reasoning_content"]),
    "refusals": (ASK, lambda outcome: b"sorry" in outcome[1]),
    "truncated": (ASK, lambda outcome: b'"length"' in outcome[1]),
    "unknown tools": (WITH_TOOLS, lambda outcome: b"browse_the_web" in outcome[1]),
    "unparsable arguments": (WITH_TOOLS, lambda outcome: not is_json(arguments(outcome))),
    "arguments as an object": (WITH_TOOLS, lambda outcome: isinstance(arguments(outcome), dict)),
    "calls without ids": (WITH_TOOLS, lambda outcome: "id" not in message(outcome)["tool_calls"][0]),
    "calls with one id": (WITH_TOOLS, lambda outcome: b"call_0" in outcome[1]),
    "no usage": (ASK, lambda outcome: b"usage" not in outcome[1]),
    "raw control characters": (TOLD, lambda outcome: "\n" in text(outcome)),
    "refuses seed": ({**ASK, "seed": 1}, lambda outcome: outcome[0] == 422),
    "refuses max_tokens": ({**ASK, "max_tokens": 9}, lambda outcome: outcome[0] == 400),
    "refuses tools": (WITH_TOOLS, lambda outcome: outcome[0] == 500),
    "echoes the key": (ASK, lambda outcome: KEY.encode() in outcome[1]),
}  # fmt: skip


def test_every_fault_has_a_sign():
    assert SIGNS.keys() == FAULTS.keys()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows_its_sign_and_spares_others(name):
    body, shows = SIGNS[name]
    with ChatServer(Spool(), faults=FAULTS[name]()) as server:
        outcomes = [ask(server, body) for _ in range(20 if name in QUICK else 140)]
        others = [ask(server, ASK) for _ in range(5)] if body is not ASK and name in FOR_SOME else []

    assert any(shows(outcome) for outcome in outcomes), Counter(outcome[0] for outcome in outcomes)
    assert all(outcome[0] == 200 for outcome in others)


QUICK = frozenset(name for name in FAULTS if name.startswith(("500 for", "ignores", "crash", "drops", "refuses")))
"""Faults that strike each time."""
FOR_SOME = QUICK - {"drops tool messages"}
"""Faults of some requests only."""


def test_the_server_counts_what_a_fault_lets_pass():
    with ChatServer(Spool(), faults=FAULTS["connection reset"]()) as server:
        outcomes = [ask(server, ASK) for _ in range(100)]

    assert server.answered == sum(outcome[0] == 200 for outcome in outcomes)
    assert FREE <= server.answered < 100
