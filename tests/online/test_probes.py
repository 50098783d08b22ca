"""What a real client learns of a real server by its first questions, also from one that is in trouble just then."""

from contextlib import closing

import pytest
from pydantic import SecretStr

from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS, HTML, answered, crash, delivered, garbled, half, stalled
from tests.servers.http import Answer
from tests.servers.protocol import error_body
from tests.servers.spool import Spool
from toolgraph.models.online.client import ChatClient
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.ladder import Abilities, probe_abilities
from toolgraph.models.online.limiter import AdaptiveLimit

FULL = {"rung": "json_schema", "native_tools": True, "sees_results": True, "parallel_calls": True}
LESS = {
    "500 for every JSON Schema": {"rung": "json_object"},
    "ignores response_format": {"rung": "text"},
    "ignores response_format and tools": {
        "rung": "text", "native_tools": False, "sees_results": False, "parallel_calls": False,
    },
    "refuses tools": {"native_tools": False, "sees_results": False, "parallel_calls": False},
    "drops tool messages": {"sees_results": False},
    "refuses seed": {"left_out": ("seed",)},
    "refuses max_tokens": {"token_limit": "max_completion_tokens"},
}  # fmt: skip
"""Faults that take an ability away; all others leave them as they are."""


def said(content, *, finish="stop", **more):
    return {"choices": [{"message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}]}


TROUBLE = {
    "500": lambda when: answered(when, Answer.of(error_body("Oops", code="server_error"), 500)),
    "502": lambda when: answered(when, Answer(502, HTML)),
    "503": lambda when: answered(when, Answer(503, b"")),
    "429": lambda when: answered(when, Answer.of(error_body("Busy", code="busy"), 429)),
    "a reset": lambda when: delivered(when, crash),
    "half a body": lambda when: delivered(when, half),
    "a stall": lambda when: delivered(when, stalled),
    "a web page": lambda when: answered(when, Answer(200, HTML)),
    "nothing": lambda when: garbled(when, lambda body: b""),
    "an error within 200": lambda when: answered(when, Answer.of(error_body("Oops", code="server_error"))),
    "no choices": lambda when: answered(when, Answer.of({"choices": []})),
    "a refusal": lambda when: answered(when, Answer.of(said(None, refusal="I will not."))),
    "an answer cut off": lambda when: answered(when, Answer.of(said('{"food": "fl', finish="length"))),
}


class Plain:
    """An exchange that passes everything on."""

    def __init__(self, transport):
        self._transport = transport

    def ask(self, body, purpose, *, is_probe=False, attempts=None):
        return self._transport.send(body, is_probe=is_probe, attempts=attempts)


def probed(faults) -> Abilities:
    """Return what is found out of a server with these faults."""
    with ChatServer(Spool(), faults=faults) as server:
        endpoint = Endpoint(server.base_url, MODEL, SecretStr(KEY))
        with closing(ChatClient(endpoint, limit=AdaptiveLimit(8), timeout=0.5, patience=5)) as client:
            return probe_abilities(Plain(client), MODEL)


def found(abilities: Abilities):
    return abilities.model_dump(exclude_defaults=False, include={*FULL, "left_out", "token_limit"})


@pytest.mark.parametrize("name", ["well", *FAULTS])
def test_what_a_server_can_do_is_found_out(name):
    expected = {**FULL, "left_out": (), "token_limit": "max_tokens", **LESS.get(name, {})}

    assert found(probed(FAULTS[name]() if name in FAULTS else ())) == expected


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_at_one_question_is_not_taken_for_a_lack_of_ability(name, place):
    assert found(probed([TROUBLE[name](lambda asked: asked.number == place)])).items() >= FULL.items()
