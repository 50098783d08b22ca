"""`toolgraph export`: write the dialogues of a run in a training format."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import click

from toolgraph.errors import FormatError

EXPORTED = ("openai", "sharegpt", "hermes", "button")
"""Formats to choose from; our own is what a run directory holds already."""


@click.command(epilog="Example: toolgraph export runs/mine --format openai --out train.jsonl")
@click.argument("source", metavar="RUN_OR_FILE", type=click.Path(path_type=Path))
@click.option("--format", "name", required=True, type=click.Choice(EXPORTED), help="The format to write.")
@click.option("--out", required=True, help="File for the records, one per line; - is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def command(source: Path, name: str, out: str, force: bool) -> None:
    """Write the dialogues of a run, or of a file, in a training format."""
    lines = _lines(source, name)
    if out == "-":
        for line in lines:
            click.echo(line)
        return
    target = Path(out)
    if target.exists() and not force:
        raise FormatError(f"{out}: exists; choose another file, or write over it with --force")
    click.echo(f"{_write(lines, target):,} dialogues written to {out} ({name})", err=True)


def _lines(source: Path, name: str) -> Iterator[str]:
    from toolgraph.formats import FORMATS, read_dialogues

    for dialogue in read_dialogues(source):
        yield json.dumps(FORMATS[name].write(dialogue), ensure_ascii=False)


def _write(lines: Iterator[str], target: Path) -> int:
    """Write all lines or nothing: a source that breaks off in the middle leaves no half of a file behind."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for line in lines:
                file.write(f"{line}\n")
                count += 1
        unfinished.replace(target)
    except OSError as error:
        raise FormatError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count
