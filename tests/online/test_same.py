"""Over the wire the rules make what they make without one: nothing is lost or changed on the way."""

import json

import pytest

from tests.online.runs import TASKS, accepted_in, run
from tests.servers.chat import MODEL, ChatServer
from tests.servers.faults import FAULTS
from tests.servers.spool import Spool
from toolgraph.run.config import RunConfig

N = 12
TASKS_ANYWHERE = {name: value for name, value in TASKS.items() if name not in ("timeout", "patience")}
WAYS = ("well", "ignores response_format", "refuses tools", "ignores response_format and tools", "refuses seed")


def said_in(directory):
    """Return what was said and done in each dialogue, and where the arguments came from."""
    dialogues = {name: json.loads(line) for name, line in accepted_in(directory).items()}
    return {name: (dialogue["messages"], dialogue["provenance"]) for name, dialogue in dialogues.items()}


def online(directory, way, spool, **changes):
    """Return what is said over the wire, and done, where the server is asked in one of the ways."""
    with ChatServer(spool, faults=FAULTS[way]() if way in FAULTS else ()) as server:
        run(RunConfig(n=N, model=(MODEL,), base_url=server.base_url, **changes), directory, spool)
    return said_in(directory)


@pytest.fixture(scope="module")
def offline_dialogues(tmp_path_factory):
    out = tmp_path_factory.mktemp("offline")
    run(RunConfig(n=N, workers=1), out, Spool())
    return said_in(out)


@pytest.fixture(scope="module")
def offline_tasks(tmp_path_factory):
    out = tmp_path_factory.mktemp("offline")
    run(RunConfig(n=N, workers=1, **TASKS_ANYWHERE), out, Spool())
    return said_in(out)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_gives_the_dialogues_of_the_offline_rules(way, offline_dialogues, spool, tmp_path):
    assert online(tmp_path, way, spool) == offline_dialogues


@pytest.mark.parametrize("plan", ["intents", "none"])
def test_plans_without_calls_lead_to_the_same_dialogues_too(plan, spool, tmp_path):
    run(RunConfig(n=N, plan=plan, workers=1), tmp_path / "offline", spool)
    with ChatServer(spool) as server:
        run(RunConfig(n=N, plan=plan, model=(MODEL,), base_url=server.base_url), tmp_path / "online", spool)

    assert said_in(tmp_path / "online") == said_in(tmp_path / "offline")
    assert not any("steps" in json.dumps(body.get("response_format", "")) for body in server.bodies)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_gives_the_tasks_and_trajectories_of_the_offline_rules(way, offline_tasks, spool, tmp_path):
    assert online(tmp_path, way, spool, **TASKS_ANYWHERE) == offline_tasks
