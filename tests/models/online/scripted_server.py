"""A real HTTP server on 127.0.0.1 that does with each request what a script says, down to the last byte."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

GOOD = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}


@dataclass
class Incoming:
    """A request as it came, and the connection to answer it on."""

    path: str
    head: str
    body: Any
    connection: socket.socket
    server: "ScriptedServer"


Act = Callable[[Incoming], None]
"""What the server does with one request."""


@dataclass
class ScriptedServer:
    """Does the acts of its script one after the other, the last one over and over; keeps what it received."""

    script: list[Act]
    port: int = 0
    requests: list[Incoming] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256, reuse_port=False)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        """The address of the server's API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self) -> None:
        """Stop listening and hang up."""
        self.is_over.set()
        with self._lock:
            sockets = [self._listener, *self._connections]
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self.is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=[connection], daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        with connection, contextlib.suppress(OSError):
            while not self.is_over.is_set() and (request := self._read(connection)) is not None:
                with self._lock:
                    self.requests.append(request)
                    act = self.script[min(len(self.requests), len(self.script)) - 1]
                act(request)
        with self._lock:
            self._connections.discard(connection)

    def _read(self, connection: socket.socket) -> Incoming | None:
        received = b""
        while b"\r\n\r\n" not in received:
            if not (chunk := connection.recv(65536)):
                return None
            received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return Incoming(
            head.decode().split(" ")[1], head.decode(), json.loads(body) if body else None, connection, self
        )


@contextlib.contextmanager
def serving(*script: Act) -> Iterator[ScriptedServer]:
    """Run a server with a script."""
    server = ScriptedServer(list(script))
    try:
        yield server
    finally:
        server.close()


def sends(content: Any, *, status: int = 200, headers: str = "") -> Act:
    """Answer with this: JSON, unless it is bytes."""
    return lambda request: request.connection.sendall(_response(status, content, headers))


def sends_half(request: Incoming) -> None:
    """Answer well and break off in the middle."""
    whole = _response(200, GOOD)
    request.connection.sendall(whole[: len(whole) - 40])
    request.connection.shutdown(socket.SHUT_RDWR)


def resets(request: Incoming) -> None:
    """Reset the connection instead of answering."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def stalls(request: Incoming) -> None:
    """Say nothing until the test is over."""
    request.server.is_over.wait(30)


def trickles(request: Incoming) -> None:
    """Answer a byte at a time, the head included, for longer than anybody wants to wait."""
    for byte in _response(200, GOOD):
        request.connection.sendall(bytes([byte]))
        if request.server.is_over.wait(0.05):
            return


def by_path(acts: dict[str, Act], otherwise: Act) -> Act:
    """Do what is said for the path that was asked for."""
    return lambda request: acts.get(request.path, otherwise)(request)


def after(seconds: float, act: Act) -> Act:
    """Do it after a while."""

    def act_later(request: Incoming) -> None:
        time.sleep(seconds)
        act(request)

    return act_later


def _response(status: int, content: Any, headers: str = "") -> bytes:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return f"HTTP/1.1 {status} Said\r\nContent-Length: {len(data)}\r\n{headers}\r\n".encode() + data
