"""The command line, run in the process of the tests."""

import sys
from collections.abc import Callable

import pytest

from toolgraph.cli.main import main

Run = Callable[..., tuple[int, str, str]]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a line, and arguments that may hold blanks, and gives exit code, stdout and stderr."""

    def run(line: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["toolgraph", *line.split(), *arguments])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run
