"""Journal: the append-only files of a run, which agree with each other whenever the run was stopped.

Each index tried leaves one line in `dialogues.jsonl` or in `rejected.jsonl`, and before it, where it got that far,
one in `blueprints.jsonl`, in the order of the indices. A run that was killed leaves at worst a last line cut short
or a blueprint without its fate. Since the fate of an index depends on nothing but the configuration and the index,
what does not fit is cut off and made again, the same.
"""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from toolgraph.errors import GenerationError, RunDirectoryError
from toolgraph.run.outcome import Outcome

BLUEPRINTS, DIALOGUES, REJECTED = "blueprints.jsonl", "dialogues.jsonl", "rejected.jsonl"
FILES = (BLUEPRINTS, DIALOGUES, REJECTED)
_HEAD = re.compile(rb'\{"id":"d(\d+)"')
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A complete line of a file: the index it belongs to, where it ends, and whether it names a blueprint."""

    index: int
    end: int
    has_blueprint: bool


class Journal:
    """The three files, open for appending.

    Opening brings files left by a killed run into agreement; `accepted` and `rejected` count what they hold.
    """

    def __init__(self, directory: Path) -> None:
        self.accepted, self.rejected = _agree(directory)
        self._files: dict[str, BinaryIO] = {name: (directory / name).open("ab") for name in FILES}

    @property
    def next_index(self) -> int:
        """The first index that was not tried yet."""
        return self.accepted + self.rejected

    def append(self, outcome: Outcome) -> None:
        """Write one outcome down; it is in the hands of the system when this returns.

        Raises:
            GenerationError: it cannot be written.
        """
        if outcome.index != self.next_index:
            raise ValueError(f"expected the outcome of {self.next_index}, got that of {outcome.index}")
        try:
            if outcome.blueprint is not None:
                self._write(BLUEPRINTS, outcome.blueprint)
            self._write(DIALOGUES if outcome.is_accepted else REJECTED, outcome.line)
        except OSError as error:
            raise GenerationError(f"cannot write on ({error}); make room and start the same command again") from error
        if outcome.is_accepted:
            self.accepted += 1
        else:
            self.rejected += 1

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _write(self, name: str, line: str) -> None:
        self._files[name].write(line.encode("utf-8", "surrogatepass") + b"\n")
        self._files[name].flush()


def counted_in(directory: Path) -> tuple[int, int]:
    """Return how many accepted and rejected dialogues a directory holds, before its files are brought to agree."""
    return sum(1 for _ in _lines(directory / DIALOGUES)), sum(1 for _ in _lines(directory / REJECTED))


def _agree(directory: Path) -> tuple[int, int]:
    """Cut the files to the longest run of indices they agree on; return how many were accepted and rejected."""
    held = {name: list(_lines(directory / name)) for name in FILES}
    kept = dict.fromkeys(FILES, 0)

    def following(name: str) -> Line | None:
        lines = held[name]
        return lines[kept[name]] if kept[name] < len(lines) else None

    for index in range(len(held[DIALOGUES]) + len(held[REJECTED])):
        plan = following(BLUEPRINTS)
        fate = next((name for name in (DIALOGUES, REJECTED) if (line := following(name)) and line.index == index), None)
        if fate is None:
            break
        line = held[fate][kept[fate]]
        if line.has_blueprint:
            if plan is None or plan.index != index:
                break
            kept[BLUEPRINTS] += 1
        kept[fate] += 1
    for name in FILES:
        end = held[name][kept[name] - 1].end if kept[name] else 0
        _cut(directory / name, end, dropped=len(held[name]) - kept[name])
    return kept[DIALOGUES], kept[REJECTED]


def _cut(path: Path, end: int, *, dropped: int) -> None:
    if path.exists() and path.stat().st_size > end:
        if dropped > 1:
            log.warning("%s: %d lines that the other files do not know are made again", path, dropped)
        with path.open("r+b") as file:
            file.truncate(end)


def _lines(path: Path) -> Iterator[Line]:
    """Yield the complete lines of a file; one cut short at its end is left out, and a missing file has none."""
    if not path.exists():
        return
    end = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            end += len(line)
            head = _HEAD.match(line)
            if head is None:
                raise RunDirectoryError(
                    f"{path}, line {number}: was not written by a run of toolgraph; name another directory"
                )
            has_blueprint = path.name != REJECTED or bool(json.loads(line)["blueprint"])
            yield Line(int(head[1]), end, has_blueprint)
