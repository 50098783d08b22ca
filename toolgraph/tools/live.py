"""Running real tools: the seam behind which a server or Python functions answer calls, and the guard before it.

Who runs tools (`live_mcp`, `live_python`) makes a session per dialogue and answers one call at a time. Everything else
is done here, the same for all: what changes things is refused, arguments are validated before and results after.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from toolgraph.errors import LiveError, ToolSpecError
from toolgraph.tools.inference import CREATE, DELETE, READ, UPDATE, effects_of, verb_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import result_errors, schema_errors

LONGEST_ERROR = 500
"""Characters of an error message that are kept; servers send whole tracebacks."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How real tools may be used."""

    timeout: float = 30.0
    """Seconds that one call may take, or the start of a server."""
    max_bytes: int = 100_000
    """The most bytes of a result, as JSON; a larger one is an error."""
    allow_writes: bool = False
    """Whether tools may be called that change something."""


@dataclass(frozen=True, slots=True)
class LiveResult:
    """What a call gave: a value, or the reason why there is none."""

    value: Any = None
    """The result, as JSON values."""
    error: str = ""
    """What went wrong, in one line; empty where nothing did."""
    mismatches: tuple[str, ...] = ()
    """Where the value is not what the tool's returns promise, a sentence each. It is real all the same."""
    is_last: bool = False
    """Whether the session answers nothing more: the tools hang, or are gone."""

    @property
    def is_error(self) -> bool:
        """Whether there is no value."""
        return bool(self.error)

    @property
    def told(self) -> Any:
        """What the tool message holds."""
        return {"error": self.error} if self.error else self.value


class LiveSession(Protocol):
    """The tools of one dialogue, running."""

    @property
    def instructions(self) -> str:
        """What whoever runs the tools says to those who use them; empty if nothing."""
        ...

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Run one tool. Whatever goes wrong is an error in the result, never an exception."""
        ...


class LiveTools(Protocol):
    """Tools that can really be run."""

    def session(self) -> AbstractContextManager[LiveSession]:
        """Return a fresh session for one dialogue; leaving it ends everything that was started for it.

        Raises:
            LiveError: the tools cannot be run at all.
        """
        ...


def granted_environment(names: Sequence[str], *, inherited: Sequence[str]) -> dict[str, str]:
    """Return the variables that a program gets of this environment: those that every program needs, and those named.

    Raises:
        LiveError: a name is none, or there is no variable of that name; a value is never told.
    """
    for name in names:
        if not _VARIABLE.fullmatch(name):
            shown = f"{name.partition('=')[0]}=..." if "=" in name else name
            raise LiveError(f"--env {shown}: expected the name of an environment variable, without its value")
        if name not in os.environ:
            raise LiveError(f"--env {name}: is not set in the environment; set it before, as in export {name}=...")
    return {name: os.environ[name] for name in (*inherited, *names) if name in os.environ}


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def failed(reason: object, *, is_last: bool = False) -> LiveResult:
    """Return the result of a call that went wrong, its reason as one line of bearable length."""
    text = re.sub(r"\s+", " ", str(reason)).strip() or "the tool failed and did not say why"
    return LiveResult(error=text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…", is_last=is_last)


def holds_nothing(value: Any, arguments: Mapping[str, Any]) -> bool:
    """Say whether a result brings nothing to tell: it is empty, or lists and nothing is in them.

    >>> holds_nothing({"books": [], "total": 0}, {}), holds_nothing({"query": "x", "found": []}, {"query": "x"})
    (True, True)
    >>> holds_nothing({"title": "The Ninth Bell", "tags": []}, {}), holds_nothing(0, {})
    (False, False)
    """
    if isinstance(value, dict) and value:
        lists = [child for child in value.values() if isinstance(child, list | dict)]
        texts = [child for child in value.values() if isinstance(child, str)]
        echoed = [text for text in texts if not text or text in arguments.values()]
        return bool(lists) and not any(lists) and len(echoed) == len(texts)
    return value is None or (isinstance(value, str | list | dict) and not value)


def refusal_of(tool: ToolSpec, *, allow_writes: bool) -> str:
    """Return why a tool must not be called, or nothing if it may.

    Without leave to write, a tool is called only if it is known to read: its owner says so, or its name begins with a
    verb of reading and holds none of changing. What says nothing of itself is not tried out.
    """
    if allow_writes or tool.effects == "reads":
        return ""
    effects = effects_of(tool)
    if effects != "reads":
        return f"{tool.name} {effects} something, and that is not allowed here"
    words = set(split_words(tool.name).split()) & (DELETE | _CHANGING)
    if words:
        return f"{tool.name} may change something ('{min(words)}'), and that is not allowed here"
    if verb_of(tool) not in READ:
        return f"nothing says that {tool.name} only reads, and changes are not allowed here"
    return ""


_CHANGING = (CREATE | UPDATE) - READ & frozenset(
    "create add insert send post write save update set change modify edit move rename replace execute run deploy "
    "upload publish pay transfer".split()
)
"""Verbs that are one wherever they stand in a name; "record", "order" or "mark" may be a noun."""


class GuardedTools:
    """Live tools of which only what is offered, allowed and validly called is run."""

    def __init__(self, tools: LiveTools, catalogue: Sequence[ToolSpec], options: LiveOptions) -> None:
        self._tools, self._options = tools, options
        self._catalogue = {tool.name: tool for tool in catalogue}

    @contextmanager
    def session(self) -> Iterator["GuardedSession"]:
        """Open a session of the tools behind."""
        with self._tools.session() as session:
            yield GuardedSession(session, self._catalogue, self._options)


class GuardedSession:
    """A session that looks at every call before it is made and at every result after."""

    def __init__(self, session: LiveSession, catalogue: Mapping[str, ToolSpec], options: LiveOptions) -> None:
        self._session, self._catalogue, self._options = session, catalogue, options

    @property
    def instructions(self) -> str:
        """What whoever runs the tools says to those who use them."""
        return self._session.instructions

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Run one tool, if it may be run with these arguments."""
        tool = self._catalogue.get(name)
        if tool is None:
            return failed(f"there is no tool '{name}'")
        refused = refusal_of(tool, allow_writes=self._options.allow_writes)
        if refused:
            return failed(refused)
        try:
            wrong = schema_errors(tool, dict(arguments))
        except ToolSpecError as error:
            return failed(error)
        if wrong:
            return failed(f"the arguments are not valid: {'; '.join(wrong)}")
        result = self._session.call(name, arguments)
        return result if result.is_error else _examined(result, tool, self._options.max_bytes)


def _examined(result: LiveResult, tool: ToolSpec, max_bytes: int) -> LiveResult:
    """`result` with what is wrong with it; an error where it is no JSON or more than anybody wants to read."""
    try:
        size = len(json.dumps(result.value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))
    except (TypeError, ValueError, RecursionError) as error:
        return failed(f"the result is not JSON ({error})")
    if size > max_bytes:
        return failed(f"the result is too large ({size:,} bytes; at most {max_bytes:,} are taken)")
    if tool.returns_inferred:
        return result  # nobody promised it
    try:
        mismatches = result_errors(tool, result.value)
    except ToolSpecError as error:
        mismatches = (str(error),)
    return replace(result, mismatches=mismatches)
