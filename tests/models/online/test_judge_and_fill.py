"""The judge and the filler over the wire: what a model writes, good and bad, and what becomes of it."""

import json

import pytest

from tests.quality.talks import good
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS, always, changed
from tests.servers.spool import Spool, telling
from toolgraph.models.online.opening import OnlineSettings, open_models
from toolgraph.quality.judge import judge
from toolgraph.run.filling import fill_tools
from toolgraph.tools.filling import lacks_returns, missing_descriptions
from toolgraph.tools.spec import ToolSpec

SCORES = {"naturalness": 4, "coherence": 3, "helpfulness": 5, "accuracy": 2}
BARE = ToolSpec(name="find_rooms", parameters={"type": "object", "properties": {"city": {"type": "string"}}})


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def opened(tmp_path):
    """Opens the models of a run on a server."""

    def models(server):
        settings = OnlineSettings(
            model=(MODEL,), judge_model=(MODEL,), base_url=server.base_url, timeout=10, patience=5
        )
        return open_models(settings, directory=tmp_path, seed=3)

    return models


def verdict(text):
    """A server whose model answers to judges with `text`, and to all others as ever."""

    def change(completion, asked):
        if "You judge a conversation" in asked.json["messages"][0]["content"]:
            completion["choices"][0]["message"]["content"] = text
        return completion

    return ChatServer(Spool(), faults=[changed(always, change)])


def test_a_verdict_that_is_well_formed_is_believed(opened):
    with verdict(json.dumps({"reason": "Smooth.", **SCORES})) as server, opened(server) as models:
        judged = judge(good(), models.judge)

    assert judged.judgement is not None
    assert judged.judgement.scores == {"NAT": 4, "COH": 3, "HELP": 5, "ACC": 2}
    assert judged.usage.requests == 1


@pytest.mark.parametrize(
    "text",
    [
        "I would give this a solid 4 out of 5.",
        json.dumps({"reason": "Good.", **SCORES, "accuracy": "4/5"}),
        json.dumps({"reason": "Good.", **SCORES, "accuracy": 4.5}),
        json.dumps({"reason": "Good.", **SCORES, "accuracy": 4.0}),
        json.dumps({"reason": "Good.", **SCORES, "accuracy": 7}),
        json.dumps({"reason": "Good.", **SCORES, "accuracy": True}),
        json.dumps({"reason": "Good.", "naturalness": 4}),
        json.dumps({"reason": "", **SCORES}),
        "",
    ],
)
def test_any_other_verdict_is_none_after_the_model_was_told_twice_what_is_wrong(opened, text):
    with verdict(text) as server, opened(server) as models:
        judged = judge(good(), models.judge)
        asked = [body for body in server.bodies if "You judge a conversation" in body["messages"][0]["content"]]

    assert judged.judgement is None
    assert judged.failure
    assert judged.usage.requests == 3 == len(asked)


def test_a_judge_who_refuses_gives_no_verdict(opened):
    def change(completion, asked):
        if "You judge a conversation" in asked.json["messages"][0]["content"]:
            completion["choices"][0]["message"].update(content=None, refusal="I cannot judge people.")
        return completion

    with ChatServer(Spool(), faults=[changed(always, change)]) as server, opened(server) as models:
        judged = judge(good(), models.judge)

    assert judged.judgement is None
    assert "I cannot judge people." in judged.failure


@pytest.mark.parametrize("fault", [None, "500 for every JSON Schema", "ignores response_format"])
def test_a_tool_is_filled_in_on_every_rung_and_marked(opened, fault):
    spool = Spool()
    faults = FAULTS[fault]() if fault else []
    with ChatServer(spool, faults=faults) as server, telling(spool), opened(server) as models:
        (filled,) = fill_tools([BARE], models.filler, workers=2)

    assert filled.description == "Find rooms."
    assert missing_descriptions(filled) == ()
    assert not lacks_returns(filled)
    assert filled.filled == ("/description", "/parameters/properties/city/description", "/returns")
    assert not filled.are_returns_guessed


def test_a_tool_that_was_filled_in_once_is_not_asked_about_again(opened):
    spool = Spool()
    with ChatServer(spool) as server, telling(spool):
        with opened(server) as models:
            first = fill_tools([BARE], models.filler, workers=2)
        answered = server.answered
        with opened(server) as models:
            second = fill_tools([BARE], models.filler, workers=2)

        assert second == first
        assert server.answered == answered
