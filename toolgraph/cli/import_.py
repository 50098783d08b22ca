"""`toolgraph import`: read tools from whatever describes them, and report on what was found."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolgraph.cli.graph_options import RENAME_HELP
from toolgraph.cli.terminal import clean
from toolgraph.errors import ConfigError, ToolSpecError
from toolgraph.phrases import counted
from toolgraph.whole_files import write_whole, writing

if TYPE_CHECKING:
    from toolgraph.tools.health import Measure
    from toolgraph.tools.importing import ImportReport, SourceReport
    from toolgraph.tools.spec import ToolSpec
    from toolgraph.tools.tallies import Kind

SHOWN_SOURCES = 20
SHOWN_KINDS = 8
SHOWN_TWINS = 10
_WIDTH = 150


def _list_formats(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from toolgraph.tools.importers import format_titles

    titles = format_titles()
    width = max(map(len, titles))
    for name, title in titles.items():
        click.echo(f"{name:<{width}}  {title}")
    context.exit()


@click.command("import", epilog="Example: toolgraph import my_api.yaml more_tools/ --out tools.jsonl")
@click.argument("sources", nargs=-1, metavar="[SRC]...")
@click.option(
    "--out", metavar="FILE", help="File for the tools, one per line; - is stdout. Without it only the report."
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.option("--format", metavar="NAME", help="The format of the sources, if it shall not be seen from them.")
@click.option("--list-formats", is_flag=True, is_eager=True, expose_value=False, callback=_list_formats,
              help="Print the names of all formats.")  # fmt: skip
@click.option("--mcp", "servers", multiple=True, metavar="COMMAND|URL", help="A live MCP server; may be repeated.")
@click.option("--env", "environment", multiple=True, metavar="NAME",
              help="Environment variable that servers and Python files are given, by its name.")  # fmt: skip
@click.option("--execute", is_flag=True, help="Run Python files, and read the tools that are there then.")
@click.option("--allow-remote-refs", is_flag=True, help="Follow references to other hosts.")
@click.option("--dedupe", is_flag=True, help="Merge tools that do the same under another name into the first.")
@click.option("--rename-duplicates/--no-rename-duplicates", default=None, help=RENAME_HELP)
@click.option("--check", is_flag=True, help="Print how well the tools are described.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    sources: tuple[str, ...], out: str | None, force: bool, format: str | None, servers: tuple[str, ...],
    environment: tuple[str, ...], execute: bool, allow_remote_refs: bool, dedupe: bool,
    rename_duplicates: bool | None, check: bool, as_json: bool,
) -> None:  # fmt: skip
    """Read tools from files, directories, patterns, stdin (-) and live servers, and report on what was found.

    Exits with 1 if no tool was read.
    """
    from toolgraph.tools.health import measure_health
    from toolgraph.tools.importing import import_tools

    if not sources and not servers:
        raise ConfigError('name what to import: files, directories, - for standard input, or --mcp "COMMAND"')
    if out is not None and out != "-" and Path(out).is_dir():
        raise ToolSpecError(f"{out}: is a directory; name the file to write, such as {Path(out) / 'tools.jsonl'}")
    if out is not None and out != "-" and Path(out).exists() and not force:
        raise ToolSpecError(f"{out}: exists; choose another file, or write over it with --force")
    if environment and not servers and not execute:
        raise ConfigError("--env names what programs are given, and none is run: it goes with --mcp or --execute")
    report = import_tools(
        sources, format=format, allow_remote=allow_remote_refs, servers=servers, execute=execute, dedupe=dedupe,
        environment=[name.strip() for names in environment for name in names.split(",")],
        rename_duplicates=rename_duplicates,
    )  # fmt: skip
    health = measure_health(report.tools, merged=report.merged, renamed=report.renamed) if check else ()
    if out is not None and report.tools:
        _write(report.tools, out)
    print_to_stderr = out == "-"
    if as_json:
        click.echo(json.dumps(_as_json(report, health, out), ensure_ascii=False, indent=1), err=print_to_stderr)
    else:
        for line in (*_lines(report), *_health_lines(health), *_last_lines(report, out)):
            click.echo(clean(line), err=print_to_stderr)
    if not report.tools:
        sys.exit(1)


def _lines(report: "ImportReport") -> Iterable[str]:
    read = [source for source in report.sources if source.tools]
    are_many = len(read) > SHOWN_SOURCES
    for source in read[:SHOWN_SOURCES]:
        formats = ", ".join(f"{count:,} {name}" for name, count in source.formats.items())
        told = f"{source.source}: {counted(source.tools, 'tool')} ({formats})"
        yield f"{told}{_amounts([source])}" if are_many else told
        if not are_many:
            yield from _kinds_of([source])
    if are_many:
        rest = read[SHOWN_SOURCES:]
        yield f"and {len(rest):,} more (--json): {sum(source.tools for source in rest):,} tools{_amounts(rest)}"
        yield f"all {len(read):,} together: {sum(source.tools for source in read):,} tools"
        yield from _kinds_of(read)
    for source in report.sources:
        if not source.tools:
            yield f"{source.source}: {'files left out' if source.is_rest else '0 tools'}"
            yield from _kinds_of([source])
    for source in report.sources:
        yield from (f"warning: {source.source}: {doubt}" for doubt in source.doubts)
    if report.merged:
        yield f"{counted(report.merged, 'identical tool')} of one name merged"
    if report.renamed:
        share, were = ("shares", "was") if report.renamed == 1 else ("share", "were")
        yield (
            f"{counted(report.renamed, 'tool')} {share} a name with a different tool and {were} kept apart "
            "as NAME_2, NAME_3 ..."
        )
    for twin in report.twins[:SHOWN_TWINS]:
        yield f"left out {twin.name}: {twin.why} as {twin.kept}"
    if len(report.twins) > SHOWN_TWINS:
        yield f"and {len(report.twins) - SHOWN_TWINS:,} more (--json)"
    if report.hardly_described:
        number = report.hardly_described
        were = "was not compared" if number == 1 else "were not compared"
        yield f"{counted(number, 'tool')} {were} with others by description, which has fewer than three words"


def _amounts(sources: Sequence["SourceReport"]) -> str:
    """How much of some sources was repaired and skipped, in short."""
    repaired = sum(kind.count for source in sources for kind in source.repaired)
    skipped = sum(kind.count for source in sources for kind in source.skipped)
    return (f", {repaired:,} repaired" if repaired else "") + (f", {skipped:,} skipped" if skipped else "")


def _kinds_of(sources: Sequence["SourceReport"]) -> Iterable[str]:
    """What was repaired and skipped in some sources, by kind."""
    from toolgraph.tools.tallies import summed

    yield from _kind_lines("repaired", summed(kind for source in sources for kind in source.repaired))
    yield from _kind_lines("skipped", summed(kind for source in sources for kind in source.skipped))


def _kind_lines(title: str, kinds: Sequence["Kind"]) -> Iterable[str]:
    for kind in kinds[:SHOWN_KINDS]:
        reason = " ".join(kind.reason.split())
        reason = reason if len(reason) <= _WIDTH else f"{reason[:_WIDTH]} ..."
        such_as = "such as " if kind.count > 1 else ""
        yield f"  {title} {kind.count:,}: {reason} ({such_as}{kind.where})"
    if len(kinds) > SHOWN_KINDS:
        yield f"  {title}: {len(kinds) - SHOWN_KINDS:,} more kinds (--json)"


def _health_lines(health: Sequence["Measure"]) -> Iterable[str]:
    if not health:
        return
    yield ""
    width = max(len(measure.name) for measure in health)
    for measure in health:
        share = "" if measure.share is None else f"{measure.share:.1%}"
        line = f"{measure.name:<{width}}  {measure.count:>7,}  {share:>6}"
        examples = "; ".join(example[:40] for example in measure.examples)
        yield (f"{line}  {examples}" if examples else line).rstrip()
    yield ""


def _last_lines(report: "ImportReport", out: str | None) -> Iterable[str]:
    number = len(report.tools)
    if not number:
        yield "no tools were read, and nothing is written"
    elif out is None:
        yield f"{counted(number, 'tool')}; nothing is written without --out FILE"
    else:
        yield f"{counted(number, 'tool')} written to {'stdout' if out == '-' else out}"


def _as_json(report: "ImportReport", health: Sequence["Measure"], out: str | None) -> dict[str, Any]:
    from toolgraph.tools.tallies import summed

    return {
        "tools": len(report.tools),
        "written_to": out if report.tools else None,
        "sources": [
            {
                "source": source.source,
                "tools": source.tools,
                "formats": source.formats,
                "repaired": [asdict(kind) for kind in source.repaired],
                "skipped": [asdict(kind) for kind in source.skipped],
                "doubts": source.doubts,
            }
            for source in report.sources
        ],
        "repaired": [asdict(kind) for kind in summed(kind for one in report.sources for kind in one.repaired)],
        "skipped": [asdict(kind) for kind in summed(kind for one in report.sources for kind in one.skipped)],
        "merged": report.merged,
        "renamed": report.renamed,
        "twins": [twin._asdict() for twin in report.twins],
        "hardly_described": report.hardly_described,
        **({"health": [{**asdict(measure), "share": measure.share} for measure in health]} if health else {}),
    }


def _write(tools: Iterable["ToolSpec"], out: str) -> None:
    """Write all tools or nothing: a full disk leaves no half of a catalogue behind."""
    from toolgraph.tools.catalogue import tool_lines, write_tools

    if out == "-":
        for line in tool_lines(tools):
            click.echo(line)
        return
    with writing(out, ToolSpecError):
        write_whole(Path(out), lambda path: write_tools(tools, path))
