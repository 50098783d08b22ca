"""Tasks: whether a dialogue does the compositional task that it was made for, which no transcript tells by itself.

Functions are all that a transcript shows of a sub-task, and one function may serve several of them. So each sub-task,
in order, is given the first calls of its functions that came after what it needs was known. Where a decision opens two
ways, the dialogue is read as having taken the one under which less is wrong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import Finding
from toolgraph.dialogue.task import Branch, CompositionalTask, SubTask
from toolgraph.tools.spec import ToolSpec

TASK = "task"
"""The name under which findings of this kind are told; it is none of `CHECKS`, which need no task."""
_SIDES: tuple[Branch, ...] = ("then", "else")
_MOST_DECISIONS = 6
"""How many decisions are read both ways; nobody's task has more than one or two."""
_ID = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w-]+")
"""Ids that are no words and no numbers, so that nobody says them by chance."""
_HINTS = re.compile(
    r"\bsub-?\s?tasks?\b|\bhint(?:s|ed)?\b|\bprivileged\b|\bblueprints?\b|\b(?:task|dependency) graph\b", re.IGNORECASE
)

Sides = Mapping[str, frozenset[Branch]]
"""For decisions, the outcomes under which a sub-task is done; one that is not named does not matter."""


def task_findings(
    task: CompositionalTask, *, is_parallel: bool, messages: Sequence[Message], tools: Iterable[ToolSpec]
) -> Iterator[Finding]:
    """Yield everything in which a finished dialogue departs from its task.

    Every sub-task with functions is done, after the results of all it needs; of a decision at most one side is done.
    No function is called that no sub-task takes. With parallel calls off, no message has more than one. And neither
    thoughts nor words show that the assistant was told the sub-tasks.
    """
    made = tuple(_calls_in(messages))
    sides = _sides_of(task)
    decisions = sorted({decision for one in sides.values() for decision in one})[:_MOST_DECISIONS]
    ways = (_Way(task, sides, dict(zip(decisions, way, strict=True))) for way in product(_SIDES, repeat=len(decisions)))
    yield from min((tuple(way.findings(made)) for way in ways), key=len)
    if not is_parallel:
        for index, message in enumerate(messages):
            if len(message.tool_calls) > 1:
                reason = f"makes {len(message.tool_calls)} calls at once, where only one at a time is allowed"
                yield Finding(check=TASK, message=index, place=message.tool_calls[1].id, reason=reason)
    yield from _hints_left(task, messages, tools)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call, and where it and its result stand."""

    id: str
    name: str
    message: int
    result: int
    """Index of the message with its result; of its own message where there is none, which another check tells."""


def _calls_in(messages: Sequence[Message]) -> Iterator[_Call]:
    results = {said.tool_call_id: index for index, said in enumerate(messages) if said.role == "tool"}
    for index, message in enumerate(messages):
        for call in message.tool_calls:
            yield _Call(call.id, call.name, index, results.get(call.id, index))


def _sides_of(task: CompositionalTask) -> dict[str, Sides]:
    """For every sub-task, the outcomes of decisions under which it is done.

    A sub-task that needs one of a branch is on that branch as well; one that needs both sides is on none.
    """
    by_id = {one.id: one for one in task.subtasks}
    sides: dict[str, Sides] = {}
    for one in sorted(task.subtasks, key=lambda one: len(task.ancestors(one.id))):
        known: dict[str, frozenset[Branch]] = {}
        for need in one.needs:
            for decision, outcomes in sides.get(need, {}).items():
                known[decision] = known.get(decision, frozenset()) | outcomes
        known = {decision: outcomes for decision, outcomes in known.items() if len(outcomes) == 1}
        if one.branch:
            decision = next((need for need in one.needs if need in by_id and by_id[need].is_own_work), "")
            known[decision or ",".join(one.needs)] = frozenset({one.branch})
        sides[one.id] = known
    return sides


class _Way:
    """A task, once it is settled how its decisions came out."""

    def __init__(self, task: CompositionalTask, sides: Mapping[str, Sides], outcomes: Mapping[str, Branch]) -> None:
        self._task = task
        ordered = sorted(task.subtasks, key=lambda one: len(task.ancestors(one.id)))
        self._done = [
            one for one in ordered if all(outcomes.get(at, "") in {"", *on} for at, on in sides[one.id].items())
        ]
        self._is_optional = {one.id: bool(sides[one.id]) for one in task.subtasks}

    def findings(self, made: Sequence[_Call]) -> Iterator[Finding]:
        """Yield what is wrong with the calls of a dialogue, read this way."""
        taken: dict[str, list[_Call]] = {}
        for position, one in enumerate(self._done):
            needed = [call for need in self._task.ancestors(one.id) for call in taken.get(need, ())]
            last = max(needed, key=lambda call: call.result, default=None)
            for function in one.functions:
                free = [call for call in made if call.name == function and not _is_in(call, taken)]
                ready = [call for call in free if last is None or call.message > last.result]
                if not free:
                    yield Finding(
                        check=TASK,
                        message=-1,
                        place=one.id,
                        reason=f"{_shown(one)} is not done: '{function}' is never called for it",
                    )
                    continue
                if not ready:
                    assert last is not None  # otherwise all that is free is ready
                    reason = f"calls '{function}' before there is a result of '{last.name}', needed for {_shown(one)}"
                    yield Finding(check=TASK, message=free[0].message, place=free[0].id, reason=reason)
                later = sum(function in other.functions for other in self._done[position + 1 :])
                number = max(1, len(ready) - later) if one.is_repeated else 1
                taken.setdefault(one.id, []).extend((ready or free)[:number])
        yield from self._beyond(made, taken)

    def _beyond(self, made: Sequence[_Call], taken: Mapping[str, Sequence[_Call]]) -> Iterator[Finding]:
        """Calls that no sub-task takes; a second call is forgiven but for what is done on one side of a decision."""
        users = {call.name: [one for one in self._done if call.name in one.functions] for call in made}
        for call in made:
            if not users[call.name]:
                other = any(call.name in one.functions for one in self._task.subtasks)
                why = "belongs to the other side of a decision" if other else "no sub-task takes"
                yield Finding(
                    check=TASK, message=call.message, place=call.id, reason=f"calls '{call.name}', which {why}"
                )
            elif not _is_in(call, taken) and all(self._is_optional[one.id] for one in users[call.name]):
                reason = f"calls '{call.name}' again, which one side of a decision takes once"
                yield Finding(check=TASK, message=call.message, place=call.id, reason=reason)


def _is_in(call: _Call, taken: Mapping[str, Sequence[_Call]]) -> bool:
    return any(call in calls for calls in taken.values())


def _shown(subtask: SubTask) -> str:
    return f"sub-task {subtask.id} ({subtask.text})"


def _hints_left(task: CompositionalTask, messages: Sequence[Message], tools: Iterable[ToolSpec]) -> Iterator[Finding]:
    """Words that only somebody says who was told the sub-tasks; not those that user, results or tools say as well."""
    heard = "\n".join(said.content for said in messages if said.role in ("user", "tool"))
    heard += "\n" + "\n".join(tool.definition_key.replace("_", " ") for tool in tools)
    known = {word.lower() for word in _HINTS.findall(heard)}
    ids = [one.id for one in task.subtasks if _ID.fullmatch(one.id) and not _word(one.id).search(heard)]
    for index, message in enumerate(messages):
        if message.role not in ("assistant", "system"):
            continue
        for text in (message.reasoning, message.content):
            found = [word for word in _HINTS.findall(text) if word.lower() not in known]
            found += [id for id in ids if _word(id).search(text)]
            for word in dict.fromkeys(found):
                reason = f"says '{word}', which only the one who made the task knows; leave it out"
                yield Finding(check=TASK, message=index, place=word, reason=reason)


def _word(id: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(id)}(?![\w-])")
