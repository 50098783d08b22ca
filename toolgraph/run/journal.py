"""Journal: the append-only files of a run, which agree with each other whenever the run was stopped.

Each index tried leaves one line in `dialogues.jsonl` or in `rejected.jsonl`, and before it, where it got that far,
one in `blueprints.jsonl`. Without a model the lines are in the order of the indices; with one they are in the order
in which they were finished, and a run that was stopped has gaps. A run that was killed leaves at worst a last line
cut short or a blueprint without its fate. What does not fit is cut off and made again, the same: by rule, or from the
responses that were kept.
"""

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from toolgraph.errors import GenerationError, RunDirectoryError
from toolgraph.run.outcome import Outcome

BLUEPRINTS, DIALOGUES, REJECTED = "blueprints.jsonl", "dialogues.jsonl", "rejected.jsonl"
FILES = (BLUEPRINTS, DIALOGUES, REJECTED)
_HEAD = re.compile(rb'\{"id":"d(\d+)"')
_BEFORE = re.compile(rb'\{"id":"s\d+"')
"""How a line begins that belongs to no index: a scenario that was refused before any was tried."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A complete line of a file: the index it belongs to, where it ends, and whether it names a blueprint."""

    index: int
    end: int
    has_blueprint: bool


class Journal:
    """The three files, open for appending.

    Opening brings files left by a killed run into agreement; `accepted` and `rejected` count what they hold. With
    `in_order` the indices are taken one after the other, else in any order, and then each line is forced to the disk,
    since a model was paid for it.
    """

    def __init__(self, directory: Path, *, in_order: bool = True) -> None:
        held = {name: list(_lines(directory / name)) for name in FILES}
        kept = _agreed_in_order(held) if in_order else _agreed(held)
        for name in FILES:
            end = held[name][kept[name] - 1].end if kept[name] else _preamble(directory / name)
            _cut(directory / name, end, dropped=len(held[name]) - kept[name])
        self._in_order = in_order
        self._done = {  # and whether it was accepted
            line.index: name == DIALOGUES for name in (DIALOGUES, REJECTED) for line in held[name][: kept[name]]
        }
        self.accepted, self.rejected = kept[DIALOGUES], kept[REJECTED]
        self._files: dict[str, BinaryIO] = {name: (directory / name).open("ab") for name in FILES}

    @property
    def tried(self) -> int:
        """How many indices have their fate."""
        return self.accepted + self.rejected

    def fates(self) -> dict[int, bool]:
        """Return the indices that have their fate, and whether their dialogues were accepted."""
        return dict(self._done)

    def missing(self, end: int) -> Iterator[int]:
        """Yield the indices below `end` that had no fate when this was called, in order."""
        done = self._done.copy()
        return (index for index in range(end) if index not in done)

    def begin_with(self, lines: Iterable[str]) -> None:
        """Write down what was refused before any index is tried, in place of what an earlier start wrote so.

        Raises:
            GenerationError: it cannot be written.
        """
        if self._done:
            raise ValueError("indices were tried already")
        try:
            self._files[REJECTED].truncate(0)
            for line in lines:
                self._write(REJECTED, line)
        except OSError as error:
            raise GenerationError(f"cannot write on ({error}); make room and start the same command again") from error

    def append(self, outcome: Outcome) -> None:
        """Write one outcome down; it is in the hands of the system, or on the disk, when this returns.

        Raises:
            GenerationError: it cannot be written.
        """
        if outcome.index in self._done:
            raise ValueError(f"the outcome of {outcome.index} is written down already")
        if self._in_order and outcome.index != self.tried:
            raise ValueError(f"expected the outcome of {self.tried}, got that of {outcome.index}")
        try:
            if outcome.blueprint is not None:
                self._write(BLUEPRINTS, outcome.blueprint)
            self._write(DIALOGUES if outcome.is_accepted else REJECTED, outcome.line)
        except OSError as error:
            raise GenerationError(f"cannot write on ({error}); make room and start the same command again") from error
        self._done[outcome.index] = outcome.is_accepted
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
        if not self._in_order:
            os.fsync(self._files[name].fileno())


def counted_in(directory: Path) -> tuple[int, int]:
    """Return how many accepted and rejected dialogues a directory holds, before its files are brought to agree."""
    return sum(1 for _ in _lines(directory / DIALOGUES)), sum(1 for _ in _lines(directory / REJECTED))


def _agreed_in_order(held: dict[str, list[Line]]) -> dict[str, int]:
    """Return how many lines of each file belong to the longest run of indices from 0 that the files agree on."""
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
    return kept


def _agreed(held: dict[str, list[Line]]) -> dict[str, int]:
    """Return how many lines of each file can stay so that every plan has a fate and every fate its plan.

    A line that lacks its counterpart goes with all that follow it in its file, whose counterparts may go then; in
    the end nothing is left that does not fit.
    """
    kept = {name: len(lines) for name, lines in held.items()}
    before = None
    while kept != before:
        before = dict(kept)
        stay = {name: lines[: kept[name]] for name, lines in held.items()}
        planned = {line.index for line in stay[BLUEPRINTS]}
        decided = {line.index for name in (DIALOGUES, REJECTED) for line in stay[name]}
        for name in FILES:
            fits = [
                line.index in decided if name == BLUEPRINTS else line.index in planned or not line.has_blueprint
                for line in stay[name]
            ]
            kept[name] = fits.index(False) if False in fits else len(fits)
    return kept


def _cut(path: Path, end: int, *, dropped: int) -> None:
    if path.exists() and path.stat().st_size > end:
        if dropped > 1:
            log.warning("%s: %d lines that the other files do not know are made again", path, dropped)
        with path.open("r+b") as file:
            file.truncate(end)


def _preamble(path: Path) -> int:
    """How many bytes of a file stand before what belongs to any index."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(len(line) for line in takewhile(lambda one: one.endswith(b"\n") and _BEFORE.match(one), file))


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
            if _BEFORE.match(line):
                continue
            head = _HEAD.match(line)
            if head is None:
                raise RunDirectoryError(
                    f"{path}, line {number}: was not written by a run of toolgraph; name another directory"
                )
            has_blueprint = path.name != REJECTED or bool(json.loads(line)["blueprint"])
            yield Line(int(head[1]), end, has_blueprint)
