"""The ToolFlow planner: a sample of related tools becomes the blueprint of a dialogue (arXiv 2410.18447, sec. 3.2)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from planners.system import system_message
from planners.validity import plan_errors
from toolgraph.dialogue.blueprint import Blueprint, PlannedTurn, PlanStyle
from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError
from toolgraph.models.offline.styles import styles
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed, Backend
from toolgraph.models.requests import PlanAnswer, PlanRequest
from toolgraph.seeds import rng
from toolgraph.tools.edges import ToolSample

MOST_TOLD = 5
"""How many of the errors of a plan are told to its writer; what follows from one goes away with it."""
MOST_SHOWN = 6000
"""Characters of a plan that was refused which its writer is shown again."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan should be like.

    `grounded` plans hold the calls, each argument with its source. `intents` are the published ones: needs in plain
    words, no tool, no value. `none` has no plan: only how many times the user will speak.
    """

    plan_style: PlanStyle = "grounded"
    min_turns: int = 3
    max_turns: int = 6
    styles: tuple[str, ...] = ()
    """Styles of talking to draw from; all of them if empty."""
    is_real: bool = False
    """Whether the calls will really be made, so that only values count that the tools know."""
    today: dt.date | None = None
    """The day it is in every dialogue; each has one of its own if none."""


def plan_dialogue(
    sample: ToolSample, *, id: str, seed: int, backend: Backend, options: PlanOptions, attempts: int = 3,
    checks_plan: bool = True,
) -> Blueprint:  # fmt: skip
    """Return the blueprint of one dialogue over a sample.

    The number of turns is uniform over the range asked for, cut at one more than the number of tools: two tools give
    no six turns that are not the same again. A plan that could not be played is asked for again, with what is wrong
    with it. Without `checks_plan` its calls are left to the checks of the finished dialogue: rules make no such
    mistakes.

    Raises:
        AnswerFailed: the backend gave no usable plan in `attempts` tries; it says what all of them consumed.
    """
    chooser = rng(seed, "blueprint", id, *(tool.name for tool in sample.tools))
    most = min(options.max_turns, max(options.min_turns, len(sample.tools) + 1))
    target = chooser.randint(options.min_turns, most)
    style = chooser.choice(options.styles or styles())
    system = system_message(sample.tools, seed=seed, id=id, today=options.today)
    turns: tuple[PlannedTurn, ...] = ()
    usage = Usage()
    if options.plan_style != "none":
        request = PlanRequest(
            key=id, tools=sample.tools, edges=sample.edges, system=system, target_turns=target,
            plan_style=options.plan_style, complaint="", is_real=options.is_real,
        )  # fmt: skip
        turns, usage = _usable_turns(request, backend, attempts, checks_plan)
    return Blueprint(
        id=id, mode="toolflow", plan_style=options.plan_style, seed=seed,
        tools=tuple(tool.name for tool in sample.tools), strategy=sample.strategy, style=style, system=system,
        target_turns=target, turns=turns, usage=usage,
    )  # fmt: skip


def _usable_turns(
    request: PlanRequest, backend: Backend, attempts: int, checks_plan: bool
) -> tuple[tuple[PlannedTurn, ...], Usage]:
    """Ask for a plan until there is nothing wrong with it; return its turns and what the asking consumed."""
    asked, spent = request, Usage()
    check = raw = reason = complaint = ""
    for attempt in range(attempts):
        if attempt:
            asked = request.model_copy(update={"key": f"{request.key}#{attempt}", "complaint": complaint})
        try:
            completion = backend.complete(asked)
        except ServerRefusal as error:  # asking again would not change it
            raise AnswerFailed(str(error), check="server", usage=spent) from error
        except AnswerFailed as error:
            reason, check, raw, spent = str(error), error.check, error.raw, spent + error.usage
            complaint = reason
            continue
        except AnswerError as error:
            reason = complaint = str(error)
            continue
        spent += completion.usage
        turns = completion.answer.turns
        is_trusted = not checks_plan and _has_requests(turns, request.plan_style)
        wrong = [] if is_trusted else list(islice(_errors(turns, request), MOST_TOLD))
        if not wrong:
            return turns, (spent if spent.prompt_tokens else Usage())  # a rule consumes nothing
        check, reason, raw = "plan", "; ".join(wrong), completion.answer.model_dump_json()
        complaint = f"{reason}. It was: {_shown(completion.answer)}"
    raise AnswerFailed(reason, check=check, raw=raw, usage=spent)


def _has_requests(turns: tuple[PlannedTurn, ...], plan_style: PlanStyle) -> bool:
    """Whether there is something to play: requests, and where the plan is grounded, calls for each of them."""
    requests = [turn for turn in turns if turn.kind != "chitchat"]
    return bool(requests) and (plan_style != "grounded" or all(turn.steps for turn in requests))


def _shown(answer: PlanAnswer) -> str:
    """A plan as its writer is shown it again, who knows nothing of the attempt before."""
    plan = answer.model_dump_json(exclude_defaults=True)
    return plan if len(plan) <= MOST_SHOWN else f"{plan[:MOST_SHOWN]}…"


def _errors(turns: tuple[PlannedTurn, ...], request: PlanRequest) -> Iterator[str]:
    return plan_errors(
        turns, tools=request.tools, plan_style=request.plan_style, target_turns=request.target_turns,
        system=request.system,
    )  # fmt: skip
