"""Connections to MCP servers, asynchronous: how messages get there and back, and what a server may cost its client.

The SDK's own stdio transport reads lines of any length and waits long for a server to end; ours bounds both.
"""

import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

import anyio
import httpx2
import mcp_types
from anyio.abc import ByteReceiveStream, Process
from mcp import ClientSession, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import CallToolResult, ListToolsResult, Tool
from pydantic import ValidationError

from toolgraph.phrases import shortened

GRACE = 1.0
"""Seconds that a server has to end by itself once its input is closed."""
MOST_JUNK = 1_000_000
"""Bytes on standard output that are no messages, after which a server is given up."""
MOST_SAID = 2000
"""Bytes of standard error that are kept, from its end."""
LONGEST_QUOTE = 160


class TooLarge(Exception):
    """A message is larger than is taken."""


class ServerGone(Exception):
    """A server has closed its output: no answer will come."""


class Trouble:
    """What was noticed of a server beside its answers: it explains why one does not come."""

    def __init__(self) -> None:
        self.junk, self.junk_bytes = "", 0
        self.stderr = b""
        self.exit_code: int | None = None
        self.is_over = False
        """Whether it is we who end it now."""
        self.largest = 0
        self.too_large = False
        """Whether a message was too large and was thrown away, as the answer that is waited for."""
        self.http_status = 0
        """What the last message was refused with by a server behind a URL; 0 if it was not."""
        self.is_gone = False
        """Whether the server has closed its output."""
        self._waiting: anyio.CancelScope | None = None

    def note_junk(self, line: bytes) -> bool:
        """Take note of a line that is no message; say whether that was one too many."""
        text = line.decode("utf-8", "replace").strip()
        self.junk = self.junk or text
        self.junk_bytes += len(line)
        return self.junk_bytes > MOST_JUNK

    def note_too_large(self) -> None:
        """Take note of a message that was thrown away, and let nobody wait for it."""
        self.too_large = True
        if self._waiting is not None:
            self._waiting.cancel()

    def note_gone(self) -> None:
        """Take note that a server has closed its output, and let nobody wait for it."""
        self.is_gone = True
        if self._waiting is not None:
            self._waiting.cancel()

    @contextlib.contextmanager
    def waiting(self) -> Any:
        """Wait for an answer inside; it ends early with what makes the answer impossible.

        Raises:
            TooLarge: the answer was thrown away.
            ServerGone: the server ended before it answered.
        """
        if self.is_gone:
            raise ServerGone("it has closed its output")
        self.too_large = False
        with anyio.CancelScope() as scope:
            self._waiting = scope
            try:
                yield
            finally:
                self._waiting = None
        if self.too_large:
            raise TooLarge
        if scope.cancelled_caught:
            raise ServerGone("it has closed its output")


# --- asking ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def connected(
    transport: AbstractAsyncContextManager[Any], timeout: float, trouble: Trouble
) -> AsyncIterator[ClientSession]:
    """Connect a session over a transport, with whichever of the protocol's two greetings the server knows."""
    async with transport as (received, to_send), ClientSession(received, to_send) as session:
        with anyio.fail_after(timeout), trouble.waiting():
            await _greet(session, timeout / 2)
        yield session


async def _greet(session: ClientSession, patience: float) -> None:
    """Ask a server what it is; one that does not know the question, or keeps silent, is asked in the older way."""
    with contextlib.suppress(MCPError, ValidationError, RuntimeError, TimeoutError), anyio.fail_after(patience):
        await session.discover()
        return
    await session.initialize()


async def request_call(
    session: ClientSession, name: str, arguments: dict[str, Any], timeout: float, trouble: Trouble
) -> CallToolResult:
    """Return the answer to a call. It is not validated: that it is not as promised does not make it less real."""
    request = mcp_types.CallToolRequest(params=mcp_types.CallToolRequestParams(name=name, arguments=arguments))
    with anyio.fail_after(timeout), trouble.waiting():
        return await session.send_request(request, CallToolResult, request_read_timeout_seconds=2 * timeout)
    raise TooLarge  # not reached: who leaves `waiting` without an answer has raised


async def request_listing(
    session: ClientSession, timeout: float, most_pages: int, most_tools: int, trouble: Trouble
) -> list[Tool]:
    """Return the tools of all pages."""
    found: list[Tool] = []
    cursors: set[str] = set()
    cursor: str | None = None
    with anyio.fail_after(timeout), trouble.waiting():
        for _ in range(most_pages):
            params = mcp_types.PaginatedRequestParams(cursor=cursor)
            request = mcp_types.ListToolsRequest(params=params)
            page = await session.send_request(request, ListToolsResult, request_read_timeout_seconds=2 * timeout)
            found += page.tools
            cursor = page.next_cursor
            if not cursor:
                return found
            if cursor in cursors or len(found) > most_tools:
                raise ValueError("its list of tools does not come to an end")
            cursors.add(cursor)
    raise ValueError("its list of tools does not come to an end")


def cause_of(error: BaseException, trouble: Trouble, timeout: float, *, server: str = "it") -> str:
    """Return why a server could not be used, in one line: what was noticed of it tells more than the exception."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) > 0:
        error = error.exceptions[0]
    if isinstance(error, TooLarge) or trouble.too_large:
        return f"{server} sent more than {trouble.largest:,} bytes at once"
    if trouble.exit_code is not None:
        return f"{server} ended with exit code {trouble.exit_code}{_quoted('; it said', _last_line(trouble.stderr))}"
    if trouble.junk_bytes > MOST_JUNK:
        return f"{server} prints what is no MCP message{_quoted(':', trouble.junk)}"
    said = _quoted("; on its standard output stood", trouble.junk) or _quoted("; it said", _last_line(trouble.stderr))
    if _is_timeout(error):
        return f"{server} did not answer within {timeout:g} seconds{said}"
    if trouble.http_status:
        return f"{server} answered with HTTP status {trouble.http_status}{_phrase(trouble.http_status)}"
    text = re.sub(r"\s+", " ", str(error)).strip()[:LONGEST_QUOTE] or type(error).__name__
    if text == "Connection closed":
        return f"{server} closed the connection"
    if isinstance(error, ValidationError) or "validation error" in text:  # the SDK's own, or told by it
        return f"{server} gave an answer that the protocol does not know{_first_of(error)}"
    return f"{text}{said}"


def is_final(error: BaseException, trouble: Trouble) -> bool:
    """Say whether nothing more can be expected of a server after an error."""
    if isinstance(error, TooLarge):
        return False
    return (
        isinstance(error, ServerGone)
        or _is_timeout(error)
        or trouble.exit_code is not None
        or _code(error) == mcp_types.CONNECTION_CLOSED
    )


def _first_of(error: BaseException) -> str:
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors(include_url=False, include_context=False)[0]
    return f" ({'.'.join(map(str, first['loc']))}: {first['msg']})"[:LONGEST_QUOTE]


def _phrase(status: int) -> str:
    return f" ({HTTPStatus(status).phrase})" if status in set(HTTPStatus) else ""


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError | httpx2.TimeoutException) or _code(error) == mcp_types.REQUEST_TIMEOUT


def _code(error: BaseException) -> int | None:
    return getattr(getattr(error, "error", None), "code", None)


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _quoted(lead: str, text: str) -> str:
    text = re.sub(r"[^\x20-\x7e\u00a0-\uffff]+", " ", text).strip()
    return f"{lead} '{shortened(text, LONGEST_QUOTE)}'" if text else ""


# --- streamable HTTP ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def over_http(url: str, *, token: str, timeout: float, largest: int, trouble: Trouble) -> AsyncIterator[Any]:
    """Connect to a server behind a URL; no response of it is read further than `largest` bytes."""
    trouble.largest = largest
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    bounded = _Bounded(httpx2.AsyncHTTPTransport(), largest, trouble)
    limits = httpx2.Timeout(timeout, read=2 * timeout)
    async with (
        httpx2.AsyncClient(transport=bounded, headers=headers, timeout=limits, trust_env=False) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=largest) as streams,
    ):
        yield streams


class _Bounded(httpx2.AsyncBaseTransport):
    """A transport whose responses end in an error where they grow too large."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, largest: int, trouble: Trouble) -> None:
        self._inner, self._largest, self._trouble = inner, largest, trouble

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the response's body is counted as it is read."""
        response = await self._inner.handle_async_request(request)
        if request.method == "POST":  # the others are attempts that a server need not know
            self._trouble.http_status = response.status_code if response.status_code >= 400 else 0
        is_stream = "text/event-stream" in response.headers.get("content-type", "")
        if not is_stream:  # a stream may go on for long, and the SDK bounds each of its events
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Counted(response.stream, self._largest, self._trouble)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, largest: int, trouble: Trouble) -> None:
        self._inner, self._largest, self._trouble = inner, largest, trouble

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self._inner:
            taken += len(chunk)
            if taken > self._largest:
                self._trouble.note_too_large()
                raise httpx2.ReadError(f"the response has more than {self._largest:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


# --- stdio ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def over_stdio(
    command: list[str], environment: dict[str, str], *, largest: int, trouble: Trouble, running: set[int]
) -> AsyncIterator[Any]:
    """Start a server and talk with it line by line; it and all it started is gone when the context is left.

    What stands on its standard output and is no message is passed over, as long as it is not much.
    """
    trouble.largest = largest
    process = await anyio.open_process(command, env=environment, start_new_session=True)
    running.add(process.pid)
    pipes = _Pipes(process, trouble, largest)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pipes.read)
            tasks.start_soon(pipes.write)
            tasks.start_soon(pipes.listen)
            try:
                yield pipes.received, pipes.to_send
            finally:
                trouble.is_over = True
                with anyio.CancelScope(shield=True):
                    await _end(process)
                tasks.cancel_scope.cancel()
    finally:
        running.discard(process.pid)
        with anyio.CancelScope(shield=True):
            await process.aclose()
        pipes.close()


async def _end(process: Process) -> None:
    """Let a server end by itself, for a moment, and then by force, with everything it started."""
    assert process.stdin is not None
    with contextlib.suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.stdin.aclose()
    with anyio.move_on_after(GRACE):
        await _exit_of(process)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # the group may outlive the server
        else:
            process.kill()
    with anyio.move_on_after(GRACE):
        await _exit_of(process)


async def _exit_of(process: Process) -> None:
    while process.returncode is None:  # `wait` would also wait for pipes that a grandchild has inherited
        await anyio.sleep(0.005)


class _Pipes:
    """The three pipes of a server, each with a task."""

    def __init__(self, process: Process, trouble: Trouble, largest: int) -> None:
        self._process, self._trouble, self._largest = process, trouble, largest
        self._deliver, self.received = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        self.to_send, self._sent = anyio.create_memory_object_stream[SessionMessage](0)

    def close(self) -> None:
        """Close every stream."""
        for stream in (self._deliver, self.received, self.to_send, self._sent):
            stream.close()

    async def read(self) -> None:
        """Deliver what is a message; leave out what is none, and what is too large."""
        assert self._process.stdout is not None
        with contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, ConnectionError):
            async for line in self._lines(self._process.stdout):
                if not line.strip():
                    continue
                text = line.decode("utf-8", "replace")  # some servers write in the code page of their system
                try:
                    message = mcp_types.jsonrpc_message_adapter.validate_json(text, by_name=False)
                except ValueError:
                    if self._trouble.note_junk(line):
                        break
                    continue
                await self._deliver.send(SessionMessage(message))
        with anyio.move_on_after(0.2):  # a server that ended says so a little after its output did
            await _exit_of(self._process)
        if not self._trouble.is_over:
            self._trouble.exit_code = self._process.returncode
            self._trouble.note_gone()
        self._deliver.close()

    async def _lines(self, stream: ByteReceiveStream) -> AsyncIterator[bytes]:
        """The lines of a pipe; of one that is too long nothing is kept."""
        parts: list[bytes] = []
        size, is_passed_over = 0, False
        async for chunk in stream:
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                if not is_passed_over and size + len(part) <= self._largest:
                    yield b"".join((*parts, part))
                elif not is_passed_over:
                    self._trouble.note_too_large()
                parts, size, is_passed_over = [], 0, False
            size += len(rest)
            if size > self._largest and not is_passed_over:
                parts, is_passed_over = [], True
                self._trouble.note_too_large()
            elif not is_passed_over:
                parts.append(rest)

    async def write(self) -> None:
        """Send messages until there are no more, or nobody takes them."""
        assert self._process.stdin is not None
        gone = (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError)
        with contextlib.suppress(*gone):
            async for message in self._sent:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                await self._process.stdin.send(text.encode() + b"\n")

    async def listen(self) -> None:
        """Keep the end of what the server says on standard error."""
        assert self._process.stderr is not None
        with contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, ConnectionError):
            async for chunk in self._process.stderr:
                self._trouble.stderr = (self._trouble.stderr + chunk)[-MOST_SAID:]
