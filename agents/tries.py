"""Tries: a step is taken, again if it fails, and everything it consumes is counted."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from agents.steps import StepError
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import EndReason, Usage
from toolgraph.errors import AnswerError, ToolgraphError
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed, Completion

MadeT = TypeVar("MadeT")
AnswerT = TypeVar("AnswerT", bound=BaseModel)


class DialogueFailed(ToolgraphError):
    """A dialogue was given up; what was said until then is kept, and what all of it consumed."""

    def __init__(
        self,
        reason: EndReason,
        *,
        stage: str,
        check: str = "",
        detail: str = "",
        raw: str = "",
        messages: Sequence[Message] = (),
        usage: Usage | None = None,
    ) -> None:
        super().__init__(f"{stage}: {detail}")
        self.reason, self.stage, self.check, self.detail, self.raw = reason, stage, check, detail, raw
        self.messages, self.usage = tuple(messages), usage or Usage()


class Tries:
    """The attempts at the steps of one dialogue.

    `messages` is the list to which the dialogue grows; a failure takes what it holds by then.
    """

    def __init__(self, most: int, messages: list[Message]) -> None:
        self.most = most
        self._messages = messages
        self._requests = self._prompt_tokens = self._completion_tokens = 0

    def take(self, stage: str, once: Callable[[int, str], MadeT]) -> MadeT:
        """Take a step: call `once` with the number of the attempt and what was wrong with those before.

        What the server refuses for good is not asked again. Errors that concern the whole run pass through.

        Raises:
            DialogueFailed: no attempt succeeded.
        """
        complaints: list[str] = []
        failed: DialogueFailed | None = None
        for attempt in range(self.most):
            try:
                return once(attempt, _listed(complaints))
            except StepError as error:
                complaints.append(error.complaint)
                failed = self.failure(EndReason.STEP_FAILED, stage, error.check, error.detail, error.raw)
            except AnswerFailed as error:
                self.count(error.usage)
                complaints.append(str(error))
                failed = self.failure(EndReason.ANSWER_FAILED, stage, error.check, str(error), error.raw)
            except ServerRefusal as error:
                raise self.failure(EndReason.ANSWER_FAILED, stage, "server", str(error)) from error
            except AnswerError as error:
                complaints.append(str(error))
                failed = self.failure(EndReason.ANSWER_FAILED, stage, detail=str(error))
        raise failed or self.failure(EndReason.STEP_FAILED, stage, detail="no attempt was allowed")

    def failure(
        self, reason: EndReason, stage: str, check: str = "", detail: str = "", raw: str = ""
    ) -> DialogueFailed:
        """Return the failure of the dialogue as it stands."""
        return DialogueFailed(
            reason, stage=stage, check=check, detail=detail, raw=raw, messages=self._messages, usage=self.usage
        )

    def spent(self, completion: Completion[AnswerT]) -> AnswerT:
        """Count what an answer consumed, and return it."""
        self.count(completion.usage)
        return completion.answer

    def count(self, usage: Usage) -> None:
        """Count what was consumed."""
        self._requests += usage.requests
        self._prompt_tokens += usage.prompt_tokens
        self._completion_tokens += usage.completion_tokens

    @property
    def usage(self) -> Usage:
        """All that was counted."""
        return Usage(
            requests=self._requests, prompt_tokens=self._prompt_tokens, completion_tokens=self._completion_tokens
        )


def _listed(complaints: Sequence[str]) -> str:
    """All that was wrong so far; who is told of the last attempt alone makes the first mistake again."""
    if len(complaints) < 2:
        return "".join(complaints)
    lines = (f"{number}. {complaint}" for number, complaint in enumerate(dict.fromkeys(complaints), 1))
    return "\n".join(("All of these were tried, the last one last:", "", *lines))
