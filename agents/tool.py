"""The tool agents: they answer calls, in the world of one dialogue that is made up, or by really running tools."""

from typing import Any, Protocol

from toolgraph.dialogue.record import Usage
from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import Fact, ToolAnswer, ToolRequest
from toolgraph.tools.live import LiveResult, LiveSession, holds_nothing
from toolgraph.tools.spec import ToolSpec


class Tools(Protocol):
    """Whoever answers the calls of one dialogue."""

    def answer(
        self, tool: ToolSpec, arguments: dict[str, Any], *, beside: tuple[Fact, ...] = (), attempt: int, complaint: str
    ) -> Completion[ToolAnswer]:
        """Return the result of one call; nothing is remembered until `remember`.

        `beside` holds the calls of the same step that are answered already.
        """
        ...

    def remember(self, tool: ToolSpec, arguments: dict[str, Any], result: Any) -> None:
        """Take an answer that was accepted into the world."""
        ...


class ToolAgent:
    """Simulates every tool of one dialogue; the facts it has told are its only memory."""

    def __init__(self, backend: Backend, world: str, system: str) -> None:
        self._backend, self._world, self._system = backend, world, system
        self._facts: tuple[Fact, ...] = ()

    def answer(
        self, tool: ToolSpec, arguments: dict[str, Any], *, beside: tuple[Fact, ...] = (), attempt: int, complaint: str
    ) -> Completion[ToolAnswer]:
        """Return the result of one call, made up by a model or a rule."""
        key = self._world if attempt == 0 else f"{self._world}#{attempt}"
        return self._backend.complete(
            ToolRequest(
                key=key, tool=tool, arguments=arguments, facts=self._facts, beside=beside, system=self._system,
                complaint=complaint,
            )
        )  # fmt: skip

    def remember(self, tool: ToolSpec, arguments: dict[str, Any], result: Any) -> None:
        """Take an answer that was accepted into the world."""
        self._facts = (*self._facts, Fact(tool=tool, arguments=arguments, result=result))


class RealTools:
    """Runs the tools of one dialogue. What comes back is told as it is, whatever was promised of it."""

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self._made: list[tuple[str, LiveResult]] = []
        self._has_found = False

    def answer(
        self, tool: ToolSpec, arguments: dict[str, Any], *, beside: tuple[Fact, ...] = (), attempt: int, complaint: str
    ) -> Completion[ToolAnswer]:
        """Return the result of one call, or an error as an object."""
        result = self._session.call(tool.name, arguments)
        self._made.append((tool.name, result))
        self._has_found |= not result.is_error and not holds_nothing(result.value, arguments)
        return Completion[ToolAnswer](answer=ToolAnswer(result=result.told), usage=Usage())

    def remember(self, tool: ToolSpec, arguments: dict[str, Any], result: Any) -> None:
        """Do nothing: the tools remember for themselves."""

    @property
    def errors(self) -> tuple[str, ...]:
        """The errors that calls ended in."""
        return tuple(result.error for _, result in self._made if result.is_error)

    @property
    def are_useless(self) -> bool:
        """Whether calls were made and none of them brought anything."""
        return bool(self._made) and not self._has_found

    def as_meta(self) -> dict[str, Any]:
        """Return what is to be known of the calls of a dialogue: how many, and what was wrong with their results."""
        mismatches = [f"{name} {reason}" for name, result in self._made for reason in result.mismatches]
        return {
            "calls": len(self._made), "errors": len(self.errors), **({"mismatches": mismatches} if mismatches else {})
        }  # fmt: skip
