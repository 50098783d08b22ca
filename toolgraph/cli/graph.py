"""`toolgraph graph`: link the tools of a catalogue into a graph."""

import json
import textwrap
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from toolgraph.cli.confirming import confirmed, linking_config, real_tools
from toolgraph.cli.embedding import embedding_like, embedding_named
from toolgraph.cli.execute_options import trial_options
from toolgraph.cli.explain import explain_command
from toolgraph.cli.graph_options import (
    PATH,
    embedding_options,
    graph_of,
    require_no_say,
    tools_options,
)
from toolgraph.cli.grouped_options import GroupedCommand
from toolgraph.cli.model_options import confirm_options
from toolgraph.whole_files import writing


class GraphCommand(GroupedCommand):
    """`toolgraph graph`, which makes a graph, and `toolgraph graph explain`, which says why two tools are linked."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand on to `explain` where that is the first word, or nearly so."""
        if args[:1] == ["explain"]:
            return explain_command.make_context(f"{info_name} explain", args[1:], parent, **extra)
        if get_close_matches(args[0] if args else "", ["explain"]) and not Path(args[0]).exists():
            raise click.UsageError(f"No such command 'graph {args[0]}'. Did you mean 'graph explain'?", parent)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    cls=GraphCommand,
    epilog="Example: toolgraph graph --tools my_tools.json --out my_graph --edges-csv edges.csv",
)
@tools_options
@click.option("--out", type=PATH, help="Directory for the graph.")
@click.option("--add", multiple=True, type=PATH, metavar="FILE_OR_DIR...", help="Add these tools to --graph instead.")
@click.option(
    "--graph", "directory", type=PATH, help="The graph that tools are added to; the edges it has stay as they are."
)
@embedding_options
@click.option("--ann", is_flag=True, help="Find nearly all edges, faster: with an approximate index.")
@click.option("--edges-csv", type=PATH, help="Also write every edge to this CSV file.")
@click.option("--all-scores", is_flag=True, help="Write to it every pair of tools, also below the threshold.")
@click.option("--graphml", type=PATH, help="Also write the graph as GraphML; for graphs of some thousand tools.")
@click.option("--gexf", type=PATH, help="Also write the graph as GEXF; for graphs of some thousand tools.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@trial_options
@confirm_options
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], rename_duplicates: bool | None, out: Path | None,
    add: tuple[Path, ...], directory: Path | None, edges: str, threshold: float | None, embedder: str, ann: bool,
    edges_csv: Path | None, all_scores: bool, graphml: Path | None, gexf: Path | None, as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Link the tools of a catalogue into a graph, by the parameters they share and the results they can hand on.

    toolgraph graph explain TOOL OTHER says why two tools are linked, or not.
    """
    from toolgraph.errors import ConfigError
    from toolgraph.graph.exports import write_gexf, write_graphml
    from toolgraph.graph.rules import require_rule
    from toolgraph.graph.statistics import graph_statistics
    from toolgraph.graph.storage import require_own_directory, save_graph

    require_rule(edges)
    if bool(add) != bool(directory) or (add and tools):
        raise ConfigError("name tools with --tools, or a graph and what is added to it with --graph DIR --add FILE")
    if not (out or edges_csv or graphml or gexf):
        raise ConfigError("name where the graph is written: --out DIR, or a file with --edges-csv, --graphml or --gexf")
    if all_scores and not edges_csv:
        raise ConfigError("--all-scores has a say only in a table of edges; name one with --edges-csv FILE")
    if out:
        require_own_directory(out)
    paths = (*tools, *more_tools)
    config = linking_config(options, edges=edges, tools=() if add else paths, rename_duplicates=rename_duplicates)
    if directory:
        graph = _grown(directory, (*add, *more_tools), rename_duplicates, embedder)
    else:
        made, catalogue = "typed" if edges == "confirmed" else edges, real_tools(config)
        graph = graph_of(paths, rename_duplicates, embedder, made, threshold, ann=ann, catalogue=catalogue)
    if edges == "confirmed" and config is not None:
        graph = confirmed(graph, config)
    if edges_csv:
        _write_edges(graph, edges_csv, embedder if all_scores else None)
    if out:
        save_graph(graph, out)
    for path, write in ((graphml, write_graphml), (gexf, write_gexf)):
        if path:
            with writing(path):
                write(graph, path)
    statistics = graph_statistics(graph).as_dict()
    if as_json:
        click.echo(json.dumps(statistics, ensure_ascii=False))
    else:
        print_statistics(statistics)


def _grown(directory: Path, added: tuple[Path, ...], rename_duplicates: bool | None, embedder: str) -> Any:
    """Return a saved graph with more tools, by its own rule and threshold; names are settled as in one catalogue."""
    from toolgraph.graph.storage import load_graph
    from toolgraph.graph.updating import add_tools
    from toolgraph.tools.catalogue import load_tools, settle_names
    from toolgraph.tools.reading import Read

    require_no_say("edges", "threshold", "ann", "mcp", "execute", beside="--add")
    graph = load_graph(directory)
    embed_texts = embedding_like(graph, directory, embedder)
    new = load_tools(added, rename_duplicates=rename_duplicates)
    read = [Read(f"{directory}", tool, "native") for tool in graph.tools]
    read += [Read(f"{tool.origin.file or 'the tools to add'}", tool, "native") for tool in new]
    settled = settle_names(read, rename_duplicates).tools
    return add_tools(graph, (tool for tool in settled if tool.name not in graph), embed_texts)


def _write_edges(graph: Any, path: Path, embedder: str | None) -> None:
    """Write the edges of a graph, or with an embedder the scores of all pairs."""
    from toolgraph.graph.all_scores import all_scores
    from toolgraph.graph.exports import write_edges_csv

    edges = graph.edges()
    if embedder is not None:
        edges = all_scores(graph.tools, embedding_named(embedder)[0], edges=graph.edges_rule)
    with writing(path):
        write_edges_csv(edges, path)


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
    measure = "cosine" if statistics["edges_rule"] == "toolflow" else "typed score"
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in statistics["verdicts"].items())
    return [
        ("tools", f"{statistics['nodes']:,}"),
        ("edges", f"{edges['P-P']:,} P-P (similar parameters), {edges['P-R']:,} P-R (a result fits a parameter)"),
        ("degree", spread),
        ("components", f"{statistics['components']:,}, the largest of {statistics['largest_component']:,} tools"),
        ("isolated", f"{statistics['isolated']:,} tools"),
        *([("verdicts", f"{told} (pairs of fields of P-R edges)")] if told else []),
        ("threshold", f"{measure} > {statistics['threshold']} by {statistics['model']}"),
    ]
