"""Whole runs against servers that misbehave: all that was wanted, or one clear sentence."""

import pytest

from tests.online.runs import config_for, everything_written, require_sound, run
from tests.servers.chat import KEY, ChatServer
from tests.servers.faults import FAULTS

N = 10
AT_LENGTH = frozenset({
    "429 storm with Retry-After", "429 storm without Retry-After", "500 now and then", "connection reset",
    "half-sent body", "stall", "invalid JSON", "wrong schema", "empty choices", "HTML with status 502", "trickle",
    "dies and comes back",
})  # fmt: skip
"""Faults under which a hundred dialogues are made, so that each strikes often and everywhere."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_survives(name, tools, spool, tmp_path):
    n = 100 if name in AT_LENGTH else N
    with ChatServer(spool, faults=FAULTS[name]()) as server:
        summary = run(config_for(server.base_url, tools, n=n, timeout=2.0), tmp_path / "run", spool)

    assert (summary.accepted, summary.stopped) == (n, "")
    require_sound(tmp_path / "run", accepted=n)
    for path, data in everything_written(tmp_path).items():
        assert KEY.encode() not in data, path
