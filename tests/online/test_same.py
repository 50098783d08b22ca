"""Over the wire the rules make what they make without one: nothing is lost or changed on the way."""

import json

import pytest

from tests.online.runs import TASKS, accepted_in, run
from tests.servers.chat import MODEL, ChatServer
from tests.servers.faults import FAULTS
from toolgraph.run.config import RunConfig

N = 12
WAYS = ("well", "ignores response_format", "refuses tools", "ignores response_format and tools", "refuses seed")


def said_in(directory):
    """Return what was said and done in each dialogue, and where the arguments came from."""
    dialogues = {name: json.loads(line) for name, line in accepted_in(directory).items()}
    return {name: (dialogue["messages"], dialogue["provenance"]) for name, dialogue in dialogues.items()}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_gives_the_dialogues_of_the_offline_rules(way, spool, tmp_path):
    run(RunConfig(n=N, workers=1), tmp_path / "offline", spool)
    with ChatServer(spool, faults=FAULTS[way]() if way in FAULTS else ()) as server:
        run(RunConfig(n=N, model=(MODEL,), base_url=server.base_url), tmp_path / "online", spool)

    assert said_in(tmp_path / "online") == said_in(tmp_path / "offline")


@pytest.mark.parametrize("plan", ["intents", "none"])
def test_plans_without_calls_lead_to_the_same_dialogues_too(plan, spool, tmp_path):
    run(RunConfig(n=N, plan=plan, workers=1), tmp_path / "offline", spool)
    with ChatServer(spool) as server:
        run(RunConfig(n=N, plan=plan, model=(MODEL,), base_url=server.base_url), tmp_path / "online", spool)

    assert said_in(tmp_path / "online") == said_in(tmp_path / "offline")
    assert not any("steps" in json.dumps(body.get("response_format", "")) for body in server.bodies)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_gives_the_tasks_and_trajectories_of_the_offline_rules(way, spool, tmp_path):
    tasks = {name: value for name, value in TASKS.items() if name not in ("timeout", "patience")}
    run(RunConfig(n=N, workers=1, **tasks), tmp_path / "offline", spool)
    with ChatServer(spool, faults=FAULTS[way]() if way in FAULTS else ()) as server:
        run(RunConfig(n=N, model=(MODEL,), base_url=server.base_url, **tasks), tmp_path / "online", spool)

    assert said_in(tmp_path / "online") == said_in(tmp_path / "offline")
