"""Whole runs of compositional tasks against servers that misbehave, as in `test_hostile.py`."""

import pytest

from tests.online.runs import require_survived, tasks_config_for
from tests.servers.faults import FAULTS

N = 6


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_of_tasks_survives(name, spool, tmp_path):
    require_survived(name, lambda url: tasks_config_for(url, n=N, timeout=2.0), spool, tmp_path)
