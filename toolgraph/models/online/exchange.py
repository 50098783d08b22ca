"""What passes between a question and a server: who asks, what came back, and what a server refuses for good."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError

Body = dict[str, Any]
"""The JSON object of a chat-completions request, as sent, or of the response, as it came."""

Role = Literal["planner", "user", "assistant", "tool", "judge", "filler"]
"""Whom a model plays."""
Stage = Literal[
    "probe",
    "fill",
    "edges",
    "scenario",
    "plan",
    "atomic_task",
    "composition",
    "filter",
    "functions",
    "dialogue",
    "judge",
]
"""What part of a run a request belongs to."""
UNBOUND: frozenset[Stage] = frozenset({"fill", "edges", "scenario"})
"""The stages whose requests belong to no dialogue."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Who asks, and in which dialogue; tokens and money are told apart by it."""

    role: Role
    stage: Stage
    dialogue: str = ""
    """Id of the dialogue, or empty where the request belongs to none."""
    salt: int = 0
    """Tells requests of one body apart (another dialogue, another attempt); part of the key of the cache."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A response with status 200 whose body is a JSON object; nothing else is known to be right about it."""

    body: Body
    usage: Usage
    """What the server says it consumed (with `requests=1`), or an estimate from the length of the texts."""
    seconds: float
    """From sending to the last byte; 0 for one from the cache."""
    is_estimated: bool = False
    """Whether the server told no usage."""
    is_cached: bool = False


class ServerRefusal(AnswerError):
    """The server answers this very request with an error that asking again does not change.

    `status` is that of HTTP, or 0 where the connection broke each time; `code` is the server's own, if it gives one.
    """

    def __init__(self, message: str, *, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Transport(Protocol):
    """Sends a body to one model of one server; `ChatClient` is the real one."""

    def send(self, body: Body, *, is_probe: bool = False, attempts: int | None = None) -> Reply:
        """Return what came back; `is_probe` takes the first answer for an answer and does not ask again.

        After so many `attempts` that broke it is the request's fault, not the server's; none leaves the number open.

        Raises:
            ServerRefusal: the server refuses this request for good.
            EndpointError: the server cannot be used at all.
        """
        ...


class Exchange(Protocol):
    """Answers bodies from the cache or over a transport, within the budget, and keeps the books."""

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Return the reply to a body; what was answered once is not asked again.

        `is_probe` and `attempts` are those of `Transport.send`.

        Raises:
            ServerRefusal: the server refuses this request for good.
            EndpointError: the server cannot be used at all.
            BudgetReached: nothing more may be spent.
        """
        ...
