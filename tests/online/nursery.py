"""A process that starts runs and kills them: `python -m tests.online.nursery SPOOL`.

Everything is imported once and each run is a fork, so that twenty of them take seconds and not minutes. Each line of
standard input is a configuration, a directory, and when the run is killed; each line of standard output is its exit
code, negative for a signal.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import httpx2  # noqa: F401 -- imported here, and not again in each fork
import openai  # noqa: F401 -- as above

import toolgraph.models.online.opening  # noqa: F401 -- as above
from tests.online.runs import ROOT, environment_with, run
from tests.servers.spool import Spool
from toolgraph.run.config import RunConfig


class Nursery:
    """The other end: starts the process and talks to it."""

    def __init__(self, spool: Path, *, key: str) -> None:
        command = [sys.executable, "-m", "tests.online.nursery", str(spool)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment_with(key), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            process.stdin.close()  # type: ignore[union-attr]

    def run(self, config: RunConfig, out: Path, *, answers: int | None = None, seconds: float = 0.0) -> int:
        """Make a run, or a part of one; return its exit code, negative if it was killed.

        It is killed when so many further answers are in its books, and so many seconds have gone from then on; without
        `answers` it may end.
        """
        values = config.model_dump(mode="json")
        self._process.stdin.write(json.dumps([values, str(out), answers, seconds]) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return int(self._process.stdout.readline())  # type: ignore[union-attr]


def main() -> None:
    """Fork a run for each line that comes."""
    spool = Spool(Path(sys.argv[1]))
    for line in sys.stdin:
        config, out, answers, seconds = json.loads(line)
        booked = _answers_in(Path(out))
        child = os.fork()
        if child == 0:
            _live(config, Path(out), spool)
        status = (
            _killed(child, Path(out), booked + answers, seconds) if answers is not None else os.waitpid(child, 0)[1]
        )
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the other end reads it


def _killed(child: int, out: Path, answers: int, seconds: float) -> int:
    """Kill a run when the time has come, if it has not ended by itself; return its status."""
    while _answers_in(out) < answers:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _answers_in(out: Path) -> int:
    books = out / "usage.jsonl"
    return books.read_bytes().count(b"\n") if books.exists() else 0


def _live(config: dict[str, Any], out: Path, spool: Spool) -> None:
    try:
        run(RunConfig.model_validate(config), out, spool)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
