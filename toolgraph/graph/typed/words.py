"""What a field is called, and the thing it is said of: `id` in `get_customer` is a customer's."""

import re
from functools import lru_cache
from itertools import dropwhile, takewhile

from toolgraph.tools.inference import VERBS
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import ANY_ITEM, split

GENERIC = frozenset(
    "id key name number num code title type kind value date time status state description text content address list "
    "item data info information detail details result record object entry response message count total amount "
    "url link label body note summary category row hit element found payload output".split()
)
"""Words that say little without the thing they are said of."""
PERSONS = frozenset(
    "user member person customer client sender receiver recipient owner author assignee contact friend account "
    "employee attendee participant follower".split()
)
"""Words for whoever a value belongs to: the id of a user may be that of a receiver."""
_EMPTY = frozenset("the a an of for to in on by with and or from at is new old current my api get all".split())
_PREPOSITIONS = frozenset("of for to in on by with from at based using via".split())
_ONLY_VERBS = VERBS - frozenset(
    "order book record post request review track schedule purchase reply transfer issue log match place forecast "
    "report store show play share follow like mark measure estimate".split()
)
"""Verbs that are no nouns: an order may be got, and a post replied to."""
_IDENTIFIERS = frozenset({"identifier", "uid", "uuid", "guid"})
_SAYS_ID = re.compile(r"\W*(?:(?!names?\b)\w+\W+){0,4}?(?:ids?|identifiers?)\b", re.IGNORECASE)
PERHAPS = "?"
"""Ends a word for what a field may be said of."""


@lru_cache(maxsize=1 << 18)
def words_of(name: str) -> tuple[str, ...]:
    """Return the distinct words of a name, singular, without those that carry nothing.

    >>> words_of("theCustomerIds")
    ('customer', 'id')
    """
    found = (_singular(word) for word in split_words(name).split() if not word.isdigit())
    return tuple(dict.fromkeys(word for word in found if word not in _EMPTY))


@lru_cache(maxsize=1 << 18)
def things_of(tool: str) -> frozenset[str]:
    """Return the words of a tool's name that are no verb.

    >>> sorted(things_of("get_order_status")), sorted(things_of("order_pizza"))
    (['order', 'status'], ['pizza'])
    """
    return frozenset(word for part in _after_verb(tool) for word in words_of(part)) - _ONLY_VERBS


@lru_cache(maxsize=1 << 18)
def subject_of(tool: str) -> frozenset[str]:
    """Return the word for what a tool is about: the last noun of its name before a preposition, else all its nouns.

    >>> sorted(subject_of("get_nearest_airport_by_city")), sorted(subject_of("get_order_details"))
    (['airport'], ['order'])
    """
    phrase = dropwhile(lambda word: word in _EMPTY, _after_verb(tool))
    nouns = [
        word
        for part in takewhile(lambda word: word not in _PREPOSITIONS, phrase)
        for word in words_of(part)
        if word not in GENERIC and word not in _ONLY_VERBS
    ]
    return frozenset(nouns[-1:]) or things_of(tool) - GENERIC


@lru_cache(maxsize=1 << 18)
def thing_of(name: str) -> frozenset[str]:
    """Return the word for the thing that a field's name speaks of, if it names one.

    >>> sorted(thing_of("bank_account_id")), sorted(thing_of("ticket_type_id")), sorted(thing_of("id"))
    (['account'], ['type'], [])
    """
    words = words_of(name)
    if words[-1:] == ("id",):
        return frozenset(words[-2:-1])
    return frozenset([word for word in words if word not in GENERIC][-1:])


@lru_cache(maxsize=1 << 18)
def says_id(description: str) -> bool:
    """Say whether a description begins with an identifier being what the field holds.

    >>> says_id("List of the order IDs"), says_id("Name or ID of the user")
    (True, False)
    """
    return bool(_SAYS_ID.match(description))


@lru_cache(maxsize=1 << 18)
def holder_of(pointer: str, tool: str) -> frozenset[str]:
    """Return the words for what holds a field with a generic name: the object it lies in, else its tool's subject."""
    for part in reversed(split(pointer)[:-1]):
        telling = thing_of(part) if part != ANY_ITEM else frozenset()
        if telling:
            return telling
    return subject_of(tool)


@lru_cache(maxsize=1 << 18)
def told_of(name: str, pointer: str, tool: str) -> frozenset[str]:
    """Return the words for the thing that a field is said of: its name's, else its holder's.

    Of what only the tool's name tells, it may as well be another noun of it; such words end in `PERHAPS`.

    >>> sorted(told_of("id", "/id", "get_user_profile")), sorted(told_of("id", "/users/*/id", "get_user_profile"))
    (['profile', 'user?'], ['user'])
    """
    telling = thing_of(name)
    if telling:
        return telling
    holder, subject = holder_of(pointer, tool), subject_of(tool)
    others = things_of(tool) - GENERIC - subject if holder == subject else frozenset()
    return holder | {word + PERHAPS for word in others}


@lru_cache(maxsize=1 << 18)
def result_of(tool: str) -> str:
    """Return a name for the bare value that a tool gives: what its own name says after the verb.

    >>> result_of("find_user_id_by_email")
    'user_id'
    """
    phrase = _after_verb(tool)
    return "_".join(takewhile(lambda word: word not in _PREPOSITIONS, phrase)) or "_".join(phrase)


@lru_cache(maxsize=1 << 18)
def namespace_of(tool: str) -> str:
    """Return the words before the verb of a tool's name, as in `github_create_issue`: an API where nobody names one."""
    parts = split_words(tool).split()
    before = list(takewhile(lambda word: word not in VERBS, parts))
    return " ".join(before) if len(before) < len(parts) else ""


def _after_verb(tool: str) -> list[str]:
    """Return the words of a tool's name without the verb it begins with."""
    parts = split_words(tool).split()
    return parts[1:] if parts and parts[0] in VERBS else parts


def _singular(word: str) -> str:
    if word in _IDENTIFIERS:
        return "id"
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
