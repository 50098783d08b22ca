"""`toolgraph sample`: sample sets of related tools from a catalogue."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from toolgraph.cli.graph_options import PATH, embedding_options, graph_of, require_no_say, tools_options

if TYPE_CHECKING:
    from toolgraph.tools.edges import ToolSample

STRATEGY_HELP = (
    "random, walk, dataflow, weighted, restart, community, coverage, same-api, "
    "a mix as mixed:walk=0.5,coverage=0.5, or a class of your own as MODULE:CLASS"
)


@click.command(epilog="Example: toolgraph sample --tools my_tools.json --strategy dataflow -n 5")
@tools_options
@click.option("--graph", "directory", type=PATH, help="A graph made by toolgraph graph, instead of --tools.")
@click.option("--strategy", default="walk", show_default=True, help=f"How tools are chosen: {STRATEGY_HELP}.")
@click.option("--tools-per-dialogue", default="2-6", show_default=True, help="How many tools a sample has.")
@click.option("-n", "--number", type=click.IntRange(min=1), default=10, show_default=True, help="How many samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Where all choices come from.")
@click.option("--distinct", is_flag=True, help="Leave out samples of the same tools as an earlier one.")
@click.option("--out", type=PATH, help="File for the samples, instead of stdout.")
@embedding_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    tools: tuple[Path, ...], more_tools: tuple[Path, ...], rename_duplicates: bool | None, directory: Path | None,
    strategy: str, tools_per_dialogue: str, number: int, seed: int, distinct: bool, out: Path | None,
    edges: str, threshold: float | None, embedder: str, as_json: bool,
) -> None:  # fmt: skip
    """Sample sets of related tools from a catalogue, as JSON Lines."""
    from toolgraph.errors import ConfigError, GenerationError, RunDirectoryError
    from toolgraph.graph.sampling import PATIENCE, parse_range, require_strategy, sample_tools
    from toolgraph.graph.storage import load_graph
    from toolgraph.run.parallel import short_collections

    sizes = parse_range(tools_per_dialogue)
    require_strategy(strategy)
    sources = (*tools, *more_tools)
    if directory and sources:
        raise ConfigError("name the tools or a graph: --tools FILE_OR_DIR... or --graph DIR")
    if directory:
        require_no_say("edges", "threshold", "embedder", "rename_duplicates", beside="--graph")
    graph = load_graph(directory) if directory else graph_of(sources, rename_duplicates, embedder, edges, threshold)
    samples = sample_tools(graph, strategy=strategy, number=number, sizes=sizes, seed=seed, distinct=distinct)
    try:
        with (
            short_collections(),  # a full one would walk through the graph
            click.open_file(out or "-", "w", encoding="utf-8", errors="backslashreplace") as file,
        ):
            summary = _write(samples, file)
    except OSError as error:
        if out is None:
            raise
        raise RunDirectoryError(f"{out}: cannot be written ({error.strerror or error})") from error
    summary["tools"] = len(graph)
    click.echo(json.dumps(summary) if as_json else _sentence(summary), err=True)
    if summary["samples"] < number:
        raise GenerationError(
            f"{summary['samples']:,} distinct samples were found, not the {number:,} asked for; the last {PATIENCE:,} "
            "draws brought no new one; ask for fewer, or for other sizes with --tools-per-dialogue"
        )


def _write(samples: "Iterable[ToolSample]", file: IO[str]) -> dict[str, Any]:
    """Write samples as they come and return how many there were, which tools they hold, and which rules fired."""
    count = 0
    seen: set[str] = set()
    rules: Counter[str] = Counter()
    for sample in samples:
        count += 1
        names = [tool.name for tool in sample.tools]
        record = {
            "id": sample.id, "strategy": sample.strategy, "tools": names,
            "edges": [asdict(edge) for edge in sample.edges], "rules": dict(sample.rules),
        }  # fmt: skip
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
        seen.update(names)
        rules.update(dict(sample.rules))
    return {"samples": count, "tools_seen": len(seen), "rules": dict(sorted(rules.items()))}


def _sentence(summary: dict[str, Any]) -> str:
    fired = ", ".join(f"{rule} {count:,}" for rule, count in summary["rules"].items()) or "none"
    share = summary["tools_seen"] / summary["tools"]
    hold = "sample holds" if summary["samples"] == 1 else "samples hold"
    return (
        f"{summary['samples']:,} {hold} {summary['tools_seen']:,} of {summary['tools']:,} tools ({share:.1%}); "
        f"rules fired: {fired}"
    )
