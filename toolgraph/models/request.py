"""The seam between toolgraph and whatever answers its questions."""

import string
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError

AnswerT = TypeVar("AnswerT", bound=BaseModel)
AnswerT_co = TypeVar("AnswerT_co", bound=BaseModel, covariant=True)


class Request(BaseModel, Generic[AnswerT_co]):
    """A question with a typed answer.

    A subclass names its answer class and its prompt; its fields are what the prompt may use, by name. `key`
    tells requests apart that are otherwise the same (another dialogue, another attempt), so that an answer
    is a function of the request and the backend's seed alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: ClassVar[type[BaseModel]]
    """The class of the answer."""
    prompt: ClassVar[str]
    """Name of the Markdown file in `prompts/`, without its ending."""

    key: str
    """The dialogue, place and attempt this request belongs to."""

    def render(self) -> str:
        """Return the prompt with the request's fields filled in."""
        return prompt_template(self.prompt).substitute(self.prompt_fields())

    def prompt_fields(self) -> dict[str, str]:
        """Return the text that stands for each field in the prompt."""
        return {name: str(getattr(self, name)) for name in type(self).model_fields}


class Completion(BaseModel, Generic[AnswerT]):
    """An answer and what it consumed."""

    model_config = ConfigDict(frozen=True)

    answer: AnswerT
    usage: Usage = Usage()


class AnswerFailed(AnswerError):
    """No usable answer could be had: `raw` is the last one as it came, `usage` what all attempts consumed."""

    def __init__(self, message: str, *, check: str = "", raw: str = "", usage: Usage | None = None) -> None:
        super().__init__(message)
        self.check, self.raw, self.usage = check, raw, usage or Usage()


class Backend(Protocol):
    """Whatever answers requests: a language model behind an API, or the offline rules."""

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Answer one request.

        Raises:
            AnswerError: no usable answer could be had.
        """
        ...


@cache
def prompt_template(name: str) -> string.Template:
    """Return the prompt file `name` as a template whose placeholders are the request's fields."""
    return string.Template((resources.files("toolgraph.models") / "prompts" / f"{name}.md").read_text("utf-8"))


def placeholders(name: str) -> frozenset[str]:
    """Return the names of the fields a prompt uses."""
    return frozenset(prompt_template(name).get_identifiers())


def offline_completion(answer: Any) -> Completion[Any]:
    """Wrap the answer of a rule, which costs nothing but the asking."""
    return Completion.model_construct(answer=answer, usage=_ONE_REQUEST)


_ONE_REQUEST = Usage(requests=1)
