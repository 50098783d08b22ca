"""`toolgraph graph explain`: why two tools are linked, or not."""

import difflib
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolgraph.cli.embedding import embedding_like, embedding_named
from toolgraph.cli.graph_options import PATH, RENAME_HELP, embedding_options, require_no_say
from toolgraph.cli.terminal import clean
from toolgraph.phrases import counted

if TYPE_CHECKING:
    from toolgraph.graph.explaining import Explanation, Nothing
    from toolgraph.tools.edges import Confirmation

WIDTH = 110
NEAREST = 3
"""Names proposed at most for one that is not known."""


@click.command(epilog="Example: toolgraph graph explain search_flights book_flight --graph my_graph")
@click.argument("tool")
@click.argument("other")
@click.option("--graph", "directory", type=PATH, help="A graph made by toolgraph graph, instead of --tools.")
@click.option(
    "--tools", multiple=True, type=PATH, metavar="FILE_OR_DIR", help="Files or directories of tools; - is stdin."
)
@click.option("--rename-duplicates/--no-rename-duplicates", default=None, help=RENAME_HELP)
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
        require_no_say("edges", "threshold", "rename_duplicates", beside="--graph")
        graph = load_graph(directory)
        embed_texts = embedding_like(graph, directory, embedder)
        catalogue, rule, least, told = graph.tools, graph.edges_rule, graph.threshold, graph.confirmations
    else:
        require_unasked_rule(edges)
        embed_texts, _ = embedding_named(embedder)
        catalogue = load_tools(tools, rename_duplicates=rename_duplicates)
    places = [_place(name, [each.name for each in catalogue]) for name in (tool, other)]
    if places[0] == places[1]:
        raise ConfigError(f"'{tool}' is one tool, and no tool is linked to itself; name two")
    found = explain(Catalogue.of(catalogue), embed_texts, *places, edges=rule, threshold=least, told=told)
    if as_json:
        click.echo(json.dumps([_record(each) for each in found], ensure_ascii=False))
        return
    edges_found = sum(each.is_edge for each in found)
    verdict = f"linked, by {counted(edges_found, 'edge')}" if edges_found else "not linked"
    click.secho(clean(f"{tool} and {other} are {verdict}"), bold=True)
    for each in found:
        click.echo()
        for line in _explanation(each):
            click.echo(line)


def _place(name: str, names: Sequence[str]) -> int:
    from toolgraph.errors import ConfigError

    if name in names:
        return names.index(name)
    folded = {each.casefold(): each for each in reversed(names)}
    holding = [each for each in folded if name.casefold() in each]
    near = sorted(holding, key=lambda each: (len(each), each))[:NEAREST] or difflib.get_close_matches(
        name.casefold(), folded, n=1
    )
    hint = f"; did you mean {' or '.join(repr(folded[each]) for each in near)}?" if near else ""
    raise ConfigError(f"there is no tool '{name}'{hint}")


def _record(explained: "Explanation | Nothing") -> dict[str, object]:
    from toolgraph.graph.explaining import Nothing

    pair = explained if isinstance(explained, Nothing) else explained.best
    record = {"kind": pair.kind, "source": pair.source, "target": pair.target, "is_edge": explained.is_edge}
    return {**record, "sentence": explained.sentence, **asdict(explained)}


def _explanation(explained: "Explanation | Nothing") -> Iterator[str]:
    """Yield the lines that show an explanation: whether there is an edge, why, and the evidence."""
    from toolgraph.graph.explaining import Nothing

    if isinstance(explained, Nothing):
        yield _head(explained.source, explained.kind, explained.target) + ", no edge"
        yield from _wrapped(explained.sentence)
        return
    edge, verdict = explained.best, "edge" if explained.is_edge else "no edge"
    head = _head(edge.source, edge.kind, edge.target)
    yield f"{head}, {verdict}, score {edge.score:.2f} (threshold {explained.threshold})"
    yield from _wrapped(explained.sentence)
    arrow = _arrow(edge.kind)
    for each in explained.told:
        yield from _wrapped(
            f"{each.verdict} by the {each.by}: {each.edge.source_field} {arrow} {each.edge.target_field}, {each.reason}"
        )
    if explained.is_published:
        return
    yield clean(f"  {edge.source_field} {arrow} {edge.target_field}")
    yield f"  {'evidence':<10}{'value':>7}{'weight':>8}{'adds':>7}"
    for piece in explained.pieces:
        yield f"  {piece.name:<10}{piece.value:>7.2f}{piece.weight:>8.2f}{piece.adds:>+7.2f}"
    needed = f"an edge needs more than {explained.needed:.2f}" if isfinite(explained.needed) else "no sum is enough"
    yield f"  {'sum':<10}{sum(piece.adds for piece in explained.pieces):>+22.2f}  ({needed})"


def _head(source: str, kind: str, target: str) -> str:
    return click.style(clean(f"{source} {_arrow(kind)} {target}"), bold=True) + f"  {kind}"


def _arrow(kind: str) -> str:
    return "->" if kind == "P-R" else "--"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        clean(text), WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
