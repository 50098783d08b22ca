"""Names that a model can call: kept verbatim where some server takes them, made where none does."""

import re
from collections.abc import Iterable, Mapping

LONGEST = 128
"""The longest name that a server takes (MCP's rule)."""
LONGEST_MADE = 64
"""The longest name made here: every server takes it."""
# What MCP and Gemini take between them. Letters of any script stay: nothing could be made of a name without them,
# and where a server does not know them they are replaced as the request is sent.
_CALLABLE = re.compile(rf"[\w.:-]{{1,{LONGEST}}}")


def is_callable(name: str) -> bool:
    """Say whether a name can be kept as it is.

    >>> is_callable("math.sum"), is_callable("Image Downloader"), is_callable("GET /pets/{id}")
    (True, False, False)
    """
    return _CALLABLE.fullmatch(name) is not None


def callable_form(name: str) -> str:
    """Return the name without what no server takes, or "tool" where nothing is left.

    >>> callable_form("Search (by Image)")
    'Search_by_Image'
    """
    return re.sub(r"[^\w.:-]+", "_", name).strip("_")[:LONGEST_MADE].rstrip("_") or "tool"


def callable_names(names: Iterable[str]) -> Mapping[str, str]:
    """Return a callable name for each name that is none, different from every other."""
    wanted = dict.fromkeys(names)
    taken = {name for name in wanted if is_callable(name)}
    made: dict[str, str] = {}
    for name in wanted:
        if is_callable(name):
            continue
        candidate = stem = callable_form(name)
        number = 1
        while candidate in taken:
            number += 1
            candidate = f"{stem[: LONGEST_MADE - len(str(number)) - 1]}_{number}"
        taken.add(candidate)
        made[name] = candidate
    return made
