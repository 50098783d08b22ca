"""Executing: the tools of a run, read from files or asked of a server, and what runs them where calls are real."""

import datetime as dt
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from toolgraph.errors import ConfigError, ToolSpecError
from toolgraph.run.config import RunConfig
from toolgraph.run.trying import tried
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.importers.items import Skipped
from toolgraph.tools.live import GuardedTools, LiveOptions, LiveTools, refusal_of
from toolgraph.tools.reading import read_found
from toolgraph.tools.sources import files_meant
from toolgraph.tools.spec import ToolSpec

log = logging.getLogger(__name__)


def tools_of(config: RunConfig) -> tuple[ToolSpec, ...]:
    """Return the tools of a run: those of its files, or where none are named those that its MCP server lists.

    Where calls are real and nothing may be changed, tools that change something are left out, and those
    that read are tried where they say too little of what they return.

    Raises:
        ToolSpecError: the tools cannot be read, or none are left.
        LiveError: the server, or the functions, cannot be used.
        ConfigError: there is nothing to run the tools with.
    """
    tools = _known_tools(config)
    if not config.execute:
        return tools
    return _tried(allowed_tools(tools, allow_writes=config.allow_writes), config)


def linked_tools(config: RunConfig) -> tuple[ToolSpec, ...]:
    """Return the tools of a graph: all of those that `tools_of` begins with, what changes something among them.

    Raises:
        ToolSpecError: the tools cannot be read.
        LiveError: the server, or the functions, cannot be used.
        ConfigError: there is nothing to run the tools with.
    """
    return _tried(_known_tools(config), config)


def _known_tools(config: RunConfig) -> tuple[ToolSpec, ...]:
    if config.mcp and not config.tools:
        return listed_tools(config.mcp, timeout=config.call_timeout, environment=config.env)
    return load_tools(config.sources, rename_duplicates=config.rename_duplicates)


def _tried(tools: tuple[ToolSpec, ...], config: RunConfig) -> tuple[ToolSpec, ...]:
    live = live_tools(config, tools)
    return tools if live is None else tried(tools, live, seed=config.seed)


def listed_tools(target: str, *, timeout: float, environment: Sequence[str] = ()) -> tuple[ToolSpec, ...]:
    """Return the tools that an MCP server lists.

    Raises:
        ToolSpecError: there are none that can be read.
        LiveError: the server cannot be used.
    """
    from toolgraph.tools.live_mcp import list_tools

    tools: list[ToolSpec] = []
    for item in read_found(list_tools(target, timeout=timeout, environment=environment), where=target, format="mcp"):
        if isinstance(item, Skipped):
            log.warning("MCP server %s: is left out: %s", item.where, item.reason)
        else:
            tools.append(item.tool)
    if not tools:
        raise ToolSpecError(f"MCP server '{target}': it lists no tools")
    return tuple(tools)


def allowed_tools(tools: Sequence[ToolSpec], *, allow_writes: bool) -> tuple[ToolSpec, ...]:
    """Return the tools that may be called.

    Raises:
        ToolSpecError: there are none.
    """
    allowed = tuple(tool for tool in tools if not refusal_of(tool, allow_writes=allow_writes))
    if not allowed:
        raise ToolSpecError(
            f"none of the {len(tools)} tools is known to only read, and nothing may be changed; allow it with "
            "--allow-writes"
        )
    if len(allowed) < len(tools):
        log.warning(
            "%d of %d tools are not offered, since they may change something; --allow-writes offers them",
            len(tools) - len(allowed), len(tools),
        )  # fmt: skip
    return allowed


def live_tools(config: RunConfig, tools: Sequence[ToolSpec]) -> LiveTools | None:
    """Return what runs the tools of a run; none where calls are imagined.

    Raises:
        LiveError: they cannot be run.
        ConfigError: there is nothing to run them with.
    """
    if not config.execute:
        return None
    options = LiveOptions(
        timeout=config.call_timeout, max_bytes=config.max_result, allow_writes=config.allow_writes
    )  # fmt: skip
    if config.mcp:
        from toolgraph.tools.live_mcp import McpTools

        return GuardedTools(McpTools(config.mcp, options, environment=config.env, catalogue=tools), tools, options)
    files = python_files(config.sources)
    if not files:
        raise ConfigError("execute is set and there is nothing to run; name a server with --mcp, or Python files")
    from toolgraph.tools.live_python import PythonTools

    return GuardedTools(PythonTools(files, options, environment=config.env, catalogue=tools), tools, options)


def python_files(sources: Sequence[Path]) -> tuple[Path, ...]:
    """Return the Python files among sources, those of directories included."""
    return tuple(path for source in sources for path in files_meant(source) if path.suffix == ".py")


def today_of(live: LiveTools) -> dt.date:
    """Return the day it is for the tools, and so for the dialogues: what a server's instructions say, or the clock.

    Raises:
        LiveError: the tools cannot be run.
    """
    with live.session() as session:
        told = _TODAY.search(session.instructions)
    try:
        return dt.date.fromisoformat(told[1]) if told else dt.date.today()
    except ValueError:
        return dt.date.today()


_TODAY = re.compile(r"(?i)\b(?:today|current date|the date)\b(?: is|:)? *(?:\w+, )?(\d{4}-\d\d-\d\d)\b")


def require_running(live: LiveTools) -> None:
    """See to it that the tools can be run at all, before anything is begun.

    Raises:
        LiveError: they cannot.
    """
    with live.session():
        pass
