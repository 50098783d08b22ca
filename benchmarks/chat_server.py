"""A chat-completions server that costs next to nothing, with the manners of four kinds of real ones.

    python benchmarks/chat_server.py --mode plain --seconds 0.2

prints its port and serves until its standard input closes. `plain` answers each request after `--seconds`; `window` and
`bucket` do the same but admit only `--rate` requests per second (in fixed seconds, or by a token bucket that holds one
second's worth) and refuse the others at once with 429; `serial` answers one request at a time, each taking `--seconds`;
`batch` takes `seconds * (1 + n / 64)` with n requests in flight. `GET /counts` tells what was answered and refused.
"""

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

ANSWER = json.dumps({"text": "The ferry to Naxos leaves at seven, and two places are still free. " * 10})
"""What every request is answered with: about 170 tokens, as text or as the answer of a user."""


class Manners:
    """Decides when a request is answered, or that it is refused, and counts both."""

    def __init__(self, mode: str, seconds: float, rate: float, retry_after: bool) -> None:
        self.mode, self.seconds, self.rate, self.retry_after = mode, seconds, rate, retry_after
        self.answered = self.refused = self.in_flight = self.most = 0
        self.refused_at: list[float] = []
        self.answered_at: list[float] = []
        self.window, self.admitted = 0, 0
        self.tokens, self.filled_at = rate, time.monotonic()
        self.free_at = 0.0
        self.came_at: float | None = None

    def delay(self) -> float | None:
        """Return the seconds until the request is answered, or none if it is refused."""
        now = time.monotonic()
        self.came_at = self.came_at or time.time()
        if self.mode == "serial":
            self.free_at = max(now, self.free_at) + self.seconds
            return self.free_at - now
        if self.mode == "batch":
            return self.seconds * (1 + self.in_flight / 64)
        if self.mode != "plain" and not self._is_admitted(now):
            return None
        return self.seconds

    def wait(self) -> float:
        """Return the seconds after which a refused request may come again."""
        if self.mode == "window":
            return 1 - time.monotonic() % 1
        return max(0.0, (1 - self.tokens) / self.rate)

    def _is_admitted(self, now: float) -> bool:
        if self.mode == "window":
            if int(now) != self.window:
                self.window, self.admitted = int(now), 0
            self.admitted += 1
            return self.admitted <= self.rate
        self.tokens = min(self.rate, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Connection(asyncio.Protocol):
    """One connection: requests one after the other, answered as the manners say."""

    def __init__(self, manners: Manners) -> None:
        self.manners, self.received = manners, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Collect bytes until a request is whole, then answer it."""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) >= int(length or 0):
            self.received = b""
            self.handle(head.partition(b"\r\n")[0])

    def handle(self, line: bytes) -> None:
        """Answer the request of which this is the first line."""
        manners = self.manners
        if line.startswith(b"GET"):
            names = ("came_at", "answered", "refused", "most", "answered_at", "refused_at")
            return self.write(200, {name: getattr(manners, name) for name in names})
        delay = manners.delay()
        if delay is None:
            manners.refused += 1
            manners.refused_at.append(time.time())
            seconds = f"Retry-After: {manners.wait():.3f}\r\n" if manners.retry_after else ""
            return self.write(429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}, seconds)
        manners.in_flight += 1
        manners.most = max(manners.most, manners.in_flight)
        asyncio.get_running_loop().call_later(delay, self.finish)

    def finish(self) -> None:
        """Send the answer that was due now."""
        self.manners.in_flight -= 1
        self.manners.answered += 1
        self.manners.answered_at.append(time.time())
        self.transport.write(COMPLETION)

    def write(self, status: int, value: Any, headers: str = "") -> None:
        """Send a JSON value."""
        self.transport.write(response(status, value, headers))


def response(status: int, value: Any, headers: str = "") -> bytes:
    """Return the bytes of a response that carries a JSON value."""
    content = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


COMPLETION = response(
    200,
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1250, "completion_tokens": 170, "total_tokens": 1420},
    },
)


@contextlib.contextmanager
def running(mode: str, *, seconds: float, rate: float = 0, retry_after: bool = True) -> Iterator[str]:
    """Run a server in a process of its own and give its base URL."""
    command = [sys.executable, __file__, "--mode", mode, "--seconds", str(seconds), "--rate", str(rate)]
    command += [] if retry_after else ["--silent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


def counts(base_url: str) -> dict[str, Any]:
    """Return what the server counted."""
    with urllib.request.urlopen(base_url + "/counts") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


async def serve(manners: Manners) -> None:
    """Serve on a free port of 127.0.0.1 until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(manners), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("plain", "window", "bucket", "serial", "batch"), default="plain")
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--silent", action="store_true", help="refuse without Retry-After")
    options = parser.parse_args()
    asyncio.run(serve(Manners(options.mode, options.seconds, options.rate, not options.silent)))


if __name__ == "__main__":
    main()
