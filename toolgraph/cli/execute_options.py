"""The options of real tools: the server that has them, and what may be done with them."""

from collections.abc import Callable
from typing import Any

from toolgraph.cli.grouped_options import with_options

REAL = "With real tools"
_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--mcp", {"metavar": "COMMAND_OR_URL", "help": "MCP server; its tools are used where --tools names none."}),
    ("--env", {
        "multiple": True, "metavar": "NAME", "help": "Environment variable that the tools are given, by its name.",
    }),
    ("--execute", {
        "is_flag": True, "default": None,
        "help": "Make calls for real: on the MCP server, or in Python files of --tools.",
    }),
    ("--allow-writes", {
        "is_flag": True, "default": None, "help": "Offer and call tools that change something as well.",
    }),
    ("--call-timeout", {"metavar": "TIME", "help": "How long a call may take.  [default: 30]"}),
    ("--max-result", {"type": int, "metavar": "BYTES", "help": "Largest result that is taken.  [default: 100000]"}),
)  # fmt: skip


def execute_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides about real tools."""
    return with_options(command, ((name, REAL, settings) for name, settings in _OPTIONS))


def trial_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides about real tools that are tried, and never change anything."""
    said = "Call tools that only read, to see what they return and, with --edges confirmed, whether edges hold."
    options = {name: settings for name, settings in _OPTIONS if name != "--allow-writes"}
    options["--execute"] = {**options["--execute"], "help": said}
    return with_options(command, ((name, REAL, settings) for name, settings in options.items()))
