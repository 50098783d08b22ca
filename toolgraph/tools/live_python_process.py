"""The process of a worker, seen from outside: asked one thing at a time, within bounds of time and size, and ended."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolgraph.tools.live import LiveResult, failed

_CHUNK = 65_536
_ENVELOPE = 4_096
"""Bytes of an answer beside its result."""


class Process:
    """A worker, asked one thing at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # Ours must be found there however it was found here; the callables see nothing of it in their environment.
        root = str(Path(__file__).resolve().parents[2])
        program = (
            f"import sys; sys.path.append({root!r}); from toolgraph.tools import live_python_worker as it; it.main()"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=dict(environment), start_new_session=True, bufsize=0,
        )  # fmt: skip
        self.is_running = True
        self._asked = 0

    def ask(self, request: Mapping[str, Any], timeout: float, max_bytes: int) -> LiveResult:
        """Send a request and wait for its answer; without one the process is ended."""
        self._asked += 1
        try:
            line = json.dumps({**request, "id": self._asked, "max_bytes": max_bytes + _ENVELOPE}).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as error:
            return failed(f"the arguments are not JSON ({error})")
        try:
            return _read(self._exchange(line, time.monotonic() + timeout, max_bytes + _ENVELOPE), self._asked)
        except TimeoutError:
            reason = f"no answer within {timeout:g} seconds"
        except EOFError:
            self.end()
            reason = f"the process ended ({_ending(self._process.returncode)})"
        except ValueError:
            reason = "the process answered what is no answer"
        self.end()
        return failed(reason)

    def end(self) -> None:
        """End the process, and whatever it has started in its group."""
        if not self.is_running:
            return
        self.is_running = False
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _exchange(self, line: bytes, deadline: float, largest: int) -> bytes:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None and answers is not None  # noqa: PT018 - both are pipes, as asked for above
        received = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(answers, selectors.EVENT_READ)
            ready.register(requests, selectors.EVENT_WRITE)
            os.set_blocking(requests.fileno(), False)
            while b"\n" not in received:
                events = ready.select(deadline - time.monotonic())
                if not events or time.monotonic() > deadline:
                    raise TimeoutError
                for key, _ in events:
                    if key.fileobj is requests:
                        line = line[_written(requests.fileno(), line) :]
                        if not line:
                            ready.unregister(requests)
                        continue
                    chunk = os.read(answers.fileno(), _CHUNK)
                    if not chunk:
                        raise EOFError
                    received += chunk
                    if len(received) > largest + _CHUNK:
                        raise ValueError("endless answer")
        return bytes(received)


def _written(number: int, line: bytes) -> int:
    try:
        return os.write(number, line[:_CHUNK])
    except BlockingIOError:
        return 0
    except BrokenPipeError as error:
        raise EOFError from error


def _read(line: bytes, number: int) -> LiveResult:
    """The answer in a line, to the question of that number; a callable may have written into the pipe as well.

    Raises:
        ValueError: it is none.
    """
    try:
        answer = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(answer, dict) or answer.pop("id", None) != number or answer.keys() not in ({"value"}, {"error"}):
        raise ValueError("no answer")
    return failed(answer["error"]) if "error" in answer else LiveResult(answer["value"])


def _ending(status: int | None) -> str:
    if status is None or status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
