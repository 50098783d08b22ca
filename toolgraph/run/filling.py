"""Filling in what the owners of tools left unsaid, by a model: of a whole catalogue, or as tools are offered."""

import logging
import threading
from collections.abc import Callable, Sequence

from toolgraph.errors import AnswerError
from toolgraph.models.filling import FillRequest, complaint_about
from toolgraph.models.request import Backend
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.threads import threads
from toolgraph.tools.filling import filled
from toolgraph.tools.spec import ToolSpec

log = logging.getLogger(__name__)
STAGE = "filling tools"


def fill_tools(
    tools: Sequence[ToolSpec],
    backend: Backend,
    *,
    workers: int,
    progress: Progress | None = None,
    most: int | None = None,
    at_error: Callable[[BaseException], None] = lambda error: None,
) -> tuple[ToolSpec, ...]:
    """Return the tools, in their order, with missing descriptions and returns written by a model (ToolFlow, 3.1.1).

    Only tools that lack something are asked about, each in one request. What the owner wrote stays; what is added is
    marked (`ToolSpec.filled`). A tool that cannot be filled stays as it is, and one warning says how many there are.
    With `most` no more tools than that are asked about, taken evenly from all over the catalogue.
    `at_error` is told at once what ends the filling.

    Raises:
        EndpointError: the model's server cannot be used at all.
        BudgetReached: nothing more may be spent.
    """
    asked = [(place, request) for place, tool in enumerate(tools) if (request := FillRequest.about(tool))]
    if most is not None and most < len(asked):
        asked = [asked[number * len(asked) // most] for number in range(most)]
    shown = progress or Silent()
    known = list(tools)
    failures: dict[int, str] = {}

    def fill(number: int) -> tuple[int, ToolSpec, str]:
        place, request = asked[number]
        return place, *_filled(request, backend)

    if asked:
        shown.show(STAGE, 0, len(asked))
    everything = threads(
        fill, range(len(asked)), workers=workers, admits=lambda _: True, tick=lambda: None, at_error=at_error
    )
    for done, (place, tool, failure) in enumerate(everything, start=1):
        known[place] = tool
        failures |= {place: failure} if failure else {}
        shown.show(STAGE, done, len(asked))
    _warn(failures, known)
    return tuple(known)


class Filler:
    """Fills in tools one by one, each once, for any number of threads; one that cannot be filled in stays as it is."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known: dict[str, ToolSpec] = {}

    def __call__(self, tool: ToolSpec) -> ToolSpec:
        """Return the tool with what it lacked; who asks for one that is being filled in waits for it.

        Raises:
            EndpointError: the model's server cannot be used at all.
            BudgetReached: nothing more may be spent.
        """
        request = FillRequest.about(tool)
        if request is None:
            return tool
        with self._lock:
            lock = self._locks.setdefault(tool.name, threading.Lock())
        with lock:
            if tool.name not in self._known:
                self._known[tool.name], failure = _filled(request, self._backend)
                if failure:
                    log.warning("tool '%s' could not be filled in and stays as it is: %s", tool.name, failure)
            return self._known[tool.name]


def count_lacking(tools: Sequence[ToolSpec]) -> int:
    """Return how many tools lack something that a model could fill in."""
    return sum(FillRequest.about(tool) is not None for tool in tools)


def _filled(request: FillRequest, backend: Backend) -> tuple[ToolSpec, str]:
    """A tool with what it lacked, or as it was and why."""
    try:
        answer = backend.complete(request).answer
    except AnswerError as error:
        return request.tool, str(error)
    if complaint := complaint_about(request, answer):
        return request.tool, complaint
    # What a rule guesses from names is no reason to link tools; samples are given it later, one by one.
    returns = answer.schema_of_returns if request.wants_returns and not answer.is_guessed else None
    return filled(request.tool, {entry.place: entry.description for entry in answer.descriptions}, returns), ""


def _warn(failures: dict[int, str], tools: Sequence[ToolSpec]) -> None:
    if failures:
        first = min(failures)
        log.warning(
            "%d tools could not be filled in and stay as they are; the first is '%s': %s",
            len(failures), tools[first].name, failures[first],
        )  # fmt: skip
