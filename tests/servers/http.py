"""A small HTTP server on 127.0.0.1 of which a test decides every byte.

It runs in a thread of its own, so that a client under test blocks as it would against a real server. An `Answer` says
what is sent and how: whole, in halves, in drops, or not at all.
"""

import asyncio
import json
import socket
import struct
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    number: int
    """How many came before it, over the life of the server."""
    method: str
    path: str
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes = b""

    @cached_property
    def json(self) -> Any:
        """The body as a value; none where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> "Asked":
        """Return the request with another body, as a server sees it that overlooks a part."""
        return replace(self, body=json.dumps(value).encode())


Deliver = Callable[[asyncio.StreamWriter, bytes], Awaitable[bool]]
"""Writes the bytes of a response, and says whether the connection goes on."""


async def whole(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send everything."""
    writer.write(data)
    await writer.drain()
    return True


@dataclass(frozen=True)
class Answer:
    """A response, and how it is delivered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    deliver: Deliver = whole

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> "Answer":
        """Return a response of JSON; `retry_after="1"` gives the header `Retry-After: 1`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json", **named})

    @property
    def json(self) -> Any:
        """The body as a value."""
        return json.loads(self.body)

    def with_json(self, value: Any) -> "Answer":
        """Return the response with another body."""
        return replace(self, body=json.dumps(value).encode())


Handler = Callable[[Asked], Awaitable[Answer]]


class HttpServer:
    """Serves on a free port of 127.0.0.1 while its context lasts, and counts what it is asked.

    A mistake in the handler is raised when the context ends, so that no test takes it for a fault it wanted.
    """

    def __init__(self, handler: Handler, *, port: int = 0) -> None:
        self._handler, self.port = handler, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="server", daemon=True)
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._mistakes: list[str] = []
        self.requests = self.in_flight = self.most_in_flight = 0

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "HttpServer":
        self._thread.start()
        self._run(self.listen())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._run(self.hang_up())
        self._run(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._mistakes and error is None:
            raise AssertionError(f"the test's own server made a mistake:\n{self._mistakes[0]}")

    def _run(self, work: Awaitable[Any]) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(work), self._loop).result(timeout=10)

    # --- listening and not listening ------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512, limit=1 << 26)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def hang_up(self) -> None:
        """Refuse connections and break those there are, as a process does that dies."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for writer in list(self._writers):
            reset(writer)

    async def nap(self, seconds: float) -> None:
        """Die, and come back after a while."""
        await self.hang_up()
        await asyncio.sleep(seconds)
        await self.listen()

    def begin_nap(self, seconds: float) -> None:
        """Die a moment from now; for a handler, which has to be left before."""
        self._loop.call_soon(lambda: self._loop.create_task(self.nap(seconds)))

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets transports that were aborted close their sockets

    def note(self, asked: Asked, answer: Answer) -> None:
        """Hear of an answer that is about to be sent to somebody who still waits for it."""

    # --- one connection -------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._answer_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the server did
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(self.requests, method, path, headers, body)
        self.requests += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = await self._handler(asked)
            if reader.at_eof() or writer.is_closing():
                return False
            self.note(asked, answer)
            return await answer.deliver(writer, _raw(answer))
        except Exception as error:
            if isinstance(error, OSError):
                raise
            self._mistakes.append(traceback.format_exc())
            return await whole(writer, _raw(Answer(500, b"the test's own server made a mistake")))
        finally:
            self.in_flight -= 1


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection with a reset, as a process does that crashes."""
    connected: socket.socket | None = writer.get_extra_info("socket")
    if connected is not None and connected.fileno() >= 0:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def _raw(answer: Answer) -> bytes:
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
