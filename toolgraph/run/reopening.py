"""A session that goes on when its tools hang or end: it is opened again, and what did that to them is left alone."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from toolgraph.errors import LiveError
from toolgraph.tools.live import LiveResult, LiveSession, LiveTools, failed


class Reopening:
    """A live session for many calls, bounded in time and in how often the tools are started."""

    instructions = ""

    def __init__(self, live: LiveTools, *, seconds: float, sessions: int) -> None:
        self._live, self._left, self._stack = live, sessions, ExitStack()
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._session: LiveSession | None = None
        self._blamed: dict[str, LiveResult] = {}

    def __enter__(self) -> "Reopening":
        self._open()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Call a tool; of a result that is the last nothing is to be learnt."""
        if time.monotonic() > self._end:
            return failed(f"the {self._seconds:g} seconds for calls were over", is_last=True)
        if name in self._blamed:
            return self._blamed[name]
        if self._session is None:
            return failed("the tools are not available any more", is_last=True)
        result = self._session.call(name, arguments)
        if result.is_last:
            self._blamed[name] = result
            try:
                self._open()
            except LiveError as error:
                self._blamed[name] = failed(f"{result.error}; then {error}", is_last=True)
        return result

    def _open(self) -> None:
        self._session = None
        self._stack.close()
        if self._left:
            self._left -= 1
            self._session = self._stack.enter_context(self._live.session())
