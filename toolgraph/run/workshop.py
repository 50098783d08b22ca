"""Workshop: makes the dialogue of one index, or says why there is none."""

import traceback
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
        """Return what becomes of `index`.

        A mistake of ours in one of the steps costs this index and not the run: it is a rejection of the stage
        `internal`, with its traceback. Only what the machine lacks (memory, a file) is raised, for it says nothing
        about the index.
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
        except AnswerError as error:
            return rejection("dialogue" if blueprint else "plan", reason=str(error))
        except DialogueFailed as failed:
            return rejection(
                failed.stage, check=failed.check, reason=failed.detail, ended=str(failed.reason), raw=failed.raw,
                messages=failed.messages,
            )  # fmt: skip
        except (MemoryError, OSError):
            raise
        except Exception as error:  # a mistake may raise anything
            return rejection("internal", check=type(error).__name__, reason=str(error), raw=traceback.format_exc())
        failing = next((verdict for verdict in verdicts if not verdict.passed), None)
        if failing is not None:
            found = "; ".join(f"message {finding.message}: {finding.reason}" for finding in failing.findings[:3])
            ended = str(dialogue.ended)
            return rejection("check", check=failing.check, reason=found, ended=ended, messages=dialogue.messages)
        meta = {
            "mode": blueprint.mode, "strategy": sample.strategy, "style": blueprint.style, "plan": blueprint.plan_style,
            "index": index, **dialogue.meta, "rules": dict(sample.rules),
        }  # fmt: skip
        return accepted(index, blueprint, dialogue.model_copy(update={"verdicts": verdicts, "meta": meta}))
