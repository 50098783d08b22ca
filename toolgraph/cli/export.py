"""`toolgraph export`: write the dialogues of a run in a training format, or tools in a form for other software."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from toolgraph.cli.terminal import clean
from toolgraph.errors import FormatError, InputError, ToolSpecError
from toolgraph.whole_files import write_whole, writing

EXPORTED = ("openai", "sharegpt", "hermes", "button")
"""Formats of dialogues to choose from; our own is what a run directory holds already."""
TOOL_FORMS = ("openai", "anthropic", "mcp", "openapi", "toolgraph")
"""Forms of tools to choose from."""
_EXAMPLE = "Example: toolgraph export runs/mine --format openai --out train.jsonl"


@click.command(epilog=_EXAMPLE)
@click.argument("source", metavar="RUN_OR_FILE", type=click.Path(path_type=Path))
@click.option("--tools", "of_tools", is_flag=True, help="Write the tools of a run, or of a catalogue, not dialogues.")
@click.option(
    "--format",
    "name",
    required=True,
    type=click.Choice(tuple(dict.fromkeys(EXPORTED + TOOL_FORMS))),
    help=f"The format to write: of dialogues {', '.join(EXPORTED)}; of tools {', '.join(TOOL_FORMS)}.",
    metavar="FORMAT",
)
@click.option("--out", required=True, help="File for the records, one per line, or for the tools; - is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def command(source: Path, of_tools: bool, name: str, out: str, force: bool) -> None:
    """Write dialogues in a training format, or tools for other software."""
    _require_form(name, TOOL_FORMS if of_tools else EXPORTED, "tools" if of_tools else "dialogues")
    lines, remarks = _tool_lines(source, name) if of_tools else (_lines(source, name), [])
    if out == "-":
        for line in lines:
            click.echo(line)
        return
    target = Path(out)
    if target.exists() and not force:
        raise FormatError(f"{out}: exists; choose another file, or write over it with --force")
    count = _write(lines, target)
    for remark in remarks or [f"{count:,} dialogues written to {out} ({name})"]:
        click.echo(remark, err=True)


def _require_form(name: str, forms: tuple[str, ...], what: str) -> None:
    if name not in forms:
        raise InputError(f"--format {name}: is no form of {what}; choose {', '.join(forms[:-1])} or {forms[-1]}")


def _tool_lines(source: Path, name: str) -> tuple[list[str], list[str]]:
    """The lines of a file of tools, and what is to be said of it: how many, and what the form cannot say."""
    from toolgraph.tools.catalogue import load_tools
    from toolgraph.tools.exporters import lost_fields, refused_names, tools_text

    tools = load_tools([_tools_of(source)])
    remarks = [f"{len(tools):,} tools written ({name})"]
    lost = ", ".join(f"{field} of {count:,}" for field, count in lost_fields(tools, name).items())
    if lost:
        remarks.append(f"left out, as the form has no place for it: {lost}")
    refused = refused_names(tools, name)
    if refused:
        remarks.append(f"{len(refused):,} names that readers of the form may refuse, such as {clean(refused[0])!r}")
    return tools_text(tools, name).removesuffix("\n").split("\n"), remarks


def _tools_of(source: Path) -> Path:
    """The file with the tools of a run directory; anything else is a catalogue itself.

    Raises:
        ToolSpecError: the run has no tools yet.
    """
    from toolgraph.run.directory import CONFIG, TOOLS
    from toolgraph.run.tasks import LIBRARY

    if not (source / CONFIG).is_file():
        return source
    found = next((source / name for name in (TOOLS, LIBRARY) if (source / name).is_file()), None)
    if found is None:
        raise ToolSpecError(f"{source}: this run has no tools yet; continue it with `toolgraph generate`")
    return found


def _lines(source: Path, name: str) -> Iterator[str]:
    from toolgraph.formats import FORMATS, read_dialogues

    for dialogue in read_dialogues(source):
        yield json.dumps(FORMATS[name].write(dialogue), ensure_ascii=False)


def _write(lines: Iterable[str], target: Path) -> int:
    """Write all lines or nothing: a source that breaks off in the middle leaves no half of a file behind."""
    count = 0

    def write(path: Path) -> None:
        nonlocal count
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for line in lines:
                file.write(f"{line}\n")
                count += 1

    with writing(target, FormatError):
        write_whole(target, write)
    return count
