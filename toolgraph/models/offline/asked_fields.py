"""Which fields of a result somebody's words ask for."""

import re
from functools import lru_cache

from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.entities import thing_of
from toolgraph.models.offline.speech import PICKING_WORDS
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_CUES = tuple(
    (re.compile(field), re.compile(rf"\b({cue})\b", re.I))
    for field, cue in (
        (r"^(price|cost|amount|premium|fee|fare|total)$", r"costs?|price|charged?|pay(ing)?|how much|expensive|money"),
        (r"^(author|artist|director|owner|host|driver|provider)$", r"who|whose|wrote|written"),
        (r"^(name|email|phone)$", r"who|ring|call|contact|looks? after|reach|adviser"),
        (r"^(date|time|day|minutes|opens|closes)$", r"when|what time|which day|how long|how soon"),
        (r"^(address|city|shelf|floor|room|location)$", r"where|which shelf|find it|located"),
        (r"^(duration|minutes|hours|pages?|turnaround)$", r"how (long|fast|soon|quick(ly)?)|how many pages|turnaround"),
        (r"^(frequency|interval|peak)$", r"how often|how frequent(ly)?"),
        (r"^(rating|score|stars)$", r"how good|any good|rated"),
        (r"^(status|state|stage)$", r"status|how far|ready|gone through|is it|yet"),
    )
)
"""What people say when they ask for a field, by a word of its name."""
_PICKED = re.compile(rf"\b(?:{'|'.join(PICKING_WORDS)})\b", re.I)
"""What says which one is meant, and asks for nothing: the best-rated one is not asked how it is rated."""


def without_picks(asked: str) -> str:
    """Return somebody's words without those that say which thing is meant."""
    return _PICKED.sub("", asked)


_fields: dict[str, dict[str, str]] = {}


def fields_asked(tool: ToolSpec, asked: str) -> frozenset[str]:
    """Return the fields of a result that somebody's words are about: that alone share a stem with them.

    The thing itself is no such word, since all its fields are about it.
    """
    known = _fields.get(tool.definition_key)
    if known is None:
        known = _fields[tool.definition_key] = _fields_by_stem(tool)
    return frozenset(known[stem] for stem in stems_in(asked) if stem in known)


def _fields_by_stem(tool: ToolSpec) -> dict[str, str]:
    """By stem, the one field of a result that has it in its name or description."""
    found: dict[str, set[str]] = {}
    for field in tool.return_fields:
        for stem in stems_in(f"{split_words(field.name)} {field.description}") - stems_in(thing_of(tool)):
            found.setdefault(stem, set()).add(field.name)
    return {stem: names.pop() for stem, names in found.items() if len(names) == 1}


def is_asked(slot: str, asked: str) -> bool:
    """Say whether a field is what somebody asks for: its own words, or a cue such as "who" for a name."""
    words = split_words(slot.rpartition(".")[2]).split()
    return any(cue.search(asked) for cue in _cues_of(slot)) or any(
        len(word) > 3 and word[:5] in asked.lower() for word in words
    )


@lru_cache(maxsize=16384)
def _cues_of(slot: str) -> tuple[re.Pattern[str], ...]:
    words = split_words(slot.rpartition(".")[2]).split()
    return tuple(cue for pattern, cue in _CUES if any(pattern.search(word) for word in words))
