"""JSON Pointers (RFC 6901): naming, reading and writing the leaves of a JSON value."""

from collections.abc import Iterator
from typing import Any

Json = Any
"""A JSON value: null, boolean, number, string, list or object with string keys."""

ANY_ITEM = "*"
"""Stands for every index of a list in the pointer of a field, as in `/flights/*/price`."""


def join(pointer: str, key: str | int) -> str:
    """Return `pointer` extended by one key.

    >>> join("/a", "b/c")
    '/a/b~1c'
    """
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def split(pointer: str) -> tuple[str, ...]:
    """Return the keys of a pointer.

    >>> split("/a/b~1c/0")
    ('a', 'b/c', '0')
    """
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:])


def get(value: Json, pointer: str) -> Json:
    """Return what `pointer` names inside `value`.

    Raises:
        KeyError: nothing is there.
    """
    for key in split(pointer):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and _is_index(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            raise KeyError(pointer)
    return value


def put(value: Json, pointer: str, leaf: Json) -> Json:
    """Return `value`, changed in place where it is a container, with `leaf` at `pointer`.

    Missing objects are created; a missing list is created where a key is a number or `*`, and the leaf is appended
    where the index lies behind its end.

    >>> put({}, "/a/0/b", 1)
    {'a': [{'b': 1}]}
    """
    keys = split(pointer)
    if not keys:
        return leaf
    here = value
    for key, following in zip(keys, (*keys[1:], None), strict=True):
        child: Json = leaf if following is None else ([] if _is_index(following) or following == ANY_ITEM else {})
        if isinstance(here, list):
            index = int(key) if _is_index(key) else 0
            if index >= len(here):
                here.append(child)
                index = len(here) - 1
            elif following is None or not isinstance(here[index], dict | list):
                here[index] = child
            here = here[index]
        else:
            if following is None or not isinstance(here.get(key), dict | list):
                here[key] = child
            here = here[key]
    return value


def leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Yield `(pointer, leaf)` for every scalar inside `value`; empty containers hold none."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, join(pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, join(pointer, index))
    else:
        yield pointer, value


def matches(pattern: str, pointer: str) -> bool:
    """Say whether `pointer` is one of those a field's `pattern` (with `*` for indices) stands for."""
    wanted, given = split(pattern), split(pointer)
    return len(wanted) == len(given) and all(
        w == g or (w == ANY_ITEM and _is_index(g)) for w, g in zip(wanted, given, strict=True)
    )


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit()
