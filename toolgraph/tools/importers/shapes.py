"""Looking at documents of unknown shape: the objects in them, and whether those have something in common."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

LOOKED_AT = 50
"""How many entries of a list are looked at to tell its format."""

Entry = Mapping[str, Any]


def listed(document: Any, *keys: str) -> list[Any]:
    """Return the entries of a document: its own if it is a list, those under the first of `keys` it has, else itself.

    >>> listed({"tools": [1, 2]}, "tools")
    [1, 2]
    >>> listed({"name": "f"}, "tools")
    [{'name': 'f'}]
    """
    if isinstance(document, Mapping):
        return next((document[key] for key in keys if isinstance(document.get(key), list)), [document])
    return document if isinstance(document, list) else []


def objects(document: Any, *keys: str) -> Iterator[tuple[int, Entry]]:
    """Yield the entries that are objects, with their numbers from 1."""
    for number, entry in enumerate(listed(document, *keys), start=1):
        if isinstance(entry, Mapping):
            yield number, entry


def any_object(document: Any, test: Callable[[Entry], bool], *keys: str) -> bool:
    """Say whether one of the first objects of a document passes a test."""
    return any(test(entry) for _, entry in islice(objects(document, *keys), LOOKED_AT))


def all_objects(document: Any, test: Callable[[Entry], bool], *keys: str) -> bool:
    """Say whether the first objects of a document, at least one, all pass a test."""
    first = [test(entry) for _, entry in islice(objects(document, *keys), LOOKED_AT)]
    return bool(first) and all(first)


def text_of(value: Any) -> str:
    """Return a text without the space around it, and anything else as no text."""
    return value.strip() if isinstance(value, str) else ""
