"""The well-behaved server: it keeps the protocol, and its own books."""

import json
import urllib.error
import urllib.request

import pytest

from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.spool import Spool
from toolgraph.dialogue.messages import Message
from toolgraph.models.requests import AssistantRequest

ASK = {"model": MODEL, "messages": [{"role": "user", "content": "What is the weather in Paris and in Oslo?"}]}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def post(server, body, *, key=KEY, path="/chat/completions"):
    """Return the status and the body of the answer to one request, without any client between."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        asking = urllib.request.Request(server.base_url + path, data=data, headers=headers)
        with urllib.request.urlopen(asking, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.fixture
def server():
    with ChatServer(Spool()) as server:
        yield server


def test_a_completion_has_the_shape_of_openai(server):
    status, body = post(server, ASK)

    choice = body["choices"][0]
    assert (status, choice["message"]["role"], choice["finish_reason"]) == (200, "assistant", "stop")
    assert choice["message"]["content"] == "The sky is blue."
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]


def test_tools_are_called_in_parallel_where_two_places_are_named(server):
    _, body = post(server, {**ASK, "tools": [WEATHER], "tool_choice": "auto"})

    calls = body["choices"][0]["message"]["tool_calls"]
    assert [json.loads(call["function"]["arguments"])["city"] for call in calls] == ["Paris", "Oslo"]
    assert len({call["id"] for call in calls}) == 2
    assert body["choices"][0]["finish_reason"] == "tool_calls"


def test_a_json_schema_is_obeyed(server):
    schema = {"type": "object", "properties": {"score": {"type": "integer", "maximum": 3}}}
    asked = {"type": "json_schema", "json_schema": {"name": "score", "schema": schema}}

    _, body = post(server, {**ASK, "response_format": asked})

    assert json.loads(body["choices"][0]["message"]["content"]) == {"score": 3}


def test_a_told_assistant_request_is_answered_by_its_rule(server, small_catalogue):
    turn = {"kind": "tool_request", "steps": [{"calls": [{"id": "c1", "tool": "search_hotels", "arguments": [
        {"pointer": "/city", "source": "user", "value": "Oslo"}]}]}]}  # fmt: skip
    request = AssistantRequest(
        key="d1/1#0", tools=small_catalogue, messages=(Message(role="user", content="A hotel in Oslo"),), turn=turn,
        turn_start=0, turns_left=0, call_ids=(),
    )  # fmt: skip
    asked = {**ASK, "seed": 5, "tools": [WEATHER]}
    server._spool.put(asked, request)

    _, body = post(server, asked)

    call = body["choices"][0]["message"]["tool_calls"][0]["function"]
    assert (call["name"], json.loads(call["arguments"])) == ("search_hotels", {"city": "Oslo"})


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"model": "rules-2"}, 404, "does not exist"),
        ({"speed": 9}, 400, "Unrecognized request argument supplied: speed"),
        ({"max_tokens": 0}, 400, "positive"),
        ({"messages": []}, 400, "at least one message"),
        ({"messages": [{"role": "developer", "content": "x"}]}, 400, "Unexpected role"),
        ({"messages": [{"role": "assistant", "content": None}]}, 400, "expected a string"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "x"}]}, 400, "beginning"),
        ({"messages": [{"role": "tool", "content": "{}", "tool_call_id": "call_1"}]}, 400, "must answer"),
        ({"tools": []}, 400, "must not be empty"),
        ({"tools": [{"type": "function", "function": {"name": "a"}}]}, 400, "Invalid parameters"),
        ({"tool_choice": "auto"}, 400, "only allowed when"),
        ({"response_format": {"type": "json_object"}}, 400, "the word 'json'"),
    ],
)
def test_what_a_strict_server_refuses_is_refused(server, change, status, words):
    given, body = post(server, {**ASK, **change})

    assert given == status
    assert words in body["error"]["message"]
    assert server.refused == {status: 1}


def test_a_schema_that_breaks_servers_or_the_rules_of_strict_is_refused(server):
    for schema, strict in [
        ({"type": "string", "maxLength": 2000}, False),
        ({"type": "string", "pattern": r"\d+"}, False),
        ({"enum": []}, False),
        ({"enum": ['a "b"']}, False),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, True),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, True),
    ]:
        asked = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": strict}}

        assert post(server, {**ASK, "response_format": asked})[0] == 400, schema


def test_only_the_key_and_the_route_let_in(server):
    assert post(server, ASK, key="sk-wrong")[0] == 401
    assert post(server, ASK, path="/completions")[0] == 404


def test_the_books_count_what_left(server):
    for _ in range(2):
        _, body = post(server, ASK)
    post(server, {**ASK, "seed": 1})

    assert (server.answered, server.asked_again, server.most_in_flight) == (3, 1, 1)
    assert server.prompt_tokens == 3 * body["usage"]["prompt_tokens"]
