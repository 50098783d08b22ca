"""The options of button mode: what tasks are made of and what they are like."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from toolgraph.cli.grouped_options import with_options

BUTTON = "In button mode"
_PATH = click.Path(path_type=Path)
_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--scenarios", {"type": _PATH, "help": "File of scenarios, one per line; else those that ship with toolgraph."}),
    ("--seeds", {
        "type": _PATH, "multiple": True, "metavar": "FILE", "help": "Conversations to extract scenarios from.",
    }),
    ("--expand", {"type": int, "help": "Further scenarios to make out of those.  [default: 0]"}),
    ("--compositions", {
        "metavar": "KINDS", "help": "sequential, parallel, chain, tree, conditional, aggregation, with their weights.  "
        "[default: sequential:0.7,parallel:0.3]",
    }),
    ("--depth", {"type": int, "help": "Sub-tasks of a chain.  [default: 4]"}),
    ("--parallel", {
        "metavar": "on|off|SHARE", "help": "Whether, or how often, calls may be made at once.  [default: on]",
    }),
    ("--distractors", {"metavar": "RANGE", "help": "Functions offered that nothing needs.  [default: 0]"}),
    ("--scenario-similarity", {"type": float, "help": "Cosine above which scenarios are the same.  [default: 0.8]"}),
    ("--task-similarity", {"type": float, "help": "Cosine above which tasks are the same.  [default: 0.9]"}),
)  # fmt: skip


def button_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides about the tasks of button mode."""
    return with_options(command, ((name, BUTTON, settings) for name, settings in _OPTIONS))
