"""Make dialogues with the library server, every call executed, and print what came of it; then spoil the server.

    python benchmarks/live_tools.py -n 100
    python benchmarks/live_tools.py -n 100 --spoilt 5 --strict

Checks are run again on the files that were written. Memory is the most that any process of ours has used.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from toolgraph.errors import ToolgraphError
from toolgraph.formats import read_dialogues
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import generate

HOSTILE = Path(__file__).parents[1] / "tests" / "mcp_servers" / "hostile.py"
FAULTS = (
    "silent", "hangs_at_list", "lists_much", "hangs 3", "dies_at_call 3", "no_json 3", "returns_much 3", "deep 3",
    "breaks_promise 3", "forgets 3", "latin 3", "prints", "says_little", "hangs 1",
)  # fmt: skip
"""What a server does wrong, and from which call on."""


class Row(NamedTuple):
    """What came of one server."""

    server: str
    dialogues: int
    calls: int
    errors: int
    findings: int
    seconds: float
    told: str


def main() -> int:
    """Generate, check, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=100, help="accepted dialogues with the library server")
    parser.add_argument("--spoilt", type=int, default=5, help="accepted dialogues with each spoilt server; 0: none")
    parser.add_argument("--call-timeout", type=float, default=2.0)
    parser.add_argument("--strict", action="store_true", help="end with 1 if a dialogue of the library is missing")
    options = parser.parse_args()
    print(f"{'server':<18}{'dialogues':>10}{'calls':>8}{'errors':>8}{'findings':>10}{'seconds':>9}   told")
    is_met = True
    for row in measured(options.n, options.spoilt, options.call_timeout):
        print(
            f"{row.server:<18}{row.dialogues:>10}{row.calls:>8}{row.errors:>8}{row.findings:>10}{row.seconds:>9.1f}   "
            f"{row.told}"
        )
        is_met &= not row.findings and (row.server != "library" or row.dialogues >= options.n)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"most memory: {most / 1024:.0f} MB")
    return int(options.strict and not is_met)


def measured(n: int, spoilt: int, timeout: float) -> Iterator[Row]:
    """Yield what comes of the library server, and of each spoilt one."""
    library = f"{sys.executable} {data_dir() / 'servers' / 'library.py'}"
    yield _made("library", RunConfig(mcp=library, execute=True, allow_writes=True, n=n))
    for fault in FAULTS if spoilt else ():
        target = f"{sys.executable} {HOSTILE} {fault}"
        yield _made(fault, RunConfig(mcp=target, execute=True, n=spoilt, call_timeout=timeout))


def _made(server: str, config: RunConfig) -> Row:
    told, began = "", time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        run = Path(directory) / "run"
        try:
            generate(config, run)
        except ToolgraphError as error:
            told = str(error).replace(str(run), "run").replace(f"{sys.executable} {HOSTILE}", "hostile.py")
        seconds = time.perf_counter() - began
        path = run / "dialogues.jsonl"
        dialogues = list(read_dialogues(path)) if path.exists() and path.stat().st_size else []
    executed = [dialogue.meta["executed"] for dialogue in dialogues]
    return Row(
        server, len(dialogues), sum(one["calls"] for one in executed), sum(one["errors"] for one in executed),
        sum(len(findings_in(dialogue)) for dialogue in dialogues), seconds, told,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
