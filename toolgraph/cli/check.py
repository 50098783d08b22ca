"""`toolgraph check`: check dialogues, ours or anyone's, and print what is wrong."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from toolgraph.cli.terminal import clean
from toolgraph.dialogue.record import Finding

EXAMPLES = 3
"""Findings shown of each check beneath the table."""


@click.command(epilog="Example: toolgraph check runs/mine/dialogues.jsonl")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", help="The format of the files, if it shall not be seen from them.")
@click.option("--json", "as_json", is_flag=True, help="Print every finding with its place, as JSON.")
def command(files: tuple[Path, ...], format: str | None, as_json: bool) -> None:
    """Check dialogues, ours or anyone's, and print what is wrong. Exits with 1 if something is."""
    outcome = Outcome()
    for file, dialogue, findings in _findings(files, format):
        outcome.add(file, dialogue, findings, keep=None if as_json else EXAMPLES)
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
    else:
        outcome.print_table()
    if outcome.findings:
        sys.exit(1)


def _findings(files: tuple[Path, ...], format: str | None) -> Iterator[tuple[str, str, tuple[Finding, ...]]]:
    from toolgraph.formats import read_dialogues
    from toolgraph.quality.checks import findings_in

    for file in files:
        for dialogue in read_dialogues(file, format):
            yield str(file), dialogue.id, findings_in(dialogue)


class Outcome:
    """What the checks found in all files."""

    def __init__(self) -> None:
        self.dialogues = 0
        self.failed: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.kept: dict[str, list[tuple[str, str, Finding]]] = {}
        self.failed_dialogues = 0

    def add(self, file: str, dialogue: str, findings: tuple[Finding, ...], *, keep: int | None) -> None:
        """Count the findings of one dialogue and keep the first `keep` of each check, or all."""
        self.dialogues += 1
        self.failed_dialogues += bool(findings)
        self.failed.update({finding.check for finding in findings})
        for finding in findings:
            self.findings[finding.check] += 1
            kept = self.kept.setdefault(finding.check, [])
            if keep is None or len(kept) < keep:
                kept.append((file, dialogue, finding))

    def rows(self) -> list[tuple[str, int, int, int]]:
        """Return a row for every check: its name, the dialogues, those that failed, and the findings."""
        from toolgraph.quality.checks import CHECKS

        return [(name, self.dialogues, self.failed[name], self.findings[name]) for name in CHECKS]

    def as_json(self) -> dict[str, object]:
        """Return the table and every finding with its place, for programs."""
        return {
            "dialogues": self.dialogues,
            "failed_dialogues": self.failed_dialogues,
            "checks": [
                {"check": name, "dialogues": dialogues, "failed": failed, "findings": findings}
                for name, dialogues, failed, findings in self.rows()
            ],
            "findings": [
                {"file": file, "dialogue": dialogue, **finding.model_dump()}
                for kept in self.kept.values()
                for file, dialogue, finding in kept
            ],
        }

    def print_table(self) -> None:
        """Print the table and some findings of each check that failed."""
        header = ("check", "dialogues", "failed", "findings")
        widths = [max(len(str(row[column])) for row in (header, *self.rows())) for column in range(4)]
        click.secho(_line(header, widths), bold=True)
        for row in self.rows():
            click.secho(_line(row, widths), fg="red" if row[3] else "green")
        for name, kept in self.kept.items():
            click.echo()
            click.secho(f"{name}: {self.findings[name]:,} findings, such as", bold=True)
            for file, dialogue, finding in kept:
                place = f", {finding.place}" if finding.place else ""
                click.echo(clean(f"  {file}: {dialogue}, message {finding.message}{place}: {finding.reason}"))
        click.echo()
        passed = self.dialogues - self.failed_dialogues
        click.echo(f"{passed:,} of {self.dialogues:,} dialogues pass every check")


def _line(row: tuple[object, ...], widths: list[int]) -> str:
    name, *numbers = row
    return "  ".join(
        [f"{name!s:<{widths[0]}}", *(f"{cell!s:>{width}}" for cell, width in zip(numbers, widths[1:], strict=True))]
    )
