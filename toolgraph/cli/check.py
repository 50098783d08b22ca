"""`toolgraph check`: check dialogues, ours or anyone's, and print what is wrong.

Of a run directory in button mode, the dialogues are held against their tasks as well, which stand in the blueprints.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import ValidationError

from toolgraph.cli.terminal import clean
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Finding
from toolgraph.errors import FormatError

EXAMPLES = 3
"""Findings shown of each check beneath the table."""


@click.command(epilog="Example: toolgraph check runs/mine/dialogues.jsonl")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", help="The format of the files, if it shall not be seen from them.")
@click.option("--json", "as_json", is_flag=True, help="Print every finding with its place, as JSON.")
def command(files: tuple[Path, ...], format: str | None, as_json: bool) -> None:
    """Check dialogues, ours or anyone's, and print what is wrong. Exits with 1 if something is."""
    outcome = Outcome()
    for checked in _checked(files, format):
        outcome.add(checked, keep=None if as_json else EXAMPLES)
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
    else:
        outcome.print_table()
    if outcome.findings:
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Checked:
    """A dialogue that was checked, where it stands, and what was found."""

    file: str
    dialogue: str
    findings: tuple[Finding, ...]
    has_task: bool = False
    """Whether it was held against its task as well."""


def _checked(files: tuple[Path, ...], format: str | None) -> Iterator[Checked]:
    from toolgraph.formats import read_dialogues
    from toolgraph.quality.checks import findings_in
    from toolgraph.quality.tasks import task_findings

    for file in files:
        plans = _planned_tasks(file)
        for dialogue in read_dialogues(file, format):
            findings = findings_in(dialogue)
            plan = plans.get(dialogue.blueprint)
            if plan is not None and plan.task is not None:
                said, offered = dialogue.messages, dialogue.tools
                findings += (*task_findings(plan.task, is_parallel=plan.is_parallel, messages=said, tools=offered),)
            yield Checked(str(file), dialogue.id, findings, has_task=plan is not None)


def _planned_tasks(directory: Path) -> dict[str, Blueprint]:
    """The blueprints with a task beside the dialogues of a run directory, by their ids; none of a file."""
    from toolgraph.run.journal import BLUEPRINTS

    path = directory / BLUEPRINTS
    if not path.is_file():
        return {}
    plans: dict[str, Blueprint] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if b'"task"' not in line or not line.endswith(b"\n"):
                continue  # a plan of the other mode, or the last one of a run that was killed
            try:
                plan = Blueprint.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"])) or "line"
                raise FormatError(f"{path}, line {number}: has an invalid '{place}' ({first['msg']})") from error
            if plan.task is not None:
                plans[plan.id] = plan
    return plans


class Outcome:
    """What the checks found in all files."""

    def __init__(self) -> None:
        self.dialogues = 0
        self.tasks = 0
        self.failed: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.kept: dict[str, list[tuple[str, str, Finding]]] = {}
        self.failed_dialogues = 0

    def add(self, checked: Checked, *, keep: int | None) -> None:
        """Count the findings of one dialogue and keep the first `keep` of each check, or all."""
        self.dialogues += 1
        self.tasks += checked.has_task
        self.failed_dialogues += bool(checked.findings)
        self.failed.update({finding.check for finding in checked.findings})
        for finding in checked.findings:
            self.findings[finding.check] += 1
            kept = self.kept.setdefault(finding.check, [])
            if keep is None or len(kept) < keep:
                kept.append((checked.file, checked.dialogue, finding))

    def rows(self) -> list[tuple[str, int, int, int]]:
        """Return a row for every check: its name, the dialogues, those that failed, and the findings."""
        from toolgraph.quality.checks import CHECKS
        from toolgraph.quality.tasks import TASK

        dialogues = {**dict.fromkeys(CHECKS, self.dialogues), **({TASK: self.tasks} if self.tasks else {})}
        return [(name, number, self.failed[name], self.findings[name]) for name, number in dialogues.items()]

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
        if self.tasks:
            click.echo(
                f"{self.tasks:,} of {self.dialogues:,} dialogues were held against the sub-tasks of their blueprints"
            )
        passed = self.dialogues - self.failed_dialogues
        click.echo(f"{passed:,} of {self.dialogues:,} dialogues pass every check")


def _line(row: tuple[object, ...], widths: list[int]) -> str:
    name, *numbers = row
    return "  ".join(
        [f"{name!s:<{widths[0]}}", *(f"{cell!s:>{width}}" for cell, width in zip(numbers, widths[1:], strict=True))]
    )
