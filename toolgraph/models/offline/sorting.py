"""The order in which a call asks for its list: by which field, and which end of it comes first."""

import re
from typing import Any

from toolgraph.dialogue.spoken import parse_date
from toolgraph.models.offline.entities import Record
from toolgraph.tools.names import split_words

_ORDERS = re.compile(r"\b(sort|sorted|sorting|order|ordered|ordering)( (by|order|direction|field|key))?")
_DOWN = re.compile(r"\b(desc|descending|newest|latest|recent|recently|most|highest|best|top|high to low|longest)\b")
_UP = re.compile(r"\b(asc|ascending|oldest|earliest|soonest|least|lowest|cheapest|nearest|closest|low to high)\b")
_LOW_FIRST = re.compile(r"price|cost|fare|distance|duration|minutes")
"""Figures of which people want the lowest first."""
_FIELDS = tuple(
    (re.compile(rf"\b({said})\b"), re.compile(field))
    for said, field in (
        (r"newest|latest|recent|oldest|earliest|soonest|date|time", r"\b(on|at|date|time|day)$"),
        (r"cheapest|price|cost|fare", r"price|cost|fare"),
        (r"nearest|closest|distance", r"distance"),
        (r"rated|rating|score", r"rating|score|stars"),
        (r"commented|comments", r"comment"),
        (r"fastest|shortest|longest|duration", r"duration|minutes"),
        (r"title|name|alphabetical", r"(title|name)$"),
        (r"stars", r"\bstars?\b"),
        (r"quantity", r"quantity"),
        (r"size", r"size"),
        (r"value", r"value"),
        (r"gain", r"gain"),
        (r"unread", r"unread"),
    )
)
"""What is said of an order, and the names of the fields that it may mean."""


def is_order(name: str) -> bool:
    """Say whether a parameter's name is that of an order."""
    return bool(_ORDERS.fullmatch(split_words(name)))


def in_order(entries: list[Record], asked: Record) -> list[Record]:
    """Return the entries in the order asked for; as they are where none is, or where they do not show the field.

    >>> in_order([{"price": 9}, {"price": 5}], {"sort_by": "price"})
    [{'price': 5}, {'price': 9}]
    """
    said = " ".join(split_words(value) for name, value in asked.items() if isinstance(value, str) and is_order(name))
    for meant, field in _FIELDS if said else ():
        name = next((name for name in entries[0] if field.search(split_words(name))), "") if entries else ""
        if not (name and meant.search(said)):
            continue
        places = [_place(entry.get(name)) for entry in entries]
        if len({kind for kind, _ in places}) > 1 or places[0][0] == "none":
            continue
        is_high_first = places[0][0] == "number" and not _LOW_FIRST.search(split_words(name))
        is_down = bool(_DOWN.search(said)) or (is_high_first and not _UP.search(said))
        order = sorted(range(len(entries)), key=lambda index: places[index][1], reverse=is_down)
        return [entries[index] for index in order]
    return entries


def _place(value: Any) -> tuple[str, Any]:
    """A value as it is compared, and its kind: values of two kinds have no order."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", value
    if not isinstance(value, str):
        return "none", None
    day = parse_date(value[:10])
    return ("day", (day[0], value)) if day else ("text", value.casefold())
