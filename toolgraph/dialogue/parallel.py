"""Whether the assistant may call several tools at once: one sentence of the system message says it (as in BUTTON)."""

import re

PARALLEL_ON = "Calls that do not depend on each other may be made at once, in one message."
PARALLEL_OFF = "Make only one call at a time, and wait for its result before you make the next."

_OFF = re.compile(
    r"\bone (?:function|tool|call)s?\b(?: call)? at a time\b|\bonly one (?:call|function|tool)\b|"
    r"\bone (?:function|tool|call)\b[^.]*\bwait\b|\b(?:no|not|never|without)\b[^.]*\bparallel\b|\bsequentially\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\bin parallel\b|\b(?:calls?|functions?|tools?)\b[^.]*\bat (?:once|the same time)\b|\bsimultaneously\b",
    re.IGNORECASE,
)


def allows_parallel(system: str) -> bool | None:
    """Return whether a system message allows several calls at once; none where it says nothing of that.

    >>> allows_parallel(PARALLEL_ON), allows_parallel(PARALLEL_OFF), allows_parallel("Be kind.")
    (True, False, None)
    """
    if _OFF.search(system):
        return False
    return True if _ON.search(system) else None
