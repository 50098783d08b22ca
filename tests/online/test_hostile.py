"""Whole runs against servers that misbehave: all that was wanted, or one clear sentence."""

import pytest

from tests.online.runs import MODES, config_in, everything_written, require_sound, run
from tests.servers.chat import KEY, ChatServer
from tests.servers.faults import FAULTS

N = {"toolflow": 10, "button": 6}
AT_LENGTH = frozenset({
    "429 storm with Retry-After", "429 storm without Retry-After", "500 now and then", "connection reset",
    "half-sent body", "stall", "invalid JSON", "wrong schema", "empty choices", "HTML with status 502", "trickle",
    "dies and comes back",
})  # fmt: skip
"""Faults under which a hundred dialogues are made in one of the modes, so that each strikes often and everywhere."""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FAULTS)
def test_a_run_survives(name, mode, tools, spool, tmp_path):
    n = 100 if name in AT_LENGTH and mode == "toolflow" else N[mode]
    with ChatServer(spool, faults=FAULTS[name]()) as server:
        summary = run(config_in(mode, server.base_url, tools, n=n, timeout=2.0), tmp_path / "run", spool)

    assert (summary.accepted, summary.stopped) == (n, "")
    require_sound(tmp_path / "run", accepted=n)
    for path, data in everything_written(tmp_path).items():
        assert KEY.encode() not in data, path
