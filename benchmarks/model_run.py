"""A long run with a model: memory over time, the rate, and the CPU that a request takes of this process.

    python benchmarks/model_run.py -n 10000

The model is the rule server of the tests in a process of its own, so that every part of a run works as it does with a
real model: the wire, retries, the limit, the cache, the books, the checks. It shares the machine's cores, so the rate
is a lower bound.
"""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.servers.chat import KEY, MODEL
from tests.servers.hashed import link
from tests.servers.serve import books_of, serving
from tests.servers.spool import Spool, telling
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import Pipeline, generate

MEBIBYTE = 2**20
MOST_MEMORY = 1024
"""What a run of any length may take at most, in MiB."""


def main() -> None:
    """Make the run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=10_000, help="dialogues (10000)")
    parser.add_argument("--turns", default="3-6", help="messages of the user (3-6)")
    parser.add_argument("--seconds", type=float, default=0.1, help="what the server takes for an answer (0.1)")
    parser.add_argument("--concurrency", type=int, default=64, help="requests in flight (64)")
    parser.add_argument("--tools", default="", help="a catalogue; the shipped one by default")
    given = parser.parse_args()
    os.environ["OPENAI_API_KEY"] = KEY
    with tempfile.TemporaryDirectory(
        prefix="model-run-", dir="/dev/shm" if Path("/dev/shm").exists() else None
    ) as name:
        folder = Path(name)
        with serving(folder / "spool", "--forgets", "--seconds", str(given.seconds)) as base_url:
            _run(given, folder, base_url)


def _run(given: argparse.Namespace, folder: Path, base_url: str) -> None:
    tools = (given.tools,) if given.tools else ()
    config = RunConfig(
        n=given.n, tools=tools, turns=given.turns, model=(MODEL,), base_url=base_url, concurrency=given.concurrency
    )  # fmt: skip
    spool = Spool(folder / "spool")
    watch = Watch()
    began, worked = time.perf_counter(), time.process_time()
    with telling(spool), watch:
        summary = generate(config, folder / "run", pipeline=Pipeline(link=link))
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked - spool.seconds
    books = books_of(base_url)
    requests = books["answered"]
    rate = summary.accepted / seconds
    print(f"dialogues    {summary.accepted} of {summary.tried} tried in {seconds:.0f} s, {rate:.1f}/s")
    print(f"requests     {requests}, {requests / seconds:.0f}/s, {books['most_in_flight']} in flight at most")
    print(f"CPU          {1000 * cpu / requests:.2f} ms per request, all of a run included (telling the server is not)")
    print(f"memory       {watch.most / MEBIBYTE:.0f} MiB at most (to stay under {MOST_MEMORY})")
    for share, used in watch.samples(10):
        print(f"             {used / MEBIBYTE:5.0f} MiB after {100 * share:3.0f} % of the time")
    written = sum(path.stat().st_size for path in (folder / "run").rglob("*") if path.is_file())
    print(f"files        {written / MEBIBYTE:.0f} MiB in the run's directory")


class Watch:
    """Notes what this process holds in memory, once in a while, as long as its context lasts."""

    def __init__(self) -> None:
        self._used: list[int] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._ends.set()
        self._thread.join()

    @property
    def most(self) -> int:
        """The most bytes seen."""
        return max(self._used)

    def samples(self, count: int) -> list[tuple[float, int]]:
        """Return the bytes held at so many moments, each with the share of the time that had gone."""
        places = [(number + 1) / count for number in range(count)]
        return [(place, self._used[int(place * (len(self._used) - 1))]) for place in places]

    def _look(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._ends.wait(0.25):
            self._used.append(int(Path("/proc/self/statm").read_text().split()[1]) * page)


if __name__ == "__main__":
    main()
