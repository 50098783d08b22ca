"""The judge: a model's scores for a finished dialogue, or no verdict at all."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.record import Dialogue, Usage
from toolgraph.errors import AnswerError
from toolgraph.models.judging import JudgeAnswer, JudgeRequest
from toolgraph.models.request import AnswerFailed, Backend

SCORES = {"NAT": "naturalness", "COH": "coherence", "HELP": "helpfulness", "ACC": "accuracy"}
"""ToolFlow's names of the scores (arXiv 2410.18447, table 2), and ours."""


class Judgement(BaseModel):
    """A verdict that can be believed: four whole numbers from 1 to 5, and the sentence that was written before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: dict[str, int]
    """By ToolFlow's names: NAT, COH, HELP, ACC."""
    reason: str

    @property
    def lowest(self) -> int:
        """The worst of the four scores, which is what a bar (`--min-score`) is held against."""
        return min(self.scores.values())

    @property
    def mean(self) -> float:
        """The mean of the four scores."""
        return sum(self.scores.values()) / len(self.scores)


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of asking a judge."""

    judgement: Judgement | None
    """None where the judge gave no usable verdict; no score is ever made up in its place."""
    usage: Usage
    """What was consumed, also where nothing came of it."""
    failure: str = ""
    """Why there is no verdict."""
    raw: str = ""
    """The judge's last answer as it came, where it was unusable."""


def judge(dialogue: Dialogue, backend: Backend) -> Judged:
    """Return a judge's scores of a dialogue: naturalness, coherence, helpfulness, accuracy.

    One joint strict question, as ToolFlow asks it. The judge sees the tools, and what was said, called and returned,
    but nothing of the plan. An answer that cannot be used is no verdict, never a neutral one.

    Raises:
        EndpointError: the judge's server cannot be used at all.
        BudgetReached: nothing more may be spent.
    """
    request = JudgeRequest(key=f"{dialogue.id}/judge", tools=dialogue.tools, messages=dialogue.messages)
    try:
        completion = backend.complete(request)
    except AnswerFailed as failed:
        return Judged(None, failed.usage, str(failed), failed.raw)
    except AnswerError as error:
        return Judged(None, Usage(), str(error))
    return Judged(_judgement(completion.answer), completion.usage)


def _judgement(answer: JudgeAnswer) -> Judgement:
    return Judgement(scores={name: getattr(answer, field) for name, field in SCORES.items()}, reason=answer.reason)
