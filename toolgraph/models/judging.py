"""The question put to a judge: four scores for a finished dialogue, after ToolFlow's rubric (arXiv 2410.18447)."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from toolgraph.dialogue.messages import Message
from toolgraph.models.request import Request
from toolgraph.models.shown import transcript_text
from toolgraph.tools.spec import ToolSpec

Score = Annotated[int, Field(strict=True, ge=1, le=5)]
"""A whole number from 1 to 5; `4.0`, `"4"` and `true` are none."""


class JudgeAnswer(BaseModel):
    """A verdict: first why, then the four scores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=1)
    """One sentence on what decides the scores, written before them."""
    naturalness: Score
    """NAT: whether the user talks like a person."""
    coherence: Score
    """COH: whether each request follows from what came before it."""
    helpfulness: Score
    """HELP: what the assistant's replies are worth to the user."""
    accuracy: Score
    """ACC: whether the assistant is right, given that the results of the tools are true."""


class JudgeRequest(Request[JudgeAnswer]):
    """Asks for the scores of one dialogue; the judge is shown what was said and done, and not what was planned."""

    answer: ClassVar[type[BaseModel]] = JudgeAnswer
    prompt: ClassVar[str] = "judge"

    tools: tuple[ToolSpec, ...]
    """The tools that the assistant was offered."""
    messages: tuple[Message, ...]
    complaint: str = ""
    """What was wrong with the last answer, when the step is tried again."""

    def prompt_fields(self) -> dict[str, str]:
        """Tools by name and description, the dialogue as lines of speech, calls and results."""
        tools = [f"- {': '.join(filter(None, (tool.name, tool.description.strip())))}" for tool in self.tools]
        return {**super().prompt_fields(), "tools": "\n".join(tools), "messages": transcript_text(self.messages)}
