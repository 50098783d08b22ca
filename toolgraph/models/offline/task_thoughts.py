"""Thoughts of the assistant at a compositional task: a plan first, then what came back and what it is good for."""

import re
from collections.abc import Sequence

from toolgraph.dialogue.blueprint import PlannedCall
from toolgraph.dialogue.messages import ToolCall
from toolgraph.dialogue.spoken import NUMBER_WORDS
from toolgraph.models.offline.domains import Total
from toolgraph.models.offline.entities import is_id_name
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.speech import capitalised, join_phrases
from toolgraph.models.offline.styles import unprotect
from toolgraph.models.offline.task_worker import Worker, listed
from toolgraph.models.requests import PlainCall
from toolgraph.tools import pointers

_IDENTIFIER = re.compile(r"\w*_")
_OTHERS = {
    "me": "the user", "us": "the user", "I": "the user", "we": "the user", "my": "the user's", "our": "the user's",
    "I'm": "the user is", "mine": "the user's",
}  # fmt: skip
_THEIRS = re.compile(rf"\b(?:{'|'.join(_OTHERS)})\b")


def thought_before(worker: Worker, calls: Sequence[PlainCall]) -> str:
    """Return what is thought before calls."""
    if not worker.actual:
        return worker.filled("plans", goal=_goal(worker), plan=_plan(worker))
    functions = join_phrases(list(dict.fromkeys(call.tool for call in calls)))
    planned = worker.composed.call(calls[0].planned.partition("@")[0])
    seen = _seen(worker) if planned.condition is None else _decided(worker)
    return worker.filled("next", seen=seen, functions=functions, purpose=_purpose(calls))


def thought_at_end(worker: Worker) -> str:
    """Return what is thought before the answer."""
    total = next((part.total for part in worker.composed.parts if part.total is not None), None)
    return worker.filled("last", seen=_seen(worker) if total is None else _reckoned(worker, total))


def _goal(worker: Worker) -> str:
    """What it all leads to, as somebody else's wish."""
    parts = worker.composed.parts
    last = next((part for part in parts if part.total is not None), None)
    if last is None and not any(part.branch for part in parts):
        last = [part for part in parts if not part.is_own_work][-1]
    asks = [worker.told.ask(part) for part in parts if part.branch] if last is None else [worker.told.ask(last)]
    return _theirs(" or ".join(asks))


def _theirs(ask: str) -> str:
    """A phrase of the user's in the assistant's mind."""
    return _THEIRS.sub(lambda found: _OTHERS[found[0]], unprotect(ask))


def _decided(worker: Worker) -> str:
    """What the question comes to that decides which call is next."""
    fact, is_yes = worker.decided(next(part for part in worker.composed.parts if part.test is not None))
    return capitalised(worker.filled("seen_yes" if is_yes else "seen_no", fact=fact))


def _reckoned(worker: Worker, total: Total) -> str:
    """How the figure came about that the user wants to know."""
    source = next(part for part in worker.composed.parts if part.is_repeated)
    figures = [done.outcome.result[total.field] for call in source.calls for done in worker.done(call)]
    shown = [str(figure) for figure in figures]
    if total.kind in ("min", "max"):
        best = min(figures) if total.kind == "min" else max(figures)
        return f"Of {join_phrases(shown)}, {best} is the {'lowest' if total.kind == 'min' else 'highest'}."
    value = round(sum(figures) / (len(figures) if total.kind == "mean" else 1), 2)
    added = " + ".join(shown)
    return f"{added} = {value:g}." if total.kind == "sum" else f"({added}) / {len(figures)} = {value:g}."


def _plan(worker: Worker) -> str:
    """The functions in their order, what each takes from those before, and what is done without one."""
    parts = worker.composed.parts
    told = [
        f"{'then' if number else 'first'} {_step(step.calls, is_parallel=worker.request.is_parallel)}"
        for number, step in enumerate(worker.request.turn.steps)
    ]
    decision = next((part for part in parts if part.test is not None), None)
    if decision is not None:
        told.insert(-1, f"see whether {unprotect(worker.told.question(decision))}")
    own = [_theirs(worker.told.ask(part)) for part in parts if part.is_own_work and part is not decision]
    return ", ".join([*told, *(f"and finally {text}" for text in own)])


def _step(calls: Sequence[PlannedCall], *, is_parallel: bool) -> str:
    names = list(dict.fromkeys(call.tool for call in calls))
    if any(call.condition is not None for call in calls):
        return join_phrases(names, "or")
    if any(one.pick == "each" for call in calls for one in call.arguments):
        return f"{names[0]} for every one of them"
    together = " together" if is_parallel and len(names) > 1 else " twice" if len(calls) > len(names) else ""
    taken = list(
        dict.fromkeys(
            pointers.split(one.pointer)[-1] for call in calls for one in call.arguments if one.source == "result"
        )
    )
    return f"{join_phrases(names)}{together}{f' with the {join_phrases(taken)} from there' if taken else ''}"


def _purpose(calls: Sequence[PlainCall]) -> str:
    """For which things the next calls are made."""
    if len(calls) > 1 and len({call.tool for call in calls}) == 1:
        return f" for each of the {NUMBER_WORDS[len(calls)] if len(calls) <= 12 else len(calls)}"
    ids = [value for call in calls for name, value in call.arguments.items() if is_id_name(name)]
    return f" with {join_phrases([str(one) for one in ids])}" if ids else ""


def _seen(worker: Worker) -> str:
    """What the last results brought, in one sentence."""
    last = next(message.tool_calls for message in reversed(worker.request.messages) if message.tool_calls)
    if len({call.name for call in last}) < len(last):
        return worker.filled("seen_all", function=last[0].name, count=str(len(last)))
    told = "; ".join(_noticed(worker, call) for call in last[:2])
    return f"{told if _IDENTIFIER.match(told) else capitalised(told)}."


def _noticed(worker: Worker, call: ToolCall) -> str:
    planned = worker.planned(call)
    name = worker.composed.call(planned.partition("@")[0]).tool
    result = worker.result_of(planned)
    if not worker.composed.domain.functions[name].lists:
        if worker.composed.tools[name].effects == "reads":
            return worker.filled("seen_details", function=call.name, name=entry_name(result) or "it")
        return worker.filled("seen_done", function=call.name, made=str(next(iter(result.values()))))
    count, pick = str(len(listed(result))), worker.picked(planned)
    if pick is None:
        return worker.filled("seen_list", function=call.name, count=count)
    figure = f" ({pick.figure})" if pick.figure else ""
    return worker.filled("seen_pick", function=call.name, count=count, name=f"{pick.name}{figure}", why=pick.why)
