"""Lenient: JSON as models write it, with a fence around it, several values in a row, or in the manner of Python."""

import ast
import json
import re
from typing import Any

_FENCE = re.compile(r"\A\s*```\w*\s*\n?(.*?)(?:```\s*)?\Z", re.DOTALL)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_LONGEST = 100_000
"""Characters of a text that is still tried as Python; nobody's calls are longer, and its parser is slow."""


def values_in(text: str) -> list[Any]:
    r"""Return the entries of the list that a text holds, or the values that stand in it one after another.

    >>> values_in('{"a": 1}'), values_in('```json\n[{"a": 1}, 2]\n```'), values_in("{'a': True}")
    ([{'a': 1}], [{'a': 1}, 2], [{'a': True}])

    Raises:
        ValueError: there is something else in the text, or nothing.
    """
    text = unfenced(text)
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _in_a_row(text) or _as_python(text)
    return value if isinstance(value, list) else [value]


def unfenced(text: str) -> str:
    """Return a text without white space and a Markdown fence around it."""
    found = _FENCE.match(text)
    return (found[1] if found else text).strip()


def leading_value(text: str, at: int) -> tuple[Any, int]:
    """Return the JSON value that stands in a text from `at` on, and where it ends.

    Raises:
        ValueError: none stands there.
    """
    while at < len(text) and text[at].isspace():
        at += 1
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, at)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _in_a_row(text: str) -> list[Any]:
    """Values with white space, commas or nothing between them; none if there is anything else."""
    values: list[Any] = []
    at = 0
    while at < len(text):
        try:
            value, at = leading_value(text, at)
        except ValueError:
            return []
        values.append(value)
        while at < len(text) and text[at] in " \n\r\t,":
            at += 1
    return [entry for value in values for entry in value] if all(isinstance(one, list) for one in values) else values


def _as_python(text: str) -> list[Any]:
    if len(text) > _LONGEST:
        raise ValueError("is not JSON")
    one_line = _QUOTED.sub(lambda quoted: quoted[0].replace("\n", "\\n"), text)
    try:
        value = json.loads(json.dumps(ast.literal_eval(one_line)))  # through JSON, which has no tuples
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError("is not JSON") from error
    return value if isinstance(value, list) else [value]
