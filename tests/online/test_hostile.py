"""Whole runs against servers that misbehave: all that was wanted, or one clear sentence."""

import pytest

from tests.online.runs import config_for, require_survived
from tests.servers.faults import FAULTS

N = 10
AT_LENGTH = frozenset({
    "429 storm with Retry-After", "429 storm without Retry-After", "500 now and then", "connection reset",
    "half-sent body", "stall", "invalid JSON", "wrong schema", "empty choices", "HTML with status 502", "trickle",
    "dies and comes back",
})  # fmt: skip
"""Faults under which four times as many dialogues are made, so that each strikes often and everywhere."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_survives(name, tools, spool, tmp_path):
    n = 4 * N if name in AT_LENGTH else N

    require_survived(name, lambda url: config_for(url, tools, n=n, timeout=2.0), spool, tmp_path)
