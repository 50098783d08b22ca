"""`toolgraph generate`: tools, or scenarios, in and checked dialogues out."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from toolgraph.cli.button_options import button_options
from toolgraph.cli.confirming import end_tools_at_termination
from toolgraph.cli.execute_options import execute_options
from toolgraph.cli.graph_options import PATH, tools_options
from toolgraph.cli.grouped_options import GroupedCommand
from toolgraph.cli.model_options import endpoint_options, parse_extra, role_options
from toolgraph.cli.sample import STRATEGY_HELP


@click.command(cls=GroupedCommand, epilog="Example: toolgraph generate --tools my_tools.json -n 50 --out runs/mine")
@tools_options
@click.option("-n", "n", type=int, help="How many accepted dialogues to make.  [default: 20]")
@click.option("--out", type=PATH, required=True, help="Directory of the run; the same command continues it.")
@click.option("--seed", type=int, help="Where every random choice derives from.  [default: 0]")
@click.option("--strategy", help=f"How tools are sampled: {STRATEGY_HELP}.  [default: dataflow]")
@click.option("--distinct", is_flag=True, default=None, help="Use no set of tools for two dialogues.")
@click.option("--tools-per-dialogue", metavar="RANGE", help="Tools offered in a dialogue.  [default: 2-6]")
@click.option("--turns", metavar="RANGE", help="Messages the user writes.  [default: 3-6]")
@click.option("--plan", help="What is planned ahead: grounded, intents or none.  [default: grounded]")
@click.option("--edges", help="What links tools: typed, toolflow or confirmed (by calls or a model).  [default: typed]")
@click.option("--threshold", type=float, help="Score above which there is an edge.  [default: 0.5, toolflow 0.82]")
@click.option("--embedder", help="Model of sentence-transformers, or static:NAME, a fast one.  [default: embedded]")
@click.option("--mode", help="What comes first: tools (toolflow) or tasks (button).  [default: toolflow]")
@click.option("--workers", type=int, help="Processes to use, or threads with a model; 0 chooses.  [default: 0]")
@click.option("--max-tries", type=int, help="Give up after this many tries.  [default: 20 n + 100]")
@click.option("--config", "config_file", type=PATH, help="YAML file with these options by name; flags win.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--dry-run", is_flag=True, help="With a model: try a few dialogues and say what all would take.")
@execute_options
@button_options
@endpoint_options
@role_options
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], out: Path, config_file: Path | None, as_json: bool,
    dry_run: bool, **flags: Any,
) -> None:  # fmt: skip
    """Synthesize dialogues over a catalogue of tools: yours, or the one that ships with toolgraph.

    With --mode button it is tasks that come first: composed for everyday scenarios, and then given their functions.

    Every accepted dialogue passed every check. Interrupted, the same command continues and ends with the same bytes.
    Without --model nothing is asked of anybody and nothing costs anything. With --execute calls are made for real.
    """
    from toolgraph.run.config import make_config, read_config
    from toolgraph.run.dry_run import estimate
    from toolgraph.run.pipeline import generate
    from toolgraph.run.progress import progress_on

    given = {key: value for key, value in flags.items() if value not in (None, ())}
    if tools or more_tools:
        given["tools"] = [str(path) for path in (*tools, *more_tools)]
    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    config = make_config({**(read_config(config_file) if config_file else {}), **given})
    if config.execute:
        end_tools_at_termination()
    with progress_on(sys.stderr) as progress:
        result = (estimate if dry_run else generate)(config, out, progress=progress)
    click.echo(json.dumps(result.as_dict(), ensure_ascii=False) if as_json else result.as_text())
