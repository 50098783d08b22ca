"""The tool agent: answers calls in the world of one dialogue."""

from typing import Any

from toolgraph.models.request import Backend, Completion
from toolgraph.models.requests import Fact, ToolAnswer, ToolRequest
from toolgraph.tools.spec import ToolSpec


class ToolAgent:
    """Simulates every tool of one dialogue; the facts it has told are its only memory."""

    def __init__(self, backend: Backend, world: str, system: str) -> None:
        self._backend, self._world, self._system = backend, world, system
        self._facts: tuple[Fact, ...] = ()

    def answer(
        self, tool: ToolSpec, arguments: dict[str, Any], *, beside: tuple[Fact, ...] = (), attempt: int, complaint: str
    ) -> Completion[ToolAnswer]:
        """Return the result of one call; nothing is remembered until `remember`.

        `beside` holds the calls of the same step that are answered already.
        """
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
