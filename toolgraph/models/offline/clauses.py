"""One field of a result in words: as a clause of its own, or as a few words behind the name of an entry."""

import datetime as dt
import re
from typing import Any

from toolgraph.dialogue.spoken import parse_date
from toolgraph.models.offline.derived import label, unit_of
from toolgraph.models.offline.speech import article, is_plural
from toolgraph.models.offline.spoken_values import CLOCK, as_claim, spoken_value, without_unit
from toolgraph.models.offline.worth import Told
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words

_DONE_WHEN = re.compile(
    r"((?:last |first )?(?:updated|modified|created|published|released|opened|closed|sent|recorded|reported|issued|"
    r"triggered|added))(?: at| on| date| time)?"
)
_UNCOUNTED = frozenset(
    "wifi internet breakfast insurance access furniture luggage baggage power water storage coverage availability "
    "stock support content data music equipment staff space room information feedback electricity gas air".split()
)
_HAPPENS = frozenset("opens closes starts begins ends departs arrives leaves expires".split())
"""Names of moments that are verbs."""


def clause(name: str, value: Any, field: Field | None, today: dt.date | None, owner: str = "") -> str:
    """Return one field of a result as a clause: "the distance is 10 kilometres"; `owner` says what has the field."""
    noun = label(field) if field is not None and name != "id" else "ID" if name == "id" else split_words(name)
    if owner:
        noun = _owned(owner, noun)
    if (claim := as_claim(value, field)) is not None:
        value = claim
        verb, _, bare = noun.partition(" ")
        if bare and verb == "has":
            return f"it has {_one_or_some(bare) if value else f'no {bare}'}"
        if bare and verb in ("is", "was", "are", "can"):
            return f"it {verb}{'' if value else ' not'} {bare}"
        return f"{noun}: {'yes' if value else 'no'}"
    if noun in _HAPPENS and isinstance(value, str) and (CLOCK.fullmatch(value) or parse_date(value[:10])):
        return f"it {noun} {'at' if CLOCK.fullmatch(value) else 'on'} {spoken_value(value, field, today)}"
    if _DONE_WHEN.fullmatch(noun) and isinstance(value, str) and parse_date(value[:10]):
        return (
            f"it was {_DONE_WHEN.fullmatch(noun)[1]} {'' if 'T' in value else 'on '}{spoken_value(value, field, today)}"  # type: ignore[index]
        )
    unit = f" {unit_of(field)}" if field is not None and unit_of(field) else ""
    noun = without_unit(noun, unit)
    if noun == "text" and isinstance(value, str):
        return f'it says "{value.rstrip(".")}"'
    if isinstance(value, str) and value.endswith((".", "!", "?")) and " " in value:
        return f'the {noun} is "{" ".join(value.split()).rstrip(".")}"'
    be = "are" if is_plural(noun) or (isinstance(value, list) and len(value) > 1) else "is"
    return f"the {noun} {be} {spoken_value(value, field, today)}{unit}"


def short(fact: Told, field: Field | None, entry: dict[str, Any], today: dt.date | None) -> str:
    """Return one fact of an entry in a few words."""
    key, value, owner = fact
    kind = kind_of(field) if field is not None else ""
    words = split_words(key)
    spoken = spoken_value(value, field, today)
    if kind == "currency" and any(isinstance(other, int | float) for other in entry.values()):
        return ""
    if kind == "money" and isinstance(entry.get("currency"), str):
        return f"{spoken} {entry['currency']}"
    if kind == "rating":
        return f"rated {spoken}" if words == "rating" else f"{words} {spoken}"
    if (claim := as_claim(value, field)) is not None:
        bare = re.sub(r"^(is|has) ", "", words)
        is_state = words.startswith("is ") or bare.endswith(("ed", "able", "ible"))
        return bare if claim else f"{'not' if is_state else 'no'} {bare}"
    if kind in ("city", "date", "time", "datetime", "country") and len(words.split()) == 1:
        return spoken
    unit = unit_of(field) if field is not None else ""
    noun = without_unit(label(field), unit) if field is not None else words
    if owner:
        noun = _owned(owner, noun)
    return f"{noun} {spoken} {unit}".strip()


def _owned(owner: str, noun: str) -> str:
    """What a field is called with the thing it belongs to: a category's name is the category."""
    if noun in ("name", "title"):
        return owner
    first, _, rest = noun.partition(" ")
    return f"{owner} {rest if owner.endswith(first) else noun}".strip()


def _one_or_some(noun: str) -> str:
    """A thing with its article, where it is one that is counted."""
    last = noun.rpartition(" ")[2]
    return noun if is_plural(noun) or last in _UNCOUNTED or last.endswith("ing") else f"{article(noun)} {noun}"
