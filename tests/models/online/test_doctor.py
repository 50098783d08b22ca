"""What the doctor says of servers that do one thing or another differently."""

import pytest
from pydantic import SecretStr

from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS, always, changed, one_at_a_time
from tests.servers.spool import Spool
from toolgraph.models.online.doctor import examine_model
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.prices import Prices

ALL = (
    "server", "key", "model", "structured output", "tool calling", "tool results", "parallel calls", "usage", "latency",
    "price", "spent on this",
)  # fmt: skip


def examined(server, *, key=KEY, model=MODEL, path="/v1", prices=(), **options):
    """What the doctor finds, by name."""
    endpoint = Endpoint(server.base_url.removesuffix("/v1") + path, model, SecretStr(key))
    found = list(examine_model(endpoint, prices=Prices.load(prices), timeout=10, **options))
    assert all(one.subject == endpoint.label for one in found)
    assert all(KEY not in f"{one.told} {one.advice}" for one in found)
    return {one.name: one for one in found}


def states(found):
    return {name: one.state for name, one in found.items() if one.state != "ok"}


def with_faults(*names):
    return ChatServer(Spool(), faults=[fault for name in names for fault in FAULTS[name]()])


def test_of_a_server_that_does_everything_all_is_well():
    with ChatServer(Spool(), key="") as server:
        found = examined(server, prices=[f"{MODEL}=1/2"])

        assert tuple(found) == ALL
        assert states(found) == {}
        assert found["structured output"].told == "by JSON Schema"
        assert found["tool calling"].told == "native"
        assert found["price"].told == "$1 and $2 per million tokens read and written"
        usage = (
            f"{server.answered} answers, {server.prompt_tokens:,} tokens read and {server.completion_tokens:,} written"
        )
        assert found["spent on this"].told.startswith(usage)


def test_a_price_that_is_not_known_is_a_warning_and_not_nothing():
    with ChatServer(Spool()) as server:
        found = examined(server)

    assert states(found) == {"price": "warn"}
    assert f"--price {MODEL}=IN/OUT" in found["price"].advice


def test_where_nobody_listens_nothing_else_is_tried():
    with ChatServer(Spool()) as server:
        pass
    found = examined(server)

    assert states(found) == {"server": "FAIL"}
    assert list(found) == ["server"]
    assert "nobody accepts connections at" in found["server"].told
    assert "--base-url" in found["server"].advice


@pytest.mark.parametrize(
    ("asked", "failing", "told"),
    [
        ({"key": "sk-wrong-0123456789"}, "key", "Incorrect API key provided"),
        ({"model": "rules-9"}, "model", "`rules-9` does not exist"),
        ({"path": ""}, "server", "use --base-url http://127.0.0.1"),
        ({"path": "/api/v3"}, "server", "404: Not Found"),
    ],
)
def test_what_must_be_mended_first_fails_alone_and_ends_the_examination(asked, failing, told):
    with ChatServer(Spool()) as server:
        found = examined(server, **asked)

    assert found[failing].state == "FAIL"
    assert told in found[failing].told
    assert "tool calling" not in found
    assert "sk-wrong-0123456789" not in repr(found)


def test_a_model_that_is_not_there_says_nothing_against_the_key():
    with ChatServer(Spool()) as server:
        found = examined(server, model="rules-9")

    assert found["key"].state == "ok"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("500 for every JSON Schema", {"structured output": "warn"}),
        ("ignores response_format", {"structured output": "warn"}),
        ("ignores response_format and tools", {"structured output": "warn", "tool calling": "warn"}),
        ("refuses tools", {"tool calling": "warn"}),
        ("drops tool messages", {"tool results": "warn"}),
        ("no usage", {"usage": "warn"}),
        ("refuses seed", {}),
        ("refuses max_tokens", {}),
        ("leaked thoughts", {}),
        ("reasoning_content", {}),
        ("echoes the key", {}),
    ],
)
def test_what_a_server_cannot_do_is_a_warning_with_advice(fault, expected):
    with with_faults(fault) as server:
        found = examined(server, prices=["1/2"])

    assert states(found) == expected
    assert all(found[name].advice for name in expected)


def test_a_server_that_makes_one_call_at_a_time_is_told_of():
    def one_call(completion, asked):
        message = completion["choices"][0]["message"]
        message.update({"tool_calls": message["tool_calls"][:1]} if "tool_calls" in message else {})
        return completion

    with ChatServer(Spool(), faults=[changed(always, one_call)]) as server:
        found = examined(server, prices=["1/2"])

    assert states(found) == {"parallel calls": "warn"}


def test_a_model_that_gives_no_structured_answer_at_all_fails():
    def prose(completion, asked):
        message = completion["choices"][0]["message"]
        message.update(content="Spiders eat flies, and have eight legs.")
        return completion

    with ChatServer(Spool(), faults=[changed(always, prose)]) as server:
        found = examined(server)

    assert found["structured output"].state == "FAIL"
    assert "tool calling" not in found


def test_a_server_that_answers_under_another_name_is_told_of():
    with ChatServer(Spool(), faults=[changed(always, lambda body, asked: {**body, "model": "llama-3"})]) as server:
        found = examined(server, prices=["1/2"])

    assert states(found) == {"model": "warn"}
    assert "llama-3 answered" in found["model"].told


@pytest.mark.parametrize("told", [f"{MODEL}-2026-01-01", f"/models/{MODEL}.gguf"])
def test_a_longer_name_of_the_same_model_is_the_same(told):
    with ChatServer(Spool(), faults=[changed(always, lambda body, asked: {**body, "model": told})]) as server:
        assert examined(server)["model"].state == "ok"


def test_a_server_that_answers_one_after_another_is_told_of():
    with ChatServer(Spool(), faults=[one_at_a_time(0.1)]) as server:
        found = examined(server, prices=["1/2"])

    assert states(found) == {"latency": "warn"}
    assert "one after another" in found["latency"].told


def test_fields_of_the_users_own_and_the_temperature_are_sent_along():
    with ChatServer(Spool()) as server:
        examined(server, extra={"top_p": 0.9}, temperature=0.3)

        assert all(body["top_p"] == 0.9 for body in server.bodies)
        assert server.bodies[0]["temperature"] == 0.3


def test_a_request_that_the_server_refuses_for_its_own_reasons_fails_with_its_words():
    with ChatServer(Spool(), key="") as server:
        server._handle = _refusing
        found = examined(server)

    assert found["answers"].state == "FAIL"
    assert "the moon is in the wrong house" in found["answers"].told


async def _refusing(asked):
    from tests.servers.http import Answer

    return Answer.of({"detail": "the moon is in the wrong house"}, 422)
