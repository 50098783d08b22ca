"""Small pieces of speech that user and assistant share: naming things, joining phrases, saying values."""

import datetime as dt
import random
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import NUMBER_WORDS, Form, parse_date, ways_to_say
from toolgraph.models.offline.shapes import output_pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

_VOWEL = re.compile(
    r"(?![Ee]u|[Oo]ne\b|[Oo]ne-|[Uu]ni(?!m|n)|[Uu]s[eu]|[Uu]t[ie]|U[A-Z])[AEIOUaeiou]|[Hh]o(ur|nest)|"
    r"[FHLMNRSX](?=[A-Z]\b|[A-Z]{2})|8|11\b|18\b"
)
_SUPERLATIVES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    # leaf name, what the lowest is called, what the highest is called
    (
        re.compile(r"price|cost|fare|fee|rent\b|premium|total|amount|per night|hourly|charge"),
        "cheapest",
        "most expensive",
    ),
    (re.compile(r"distance|kilomet|metres away|miles"), "nearest", ""),
    (re.compile(r"duration|minutes|travel time|hours"), "shortest", "longest"),
    (re.compile(r"rating|score|stars"), "", "best-rated"),
    (re.compile(r"date|time\b|starts|deadline|(?<!per )day$| at$"), "earliest", "latest"),
    (re.compile(r"square|size|capacity|area"), "smallest", "largest"),
)
PICKING_WORDS = tuple(word for _, *words in _SUPERLATIVES for word in words if word)
"""What entries are picked by."""
_PRICED = re.compile(r"price|cost|fare|fee|rent\b|premium|per night|hourly|charge")
_TRAVEL = re.compile(r"route|journey|trip|flight|travel|drive|commute|hike|walk|ride")
_ORDINALS = {"0": "first", "1": "second", "-1": "last"}
_ID_WORDS = {"id", "ids", "uuid", "identifier", "number", "code", "reference", "key", "no", "slug"}
_NUMBERED = frozenset(
    (
        "tracking confirmation serial registration reference license licence routing passport booking flight part room"
    ).split()
)
"""What is not a thing but has one's number: nobody says "that tracking"."""


def entity_noun(name: str) -> str:
    """Return the thing an id stands for.

    >>> entity_noun("hotel_booking_id")
    'hotel booking'
    """
    words = split_words(name).split()
    while words and words[-1] in _ID_WORDS:
        if len(words) > 1 and words[-2] in _NUMBERED and words[-1] not in ("id", "ids", "uuid", "identifier"):
            break
        words.pop()
    return " ".join(words)


def plural(noun: str) -> str:
    """Return the plural of an English noun phrase, by its last word."""
    if not noun:
        return "results"
    if is_plural(noun):
        return noun
    head, _, last = noun.rpartition(" ")
    if re.search(r"(s|x|z|ch|sh)$", last):
        made = last if last.endswith(("ies", "news", "series")) else f"{last}es"
    elif re.search(r"[^aeiou]y$", last):
        made = f"{last[:-1]}ies"
    else:
        made = {"person": "people", "child": "children", "match": "matches"}.get(last, f"{last}s")
    return f"{head} {made}".strip()


def article(noun: str) -> str:
    """Return `a` or `an` as the noun wants it."""
    return "an" if _VOWEL.match(noun) else "a"


def is_plural(noun: str) -> bool:
    """Say whether a noun phrase looks plural."""
    return (
        bool(re.search(r"[^siu]s$", noun)) and " of " not in noun and not noun.endswith(("news", "series", "address"))
    )


def join_phrases(parts: Sequence[str], last: str = "and") -> str:
    """Return phrases as a list inside a sentence.

    >>> join_phrases(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    heavy = len(parts) > 2 and any("," in part for part in parts)
    separator = "; " if heavy else ", "
    return f"{separator.join(parts[:-1])}{';' if heavy else ''} {last} {parts[-1]}"


def capitalised(text: str) -> str:
    """Return the text with its first letter raised."""
    return f"{text[:1].upper()}{text[1:]}"


def entry_picks(tool: ToolSpec, path: str) -> tuple[str, ...]:
    """Return the ways of choosing one entry of the list that `path` leads through: by place, or by a field.

    Places are listed more than once since people use them most.
    """
    head, _, _ = path.rpartition(f"/{ANY_ITEM}")
    picks = ["0", "0", "1", "-1"]
    held = output_pointers(tool)
    for field in tool.return_fields:
        if (
            field.pointer in held
            and field.pointer.startswith(f"{head}/{ANY_ITEM}/")
            and ANY_ITEM not in field.pointer[len(head) + 2 :]
        ):
            words = split_words(field.name)
            kind = kind_of(field)
            comparable = field.types[:1] in (("number",), ("integer",)) or kind in ("date", "time", "datetime")
            found = next((row for row in _SUPERLATIVES if row[0].search(words)), None) if comparable else None
            if found and found[1] == "shortest" and not _TRAVEL.search(f"{tool.name} {head}"):
                continue
            inner = field.pointer[len(head) + 2 :]
            if found and found[1] == "cheapest" and not _PRICED.search(words) and _is_a_count(field, inner):
                continue
            if found and kind != "id":
                has_least = found[1] and not words.startswith("last ")
                picks += [f"min:{inner}"] * (2 if has_least else 0) + [f"max:{inner}"] * (
                    2 if found[2] == "best-rated" else 1 if found[2] else 0
                )
    return tuple(picks)


def _is_a_count(field: Field, inner: str) -> bool:
    """Whether a total is how many there are: a whole number called just that, or that of a part (`tracks.total`)."""
    return (field.types[:1] == ("integer",) and field.name == "total") or inner.count("/") > 1


def pick_entry(entries: Sequence[Any], pick: str) -> int:
    """Return the index of the entry a pick names.

    Raises:
        LookupError: there is no such entry.
    """
    if not entries:
        raise LookupError(pick)
    side, _, inner = pick.partition(":")
    if not inner:
        index = int(pick) if pick else 0
        return range(len(entries))[index]
    keys = inner.split("/")[1:]
    values: list[Any] = []
    for entry in entries:
        for key in keys:
            entry = entry[key]
        values.append(entry)
    best = min(values) if side == "min" else max(values)
    return values.index(best)


def describe_pick(pick: str, noun: str, chooser: random.Random) -> str:
    """Return how a person names an entry of a list: "the second one", "the cheapest flight".

    >>> describe_pick("min:/price", "", random.Random(1))
    'the cheapest one'
    """
    thing = noun if noun and len(noun.split()) <= 3 and chooser.random() < 0.45 else "one"
    inner = pick.partition(":")[2]
    if not inner:
        ordinal = _ORDINALS.get(pick, "first")
        if pick == "0" and chooser.random() < 0.3:
            return chooser.choice(("the top one", "the first result", "the top result"))
        return f"the {ordinal} {thing}"
    return f"the {superlative(pick)} {thing}"


def describe_unseen(pick: str, noun: str, chooser: random.Random) -> str:
    """Return how a person asks for an entry of a list still to come: by what it is to be best in, never by place.

    >>> describe_unseen("max:/hire_date", "employee", random.Random(1))
    'the employee with the latest hire date'
    """
    thing = noun if noun and len(noun.split()) <= 3 else "one"
    adjective = superlative(pick)
    if not adjective:
        things = "them" if thing == "one" or chooser.random() < 0.5 else f"the {plural(thing)}"
        return chooser.choice((f"one of {things}", f"any one of {things}", f"whichever {thing} comes up first"))
    if adjective not in _IN_TIME and chooser.random() < 0.55:
        thing = "one"
    return _in_time(thing, pick, [adjective]) or f"the {adjective} {thing}"


def describe_ends(inner: str, noun: str) -> str:
    """Return how a person asks for the two ends of a list still to come.

    >>> describe_ends("/hire_date", "employee"), describe_ends("/price", "hotel")
    ('the employees with the earliest and the latest hire date', 'the cheapest and the most expensive hotel')
    """
    lowest, highest = (superlative(f"{side}:{inner}") for side in ("min", "max"))
    return _in_time(plural(noun), inner, [lowest, highest]) or f"the {lowest} and the {highest} {noun}"


def _in_time(thing: str, field: str, adjectives: Sequence[str]) -> str:
    """What comes first or last, and in which respect; empty where that need not be said."""
    words = split_words(field.rpartition("/")[2]).removeprefix("last ")
    if not {*adjectives} <= _IN_TIME.keys() or words in _BARE_TIMES:
        return ""
    event = re.fullmatch(r"(\w+[^s]s) (?:at|on)|(\w+ed) (?:at|on|date)", words)
    if event is None:
        return f"the {thing} with the {' and the '.join(adjectives)} {words}"
    happens = f"that {event[1]}" if event[1] else event[2]
    return f"the {thing} {happens} {' and '.join(_IN_TIME[adjective] for adjective in adjectives)}"


_IN_TIME = {"earliest": "first", "latest": "last"}
_BARE_TIMES = frozenset({"date", "time", "day", "datetime", "date time", "timestamp"})


def outstanding(pick: str) -> str:
    """Return what the entry a pick by a field names is said to be; empty for a pick by place.

    >>> outstanding("max:/hire_date"), outstanding("min:/price")
    ('the one with the latest hire date', 'the cheapest')
    """
    adjective = superlative(pick)
    return adjective and (_in_time("one", pick, [adjective]) or f"the {adjective}")


def superlative(pick: str) -> str:
    """Return the adjective of a pick by a field; empty for a pick by place."""
    side, _, inner = pick.partition(":")
    words = split_words(inner.rpartition("/")[2])
    for pattern, lowest, highest in _SUPERLATIVES:
        if inner and pattern.search(words):
            return lowest if side == "min" else highest
    return ""


_AFTER = {
    "is": "are", "isn't": "aren't", "was": "were", "wasn't": "weren't", "has": "have", "hasn't": "haven't",
    "does": "do", "doesn't": "don't", "goes": "go",
}  # fmt: skip
_NO_VERBS = frozenset("its this as plus always yes less us perhaps besides hours days nights minutes times".split())
"""Words after a name that end like a verb and are none."""
_BEFORE = (
    ("is", "are"), ("was", "were"), ("does", "do"), ("has", "have"), ("what's", "what are"), ("when's", "when are"),
    ("where's", "where are"), ("how's", "how are"), ("who's", "who are"), ("isn't", "aren't"), ("doesn't", "don't"),
)  # fmt: skip


@lru_cache(maxsize=16384)
def agreeing(text: str, slot: str) -> str:
    """Return a phrase whose slot will hold a plural, with the verb beside it in the plural.

    >>> agreeing("see what {hotel_id} costs", "hotel_id")
    'see what {hotel_id} cost'
    """
    after = re.search(rf"(?<=\{{{re.escape(slot)}\}} )[a-z]+(n't)?\b", text)
    verb = after[0] if after else ""
    if after and (verb in _AFTER or re.search(r"[^su]s$", verb)) and verb not in _NO_VERBS:
        put = _AFTER.get(verb) or re.sub(r"(?<=(?:[cs]h|ss|xx))es$|(?<=[^i])s$", "", re.sub(r"ies$", "y", verb))
        return f"{text[: after.start()]}{put}{text[after.end() :]}"
    for singular, plural_form in _BEFORE:
        found = re.search(rf"\b{singular} (?=\{{{re.escape(slot)}\}})", text, re.I)
        if found:
            put = capitalised(plural_form) if found[0][0].isupper() else plural_form
            return f"{text[: found.start()]}{put} {text[found.end() :]}"
    return text


def say(value: Any, field: Field | None, today: dt.date | None, chooser: random.Random) -> Form:
    """Return one way in which a user says a value; what has a usual spoken form is rarely read out in its raw one."""
    forms = ways_to_say(value, today)
    if not forms:
        return Form("", "")
    text = value if isinstance(value, str) else ""
    if isinstance(value, str) and parse_date(value):
        return _say_date(forms[:-1], chooser)
    if isinstance(value, int | float):
        kind = kind_of(field) if field is not None else ""
        if (
            isinstance(value, int)
            and 1 < value <= 12
            and kind in ("", "count", "duration", "count_small")
            and chooser.random() < 0.4
        ):
            return Form(NUMBER_WORDS[value], "number word")
        is_amount = abs(value) >= 10_000 and kind not in ("id", "year", "epoch")
        return next((form for form in forms if "," in form.text), forms[0]) if is_amount else forms[0]
    if forms[0].transform == "time":
        is_clock = field is None or kind_of(field) in ("time", "datetime")
        return chooser.choice(forms[:-1]) if is_clock else Form(text, "")
    spoken = next((form for form in forms if form.transform == "enum synonym"), None)
    if (
        spoken
        and field is not None
        and (field.schema.get("enum") or "_" in text)
        and " " not in text
        and kind_of(field) not in _EXACT
    ):
        return Form(spoken.text.upper() if len(text) <= 3 and text.isupper() else spoken.text, spoken.transform)
    return Form(text, "")


def _say_date(forms: tuple[Form, ...], chooser: random.Random) -> Form:
    """A weekday or "tomorrow" where one would say it, else the date, the year only where it is needed.

    "In ten days" is no answer to "on" or "until", so it is never said inside a sentence.
    """
    relative = [form for form in forms if form.transform == "relative date" and not form.text.startswith("in ")]
    if relative and chooser.random() < 0.5:
        return chooser.choice(relative)
    spelled = [form for form in forms if form.transform == "date"]
    short = [form for form in spelled if not re.search(r"\d{4}", form.text)]
    return chooser.choice(short or spelled)


_EXACT = frozenset(
    {"id", "uuid", "url", "email", "credential", "filename", "path", "username", "symbol", "domain", "wallet", "branch"}
)
"""Kinds that are said letter by letter."""
