"""The rule server as a process of its own: `python -m tests.servers.serve SPOOL [--seconds S] [--fault NAME ...]`.

It prints its base URL, serves until its standard input is closed, and tells its books at `/counts`.
"""

import argparse
import gc
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.chat import ChatServer
from tests.servers.faults import FAULTS
from tests.servers.spool import Spool

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(spool: Path, *arguments: str) -> Iterator[str]:
    """Start the server in another process and give its base URL."""
    command = [sys.executable, "-m", "tests.servers.serve", str(spool), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()  # type: ignore[union-attr]
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait(timeout=10)


def books_of(base_url: str) -> dict[str, Any]:
    """Return what a server counted."""
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/counts", timeout=10) as response:
        counts: dict[str, Any] = json.load(response)
    return counts


def main() -> None:
    """Serve until nobody holds our standard input any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("spool", type=Path)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS)
    parser.add_argument("--forgets", action="store_true")
    given = parser.parse_args()
    faults = [fault for name in given.fault for fault in FAULTS[name]()]
    gc.freeze()
    with ChatServer(Spool(given.spool, forgets=given.forgets), seconds=given.seconds, faults=faults) as server:
        print(server.base_url, flush=True)  # noqa: T201 - the parent reads it
        sys.stdin.read()


if __name__ == "__main__":
    main()
