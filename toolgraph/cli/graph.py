"""`toolgraph graph`: link the tools of a catalogue into a graph."""

import difflib
import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from toolgraph.cli.model_options import GroupedCommand, confirm_options, parse_extra
from toolgraph.cli.terminal import clean

if TYPE_CHECKING:
    from toolgraph.tools.edges import Confirmation

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
    """Add what decides which tools are linked."""
    command = click.option(
        "--embedder", default="embedded", show_default=True,
        help="Name or path of a sentence-transformers model; static:NAME for a fast one made of it.",
    )(command)  # fmt: skip
    command = click.option(
        "--threshold", type=float, help="Score above which there is an edge.  [default: 0.5, with toolflow 0.82]"
    )(command)
    return click.option(
        "--edges",
        default="typed",
        show_default=True,
        help="What links tools: typed, toolflow as published, or confirmed, by a model.",
    )(command)


class GraphCommand(GroupedCommand):
    """`toolgraph graph`, which makes a graph, and `toolgraph graph explain`, which says why two tools are linked."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand on to `explain` where that is the first word."""
        if args[:1] == ["explain"]:
            return explain_command.make_context(f"{info_name} explain", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    cls=GraphCommand,
    epilog="Example: toolgraph graph --tools my_tools.json --out my_graph --edges-csv edges.csv; and toolgraph graph "
    "explain TOOL OTHER --graph my_graph says why two tools are linked, or not.",
)
@tools_options
@click.option("--out", type=PATH, help="Directory for the graph.")
@click.option("--add", multiple=True, type=PATH, metavar="FILE_OR_DIR...", help="Add these tools to --graph instead.")
@click.option("--graph", "directory", type=PATH, help="The graph that tools are added to, made with toolflow edges.")
@embedding_options
@click.option("--ann", is_flag=True, help="Find nearly all toolflow edges, faster: with an approximate index.")
@click.option("--edges-csv", type=PATH, help="Also write every edge to this CSV file.")
@click.option("--all-scores", is_flag=True, help="Write to it every pair of tools, also below the threshold.")
@click.option("--graphml", type=PATH, help="Also write the graph as GraphML; for graphs of some thousand tools.")
@click.option("--gexf", type=PATH, help="Also write the graph as GEXF; for graphs of some thousand tools.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@confirm_options
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], rename_duplicates: bool | None, out: Path | None,
    add: tuple[Path, ...], directory: Path | None, edges: str, threshold: float | None, embedder: str, ann: bool,
    edges_csv: Path | None, all_scores: bool, graphml: Path | None, gexf: Path | None, as_json: bool, **models: Any,
) -> None:  # fmt: skip
    """Link the tools of a catalogue into a graph, by the parameters they share and the results they can hand on."""
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
    confirm = _confirming(edges, models)
    made = "typed" if confirm else edges
    if directory:
        graph = _grown(directory, (*add, *more_tools), rename_duplicates, embedder)
    else:
        graph = graph_of((*tools, *more_tools), rename_duplicates, embedder, made, threshold, ann=ann)
    if confirm:
        graph = confirm(graph)
    if edges_csv:
        _write_edges(graph, edges_csv, embedder if all_scores else None)
    if out:
        save_graph(graph, out)
    for path, write in ((graphml, write_graphml), (gexf, write_gexf)):
        if path:
            with _writing(path):
                write(graph, path)
    statistics = graph_statistics(graph).as_dict()
    if as_json:
        click.echo(json.dumps(statistics, ensure_ascii=False))
    else:
        print_statistics(statistics)


@click.command(epilog="Example: toolgraph graph explain search_flights book_flight --graph my_graph")
@click.argument("tool")
@click.argument("other")
@click.option("--graph", "directory", type=PATH, help="A graph made by toolgraph graph, instead of --tools.")
@click.option("--tools", multiple=True, type=PATH, metavar="FILE_OR_DIR", help="Tools by path or pattern; - is stdin.")
@click.option(
    "--rename-duplicates/--no-rename-duplicates", default=None, help="Keep different tools of one name apart."
)
@embedding_options
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def explain_command(
    tool: str, other: str, directory: Path | None, tools: tuple[Path, ...], rename_duplicates: bool | None,
    edges: str, threshold: float | None, embedder: str, as_json: bool,
) -> None:  # fmt: skip
    """Say why two tools are linked, or not: their best pair of fields, and what each piece of evidence adds."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.explaining import explain
    from toolgraph.graph.rules import require_rule, require_unasked_rule, threshold_of
    from toolgraph.graph.storage import load_graph
    from toolgraph.graph.typed.sides import Catalogue
    from toolgraph.tools.catalogue import load_tools

    if bool(directory) == bool(tools):
        raise ConfigError("name the tools or a graph: --tools FILE_OR_DIR or --graph DIR")
    rule, least = require_rule(edges), threshold_of(edges, threshold)
    told: Sequence[Confirmation] = ()
    if directory:
        graph = load_graph(directory)
        embed_texts = _embedding_of(graph, directory, embedder)
        catalogue, rule, least, told = graph.tools, graph.edges_rule, graph.threshold, graph.confirmations
    else:
        require_unasked_rule(edges)
        embed_texts, _ = _embedding(embedder)
        catalogue = load_tools(tools, rename_duplicates=rename_duplicates)
    places = [_place(name, [tool.name for tool in catalogue]) for name in (tool, other)]
    if places[0] == places[1]:
        raise ConfigError(f"'{tool}' is one tool, and no tool is linked to itself; name two")
    found = explain(Catalogue.of(catalogue), embed_texts, *places, edges=rule, threshold=least, told=told)
    if as_json:
        records = [{**asdict(each), "is_edge": each.is_edge, "sentence": each.sentence} for each in found]
        click.echo(json.dumps(records, ensure_ascii=False))
        return
    if not found:
        click.echo(
            f"{tool} and {other} are not linked: one has no parameters, and nothing to take what the other returns."
        )
    for number, each in enumerate(found):
        click.echo(("\n" if number else "") + "\n".join(_explanation(each)))


def graph_of(
    tools: tuple[Path, ...], rename_duplicates: bool | None, embedder: str, edges: str, threshold: float | None,
    *, ann: bool = False,
) -> Any:  # fmt: skip
    """Read tools and return their graph, with embeddings from the user's cache where it has them."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.rules import build_graph, require_rule, threshold_of
    from toolgraph.tools.catalogue import load_tools

    if not tools:
        raise ConfigError("name the tools: --tools FILE_OR_DIR...")
    threshold = threshold_of(require_rule(edges), threshold)
    if ann:
        _require_index(edges)
    catalogue = load_tools(tools, rename_duplicates=rename_duplicates)
    embed_texts, model_id = _embedding(embedder)
    return build_graph(
        catalogue, embed_texts, edges=edges, threshold=threshold, model_id=model_id, is_approximate=ann or None
    )


def _require_index(edges: str) -> None:
    """Accept edges that an approximate index can look for, where it is installed."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.approximate import is_installed

    if edges != "toolflow":
        raise ConfigError("an approximate index looks for the published edges only: --ann needs --edges toolflow")
    if not is_installed():
        raise ConfigError('--ann needs faiss; install "toolgraph[ann]", or leave it out')


def _grown(directory: Path, added: tuple[Path, ...], rename_duplicates: bool | None, embedder: str) -> Any:
    """Return a saved graph with more tools, by its own rule and threshold; names are settled as in one catalogue."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.storage import TOOLS, load_graph
    from toolgraph.graph.updating import add_tools
    from toolgraph.tools.catalogue import load_tools

    asked = click.get_current_context().get_parameter_source
    for name in ("edges", "threshold", "ann"):
        if asked(name) is not ParameterSource.DEFAULT:
            raise ConfigError(f"--{name} has no say with --add: the graph keeps its own rule and threshold")
    graph = load_graph(directory)
    embed_texts = _embedding_of(graph, directory, embedder)
    settled = load_tools([directory / TOOLS, *added], rename_duplicates=rename_duplicates)
    return add_tools(graph, (tool for tool in settled if tool.name not in graph), embed_texts)


def _confirming(edges: str, models: dict[str, Any]) -> Callable[[Any], Any] | None:
    """Return what has edges confirmed by the model that is named, or none where they are not to be."""
    from toolgraph.errors import ConfigError

    given = {name: value for name, value in models.items() if value not in (None, ())}
    if edges != "confirmed":
        if given:
            raise ConfigError(f"--{next(iter(given)).replace('_', '-')} has a say only with --edges confirmed")
        return None

    from toolgraph.run.config import make_config, require_consistent
    from toolgraph.run.confirming import confirmed_graph
    from toolgraph.run.models import require_usable
    from toolgraph.run.progress import progress_on

    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    config = make_config({**given, "edges": edges})
    require_consistent(config)
    require_usable(config)

    def confirmed(graph: Any) -> Any:
        with progress_on(sys.stderr) as progress:
            found, note = confirmed_graph(graph, config, progress=progress)
        click.echo(note, err=True)
        return found

    return confirmed


def _embedding(embedder: str) -> tuple[Callable[..., Any], str]:
    """Return what embeds texts, with the user's cache, and the id of the model."""
    from toolgraph.graph.embedding import embed, load_encoder
    from toolgraph.graph.vector_cache import default_cache

    encoder, model_id = load_encoder(embedder)
    return partial(embed, encoder=encoder, model_id=model_id, cache=default_cache(), progress=print_progress), model_id


def _embedding_of(graph: Any, directory: Path, embedder: str) -> Callable[..., Any]:
    """Return what embeds texts as those of a graph were embedded."""
    from toolgraph.errors import ConfigError

    embed_texts, model_id = _embedding(embedder)
    if graph.model_id != model_id:
        raise ConfigError(f"{directory}: was made with the embedder '{graph.model_id}'; name it with --embedder")
    return embed_texts


def _write_edges(graph: Any, path: Path, embedder: str | None) -> None:
    """Write the edges of a graph, or with an embedder the scores of all pairs."""
    from toolgraph.graph.all_scores import all_scores
    from toolgraph.graph.exports import write_edges_csv

    edges = graph.edges()
    if embedder is not None:
        edges = all_scores(graph.tools, _embedding(embedder)[0], edges=graph.edges_rule)
    with _writing(path):
        write_edges_csv(edges, path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say of a file that cannot be written which it is."""
    from toolgraph.errors import RunDirectoryError

    try:
        yield
    except OSError as error:
        raise RunDirectoryError(f"{path}: cannot be written ({error})") from error


def _place(name: str, names: Sequence[str]) -> int:
    from toolgraph.errors import ConfigError

    if name in names:
        return names.index(name)
    near = difflib.get_close_matches(name, names, n=1)
    raise ConfigError(f"there is no tool '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))


def _explanation(explained: Any) -> list[str]:
    """Return the lines that show an explanation: what it is of, the evidence, and a sentence."""
    edge = explained.best
    arrow, verdict = "->" if edge.kind == "P-R" else "--", "edge" if explained.is_edge else "no edge"
    lines = [
        click.style(f"{edge.source} {arrow} {edge.target}", bold=True)
        + f"  {edge.kind}, {verdict}, score {edge.score:.2f} (threshold {explained.threshold})",
        f"{edge.source_field} {arrow} {edge.target_field}",
        f"  {'evidence':<10}{'value':>7}{'weight':>8}{'adds':>7}",
    ]
    lines += [
        f"  {piece.name:<10}{piece.value:>7.2f}{piece.weight:>8.2f}{piece.adds:>+7.2f}" for piece in explained.pieces
    ]
    total = sum(piece.adds for piece in explained.pieces)
    told = [
        f"  {each.verdict} by the model: {each.edge.source_field} {arrow} {each.edge.target_field}, {each.reason}"
        for each in explained.told
    ]
    sentence = clean(explained.sentence)
    return [*lines, f"  {'sum':<10}{total:>+22.2f}  (needed: {explained.needed:.2f})", *map(clean, told), sentence]


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
    measure = "cosine" if statistics["edges_rule"] == "toolflow" else "typed score"
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in statistics["verdicts"].items())
    return [
        ("tools", f"{statistics['nodes']:,}"),
        ("edges", f"{edges['P-P']:,} P-P (similar parameters), {edges['P-R']:,} P-R (a result fits a parameter)"),
        ("degree", spread),
        ("components", f"{statistics['components']:,}, the largest of {statistics['largest_component']:,} tools"),
        ("isolated", f"{statistics['isolated']:,} tools"),
        *([("asked about", f"{told} (pairs of fields of P-R edges)")] if told else []),
        ("threshold", f"{measure} > {statistics['threshold']} by {statistics['model']}"),
    ]
