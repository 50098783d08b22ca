"""What can be inferred of a tool whose owner says little: its verb, its effects, and the shape of its results.

ToolFlow had a language model fill in missing return schemas. Here the name and the first words of the description decide;
what is inferred is marked (`returns_inferred`), takes no part in the graph, and is never taken for the owner's word.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.spec import Effects, ToolSpec

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

COMPUTE = frozenset(
    "calculate compute calc convert estimate solve evaluate integrate differentiate multiply divide sum average count "
    "measure simulate forecast predict".split()
)
SEARCH = frozenset("search find list browse discover query recommend suggest explore filter match lookup".split())
READ = frozenset(
    "get fetch retrieve read show view describe check verify validate is has can inspect analyze analyse determine "
    "detect classify identify compare track monitor review see download extract parse translate summarize summarise "
    "look lookup tell give provide display return preview export generate".split()
) | SEARCH | COMPUTE  # fmt: skip
CREATE = frozenset(
    "create add make book reserve order buy purchase schedule register submit post send insert upload open start "
    "subscribe enroll publish write save store place request apply assign share invite build record log issue".split()
)
UPDATE = frozenset(
    "update set change modify edit move rename replace adjust resize extend renew reschedule transfer pay turn toggle "
    "enable disable activate merge close lock unlock play pause resume reply approve reject confirm rate put patch "
    "redeem follow like archive mark sync run execute deploy restart stop push pull commit merge".split()
)
DELETE = frozenset(
    "delete remove cancel clear drop unsubscribe revoke terminate destroy discard unfollow erase".split()
)
VERBS = READ | CREATE | UPDATE | DELETE
TESTS = frozenset("check verify validate is has can".split())

_DONE = {
    "book": "booked", "send": "sent", "buy": "bought", "add": "added", "make": "created", "pay": "paid", "set": "updated",
    "submit": "submitted", "put": "updated", "write": "saved", "run": "completed", "stop": "stopped", "begin": "started",
    "drop": "deleted", "cancel": "cancelled", "apply": "submitted", "build": "built", "post": "posted", "log": "logged", "play": "started", "get": "fetched", "upload": "uploaded", "like": "liked",
}  # fmt: skip
_FIGURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("weather|forecast|climate", {
        "temperature": {"type": "number", "minimum": -5, "maximum": 34, "description": "Temperature in degrees Celsius"},
        "conditions": {"type": "string", "enum": ["sunny", "partly cloudy", "overcast", "light rain", "windy", "clear"],
                       "description": "Conditions in words"},
        "humidity": {"type": "integer", "minimum": 30, "maximum": 92, "description": "Relative humidity in percent"}}),
    ("price|cost|quote|stock|fare|fee", {
        "price": {"type": "number", "minimum": 8, "maximum": 900, "description": "Price"},
        "currency": {"type": "string", "enum": ["USD", "EUR", "GBP"], "description": "Currency of the price"}}),
    ("count|total", {"count": {"type": "integer", "minimum": 2, "maximum": 400, "description": "Number counted"}}),
    ("rate", {"rate": {"type": "number", "minimum": 0.2, "maximum": 9.5, "description": "Rate"}}),
    ("distance|route|direction", {
        "distance_km": {"type": "number", "minimum": 2, "maximum": 900, "description": "Distance in kilometres"},
        "duration_minutes": {"type": "integer", "minimum": 5, "maximum": 600, "description": "Duration in minutes"}}),
    ("population", {"population": {"type": "integer", "minimum": 20000, "maximum": 9000000, "description": "Population"}}),
    ("balance", {"balance": {"type": "number", "minimum": 20, "maximum": 9000, "description": "Balance"},
                 "currency": {"type": "string", "enum": ["USD", "EUR", "GBP"], "description": "Currency of the balance"}}),
    ("score|ranking|rating|statistic|stats|performance", {
        "score": {"type": "number", "minimum": 20, "maximum": 98, "description": "Score"},
        "rank": {"type": "integer", "minimum": 1, "maximum": 40, "description": "Rank"}}),
    ("time|date|schedule|calendar|availability|hours", {
        "date": {"type": "string", "format": "date", "description": "Date"},
        "time": {"type": "string", "format": "time", "description": "Time"}}),
    ("sentiment|emotion|tone", {
        "sentiment": {"type": "string", "enum": ["positive", "neutral", "mixed", "negative"], "description": "Sentiment"},
        "confidence": {"type": "number", "minimum": 0.6, "maximum": 0.98, "description": "Confidence"}}),
    ("traffic|congestion", {
        "traffic": {"type": "string", "enum": ["light", "moderate", "heavy"], "description": "Traffic"},
        "delay_minutes": {"type": "integer", "minimum": 1, "maximum": 45, "description": "Delay in minutes"}}),
)  # fmt: skip
_FIGURE_PATTERNS = tuple((re.compile(rf"\b({pattern})s?\b"), fields) for pattern, fields in _FIGURES)
_LAST_SEGMENT = re.compile(r"[./:]")


class NameParts(NamedTuple):
    """A tool's name taken apart."""

    verb: str
    """Base form, or empty."""
    noun: str
    """What follows the verb, as lower-case words."""


@lru_cache(maxsize=65536)
def name_parts(name: str) -> NameParts:
    """Take a tool's name apart into a verb and what it acts on.

    >>> name_parts("library.search_books")
    NameParts(verb='search', noun='books')
    >>> name_parts("weatherForecast")
    NameParts(verb='', noun='weather forecast')
    """
    name = re.sub(r"_for_\w+$", "", name)
    segments = [segment for segment in _LAST_SEGMENT.split(name) if segment]
    words = [word.lower() for word in _WORDS.findall(segments[-1] if segments else name)]
    outer = [word.lower() for word in _WORDS.findall(segments[-2])] if len(segments) > 1 else []
    for index, word in enumerate(words[:3]):
        if word in VERBS and (index == 0 or len(words) > index + 1 or index == len(words) - 1):
            rest = words[:index] + words[index + 1 :]
            return NameParts(word, " ".join(_without_number(rest) or outer))
    return NameParts("", " ".join(_without_number(words) or outer or words))


def _without_number(words: list[str]) -> list[str]:
    """Without the number at the end that tells one of several same-named tools."""
    return words[:-1] if words and words[-1].isdigit() else words


def verb_of(tool: ToolSpec) -> str:
    """Return the verb of a tool: that of its name, else the first of its description, else empty."""
    verb = name_parts(tool.name).verb
    if verb:
        return verb
    for word in re.findall(r"[a-z]+", tool.description[:80].lower())[:4]:
        for base in (word, word[:-1], word[:-2]):
            if base in VERBS:
                return base
    return ""


@lru_cache(maxsize=65536)
def _effects_of_verb(verb: str) -> Effects:
    if verb in DELETE:
        return "deletes"
    return "writes" if verb in CREATE or verb in UPDATE else "reads"


def effects_of(tool: ToolSpec) -> Effects:
    """Return a tool's effects as declared, or as its verb lets infer; a tool without any known verb reads."""
    return tool.effects if tool.effects != "unknown" else _effects_of_verb(verb_of(tool))


def with_returns(tool: ToolSpec) -> ToolSpec:
    """Return the tool with inferred, marked returns where it has none that name a field."""
    if tool.return_fields:
        return tool
    schema = {"type": "object", "properties": _properties(tool)}
    return tool.model_copy(
        update={"returns": {**schema, "required": list(schema["properties"])}, "returns_inferred": True}
    )


def _properties(tool: ToolSpec) -> dict[str, Any]:
    verb, noun = verb_of(tool), name_parts(tool.name).noun
    about = f"{noun} {tool.description[:120].lower()}"
    if verb in DELETE | CREATE | UPDATE:
        return _receipt(verb, noun)
    if verb in TESTS and not noun.endswith(("status", "price", "balance", "weather")):
        subject = noun or "result"
        return {"is_confirmed": {"type": "boolean", "description": f"Whether {subject} checked out"}}
    for pattern, fields in _FIGURE_PATTERNS:
        if pattern.search(noun or about):
            return dict(fields)
    if verb in COMPUTE:
        return _figure(noun)
    for pattern, fields in _FIGURE_PATTERNS:
        if pattern.search(about):
            return dict(fields)
    singular = _singular(noun)
    if verb in SEARCH or (singular != noun and not noun.endswith(("status", "details", "news", "ss"))):
        return _listing(singular)
    return _entry(singular)


def _receipt(verb: str, noun: str) -> dict[str, Any]:
    done = _DONE.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed")
    status = {"status": {"type": "string", "enum": [done], "description": "Outcome"}}
    if verb not in CREATE:
        return status
    entity = "_".join(_singular(noun).split()[-2:]) or "request"
    return {
        f"{entity}_id": {"type": "string", "description": f"Identifier of the {entity.replace('_', ' ')}"},
        **status,
    }


def _figure(noun: str) -> dict[str, Any]:
    words = [word for word in noun.split() if word not in ("the", "of", "and", "calculator")]
    name = "_".join(words[:4]) or "result"
    return {name: {"type": "number", "minimum": 1, "maximum": 500, "description": " ".join(words[:4]) or "Result"}}


def _listing(singular: str) -> dict[str, Any]:
    words = [
        word
        for word in re.split(r" (?:by|for|in|of|from|with) ", f"{singular} ")[0].split()
        if word not in ("all", "top", "the", "and")
    ]
    entity = words[-1] if words else "result"
    label = {"type": "string", "description": f"Name of the {entity}"}
    if kind_of(Field("", f"{entity}_name", "", label, True)) == "title":
        item: dict[str, Any] = {
            f"{entity}_id": {"type": "string", "description": f"Identifier of the {entity}"},
            "last_updated": {"type": "string", "format": "date", "description": "Day of the last update"},
        }
    else:
        rating = {"type": "number", "minimum": 2.5, "maximum": 4.9, "description": "Rating out of five"}
        item = {f"{entity}_name": label, "rating": rating}
    items = {"type": "object", "properties": item, "required": list(item)}
    return {"results": {"type": "array", "description": f"Matching {entity} entries", "items": items}}


def _entry(singular: str) -> dict[str, Any]:
    words = singular.split()
    entity = words[-1] if words and words[-1].isascii() and words[-1].isalpha() else "result"
    return {
        f"{entity}_id": {"type": "string", "description": f"Identifier of the {entity}"},
        "status": {"type": "string", "enum": ["available", "complete", "up to date", "active"], "description": "State"},
        "last_updated": {"type": "string", "format": "date", "description": "Day of the last update"},
    }


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 5:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "status")):
        return noun[:-1]
    return noun
