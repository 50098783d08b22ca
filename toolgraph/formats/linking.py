"""Linking: which result belongs to which call, where no id tells it but names, arguments and order."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.errors import FormatError
from toolgraph.formats import embedded
from toolgraph.formats.lenient import values_in

_RESULTS = ("results", "result", "response", "output", "content")
"""Names under which an entry of a list of results holds what a function gave back."""


def linked_results(contents: Sequence[Any], calls: Sequence[ToolCall], where: str) -> tuple[Message, ...]:
    """Return the results in the tool messages that follow `calls`, in the order of the calls.

    An entry `{"name", "arguments", "results"}` belongs to the call of that name and those arguments, else to the first
    of that name that has none yet; what names no function is a result by itself and takes the next call.

    Raises:
        FormatError: there are more or fewer results than calls, or one is of a function that was not called.
    """
    if not calls:
        raise FormatError(f"{where}: holds results, and no call before it waits for one")
    entries = [entry for content in contents for entry in _entries(content)]
    if len(calls) == len(contents) == 1 and (len(entries) != 1 or not _is_answer(entries[0])):
        entries = [contents[0]]  # the result itself, whatever it is
    if len(entries) != len(calls):
        raise FormatError(f"{where}: holds {len(entries)} results for {len(calls)} calls")
    linked = _linked(entries, calls, where)
    return embedded.read_results([embedded.extract(_result(linked[call.id])) for call in calls], calls, where)


def _entries(content: Any) -> list[Any]:
    if not isinstance(content, str):
        return content if isinstance(content, list) else [content]
    try:
        return values_in(content)
    except ValueError:
        return [content]


def _linked(entries: Sequence[Any], calls: Sequence[ToolCall], where: str) -> dict[str, Any]:
    """Results by the id of their call."""
    linked: dict[str, Any] = {}
    left = list(entries)
    fits: Callable[[Any, ToolCall], bool]
    for fits in (_is_of_call, _is_of_name, _is_bare):
        unfit = []
        for entry in left:
            call = next((call for call in calls if call.id not in linked and fits(entry, call)), None)
            if call is None:
                unfit.append(entry)
            else:
                linked[call.id] = entry
        left = unfit
    if left:
        waiting = ", ".join(f"'{call.name}'" for call in calls if call.id not in linked)
        raise FormatError(f"{where}: holds a result of {json.dumps(left[0]['name'])} where one of {waiting} belongs")
    return linked


def _is_of_call(entry: Any, call: ToolCall) -> bool:
    return _is_of_name(entry, call) and _comparable(entry.get("arguments")) == _comparable(call.arguments)


def _is_of_name(entry: Any, call: ToolCall) -> bool:
    return _is_answer(entry) and bool(entry["name"] == call.name)


def _is_bare(entry: Any, call: ToolCall) -> bool:
    return not _is_answer(entry)


def _is_answer(entry: Any) -> bool:
    """Whether an entry says which function it is a result of; a result may happen to have a name as well."""
    if not isinstance(entry, Mapping) or "name" not in entry or entry.keys().isdisjoint(_RESULTS):
        return False
    return "results" in entry or "arguments" in entry or len(entry) == 2


def _result(entry: Any) -> Any:
    """What a function gave back, out of the entry that names it, if there is one."""
    return next(entry[key] for key in _RESULTS if key in entry) if _is_answer(entry) else entry


def _comparable(arguments: Any) -> str:
    try:
        value = json.loads(arguments, strict=False) if isinstance(arguments, str) else arguments
        return json.dumps(value, sort_keys=True)
    except (ValueError, RecursionError):
        return str(arguments)
