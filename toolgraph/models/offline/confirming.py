"""The rule for edges: there is none, for the evidence that rules have is what made the edge."""

from typing import NoReturn

from toolgraph.errors import AnswerError
from toolgraph.models.confirming import EdgeRequest


def refuse_to_confirm(request: EdgeRequest, seed: int) -> NoReturn:
    """Say that nobody is here to confirm anything.

    Raises:
        AnswerError: always.
    """
    raise AnswerError("confirming edges needs a model; give --model")
