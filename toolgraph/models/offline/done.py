"""Saying that something is done: what a tool that writes has made, changed or taken away."""

import re
from typing import Any

from toolgraph.models.offline.entities import named_scalars, thing_of
from toolgraph.models.offline.speech import is_plural
from toolgraph.tools.inference import name_parts
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

LONGEST_NOUN, LONGEST_NAME = 3, 60
"""Words of a thing, and characters of its name, that are told."""
_DONE = {
    "create": "created", "add": "added", "insert": "added", "make": "made", "book": "booked", "reserve": "reserved",
    "buy": "bought", "schedule": "scheduled", "register": "registered", "send": "sent", "upload": "uploaded",
    "save": "saved", "update": "updated", "change": "changed", "modify": "changed", "edit": "changed",
    "move": "moved", "rename": "renamed", "reschedule": "rescheduled", "renew": "renewed", "extend": "extended",
    "delete": "deleted", "remove": "removed", "cancel": "cancelled",
}  # fmt: skip
_SIGNS = frozenset("success ok done deleted created updated removed cancelled".split())


def done(tool: ToolSpec, arguments: Any = None, result: Any = None) -> str:
    """Return the sentence, without its full stop; empty where the tool's name or the result does not say so.

    >>> done(ToolSpec(name="createEvent"), {"name": "Spring fair"})
    'The event "Spring fair" has been created'
    """
    parts = name_parts(tool.name)
    noun = re.sub(r" (by|with|using)\b.*", "", parts.noun)
    words = noun.split()
    told = named_scalars(arguments) | named_scalars(result)
    if parts.verb not in _DONE or not 0 < len(words) <= LONGEST_NOUN or not all(map(str.isalpha, words)):
        return ""
    if any(value is False and name in _SIGNS for name, value in told.items()):
        return ""
    if is_plural(noun):
        return f"The {noun} have been {_DONE[parts.verb]}"
    names = {f"{owner} {word}".strip() for owner in ("", noun, thing_of(tool)) for word in ("name", "title")}
    named = (value for name, value in told.items() if isinstance(value, str) and split_words(name) in names)
    name = next((f' "{value}"' for value in named if 0 < len(value) < LONGEST_NAME), "")
    return f"The {noun}{name} has been {_DONE[parts.verb]}"


def participle(tool: ToolSpec) -> str:
    """Return the word for what was done, raised as at the start of a sentence; empty for verbs without one."""
    return _DONE.get(name_parts(tool.name).verb, "").capitalize()
