"""Tasks of a run in button mode: prepared in waves, written down in the order of their indices, ready to be played.

A task is drafted by itself, in any process or thread. What depends on the others is done in the order of the indices:
whether it says what another says, what its functions are called, and which others are offered beside them. Each index
leaves one line in `tasks.jsonl`, so that a run goes on where it stood and asks nothing again.
"""

import json
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from planners.button import TaskFailed, TaskPlan
from planners.function_library import FunctionLibrary, body_of
from planners.scenarios import Scenario
from planners.task_uniqueness import KeptTasks
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError, BudgetReached, EndpointError, GenerationError, RunDirectoryError
from toolgraph.models.request import AnswerFailed
from toolgraph.run.outcome import id_of
from toolgraph.seeds import rng
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.spec import ToolSpec
from toolgraph.whole_files import write_whole

TASKS, LIBRARY = "tasks.jsonl", "library.jsonl"
PORTION = 64
"""Drafts that are looked at together, where they come quickly."""

Plan = Callable[[int], TaskPlan]
"""Returns the plan of the task at an index; may raise AnswerError."""


class TaskRecord(BaseModel):
    """What became of the task of an index: its plan, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    index: int
    stage: str = ""
    """Where it failed; empty where there is a plan."""
    check: str = ""
    reason: str = ""
    raw: str = ""
    usage: Usage = Usage()
    """What the models consumed that made it."""
    blueprint: Blueprint | None = None
    functions: tuple[ToolSpec, ...] = ()
    """Those that the library has taken in for it; all others that it takes came with an index before."""


Draft = TaskPlan | TaskRecord
"""The plan of a task that nobody has compared with others yet, or the record of why there is none."""


def draft(plan: Plan, index: int) -> Draft:
    """Return the plan of an index, or why there is none.

    As with dialogues, a mistake of ours costs this index and not the run, and only what says nothing about the index is
    raised: what the machine lacks, a server that cannot be used, a budget that is spent.
    """
    try:
        return plan(index)
    except AnswerError as error:
        known = (
            {"check": error.check, "raw": error.raw, "usage": error.usage} if isinstance(error, AnswerFailed) else {}
        )
        stage = error.stage if isinstance(error, TaskFailed) else "atomic_task"
        return TaskRecord.model_validate(
            {"id": id_of(index), "index": index, "stage": stage, "reason": str(error), **known}
        )
    except (MemoryError, OSError, EndpointError, BudgetReached, GenerationError):
        raise
    except Exception as error:  # a mistake may raise anything
        return TaskRecord(
            id=id_of(index), index=index, stage="internal", check=type(error).__name__, reason=str(error),
            raw=traceback.format_exc(),
        )  # fmt: skip


def scenario_at(index: int, scenarios: Sequence[Scenario], *, seed: int) -> Scenario:
    """Return the scenario of an index: all of them in an order drawn by `seed`, and then again."""
    order = rng(seed, "scenarios").sample(range(len(scenarios)), len(scenarios))
    return scenarios[order[index % len(order)]]


class Tasks:
    """The tasks of a run, from index 0 up to the last one prepared, with the library that they share.

    `done` are the indices whose dialogues have their fate; their plans are not kept in memory. With `is_paid` each line
    is forced to the disk.
    """

    def __init__(
        self, path: Path, *, library: FunctionLibrary, kept: KeptTasks, seed: int,
        distractors: tuple[int, int] = (0, 0), done: Iterable[int] = (), is_paid: bool = False,
    ) -> None:  # fmt: skip
        self._library, self._kept = library, kept
        self._seed, self._distractors, self._is_paid = seed, distractors, is_paid
        self._waiting: dict[int, TaskRecord] = {}
        self.count = 0
        done = set(done)
        records, end = _read(path)
        for record in records:
            self._take(record, is_done=record.index in done)
        self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(end)
        self._file.seek(end)

    @property
    def library(self) -> FunctionLibrary:
        """The functions of the tasks prepared so far."""
        return self._library

    def prepare(self, drafts: Iterable[tuple[int, Draft]]) -> Iterator[int]:
        """Write tasks down from their drafts, which come in any order; yield how many there are by now.

        Drafts that come after a gap are of use only once it is filled.

        Raises:
            GenerationError: they cannot be written.
        """
        early: dict[int, Draft] = {}
        portion: list[Draft] = []
        try:
            for index, made in drafts:
                early[index] = made
                while self.count + len(portion) in early:
                    portion.append(early.pop(self.count + len(portion)))
                if len(portion) >= PORTION or self._is_paid:
                    self._settle(portion)
                    yield self.count
        finally:
            self._settle(portion)
        yield self.count

    def failure(self, index: int) -> TaskRecord | None:
        """Return why there is no task at an index, or none where there is one."""
        record = self._waiting[index]
        return record if record.blueprint is None else None

    def blueprint(self, index: int) -> Blueprint:
        """Return the plan of the task at an index."""
        blueprint = self._waiting[index].blueprint
        assert blueprint is not None
        return blueprint

    def sample(self, index: int) -> ToolSample:
        """Return the tools of the task at an index; none where there is no task."""
        record = self._waiting[index]
        names = record.blueprint.tools if record.blueprint else ()
        return ToolSample(record.id, "", tuple(self._library[name] for name in names))

    def forget(self, indices: Iterable[int]) -> None:
        """Let go of plans that were played."""
        for index in indices:
            self._waiting.pop(index, None)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _settle(self, portion: list[Draft]) -> None:
        """Decide about drafts in their order, and write them down."""
        plans = [made for made in portion if isinstance(made, TaskPlan)]
        self._kept.prepare([(plan.task.text, [body_of(tool) for tool in plan.tools]) for plan in plans])
        lines = []
        for made in portion:
            record = made if isinstance(made, TaskRecord) else self._settled(made, self.count)
            self._take(record, is_known=True)
            lines.append(record.model_dump_json(exclude_defaults=True).encode("utf-8", "surrogatepass") + b"\n")
        portion.clear()
        try:
            self._file.write(b"".join(lines))
            self._file.flush()
            if self._is_paid:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise GenerationError(f"cannot write on ({error}); make room and start the same command again") from error

    def _settled(self, plan: TaskPlan, index: int) -> TaskRecord:
        """What becomes of a plan beside those before it."""
        usage = plan.blueprint.usage
        common = {"id": id_of(index), "index": index, "usage": usage}
        functions = [body_of(tool) for tool in plan.tools]
        repeated = self._kept.repeated(plan.task.text, functions)
        if repeated is not None:
            reason = f"says what {repeated.id} says (similarity {repeated.similarity:.2f}): {repeated.text}"
            return TaskRecord.model_validate(
                {**common, "stage": "filter", "check": "unique", "reason": reason, "raw": plan.task.text}
            )
        self._kept.keep(id_of(index), plan.task.text, functions)
        before = len(self._library)
        adopted, new = self._library.adopt(plan)
        chooser = rng(self._seed, "distractors", index)
        beside = self._library.distractors(
            adopted.tools, count=chooser.randint(*self._distractors), chooser=chooser, among=before
        )
        names = [tool.name for tool in (*adopted.tools, *beside)]
        offered = chooser.sample(names, len(names)) if beside else names
        blueprint = adopted.blueprint.model_copy(update={"tools": tuple(offered)})
        return TaskRecord(**common, blueprint=blueprint, functions=new)

    def _take(self, record: TaskRecord, *, is_done: bool = False, is_known: bool = False) -> None:
        """Count a record; one that was read tells the library and what is kept what it brought."""
        if not is_known:
            for tool in record.functions:
                self._library.add(tool)
            if record.blueprint is not None and record.blueprint.task is not None:
                task = record.blueprint.task
                names = dict.fromkeys(name for one in task.subtasks for name in one.functions)
                self._kept.keep(record.id, task.text, [body_of(self._library[name]) for name in names])
        if not is_done:
            self._waiting[record.index] = record
        self.count += 1


def settle_files(directory: Path, *, tried: int | None = None) -> None:
    """Write the library of the tasks prepared; with `tried`, drop tasks behind that index, which nobody has played.

    Those cost nothing to make again where rules make them, and how many there are depends on how the run was started.
    """
    functions: list[str] = []
    end = count = 0
    with (directory / TASKS).open("r+b") as file:
        for line in file:
            if count == tried:
                break
            count, end = count + 1, end + len(line)
            functions += [json.dumps(ToolSpec.model_validate(one).model_dump(), ensure_ascii=False) + "\n"
                          for one in json.loads(line).get("functions", ())]  # fmt: skip
        if tried is not None:
            file.truncate(end)
    write_whole(directory / LIBRARY, lambda path: path.write_text("".join(functions), encoding="utf-8"))


def _read(path: Path) -> tuple[list[TaskRecord], int]:
    """The records of a file, and where the last complete one ends; a line cut short is made again."""
    if not path.exists():
        return [], 0
    records: list[TaskRecord] = []
    end = 0
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if not line.endswith(b"\n"):
                break
            try:
                record = TaskRecord.model_validate_json(line)
            except ValidationError as error:
                raise RunDirectoryError(
                    f"{path}, line {number + 1}: was not written by a run of toolgraph; name another directory"
                ) from error
            if record.index != number:
                raise RunDirectoryError(
                    f"{path}, line {number + 1}: is not that of index {number}; name another directory"
                )
            if record.blueprint is not None:
                blueprint = record.blueprint.model_copy(update={"usage": record.usage})
                record = record.model_copy(update={"blueprint": blueprint})
            records.append(record)
            end += len(line)
    return records, end
