"""`toolgraph graph`: link the tools of a catalogue into a graph."""

import json
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)


def tools_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--tools FILE_OR_DIR...`: repeated, or followed by several paths, which Click reads as arguments."""
    command = click.argument("more_tools", nargs=-1, type=PATH, metavar="")(command)
    command = click.option(
        "--rename-duplicates/--no-rename-duplicates", default=None, help="Keep different tools of one name apart."
    )(command)
    return click.option(
        "--tools",
        "tools",
        multiple=True,
        type=PATH,
        metavar="FILE_OR_DIR...",
        help="Tools by path or pattern; - is stdin.",
    )(command)


def embedding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides which fields are alike."""
    command = click.option(
        "--embedder", default="embedded", show_default=True, help="Name or path of a sentence-transformers model."
    )(command)
    return click.option(
        "--threshold", type=float, default=0.82, show_default=True, help="Cosine above which fields are alike."
    )(command)


@click.command(epilog="Example: toolgraph graph --tools my_tools.json --out my_graph --edges-csv edges.csv")
@tools_options
@click.option("--out", type=PATH, required=True, help="Directory for the graph.")
@embedding_options
@click.option("--edges-csv", type=PATH, help="Also write every edge to this CSV file.")
@click.option("--graphml", type=PATH, help="Also write the graph as GraphML; for graphs of some thousand tools.")
@click.option("--gexf", type=PATH, help="Also write the graph as GEXF; for graphs of some thousand tools.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], rename_duplicates: bool | None, out: Path, threshold: float,
    embedder: str, edges_csv: Path | None, graphml: Path | None, gexf: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Link the tools of a catalogue into a graph, by the parameters they share and the results they can hand on."""
    from toolgraph.errors import RunDirectoryError
    from toolgraph.graph.exports import write_edges_csv, write_gexf, write_graphml
    from toolgraph.graph.statistics import graph_statistics
    from toolgraph.graph.storage import require_own_directory, save_graph

    require_own_directory(out)
    graph = graph_of((*tools, *more_tools), rename_duplicates, embedder, threshold)
    save_graph(graph, out)
    for path, write in ((edges_csv, write_edges_csv), (graphml, write_graphml), (gexf, write_gexf)):
        if path:
            try:
                write(graph, path)
            except OSError as error:
                raise RunDirectoryError(f"{path}: cannot be written ({error})") from error
    statistics = graph_statistics(graph).as_dict()
    if as_json:
        click.echo(json.dumps(statistics, ensure_ascii=False))
    else:
        print_statistics(statistics)


def graph_of(tools: tuple[Path, ...], rename_duplicates: bool | None, embedder: str, threshold: float) -> Any:
    """Read tools and return their graph, with embeddings from the user's cache where it has them."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.embedding import embed, load_encoder
    from toolgraph.graph.graph import build_tool_graph, require_threshold
    from toolgraph.graph.vector_cache import default_cache
    from toolgraph.tools.catalogue import load_tools

    if not tools:
        raise ConfigError("name the tools: --tools FILE_OR_DIR...")
    require_threshold(threshold)
    catalogue = load_tools(tools, rename_duplicates=rename_duplicates)
    encoder, model_id = load_encoder(embedder)
    embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=default_cache(), progress=print_progress)
    return build_tool_graph(catalogue, embed_texts, threshold=threshold, model_id=model_id)


def print_progress(done: int, total: int) -> None:
    """Say on stderr how many texts are embedded: on a terminal on one line, written again and again."""
    is_live = sys.stderr.isatty()
    line = f"embedded {done:,} of {total:,} field texts"
    click.echo(f"\r{line}" if is_live else line, err=True, nl=not is_live or done == total)


def print_statistics(statistics: dict[str, Any]) -> None:
    """Print the statistics of a graph as tables."""
    for name, value in _rows(statistics):
        click.echo(f"{name:<12}{value}")
    for title, hubs in (("hub tools", statistics["hub_tools"]), ("hub fields", statistics["hub_fields"])):
        if hubs:
            click.echo("\n" + click.style(title, bold=True) + " (tools linked)")
        for name, links in hubs:
            click.echo(f"{links:>8,}  {textwrap.shorten(name, 100, placeholder=' ...')}")


def _rows(statistics: dict[str, Any]) -> list[tuple[str, str]]:
    edges, degree = statistics["edges"], statistics["degree"]
    spread = f"min {degree['min']:,}, median {degree['median']:,.0f}, mean {degree['mean']:,}, max {degree['max']:,}"
    return [
        ("tools", f"{statistics['nodes']:,}"),
        ("edges", f"{edges['P-P']:,} P-P (similar parameters), {edges['P-R']:,} P-R (a result fits a parameter)"),
        ("degree", spread),
        ("components", f"{statistics['components']:,}, the largest of {statistics['largest_component']:,} tools"),
        ("isolated", f"{statistics['isolated']:,} tools"),
        ("threshold", f"cosine > {statistics['threshold']} by {statistics['model']}"),
    ]
