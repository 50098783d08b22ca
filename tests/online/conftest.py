from pathlib import Path

import pytest

from tests.online.runs import write_tools
from tests.servers.chat import KEY
from tests.servers.spool import Spool


def pytest_collection_modifyitems(items):
    """Let what fails here run once more: on a machine that is busy elsewhere, real servers meet real timeouts.

    The report says which tests needed it. A mistake fails twice.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def key(monkeypatch):
    """The key the rule server wants, where a user has it; nothing else of the user's environment counts."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    return KEY


@pytest.fixture
def tools(tmp_path):
    return write_tools(tmp_path)


@pytest.fixture
def spool():
    return Spool()
