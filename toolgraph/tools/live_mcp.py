"""MCP servers as live tools: over stdio or streamable HTTP, with the official SDK behind a synchronous face.

Each session has a thread with an event loop of its own, which lives as long as the session; nothing is shared between
sessions, so that they may be opened by threads and by forked processes alike. What a server can do to its client is
bounded here: how long it may take, how much it may send, and what becomes of it in the end.
"""

import contextlib
import json
import logging
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from toolgraph.errors import LiveError
from toolgraph.tools.importers import mcp
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.live import LiveOptions, LiveResult, failed, granted_environment
from toolgraph.tools.spec import ToolSpec

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from mcp import ClientSession
    from mcp_types import CallToolResult, ContentBlock, Tool

    from toolgraph.tools.mcp_transports import Trouble

LARGEST = 16_000_000
"""The most bytes of one message, whatever is allowed: some servers describe hundreds of tools at length."""
MOST_PAGES, MOST_TOOLS = 500, 20_000
"""How long a listing may be; a server that always has one more page is not followed for ever."""
TOKEN = "TOOLGRAPH_MCP_TOKEN"
"""Environment variable of a token that servers behind a URL are sent as `Authorization: Bearer`."""
PULSE = 0.5
"""Seconds between two looks at whether the parent of a worker is still there."""
_INHERITED = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "SYSTEMROOT", "TEMP", "TERM", "TMPDIR", "USER")
_running: set[int] = set()
"""Process groups of the servers that this process has started and not ended."""


def list_tools(target: str, *, timeout: float = 30.0, environment: Sequence[str] = ()) -> Iterator[Found | Skipped]:
    """Yield the tools of a server: those behind a URL, or of a command such as `python server.py`.

    `environment` names variables that the command gets beside the few that every program needs.

    Raises:
        LiveError: the server cannot be started or reached, is no MCP server, or does not answer within `timeout`.
    """
    server = McpTools(target, LiveOptions(timeout=timeout, max_bytes=LARGEST), environment=environment)
    with server.session() as session:
        described = session.tools()
    seen: set[str] = set()
    listing = {"tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in described]}
    for item in mcp.read(listing, Context()):
        name = "" if isinstance(item, Skipped) else str(item.fields.get("name"))
        if name in seen:
            yield Skipped(item.where, f"the server lists '{name}' twice; the first is kept")
        elif isinstance(item, Skipped):
            yield item
        else:
            seen.add(name)
            origin = {**item.fields.get("origin", {}), "api": session.server_name}
            yield item._replace(fields={**item.fields, "origin": origin})


class McpTools:
    """A server whose tools are called; a server behind a command is started anew for every session."""

    def __init__(
        self, target: str, options: LiveOptions | None = None, *, environment: Sequence[str] = (),
        catalogue: Iterable[ToolSpec] = (),
    ) -> None:  # fmt: skip
        self.target, self.options = target.strip(), options or LiveOptions()
        self._environment = tuple(environment)
        self._called = {tool.name: tool.origin.name for tool in catalogue if tool.origin.name}
        require_sdk()
        if not is_address(self.target):
            self._command()

    @contextmanager
    def session(self) -> Iterator["McpSession"]:
        """Connect, and take the connection down in the end, with the server if it was started for it.

        Raises:
            LiveError: the server cannot be started or reached, or it does not answer as an MCP server does.
        """
        from anyio.from_thread import start_blocking_portal

        from toolgraph.tools.mcp_transports import Trouble, cause_of

        trouble = Trouble()
        with start_blocking_portal() as portal:
            connection = portal.wrap_async_context_manager(self._connected(trouble))
            try:
                opened = connection.__enter__()
            except Exception as error:  # whatever a foreign program makes the SDK raise, it is one sentence
                raise LiveError(f"{self._shown}: {cause_of(error, trouble, self.options.timeout)}") from error
            try:
                yield McpSession(opened, portal, trouble, self.options, self._shown, self._called)
            finally:
                with contextlib.suppress(Exception):  # what was called has its result; how a server ends is its affair
                    connection.__exit__(None, None, None)

    @property
    def _shown(self) -> str:
        """The server as errors name it."""
        return f"MCP server '{self.target}'"

    def _connected(self, trouble: "Trouble") -> AbstractAsyncContextManager["ClientSession"]:
        from toolgraph.tools.mcp_transports import connected, over_http, over_stdio

        largest = min(
            max(1_000_000, 4 * self.options.max_bytes), LARGEST
        )  # a result comes twice: as text, as structure
        if is_address(self.target):
            token = os.environ.get(TOKEN, "")
            transport = over_http(
                self.target, token=token, timeout=self.options.timeout, largest=largest, trouble=trouble
            )
        else:
            transport = over_stdio(
                self._command(), self._variables(), largest=largest, trouble=trouble, running=_running
            )
        return connected(transport, self.options.timeout, trouble)

    def _command(self) -> list[str]:
        """The words of the command, its program found.

        Raises:
            LiveError: there is no such program.
        """
        try:
            words = shlex.split(self.target)
        except ValueError as error:
            raise LiveError(f"{self._shown}: is not a command ({error}); quote it as in a shell") from error
        if not words:
            raise LiveError("MCP server: the command is empty; expected one such as 'python server.py', or a URL")
        program = shutil.which(words[0])
        if program is None and words[0] in ("python", "python3"):
            program = sys.executable
        if program is None:
            raise LiveError(f"{self._shown}: there is no program '{words[0]}'; give its path, or install it")
        return [program, *words[1:]]

    def _variables(self) -> dict[str, str]:
        return granted_environment(self._environment, inherited=_INHERITED)


class McpSession:
    """One connection to a server."""

    def __init__(
        self, opened: "ClientSession", portal: "BlockingPortal", trouble: "Trouble", options: LiveOptions, shown: str,
        called: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._opened, self._portal, self._trouble, self._options = opened, portal, trouble, options
        self._shown, self._called = shown, called
        self._is_lost = ""
        """Why nothing more is asked of the server, if so."""

    @property
    def server_name(self) -> str:
        """What the server calls itself."""
        info = self._opened.server_info
        return info.name if info is not None else ""

    @property
    def instructions(self) -> str:
        """What the server says to those who use it."""
        return self._opened.instructions or ""

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Run one tool. A server that did not answer in time is not asked again: it may be at it still."""
        from toolgraph.tools.mcp_transports import cause_of, is_final, request_call

        if self._is_lost:
            return failed(self._is_lost, is_last=True)
        timeout = self._options.timeout
        try:
            called = self._called.get(name, name)
            answer = self._portal.call(request_call, self._opened, called, dict(arguments), timeout, self._trouble)
        except Exception as error:
            reason = cause_of(error, self._trouble, timeout, server="the server")
            if is_final(error, self._trouble):
                self._is_lost = f"the server is not available any more; before, {reason}"
            return failed(reason, is_last=bool(self._is_lost))
        return _result(answer)

    def tools(self) -> list["Tool"]:
        """Return every tool that the server lists, page after page.

        Raises:
            LiveError: it does not list them, or does not come to an end.
        """
        from toolgraph.tools.mcp_transports import cause_of, request_listing

        timeout = self._options.timeout
        try:
            return self._portal.call(request_listing, self._opened, timeout, MOST_PAGES, MOST_TOOLS, self._trouble)
        except Exception as error:
            reason = cause_of(error, self._trouble, timeout)
            raise LiveError(f"{self._shown}: its tools cannot be listed: {reason}") from error


def is_address(target: str) -> bool:
    """Say whether a target is a URL; anything else is a command."""
    return urlsplit(target.strip()).scheme in ("http", "https")


def require_sdk() -> None:
    """See to it that the MCP SDK is there.

    Raises:
        LiveError: it is not.
    """
    import importlib.util

    if importlib.util.find_spec("mcp") is None:
        raise LiveError("MCP servers need the package 'mcp'; install it with: pip install 'toolgraph[mcp]'")
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # what goes wrong with a server is told as a result, once
    logging.getLogger("client").setLevel(logging.CRITICAL)


def end_servers_at_termination() -> None:
    """Let this process end the servers it has started when it is terminated, and itself when its parent is gone.

    For workers: a server that hangs notices neither by itself, and keeps its worker from noticing.
    """
    if hasattr(os, "killpg"):
        signal.signal(signal.SIGTERM, _end_servers)
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PULSE)
    _end_servers(signal.SIGTERM)


def _end_servers(number: int, frame: FrameType | None = None) -> None:
    for group in list(_running):
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    os._exit(128 + number)


# --- what a server says, as ours ------------------------------------------------------------------------------------


def _result(answer: "CallToolResult") -> LiveResult:
    """The answer to a call: its structure if it has one, else its text, as JSON where it is JSON."""
    parts = [_part(block) for block in answer.content]
    if answer.is_error:
        return failed("; ".join(part if isinstance(part, str) else json.dumps(part) for part in parts))
    values = [_parsed(part) if isinstance(part, str) else part for part in parts]
    is_wrapped = len(parts) == 1 and answer.structured_content == {"result": parts[0]}
    if answer.structured_content is not None and not (is_wrapped and isinstance(values[0], dict | list)):
        return LiveResult(answer.structured_content)  # the SDK wraps a text that holds JSON, which models read as JSON
    return LiveResult(values[0] if len(values) == 1 else values or None)


def _part(block: "ContentBlock") -> Any:
    """A block as text, or what there is to know of one that is no text."""
    match block.type:
        case "text":
            return block.text
        case "image" | "audio":
            return {"type": block.type, "mime_type": block.mime_type, "bytes": len(block.data) * 3 // 4}
        case "resource":
            content = block.resource
            return getattr(content, "text", None) or {"type": "resource", "uri": str(content.uri)}
        case _:
            return {"type": block.type, "uri": str(getattr(block, "uri", ""))}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
