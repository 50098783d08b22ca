"""`toolgraph doctor`: say what works before money is spent, and what to do about what does not."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from toolgraph.cli.grouped_options import GroupedCommand
from toolgraph.cli.model_options import endpoint_options, parse_extra
from toolgraph.cli.terminal import clean

if TYPE_CHECKING:
    from toolgraph.models.online.doctor import Diagnosis

TIMEOUT = 60.0
"""Seconds a small question may take, where nothing else is said."""
_COLOURS = {"ok": "green", "warn": "yellow", "FAIL": "red"}


@click.command(
    cls=GroupedCommand, epilog="Example: toolgraph doctor --model qwen3-8b --base-url http://localhost:8000/v1"
)
@click.option("--embedder", help="Name or path of the embedding model.  [default: embedded]")
@click.option("--mcp", metavar="COMMAND|URL", help="Also ask a live MCP server for its tools.")
@click.option("--env", multiple=True, metavar="NAME", help="Environment variable that the server is given, by name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--price", multiple=True, metavar="MODEL=IN/OUT", help="Dollars per million tokens read and written.")
@endpoint_options
def command(as_json: bool, **options: Any) -> None:
    """Say what works before a run is begun, and what to do about what does not.

    That is the installation and, with --mcp, an MCP server, which is asked for its tools, and with --model, a model and
    its server, who are asked some twenty small questions. The exit code is 1 if something fails that a run needs.
    """
    from toolgraph.cli.main import colliding_package
    from toolgraph.run.config import make_config
    from toolgraph.run.doctor import examine

    given = {name: value for name, value in options.items() if value not in (None, ())}
    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    config = make_config({"timeout": TIMEOUT, **given})
    found: list[Diagnosis] = []
    for one in examine(config, collision=colliding_package()):
        if not as_json:
            _print(one, is_first=not found or found[-1].subject != one.subject, is_very_first=not found)
        found.append(one)
    is_well = all(one.state != "FAIL" for one in found)
    if as_json:
        click.echo(json.dumps({"is_well": is_well, "found": [asdict(one) for one in found]}, ensure_ascii=False))
    if not is_well:
        sys.exit(1)


def _print(one: "Diagnosis", *, is_first: bool, is_very_first: bool) -> None:
    """Print one line on what was found, under its subject, and another on what to do about it."""
    if is_first:
        click.echo(("" if is_very_first else "\n") + click.style(clean(one.subject), bold=True))
    state = click.style(f"{one.state:<4}", fg=_COLOURS[one.state])
    click.echo(f"  {state}  {one.name:<18}{clean(one.told)}")
    if one.advice:
        click.echo(f"{'':26}{clean(one.advice)}")
