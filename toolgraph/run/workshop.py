"""Workshop: makes the dialogue of one index, or says why there is none."""

from collections.abc import Callable

from agents.engine import DialogueFailed
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Dialogue, Verdict
from toolgraph.errors import AnswerError
from toolgraph.run.outcome import Outcome, Rejection, accepted, id_of, rejected
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.spec import ToolSpec

Sample = Callable[[int], ToolSample]
"""Returns the sample of an index."""
Plan = Callable[[ToolSample, str, int], Blueprint]
"""Returns the blueprint, with the id given, of a sample at an index; may raise AnswerError."""
Play = Callable[[Blueprint, tuple[ToolSpec, ...]], Dialogue]
"""Plays a blueprint over the tools offered; may raise AnswerError or DialogueFailed."""
Check = Callable[[Dialogue], tuple[Verdict, ...]]
"""Returns the verdict of every check on a finished dialogue."""


class Workshop:
    """The steps from an index to a dialogue, each given as a function, and the order in which they are taken.

    What `attempt` returns depends on the index alone, so any process may make any index at any time.
    """

    def __init__(self, *, sample: Sample, plan: Plan, play: Play, check: Check) -> None:
        self._sample = sample
        self._plan = plan
        self._play = play
        self._check = check

    def attempt(self, index: int) -> Outcome:
        """Return what becomes of `index`."""
        sample = self._sample(index)
        rules = dict(sample.rules)

        def rejection(stage: str, blueprint: Blueprint | None, **facts: object) -> Outcome:
            fields = {
                "id": id_of(index),
                "index": index,
                "blueprint": blueprint.id if blueprint else "",
                "stage": stage,
            }
            return rejected(index, blueprint, Rejection.model_validate({**fields, "rules": rules, **facts}))

        try:
            blueprint = self._plan(sample, id_of(index), index)
        except AnswerError as error:
            return rejection("plan", None, reason=str(error))
        try:
            dialogue = self._play(blueprint, sample.tools)
        except AnswerError as error:
            return rejection("dialogue", blueprint, reason=str(error))
        except DialogueFailed as failed:
            return rejection(
                failed.stage, blueprint, check=failed.check, reason=failed.detail, ended=str(failed.reason),
                raw=failed.raw, messages=tuple(failed.messages),
            )  # fmt: skip
        verdicts = self._check(dialogue)
        failing = next((verdict for verdict in verdicts if not verdict.passed), None)
        if failing is not None:
            found = "; ".join(f"message {finding.message}: {finding.reason}" for finding in failing.findings[:3])
            return rejection(
                "check", blueprint, check=failing.check, reason=found or "failed", ended=str(dialogue.ended),
                messages=dialogue.messages,
            )  # fmt: skip
        meta = {
            "mode": blueprint.mode, "strategy": sample.strategy, "style": blueprint.style, "plan": blueprint.plan_style,
            "index": index, **dialogue.meta, "rules": rules,
        }  # fmt: skip
        return accepted(index, blueprint, dialogue.model_copy(update={"verdicts": verdicts, "meta": meta}))
