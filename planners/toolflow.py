"""The ToolFlow planner: a sample of related tools becomes the blueprint of a dialogue (arXiv 2410.18447, sec. 3.2)."""

from dataclasses import dataclass

from planners.system import system_message
from toolgraph.dialogue.blueprint import Blueprint, PlannedTurn, PlanStyle
from toolgraph.errors import AnswerError
from toolgraph.models.offline.styles import styles
from toolgraph.models.request import Backend
from toolgraph.models.requests import PlanRequest
from toolgraph.seeds import rng
from toolgraph.tools.edges import ToolSample


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


def plan_dialogue(sample: ToolSample, *, id: str, seed: int, backend: Backend, options: PlanOptions) -> Blueprint:
    """Return the blueprint of one dialogue over a sample.

    The number of turns is uniform over the range asked for, cut at twice the number of tools: two tools give no six
    turns that are not the same again.

    Raises:
        AnswerError: the backend gave no usable plan.
    """
    chooser = rng(seed, "blueprint", id)
    most = min(options.max_turns, max(options.min_turns, 2 * len(sample.tools)))
    target = chooser.randint(options.min_turns, most)
    style = chooser.choice(options.styles or styles())
    system = system_message(sample.tools, seed=seed, id=id)
    turns: tuple[PlannedTurn, ...] = ()
    if options.plan_style != "none":
        request = PlanRequest(
            key=id, tools=sample.tools, edges=sample.edges, system=system, target_turns=target,
            plan_style=options.plan_style, complaint="",
        )  # fmt: skip
        turns = backend.complete(request).answer.turns
        _require_usable(turns, sample, options.plan_style)
    return Blueprint(
        id=id, mode="toolflow", plan_style=options.plan_style, seed=seed,
        tools=tuple(tool.name for tool in sample.tools), strategy=sample.strategy, style=style, system=system,
        target_turns=target, turns=turns,
    )  # fmt: skip


def _require_usable(turns: tuple[PlannedTurn, ...], sample: ToolSample, plan_style: PlanStyle) -> None:
    """Refuse a plan that speaks of tools nobody offers, uses results nobody has, or asks for nothing."""
    offered = {tool.name for tool in sample.tools}
    planned: set[str] = set()
    if not any(turn.kind != "chitchat" for turn in turns):
        raise AnswerError("the plan holds no request for a tool")
    for turn in turns:
        if plan_style == "grounded" and turn.kind != "chitchat" and not turn.steps:
            raise AnswerError(f"the turn '{turn.intent}' holds no calls")
        for step in turn.steps:
            for call in step.calls:
                if call.tool not in offered:
                    raise AnswerError(f"the plan calls '{call.tool}', which is not offered")
                for argument in call.arguments:
                    if argument.source == "result" and argument.call not in planned:
                        raise AnswerError(
                            f"{call.id}{argument.pointer} uses the result of '{argument.call}', which "
                            f"does not come before it"
                        )
            planned |= {call.id for call in step.calls}
