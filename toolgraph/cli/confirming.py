"""What `toolgraph graph` is told of real tools and of models: where its tools are, and who confirms its edges."""

import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolgraph.cli.model_options import parse_extra

if TYPE_CHECKING:
    from toolgraph.graph.graph import ToolGraph
    from toolgraph.run.config import RunConfig
    from toolgraph.tools.spec import ToolSpec


def linking_config(
    options: Mapping[str, Any], *, edges: str, tools: Sequence[Path], rename_duplicates: bool | None
) -> "RunConfig | None":
    """Return what the options of real tools and of models say; none where none is given, or needed.

    Raises:
        ConfigError: they do not go together, or nobody is there to confirm edges.
    """
    from toolgraph.errors import ConfigError
    from toolgraph.run.config import make_config, require_consistent
    from toolgraph.run.execute_options import ExecuteOptions
    from toolgraph.run.models import require_usable

    given = {name: value for name, value in options.items() if value not in (None, ())}
    idle = [name for name in given if name not in ExecuteOptions.model_fields and edges != "confirmed"]
    if idle:
        raise ConfigError(f"--{idle[0].replace('_', '-')} has a say only with --edges confirmed")
    if not given and edges != "confirmed":
        return None
    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    own = {"edges": edges, "tools": [str(path) for path in tools], "rename_duplicates": rename_duplicates}
    config = make_config({**given, **own})
    require_consistent(config)
    require_usable(config)
    return config


def real_tools(config: "RunConfig | None") -> "tuple[ToolSpec, ...] | None":
    """Return the tools that a server lists or that can be run, tried where they are to be; none where it is files.

    Raises:
        ToolSpecError: the tools cannot be read.
        LiveError: they cannot be listed, or run.
    """
    from toolgraph.run.executing import linked_tools

    if config is None or not (config.mcp or config.execute):
        return None
    end_tools_at_termination()
    return linked_tools(config)


def confirmed(graph: "ToolGraph", config: "RunConfig") -> "ToolGraph":
    """Return a typed graph as trials and models confirm it; a line on stderr says what that took."""
    from toolgraph.run.confirming import confirmed_graph
    from toolgraph.run.progress import progress_on

    with progress_on(sys.stderr) as progress:
        found, note = confirmed_graph(graph, config, progress=progress)
    click.echo(note, err=True)
    return found


def end_tools_at_termination() -> None:
    """Let servers that were started be ended on the way out, and not by chance."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
