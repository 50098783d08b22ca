"""The BUTTON planner: a scenario becomes an atomic task, a composed one, and its functions (arXiv 2410.12952).

Each question is asked once, and again with a complaint where the answer cannot be used. Only the filter's no is final:
what it refuses is no answer gone wrong, but a task that is not kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any, TypeVar

from pydantic import BaseModel

from planners.function_validity import function_errors, tool_of
from planners.system import system_message
from planners.task_validity import atomic_errors, composition_errors
from toolgraph.dialogue.blueprint import Blueprint, PlannedStep, PlannedTurn
from toolgraph.dialogue.parallel import PARALLEL_OFF, PARALLEL_ON
from toolgraph.dialogue.record import Usage
from toolgraph.dialogue.task import Composition, CompositionalTask, DataFlow
from toolgraph.errors import AnswerError
from toolgraph.models.offline.styles import styles
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed, AnswerT, Backend, Request
from toolgraph.models.tasks import (
    AtomicTaskAnswer,
    AtomicTaskRequest,
    CompositionAnswer,
    CompositionRequest,
    FilterAnswer,
    FilterRequest,
    FunctionsAnswer,
    FunctionsRequest,
)  # fmt: skip
from toolgraph.seeds import Key, derived_seed, rng
from toolgraph.tools.spec import ToolSpec

COMPOSITIONS: Mapping[Composition, float] = {"sequential": 0.7, "parallel": 0.3}
"""The two published heuristics, in the proportions in which released records have parallel steps."""
DEPTH = 4
BLOCK = 20
"""Indices in a row among which every kind has its share."""
MOST_TOLD = 5
"""How many of the errors of an answer are told to its writer; what follows from one goes away with it."""
MOST_SHOWN = 6000
"""Characters of an answer that was refused which its writer is shown again."""
ChoiceT = TypeVar("ChoiceT")


@dataclass(frozen=True, slots=True)
class ButtonOptions:
    """What tasks should be like."""

    compositions: Mapping[Composition, float] = field(default_factory=lambda: COMPOSITIONS)
    """How often each kind of composition comes, relative to the others."""
    depth: int = DEPTH
    """How many sub-tasks follow each other in a chain."""
    parallel: float = 1.0
    """The share of records in which several calls may be made at once."""
    styles: tuple[str, ...] = ()
    """Styles of talking to draw from; all of them if empty."""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task ready to be played: everything that is decided before anyone speaks, and the tools it takes."""

    blueprint: Blueprint
    tools: tuple[ToolSpec, ...]

    @property
    def task(self) -> CompositionalTask:
        """The task."""
        assert self.blueprint.task is not None
        return self.blueprint.task


class TaskFailed(AnswerFailed):
    """No task could be made; `stage` is where it failed: atomic_task, composition, filter or functions."""

    def __init__(
        self, message: str, *, stage: str, check: str = "", raw: str = "", usage: Usage | None = None
    ) -> None:  # fmt: skip
        super().__init__(message, check=check, raw=raw, usage=usage)
        self.stage = stage

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it pass from a worker process to its parent."""
        return _failed, (str(self), self.stage, self.check, self.raw, self.usage)


def _failed(message: str, stage: str, check: str, raw: str, usage: Usage) -> TaskFailed:
    return TaskFailed(message, stage=stage, check=check, raw=raw, usage=usage)


def plan_task(
    scenario: str, *, id: str, seed: int, index: int, backend: Backend, options: ButtonOptions, attempts: int = 3
) -> TaskPlan:  # fmt: skip
    """Return the plan of the task at `index` of a run with `seed`: its blueprint, and the tools it takes.

    Raises:
        TaskFailed: a question had no usable answer in `attempts` tries, or the filter refused the task.
    """
    composition = kind_of(index, options.compositions, seed=seed)
    is_parallel = drawn(index, {True: options.parallel, False: 1 - options.parallel}, seed, "parallel calls")
    own = derived_seed(seed, "dialogue", index)
    setting = system_message((), seed=own, id=id, may_ask=False, names_user=True)
    system = f"{setting} {PARALLEL_ON if is_parallel else PARALLEL_OFF}"
    asking = _Asking(backend, attempts)
    about: dict[str, Any] = {
        "scenario": scenario, "composition": composition, "depth": options.depth, "system": system,
    }  # fmt: skip
    begun = asking.answer(
        AtomicTaskRequest(key=f"{id}/atomic_task", **about), stage="atomic_task",
        errors=lambda answer: atomic_errors(answer.task, system=system),
    )  # fmt: skip
    task = _composed(asking, begun, id, about)
    _require_kept(asking, FilterRequest(key=f"{id}/filter", task=task, **about))
    task, tools, steps = _with_functions(
        asking, FunctionsRequest(key=f"{id}/functions", task=task, is_parallel=is_parallel, **about)
    )
    blueprint = Blueprint(
        id=id, mode="button", plan_style="grounded" if steps else "none", seed=own,
        tools=tuple(tool.name for tool in tools), style=rng(own, "style", id).choice(options.styles or styles()),
        system=system, target_turns=1, task=task, is_parallel=is_parallel, usage=asking.spent,
        turns=(PlannedTurn(kind="tool_request", intent=task.text, steps=steps),),
    )  # fmt: skip
    return TaskPlan(blueprint, tools)


def kind_of(index: int, compositions: Mapping[Composition, float], *, seed: int) -> Composition:
    """Return the kind of composition of an index.

    >>> kinds = [kind_of(index, COMPOSITIONS, seed=7) for index in range(20)]
    >>> kinds.count("sequential"), kinds.count("parallel")
    (14, 6)
    """
    return drawn(index, compositions, seed, "composition")


def drawn(index: int, weights: Mapping[ChoiceT, float], seed: int, *keys: Key) -> ChoiceT:
    """Return the choice of an index, such that in each block of `BLOCK` indices every choice has its share.

    The places of a block lie evenly over the summed weights, from a start that moves on by the golden ratio from block
    to block, so that shares which no single block can hold come out over several.
    """
    block, place = divmod(index, BLOCK)
    order = rng(seed, *keys, block).sample(range(BLOCK), BLOCK)
    start = (rng(seed, *keys).random() + block * 0.6180339887498949) % 1
    at = (order[place] + start) / BLOCK * sum(weights.values())
    bounds = zip(weights, accumulate(weights.values()), strict=True)
    possible = [choice for choice, weight in weights.items() if weight > 0]
    return next((choice for choice, end in bounds if at < end - 1e-9), possible[-1])


def _composed(
    asking: "_Asking", begun: AtomicTaskAnswer, id: str, about: Mapping[str, Any]
) -> CompositionalTask:  # fmt: skip
    """Ask for the compositional task that begins with an atomic one."""

    def task_of(answer: CompositionAnswer) -> CompositionalTask:
        return CompositionalTask(
            id=id, scenario=about["scenario"], composition=about["composition"], text=answer.task,
            subtasks=answer.subtasks, flows=answer.flows,
        )  # fmt: skip

    answer = asking.answer(
        CompositionRequest(key=f"{id}/composition", task=begun.task, **about), stage="composition",
        errors=lambda answer: composition_errors(task_of(answer), depth=about["depth"], system=about["system"]),
    )  # fmt: skip
    return task_of(answer)


def _require_kept(asking: "_Asking", request: FilterRequest) -> None:
    """Let the filter say what it thinks of a task; a no is final."""
    answer: FilterAnswer = asking.answer(request, stage="filter", errors=lambda answer: iter(()))
    verdicts = {
        "consistent": answer.is_consistent, "compatible": answer.is_compatible, "realistic": answer.is_realistic,
    }  # fmt: skip
    refused = [check for check, is_so in verdicts.items() if not is_so]
    if refused:
        reason = answer.reason.strip() or f"the task is not {refused[0]}"
        raise TaskFailed(
            reason, stage="filter", check=refused[0], raw=request.task.model_dump_json(), usage=asking.spent
        )


def _with_functions(
    asking: "_Asking", request: FunctionsRequest
) -> tuple[CompositionalTask, tuple[ToolSpec, ...], tuple[PlannedStep, ...]]:
    """Ask for the functions of a task; return the task that knows them, the tools and the calls planned, if any."""
    answer = asking.answer(request, stage="functions", errors=lambda answer: _errors_of(answer, request.task))
    tools = {one.name: tool_of(one) for one in answer.functions}
    return equipped(request.task, answer), tuple(tools.values()), answer.steps


def equipped(task: CompositionalTask, answer: FunctionsAnswer) -> CompositionalTask:
    """Return the task with the functions of its sub-tasks, and with flows that say from which field to which."""
    subtasks = tuple(
        one.model_copy(update={"functions": _names(answer, one.id)}) if not one.is_own_work else one
        for one in task.subtasks
    )
    return task.model_copy(update={"subtasks": subtasks, "flows": answer.flows or task.flows})


def _names(answer: FunctionsAnswer, subtask: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in answer.functions if one.subtask == subtask))


def _errors_of(answer: FunctionsAnswer, task: CompositionalTask) -> Iterator[str]:
    """What is wrong with the functions, with the flows between them, and with the calls a rule has planned."""
    wanted = _ends(task.flows)
    given = _ends(answer.flows or task.flows)
    for giver, taker in sorted(wanted - given):
        yield f"no flow says how what {giver} finds gets to {taker}; name the field it returns and the parameter"
    for giver, taker in sorted(given - wanted):
        yield f"there is a flow from {giver} to {taker}, which the task does not have; leave it out"
    yield from function_errors(equipped(task, answer), answer.functions)
    known = {one.name for one in answer.functions}
    for call in (call for step in answer.steps for call in step.calls):
        if call.tool not in known:
            yield f"a step calls '{call.tool}', which is not defined"


def _ends(flows: Sequence[DataFlow]) -> set[tuple[str, str]]:
    return {(flow.giver, flow.taker) for flow in flows}


class _Asking:
    """The questions about one task: each is asked until its answer can be used, and all they consume is counted."""

    def __init__(self, backend: Backend, attempts: int) -> None:
        self._backend, self._attempts = backend, attempts
        self._spent = Usage()

    @property
    def spent(self) -> Usage:
        """What was consumed; nothing where it was rules that answered."""
        return self._spent if self._spent.prompt_tokens else Usage()

    def answer(
        self, request: Request[AnswerT], *, stage: str, errors: Callable[[AnswerT], Iterator[str]]
    ) -> AnswerT:  # fmt: skip
        """Return the first answer in which nothing is wrong.

        Raises:
            TaskFailed: there was none.
        """
        asked: Any = request
        check = raw = reason = complaint = ""
        for attempt in range(self._attempts):
            if attempt:
                asked = request.model_copy(update={"key": f"{request.key}#{attempt}", "complaint": complaint})
            try:
                completion = self._backend.complete(asked)
            except ServerRefusal as error:  # asking again would not change it
                raise self._failure(str(error), stage, "server") from error
            except AnswerFailed as error:
                reason, check, raw = str(error), error.check, error.raw
                complaint = reason
                self._spent += error.usage
                continue
            except AnswerError as error:
                reason, check, raw = str(error), "", ""
                complaint = reason
                continue
            self._spent += completion.usage
            wrong = list(islice(errors(completion.answer), MOST_TOLD))
            if not wrong:
                found: AnswerT = completion.answer
                return found
            check, reason, raw = stage, "; ".join(wrong), completion.answer.model_dump_json()
            complaint = f"{reason}. It was: {_shown(completion.answer)}"
        raise self._failure(reason, stage, check, raw)

    def _failure(self, reason: str, stage: str, check: str, raw: str = "") -> TaskFailed:
        return TaskFailed(reason, stage=stage, check=check, raw=raw, usage=self.spent)


def _shown(answer: BaseModel) -> str:
    """An answer as its writer is shown it again, who knows nothing of the attempt before."""
    text = answer.model_dump_json(exclude_defaults=True)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
