"""Which fields of a result somebody's words ask for."""

import re
from functools import lru_cache

from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.entities import thing_of
from toolgraph.models.offline.speech import PICKING_WORDS
from toolgraph.tools.inference import name_parts
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

_CUES = tuple(
    (re.compile(field), re.compile(rf"\b({cue})\b", re.I))
    for field, cue in (
        (
            r"^(price|cost|amount|balance|premium|fee|fare|total)$",
            r"costs?|price|charge[sd]?|pay(ing)?|how much|expensive|money|bill|comes? to|trading at",
        ),
        (r"^(author|artist|director|owner|host|driver|provider)$", r"who|whose|wrote|written"),
        (r"^(name|email|phone)$", r"who|ring|call|contact|looks? after|reach|adviser|in touch|get hold of"),
        (r"^(date|time|day|minutes|opens|closes|until)$", r"when|what time|which day|how (long|late|soon)"),
        (r"^(since|founded|opened|experience)$", r"since when|how (long|old)"),
        (r"^(closing|closes)$", r"how late|open"),
        (r"^(address|city|shelf|floor|room|location)$", r"where|which shelf|find it|located"),
        (r"^(entrance|gate)$", r"which door|way in"),
        (r"^(country|origin)$", r"comes? from"),
        (r"^(duration|minutes|hours|pages?|turnaround)$", r"how (long|fast|soon|quick(ly)?)|how many pages|turnaround"),
        (r"^(weight|kg|kilograms)$", r"how heavy|weighs?"),
        (r"^(temperature|celsius|fahrenheit)$", r"how (warm|cold|hot)|weather|degrees"),
        (r"^(severity|priority)$", r"how (bad|serious|urgent)"),
        (r"^(difficulty|effort)$", r"how (hard|difficult|easy)|doable"),
        (r"^(frequency|interval|peak)$", r"how often|how frequent(ly)?"),
        (r"^(rating|score|stars)$", r"how good|any good|rated"),
        (r"^(status|state|stage)$", r"status|how far|ready|gone through|is it|yet|stands?|coming along|delays?|moving"),
    )
)
"""What people say when they ask for a field, by a word of its name."""
_PICKED = re.compile(rf"\b(?:{'|'.join(PICKING_WORDS)})\b", re.I)
"""What says which one is meant, and asks for nothing: the best-rated one is not asked how it is rated."""


def without_picks(asked: str) -> str:
    """Return somebody's words without those that say which thing is meant."""
    return _PICKED.sub("", asked)


_fields: dict[str, dict[str, set[str]]] = {}


def fields_asked(tool: ToolSpec, asked: str) -> frozenset[str]:
    """Return the fields of a result that somebody's words are about: that alone share a stem with them.

    The fields of one object inside the result share those of its name. What a tool is about is no such word, since
    all its fields are about that.
    """
    known = _fields.get(tool.definition_key)
    if known is None:
        known = _fields[tool.definition_key] = _fields_by_stem(tool)
    return frozenset(name for stem in stems_in(asked) for name in known.get(stem, ()))


def _fields_by_stem(tool: ToolSpec) -> dict[str, set[str]]:
    """By stem, the one field of a result that has it in its name or description, or the fields of one object in it."""
    own: dict[str, set[str]] = {}
    shared: dict[str, set[str]] = {}
    subject = stems_in(f"{thing_of(tool)} {name_parts(tool.name).noun}")
    for field in tool.return_fields:
        above, _, _ = field.pointer.rpartition("/")
        _note(own, f"{split_words(field.name)} {field.description}", subject, field.name)
        if above and ANY_ITEM not in above:
            _note(shared, split_words(above.rpartition("/")[2]), subject, field.name)
    return shared | {stem: names for stem, names in own.items() if len(names) == 1}


def _note(found: dict[str, set[str]], text: str, subject: frozenset[str], name: str) -> None:
    """Put a field down under the stems of the words that do not only say what all is about."""
    for word in text.split():
        if (stems := stems_in(word)).isdisjoint(subject):
            for stem in stems:
                found.setdefault(stem, set()).add(name)


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
