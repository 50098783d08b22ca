"""The seam between toolgraph and whatever answers its questions."""

import string
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError

NOW = "<!-- now -->\n"
"""The line of a prompt file that parts what is said once and for all from what is so now."""
_COMPLAINT = (
    "## What was wrong with your last answer\n\nYour last answer could not be used, and nobody has seen it. Give "
    "another that mends what is said here, and otherwise goes by all that stands above:"
)
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
    prompt: ClassVar[str] = ""
    """Name of the Markdown file in `prompts/`, without its ending, where all requests of the class share one."""

    key: str
    """The dialogue, place and attempt this request belongs to."""

    @property
    def prompt_name(self) -> str:
        """Name of the Markdown file in `prompts/`, without its ending."""
        return self.prompt

    def render(self) -> str:
        """Return the whole prompt with the request's fields filled in."""
        return "\n\n".join(self.render_parts())

    def render_parts(self) -> tuple[str, str]:
        """Return the prompt in two parts: what is said once and for all, and what is so now.

        The first is the same for every request of a dialogue, so that a server that caches prefixes reads it once. A
        backend sends it as the system message, and the second as the user's.
        """
        fields = self.prompt_fields()
        lasting, now = (template.substitute(fields).strip() for template in prompt_templates(self.prompt_name))
        return lasting, now

    def prompt_fields(self) -> dict[str, str]:
        """Return the text that stands for each placeholder in the prompt: texts and numbers as they are.

        Classes add what is to be said of their other fields. The complaint becomes a passage with its own heading.
        A passage that has nothing to say is empty, its heading left out as well: a model takes an empty one for noise.
        """
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        fields = {name: str(value) for name, value in values if isinstance(value, str | int)}
        if fields.get("complaint"):
            fields["complaint"] = f"\n\n{_COMPLAINT}\n\n{fields['complaint']}"
        return fields


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
def prompt_templates(name: str) -> tuple[string.Template, string.Template]:
    """Return the two parts of the prompt file `name`, as templates whose placeholders are what the request fills in."""
    text = (resources.files("toolgraph.models") / "prompts" / f"{name}.md").read_text("utf-8")
    lasting, _, now = text.partition(NOW)
    return string.Template(lasting), string.Template(now)


def placeholders(name: str) -> frozenset[str]:
    """Return the names of the placeholders in a prompt."""
    return frozenset(field for template in prompt_templates(name) for field in template.get_identifiers())


def offline_completion(answer: Any) -> Completion[Any]:
    """Wrap the answer of a rule, which costs nothing but the asking."""
    return Completion.model_construct(answer=answer, usage=_ONE_REQUEST)


_ONE_REQUEST = Usage(requests=1)
