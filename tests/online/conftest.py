import pytest

from tests.online.runs import write_tools
from tests.servers.chat import KEY
from tests.servers.spool import Spool


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
