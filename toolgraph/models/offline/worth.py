"""What is worth telling of a result: names, states, days and amounts first, and never what is meant for machines."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from toolgraph.models.offline.asked_fields import is_asked
from toolgraph.models.offline.entities import WRAPPERS, is_id_name
from toolgraph.models.offline.values import is_made_up
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import ID_KINDS, NAMED_KINDS, kind_of
from toolgraph.tools.names import split_words

FIRST, NEXT, CLAIM, LAST, NEVER = 0, 1, 2, 3, 9
"""How soon a fact is told. Claims and what comes after are told where there is little else."""
MOST_FACTS, FEW = 5, 2
"""Facts told of one object, and how many facts are few."""
LONGEST_OPAQUE = 24
"""Characters of a word with figures that somebody may still want to hear."""
_FOR_MACHINES = re.compile(
    r"\b(token|secret|hash|fingerprint|e ?tag|signature|cursor|checksum|nonce|salt|digest|sha|md ?5|href|self|uri|"
    r"metadata|livemode|cookie|mime|flags|raw|encoded|offset|limit|per page|page size|has more|icon|avatar|thumbnail|"
    r"acknowledged|timestamps?|ts|node)\b|^(object|next|prev|previous|links?|ok|success|successful|type name|key)$"
)
_KINDS_FOR_MACHINES = frozenset("credential wallet base64 page epoch hex_color".split())
_FOREMOST = NAMED_KINDS | frozenset(
    "money money_text date datetime time rating percent duration address email phone temperature distance weight "
    "weekday year".split()
)
_FOREMOST_NAME = re.compile(
    r"(^| )(name|title|subject|status|state|stage|result|answer|summary|message|total|count|price|fare|cost)$"
)
_PLACES_OF_DATA = re.compile(r"\b(urls?|links|images?|pictures?|thumbnails?|files?|paths?|assets?)$")
_UNTOLD_KINDS = frozenset("url path domain ip".split())


class Told(NamedTuple):
    """One fact of a result."""

    name: str
    """The name of its field."""
    value: Any
    owner: str
    """What it is a fact of, where that is not the thing the result is about."""


def facts_in(value: Any, thing: str, owner: str = "") -> Iterator[Told]:
    """Yield the scalar leaves of an object and the plain lists in it, own ones with those of nested objects."""
    for name, child in value.items() if isinstance(value, dict) else ():
        if isinstance(child, dict):
            words = split_words(name)
            is_the_thing = words in WRAPPERS or thing in words.split() or len(value) == 1
            yield from facts_in(child, thing, owner if is_the_thing else words)
        elif isinstance(child, list):
            plain = [item for item in child if not isinstance(item, dict | list)]
            if plain:
                yield Told(name, plain, owner)
        elif child is not None and child != "":
            yield Told(name, child, owner)


def worth_of(fact: Told, field: Field | None) -> int:
    """Return how soon a fact is told; one of something inside the thing comes later than its own."""
    worth = _worth(fact.name, kind_of(field) if field is not None else "")
    if fact.owner and worth < LAST and (_FOR_MACHINES.search(fact.owner) or _PLACES_OF_DATA.search(fact.owner)):
        worth = LAST
    if is_opaque(fact.value):
        worth = max(worth, LAST if is_id_name(fact.name) else NEVER)
    if is_made_up(fact.value):
        worth = max(worth, LAST)
    if isinstance(fact.value, bool | list):
        worth = max(worth, CLAIM)
    if isinstance(fact.value, int | float) and fact.value > 1e9 and worth == NEXT:
        worth = NEVER
    return worth + bool(fact.owner)


def is_opaque(value: Any) -> bool:
    """Say whether a text is one long word with figures that is no address: a key, a digest, an id of a machine's."""
    return (
        isinstance(value, str)
        and len(value) > LONGEST_OPAQUE
        and " " not in value
        and any(char.isdigit() for char in value)
        and "@" not in value
    )


@lru_cache(maxsize=16384)
def _worth(name: str, kind: str) -> int:
    words = split_words(name)
    if kind in _KINDS_FOR_MACHINES or _FOR_MACHINES.search(words):
        return NEVER
    if is_id_name(name) or kind in ID_KINDS or kind in _UNTOLD_KINDS:
        return LAST
    return FIRST if kind in _FOREMOST or _FOREMOST_NAME.search(words) else NEXT


def chosen(
    facts: list[Told], fields: dict[str, Field], thing: str, asked: str, about: frozenset[str], *, writes: bool = False
) -> list[Told]:
    """Return the facts to tell of one thing, what was asked for first; of what was just made its own id as well."""
    ranked = sorted(
        (
            FIRST - 1
            if worth < LAST and (fact.name in about or is_asked(_without(thing, fact.name), asked))
            else worth,
            number,
        )
        for number, fact in enumerate(facts)
        if (worth := worth_of(fact, fields.get(fact.name))) < NEVER
    )
    best = [facts[number] for worth, number in ranked if worth < CLAIM][:MOST_FACTS]
    if len(best) < FEW:
        best += [facts[number] for worth, number in ranked if worth == CLAIM][: FEW - len(best)]
    own = next((fact for fact in facts[:1] if writes and not fact.owner and is_id_name(fact.name)), None)
    if own is not None and not (best and is_opaque(own.value)):
        best = [own, *best[: MOST_FACTS - 1]]
    return best or [facts[number] for _, number in ranked][:FEW]


def _without(thing: str, name: str) -> str:
    """A field's name without the thing it is one of: who asks for a user does not ask for the user status."""
    return " ".join(word for word in split_words(name).split() if word != thing)
