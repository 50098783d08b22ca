"""What a text is by the words of its own name, where these say more than the kinds of fields do."""

import re
from functools import lru_cache

from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words

STATES = ("active", "completed", "pending", "open")
"""States of a thing of which nothing says what states it has."""
STATIONS = ("Central Station", "North Station", "Riverside Station", "Market Street Station", "University Station")
_AMOUNT = re.compile(r"(?:[a-z]+ )?(?:price|fare|rent|cost|fee)(?: per [a-z]+| each)?")
_CORRESPONDENT = re.compile(r"(?:to|cc|bcc|senders?|receivers?|recipients?|addressees?)")
_STATION = re.compile(r"(?:[a-z]+ )?station(?: name)?")


@lru_cache(maxsize=16384)
def _kind(words: str, described: str) -> str:
    if _AMOUNT.fullmatch(words):
        return "money text"
    if _CORRESPONDENT.fullmatch(words) and (words not in ("to", "cc", "bcc") or "mail" in described):
        return "email" if "mail" in described else "username" if "username" in described else "person"
    if words in ("status", "state") and not re.search(r"\b(province|country|address)\b", described):
        return "status"
    return "station" if _STATION.fullmatch(words) else ""


def meant_kind(field_: Field) -> str:
    """Return the kind of a text's values.

    >>> meant_kind(Field("", "price_per_day", "", {"type": "string"}, True))
    'money text'
    """
    return _kind(split_words(field_.name), field_.description.lower()) or kind_of(field_)
