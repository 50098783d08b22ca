"""`toolgraph compare`: which way of sampling and planning makes better data, on one's own tools."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from toolgraph.cli.embedding import Show, embedding_or_why
from toolgraph.cli.graph_options import PATH, embedding_options, require_no_say, tools_options
from toolgraph.cli.grouped_options import GroupedCommand
from toolgraph.cli.model_options import endpoint_options, parse_extra, role_options
from toolgraph.cli.sample import STRATEGY_HELP
from toolgraph.whole_files import writing

if TYPE_CHECKING:
    from toolgraph.graph.graph import ToolGraph
    from toolgraph.quality.comparison import StrategyComparison
    from toolgraph.run.comparing import CompareOptions
    from toolgraph.run.config import RunConfig
    from toolgraph.run.progress import Progress

FILES = ("compare.json", "compare.csv", "compare.html")
DIALOGUES = "dialogues"
"""Where in the directory the runs are."""
PAPER = {"strategies": ("walk", "random"), "plans": ("intents", "none"), "dialogues": 200, "edges": "toolflow"}
"""What --paper-table stands for, where nothing else is said: its plans are needs without calls, as our intents are."""
OPTIONS = ("strategies", "number", "seeds", "dialogues", "plans", "metrics", "paper_table")
"""What is no key of a run."""
LISTS = ("strategies", "plans", "metrics")
MANY_TEXTS = 500
"""Texts whose embedding takes so long that it is shown."""
NO_TERMINAL = 120
"""Columns of what is not printed on a terminal, if COLUMNS does not say it."""


@click.command(
    cls=GroupedCommand,
    epilog="Example: toolgraph compare --tools my_tools.json --strategies random,walk,dataflow -n 2000 --out compared",
)
@tools_options
@click.option("--graph", "directory", type=PATH, help="A graph made by toolgraph graph, instead of --tools.")
@click.option("--strategies", multiple=True, metavar="NAMES", help=f"What is compared, the first with the others: "
              f"{STRATEGY_HELP}.  [default: random,walk,weighted,dataflow,coverage]")  # fmt: skip
@click.option("-n", "--number", type=int, default=2_000, show_default=True, help="Samples of each, over all seeds.")
@click.option("--seeds", type=int, default=10, show_default=True, help="How many seeds, or parts of the dialogues.")
@click.option("--sizes", default="2-6", show_default=True, help="How many tools a sample has.")
@click.option("--seed", type=int, default=0, show_default=True, help="The first seed; the others follow it.")
@click.option("--dialogues", type=click.IntRange(min=0), help="Also make so many of each strategy and plan.")
@click.option("--plans", multiple=True, metavar="NAMES", help="grounded, intents, none.  [default: grounded,none]")
@click.option("--turns", metavar="RANGE", help="Messages the user writes.  [default: 3-6]")
@click.option("--max-tries", type=int, help="Give a run up after this many tries.  [default: 20 n + 100]")
@click.option("--workers", type=int, help="Processes to use, or threads with a model; 0 chooses.  [default: 0]")
@click.option("--paper-table", is_flag=True, help="ToolFlow's 2 x 2, beside the published figures.")
@click.option("--metrics", multiple=True, metavar="NAMES", help="Measure these alone.")
@click.option("--nli", metavar="NAME", help="Name or path of a sentence-transformers CrossEncoder, for EnR.")
@click.option("--out", type=PATH, default=Path("runs/compare"), show_default=True, help="Directory for all of it.")
@click.option("--html/--no-html", default=None, help="Whether to draw the page.  [default: if matplotlib is there]")
@click.option("--json", "as_json", is_flag=True, help="Print compare.json instead of tables.")
@click.option("--csv", "as_csv", is_flag=True, help="Print compare.csv instead of tables.")
@embedding_options
@endpoint_options
@role_options
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], directory: Path | None, out: Path, html: bool | None,
    as_json: bool, as_csv: bool, nli: str | None, **flags: Any,
) -> None:  # fmt: skip
    """Compare ways of sampling and planning on a catalogue, by their samples and, if asked, by their dialogues.

    Every figure comes with an interval over seeds and a test against the first strategy. Prints tables, and writes
    compare.json, compare.csv and compare.html, a page with plots.
    """
    from toolgraph.errors import ConfigError, GenerationError
    from toolgraph.quality.metrics.entailment import load_entailment
    from toolgraph.quality.metrics.side_by_side import ENR, SS, Asked
    from toolgraph.report.drawing import require_drawing
    from toolgraph.report.published import require_two_by_two
    from toolgraph.run.comparing import compare, require_options
    from toolgraph.run.progress import progress_on

    if directory and (tools or more_tools):
        raise ConfigError("name the tools or a graph: --tools FILE_OR_DIR... or --graph DIR")
    if directory:
        require_no_say("edges", "threshold", "rename_duplicates", beside="--graph")
    if as_json and as_csv:
        raise ConfigError("--json and --csv both print on stdout; name one, the directory has both files anyway")
    if html:
        require_drawing()
    flags["tools"] = [str(path) for path in (*tools, *more_tools)]
    options, config = _asked_for(flags, PAPER if flags["paper_table"] else {})
    require_options(options)
    if options.paper_table:
        require_two_by_two(options.strategies, options.plans)
    _make(out)
    with progress_on(sys.stderr) as progress:
        entailment = None if nli is None else load_entailment(nli)
        graph, config = _linked(config, directory, progress)
        embed_texts, who = embedding_or_why(config.embedder, _shown_on(progress))
        names = {"description_cosine": who, SS: who, **({ENR: f"by {nli}"} if nli else {})}
        asked = Asked(embed_texts, entailment, names=names)
        compared = compare(
            graph, options, config=config, asked=asked, out=out / DIALOGUES, progress=progress,
            keep=lambda of_samples: _write(of_samples, out, html=False),
        )  # fmt: skip
    _write(compared, out, html)
    _print(compared, as_json=as_json, as_csv=as_csv)
    click.echo(f"wrote {', '.join(name for name in FILES if (out / name).exists())} in {out}", err=True)
    if compared.failures:
        raise GenerationError("; ".join(compared.failures))


def names_in(values: Sequence[str]) -> tuple[str, ...]:
    """Return names given apart or with commas between; the parts of a mix stay together.

    >>> names_in(["random,mixed:walk=0.5,coverage=0.5", "walk, restart"])
    ('random', 'mixed:walk=0.5,coverage=0.5', 'walk', 'restart')
    """
    names: list[str] = []
    for part in (part.strip() for value in values for part in value.split(",")):
        if names and names[-1].startswith("mixed:") and "=" in part and not part.startswith("mixed:"):
            names[-1] += f",{part}"
        elif part:
            names.append(part)
    return tuple(names)


def _asked_for(flags: dict[str, Any], usual: Mapping[str, Any]) -> "tuple[CompareOptions, RunConfig]":
    """Return what is compared, and the configuration of its runs; `usual` holds for what is not said."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.sampling import parse_range
    from toolgraph.run.comparing import CompareOptions
    from toolgraph.run.config import make_config, require_consistent

    is_said = click.get_current_context().get_parameter_source
    for name in LISTS:
        if flags[name] and not names_in(flags[name]):
            raise ConfigError(f"--{name} names nothing; leave it out, or name some")
    try:
        parse_range(flags["sizes"])
    except ConfigError as error:
        raise ConfigError(f"--sizes: {error}") from error
    given: dict[str, Any] = {name: names_in(value) if name in LISTS else value for name, value in flags.items()}
    given = {name: value for name, value in given.items() if value not in (None, (), [])}
    given |= {name: value for name, value in usual.items() if is_said(name) != ParameterSource.COMMANDLINE}
    options = CompareOptions(**{name: given.pop(name) for name in OPTIONS if name in given})
    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    given["tools_per_dialogue"] = given.pop("sizes")
    config = make_config(given)
    require_consistent(config)
    return options, config


def _make(out: Path) -> None:
    """Make the directory, before anything else costs time, unless it is there; if so it must hold no other thing."""
    from toolgraph.errors import RunDirectoryError

    if out.exists() and not out.is_dir():
        raise RunDirectoryError(f"{out}: is a file; name a directory for the comparison")
    names = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if names - {*FILES, DIALOGUES}:
        raise RunDirectoryError(f"{out}: holds something else than a comparison; name an empty or new directory")
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)


def _linked(config: "RunConfig", directory: Path | None, progress: "Progress") -> "tuple[ToolGraph, RunConfig]":
    """Return the graph that is sampled, and the configuration with where its tools are and how they are linked."""
    from toolgraph.graph.storage import TOOLS, load_graph
    from toolgraph.run.confirming import confirmed_graph
    from toolgraph.run.executing import tools_of
    from toolgraph.run.pipeline import link

    if directory is None:
        graph = link(tools_of(config), config, progress)
        if config.edges == "confirmed":
            graph, note = confirmed_graph(graph, config, progress=progress)
            click.echo(note, err=True)
        return graph, config
    graph = load_graph(directory)
    edges = "typed" if graph.edges_rule == "confirmed" else graph.edges_rule  # its runs have nobody confirm them again
    own = {"tools": (str(directory / TOOLS),), "edges": edges, "threshold": graph.threshold}
    return graph, config.model_copy(update=own)


def _shown_on(progress: "Progress") -> Show:
    """Return what shows how far the embedding of texts is, where it takes long."""

    def show(done: int, total: int) -> None:
        if total >= MANY_TEXTS:
            progress.show("embedding texts", done, total)

    return show


def _write(compared: "StrategyComparison", out: Path, html: bool | None) -> None:
    from toolgraph.errors import ConfigError
    from toolgraph.report.files import as_csv, as_dict
    from toolgraph.report.page import as_html

    texts = [json.dumps(as_dict(compared), ensure_ascii=False, indent=1) + "\n", as_csv(compared)]
    if html is not False:
        try:
            texts.append(as_html(compared))
        except ConfigError as error:
            if html:
                raise
            click.echo(f"no page was drawn: {error}", err=True)
    with writing(out):
        (out / FILES[-1]).unlink(missing_ok=True)
        for name, text in zip(FILES, texts, strict=False):
            (out / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def _print(compared: "StrategyComparison", *, as_json: bool, as_csv: bool) -> None:
    from rich.console import Console

    from toolgraph.report import files
    from toolgraph.report.table import as_tables

    if as_json:
        click.echo(json.dumps(files.as_dict(compared), ensure_ascii=False, indent=1))
    elif as_csv:
        click.echo(files.as_csv(compared), nl=False)
    else:
        console = Console(highlight=False)
        if console.is_terminal:
            console.print(as_tables(compared, width=console.width))
            return
        width = console.width if "COLUMNS" in os.environ else NO_TERMINAL
        console = Console(highlight=False, width=width)
        with console.capture() as printed:
            console.print(as_tables(compared, width=width))
        click.echo("\n".join(line.rstrip() for line in printed.get().rstrip().splitlines()))
