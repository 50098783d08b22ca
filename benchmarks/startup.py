"""Measure how long `toolgraph --help` takes, beside a Python that does nothing.

python benchmarks/startup.py

Each is run several times, and the shortest counts.
"""

import subprocess
import sys
import time

ROUNDS = 9
LIMIT = 0.2
"""Seconds the help may take, by the design."""


def main() -> None:
    """Measure and print both, and what is ours of it."""
    bare = seconds("-c", "pass")
    ours = seconds("-c", "from toolgraph.cli.main import main; main()", "--help")
    print(f"python                {bare:.3f} s")
    print(f"toolgraph --help      {ours:.3f} s   {ours / bare:.1f} x   at most {LIMIT} s: {ours < LIMIT}")


def seconds(*arguments: str) -> float:
    """Return the shortest of some runs of Python."""
    return min(_run(*arguments) for _ in range(ROUNDS))


def _run(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
