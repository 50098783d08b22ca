"""Targets: the commands and URLs that name live servers, which are written down and must not hold secrets."""

import re
from urllib.parse import parse_qsl, urlsplit

WITHOUT_SECRET = "a command or a URL without keys or passwords in it, which are written down"
"""What a target has to be, in the words of an error message."""
_SECRET = re.compile(r"(?i)(?:api|auth|access)?[_-]?(?:key|token|secret|password|authorization)$")
_SET = re.compile(
    r"(?i)(?:^|\s)(?:--?)?[\w-]*(?:key|token|secret|password|authorization)[=\s]+\S|://[^\s/@:]*:[^\s/@]+@"
)


def holds_secret(target: str) -> bool:
    """Say whether a command or a URL holds what looks like a key or a password, which has no place in a file.

    >>> holds_secret("python server.py"), holds_secret("node server.js --api-key=abc"), holds_secret("https://u:p@h/mcp")
    (False, True, True)
    """
    parts = urlsplit(target.strip())
    if parts.scheme in ("http", "https"):
        return parts.password is not None or any(_SECRET.search(key) for key, _ in parse_qsl(parts.query))
    return _SET.search(target) is not None
