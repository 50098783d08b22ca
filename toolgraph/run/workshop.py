"""Workshop: makes the dialogue of one index, or says why there is none."""

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from agents.engine import DialogueFailed
from planners.button import TaskFailed
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Dialogue, Usage, Verdict
from toolgraph.errors import AnswerError, BudgetReached, EndpointError, GenerationError
from toolgraph.models.request import AnswerFailed
from toolgraph.quality.judge import Judged
from toolgraph.run.outcome import Outcome, Rejection, accepted, id_of, rejected
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.spec import ToolSpec

Sample = Callable[[int], ToolSample]
"""Returns the tools of an index: a sample, or in button mode those of its task."""
Plan = Callable[[ToolSample, str, int], Blueprint]
"""Returns the blueprint, with the id given, of a sample at an index; may raise AnswerError."""
Play = Callable[[Blueprint, tuple[ToolSpec, ...]], Dialogue]
"""Plays a blueprint over the tools offered; may raise AnswerError or DialogueFailed."""
Check = Callable[[Dialogue], tuple[Verdict, ...]]
"""Returns the verdict of every check on a finished dialogue."""
Judge = Callable[[Dialogue], Judged]
"""Returns a model's scores of a dialogue that passed every check."""
Models = Callable[[str], Mapping[str, str]]
"""Returns the name of the model that plays each role in the dialogue of an id."""


class Workshop:
    """The steps from an index to a dialogue, each given as a function, and the order in which they are taken.

    What `attempt` returns depends on the index alone, or with models on the index and their responses, so any process
    or thread may make any index at any time.
    """

    def __init__(
        self, *, sample: Sample, plan: Plan, play: Play, check: Check, judge: Judge | None = None,
        min_score: int | None = None, models: Models | None = None,
        require_sample: Callable[[int], object] | None = None,
    ) -> None:  # fmt: skip
        self._sample = sample
        self._plan = plan
        self._play = play
        self._check = check
        self._judge = judge
        self._min_score = min_score
        self._models = models
        self._require_sample = require_sample

    def require_sample(self, index: int) -> None:
        """See to it, without asking a model, that there are tools for an index.

        Raises:
            GenerationError: samples have run out.
        """
        if self._require_sample:
            self._require_sample(index)

    def attempt(self, index: int) -> Outcome:
        """Return what becomes of `index`.

        A mistake of ours in one of the steps costs this index and not the run: it is a rejection of the stage
        `internal`, with its traceback. Only what says nothing about the index is raised: what the machine lacks
        (memory, a file), a model's server that cannot be used, and a budget that is spent.
        """
        sample = self._sample(index)
        blueprint: Blueprint | None = None

        def rejection(stage: str, **facts: object) -> Outcome:
            common = {"id": id_of(index), "index": index, "blueprint": blueprint.id if blueprint else ""}
            record = Rejection.model_validate({**common, "stage": stage, "rules": dict(sample.rules), **facts})
            return rejected(index, blueprint, record)

        try:
            blueprint = self._plan(sample, id_of(index), index)
            dialogue = self._play(blueprint, sample.tools)
            verdicts = self._check(dialogue)
            failing = next((verdict for verdict in verdicts if not verdict.passed), None)
            judged = self._judge(dialogue) if self._judge and failing is None else None
        except AnswerError as error:
            stage = error.stage if isinstance(error, TaskFailed) else "dialogue" if blueprint else "plan"
            return rejection(stage, reason=str(error), **_facts_of(error))
        except DialogueFailed as failed:
            return rejection(
                failed.stage, check=failed.check, reason=failed.detail, ended=str(failed.reason), raw=failed.raw,
                messages=failed.messages, usage=failed.usage,
            )  # fmt: skip
        except (MemoryError, OSError, EndpointError, BudgetReached, GenerationError):
            raise
        except Exception as error:  # a mistake may raise anything
            return rejection("internal", check=type(error).__name__, reason=str(error), raw=traceback.format_exc())
        so_far = {"ended": str(dialogue.ended), "messages": dialogue.messages, "usage": dialogue.usage}
        if failing is not None:
            found = "; ".join(f"message {finding.message}: {finding.reason}" for finding in failing.findings[:3])
            return rejection("check", check=failing.check, reason=found, **so_far)
        if judged is not None:
            dialogue = dialogue.model_copy(update={"usage": dialogue.usage + judged.usage})
            objection = self._objection(judged)
            if objection:
                return rejection("judge", **{**so_far, "usage": dialogue.usage}, **objection)
        meta = {
            "mode": blueprint.mode, **({"strategy": sample.strategy} if sample.strategy else {}),
            "style": blueprint.style, "plan": blueprint.plan_style, "index": index, **dialogue.meta,
            **self._known_of(dialogue, judged), **({"rules": dict(sample.rules)} if sample.strategy else {}),
        }  # fmt: skip
        return accepted(index, blueprint, dialogue.model_copy(update={"verdicts": verdicts, "meta": meta}))

    def _objection(self, judged: Judged) -> dict[str, str]:
        """What speaks against a dialogue; without a bar nothing does, and with one a missing verdict does."""
        if self._min_score is None:
            return {}
        if judged.judgement is None:
            return {"check": "no_verdict", "reason": judged.failure, "raw": judged.raw}
        if judged.judgement.lowest >= self._min_score:
            return {}
        scores = ", ".join(f"{name} {score}" for name, score in judged.judgement.scores.items())
        return {"check": "min_score", "reason": f"{scores}: {judged.judgement.reason}"}

    def _known_of(self, dialogue: Dialogue, judged: Judged | None) -> dict[str, Any]:
        """What a run with models knows beside: who played whom, and the judge's scores, or why there are none."""
        known: dict[str, Any] = {"models": dict(self._models(dialogue.id))} if self._models else {}
        if judged is not None:
            verdict = judged.judgement
            known["judge"] = {"scores": verdict.scores, "reason": verdict.reason} if verdict else {
                "scores": None, "reason": judged.failure
            }  # fmt: skip
        return known


def _facts_of(error: AnswerError) -> dict[str, Any]:
    if isinstance(error, AnswerFailed):
        return {"check": error.check, "raw": error.raw, "usage": error.usage}
    return {"usage": Usage()}
