"""JSON in the texts that models write: strict where it must be, lenient where nothing has to be guessed."""

import json
import math
import re
from collections.abc import Collection, Iterator
from typing import Any

MOST_CANDIDATES = 200
"""How many places of a text are tried for the beginning of a JSON value."""


def json_of(text: str) -> Any:
    """Return the value of a JSON text, with lone surrogates replaced and raw control characters admitted.

    Raises:
        ValueError: it is no JSON; numbers that JSON does not have, such as NaN, are none.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return clean(value) if "\\ud" in text.lower() or not _is_clean(text) else value


def clean_text(text: str) -> str:
    """Return the text with surrogates joined where they are pairs and replaced where they are not.

    What stays can be written as UTF-8.
    """
    return text if _is_clean(text) else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def values_of(texts: Collection[str]) -> Iterator[Any]:
    """Yield the values of those texts that are JSON."""
    for text in texts:
        try:
            yield json_of(text.strip())
        except ValueError:
            continue


def values_amid_prose(text: str) -> list[Any]:
    """Return the outermost objects, or else lists of objects, that stand in a text."""
    values: list[Any] = []
    start = 0
    for _ in range(MOST_CANDIDATES):
        match = _OPENING.search(text, start)
        if match is None:
            break
        try:
            value, start = _DECODER.raw_decode(text, match.start())
            values.append(clean(value))
        except (ValueError, RecursionError):
            start = match.start() + 1
    # A list of bare numbers amid prose is a footnote, [1], and a list inside broken JSON is a piece of it.
    objects = [value for value in values if isinstance(value, dict)]
    return objects or [value for value in values if value and isinstance(value[0], dict)]


def _is_clean(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean(value: Any) -> Any:
    """Return a JSON value whose texts can all be written as UTF-8."""
    match value:
        case str():
            return clean_text(value)
        case dict():
            return {clean_text(key): clean(child) for key, child in value.items()}
        case list():
            return [clean(child) for child in value]
        case _:
            return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_constant, parse_float=_finite)
_OPENING = re.compile(r"[{\[]")
