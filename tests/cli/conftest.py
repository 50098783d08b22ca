import pytest

from tests.command_line import runner


@pytest.fixture
def run(monkeypatch, capsys):
    return runner(monkeypatch, capsys)
