"""Which fields hold an identifier: the values that tie one call to the next."""

import re

WORDS = frozenset(
    {"id", "ids", "uid", "uuid", "guid", "key", "ref", "reference", "number", "slug", "sku", "handle", "iban", "isbn"}
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def is_identifier(name: str) -> bool:
    """Say whether a field's name ends in a word that stands for an identifier.

    >>> is_identifier("booking_id"), is_identifier("orderID"), is_identifier("paid")
    (True, True, False)
    """
    parts = _PARTS.findall(name)
    return bool(parts) and parts[-1].lower() in WORDS
