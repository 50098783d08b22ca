"""Names in code, and the words they are made of."""

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:\.\d+)?|[^\W\d_a-zA-Z]+")
_IDENTIFIER = re.compile(r"\w+(?:[_.]\w+)+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*")


@lru_cache(maxsize=65536)
def split_words(name: str) -> str:
    """Return an identifier as lower-case words.

    >>> split_words("premium_economyClass")
    'premium economy class'
    """
    return " ".join(word.lower() for word in _WORDS.findall(name))


@lru_cache(maxsize=65536)
def looks_like_identifier(text: str) -> bool:
    """Say whether a text is shaped like a name in code: an underscore, an inner dot, or an inner capital."""
    return bool(_IDENTIFIER.fullmatch(text))
