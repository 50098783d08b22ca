"""The judge's rule: there is none, for a rule that scores its own kind would say nothing."""

from typing import NoReturn

from toolgraph.errors import AnswerError
from toolgraph.models.judging import JudgeRequest


def refuse_to_judge(request: JudgeRequest, seed: int) -> NoReturn:
    """Say that nobody is here to judge.

    Raises:
        AnswerError: always.
    """
    raise AnswerError("judging needs a model; give --judge-model")
