"""Values for fields: from what the schema admits, what its owner gives as examples, and what the field means."""

import random
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from toolgraph.models.offline.banks import Person, country_of, people, value_bank
from toolgraph.models.offline.entities import WRAPPERS, singular
from toolgraph.models.offline.scene import Scene, fits
from toolgraph.models.offline.values_dates import CALENDAR
from toolgraph.models.offline.values_meant import STATES, STATIONS, meant_kind
from toolgraph.models.offline.values_numbers import RANGES, make_integer, make_number
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import NAMED_KINDS, kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.schema import json_type, types_of

EXAMPLE = 0.2
"""Chance of the one or two examples that a schema gives where there are others to draw from: else all say the same."""
_NO_VALUE = frozenset({"", "dontcare", "none", "null", "not specified", "unspecified", "undefined"})
_MODES = ("standard", "basic", "detailed", "full", "simple", "advanced", "compact", "extended")
_EXAMPLES = re.compile(
    r"(?:e\.?g\.?,?|for example,?|such as|like|example:?|examples:?)"
    r"[\s:,(]*((?:[\"'`“][^\"'`”]{1,40}[\"'`”](?:,?\s*(?:or|and)?\s*)?)+)",
    re.I,
)
_BARE_EXAMPLES = re.compile(r"\((?:e\.?g\.?|ex:|example:|for example,?|such as)[\s:,]*([^()\"'`]{2,60})\)", re.I)
_OPTIONS = re.compile(
    r"(?:one of|options?(?: are)?|either|possible values?(?: are)?|values?(?: are)?|must be|can be|allowed values?|"
    r"supported values?|available values?)"
    r"(?: the following)?(?: values?)?\s*[:\-]?\s*\[?((?:[\"'`][^\"'`]{1,30}[\"'`](?:\s*(?:\||,|/|or|and)\s*)*)+)",
    re.I,
)
_PIECES = frozenset("{}[]<>")
_QUOTED = re.compile(r"[\"'`“]([^\"'`”]{1,40})[\"'`”]")


def make_value(field_: Field, scene: Scene, *, is_result: bool = False) -> Any:
    """Return a value the field admits and that means what the field means."""
    schema = field_.schema
    if "const" in schema:
        return schema["const"]
    if types_of(schema) == ("null",):
        return None
    options = [
        option for option in schema.get("enum", ()) if option is not None and str(option).lower() not in _NO_VALUE
    ]
    if options:
        return scene.random.choice(options)
    if "enum" in schema:
        return schema["enum"][0]
    known = known_values(field_) if scene.is_real else ()
    if known:
        fresh = [value for value in known if value != scene.chosen.get(f"same:{field_.name}")]
        return scene.random.choice(fresh or known)
    primary = field_.types[0] if field_.types else _type_by_default(schema)
    value = _MAKERS[primary](field_, scene, is_result)
    scene.chosen[split_words(field_.name)] = value
    return value


def known_values(field_: Field) -> tuple[Any, ...]:
    """Return the values that a tool gives as examples and that it would take; else those its description quotes."""
    listed = field_.schema.get("examples")
    given = listed if isinstance(listed, list) else [field_.schema.get("example")]
    fitting = tuple(value for value in given if value not in (None, "") and fits(value, field_.schema))
    types = field_.types or ("string",)
    return fitting or (given_examples(field_) if "string" in types else ())


def _type_by_default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return json_type(default) if default not in (None, "") else "string"


def _string(field_: Field, scene: Scene, is_result: bool) -> str:
    schema, kind = field_.schema, meant_kind(field_)
    for make in (_from_examples, _from_kind, _from_pattern):
        for _ in range(3):
            value = make(field_, kind, scene, is_result)
            if value is None:
                break
            if fits(value, {**schema, "type": "string"}):
                return value
    return _padded(schema, scene)


def _from_examples(field_: Field, kind: str, scene: Scene, is_result: bool) -> str | None:
    examples = given_examples(field_)
    if not examples or (kind in PEOPLE_KINDS or kind in ("date", "datetime", "time", "email", "phone")):
        return None
    example = scene.random.choice(examples)
    other = scene.chosen.get(f"same:{field_.name}")
    if other == example and len(examples) > 1:
        example = scene.random.choice([option for option in examples if option != other])
    if kind == "id" or (len(examples) == 1 and sum(char.isdigit() for char in example) >= 3):
        return _with_other_digits(example, scene.random)
    has_many_others = kind in NAMED_KINDS or kind in ("topic", "message")
    is_worn = len(examples) < 3 and has_many_others and value_bank(kind)
    return None if is_worn and scene.random.random() >= EXAMPLE else example


def given_examples(field_: Field) -> tuple[str, ...]:
    """Return the texts that the schema or the description gives as examples or options of the field's values."""
    return field_.examples or _described_examples(field_.description)


@lru_cache(maxsize=16384)
def _described_examples(description: str) -> tuple[str, ...]:
    for pattern in (_OPTIONS, _EXAMPLES):
        found = pattern.search(description)
        if found:
            quoted = tuple(text.strip() for text in _QUOTED.findall(found[1]) if _is_whole(text))
            if quoted:
                return quoted
    bare = _BARE_EXAMPLES.search(description)
    if bare:
        parts = [part.strip(" .") for part in re.split(r",|;|\bor\b|\betc\b", bare[1])]
        return tuple(
            part for part in parts if 1 < len(part) <= 40 and part.lower() not in ("etc", "and") and _is_whole(part)
        )
    return ()


def _is_whole(text: str) -> bool:
    """Whether a text can be a value, and is no piece of JSON or of markup cut at its quotes."""
    return any(map(str.isalnum, text)) and _PIECES.isdisjoint(text)


def _from_kind(field_: Field, kind: str, scene: Scene, is_result: bool) -> str | None:
    maker = PEOPLE_KINDS.get(kind)
    if maker:
        if is_result or kind == "person":
            scene.chosen["someone"] = scene.random.choice(people())
        person: Person = scene.chosen.get("someone", scene.person)
        return maker(person)
    if kind in CALENDAR:
        return CALENDAR[kind](field_, scene)
    if kind == "id":
        return _identifier(field_, scene)
    if kind == "uuid":
        return str(uuid.UUID(int=scene.random.getrandbits(128), version=4))
    if kind == "credential":
        return f"{split_words(field_.name)[:2].strip() or 'k'}-{scene.random.getrandbits(48):012x}"
    if kind == "postal_code":
        return f"{scene.random.randint(10000, 98999)}"
    if kind in ("latitude", "longitude"):
        low, high, decimals = RANGES[kind]
        return f"{scene.random.uniform(low, high):.{decimals}f}"
    if kind == "year":
        return str(scene.random.randint(1998, scene.today.year))
    if kind.endswith(" text"):
        low, high, decimals = RANGES[kind.removesuffix(" text")]
        return f"{scene.random.uniform(low, high):.{decimals}f}"
    if kind in ("status", "station"):
        return scene.random.choice(STATES if kind == "status" else STATIONS)
    if kind == "mode":
        return scene.random.choice(_MODES)
    if kind == "text":
        return _made_up(field_, scene)
    if kind == "title" and field_.name.casefold().endswith("name"):
        kind = _named_kind(field_, scene)
        if kind == "name":
            return scene.random.choice(_PROPER_NAMES)
        if kind in PEOPLE_KINDS:
            return scene.random.choice(people()).full_name
    if kind == "country" and (home := next((home for one in scene.chosen.values() if (home := country_of(one))), None)):
        return home
    bank = value_bank(kind) or value_bank("text")
    value = scene.random.choice(bank)
    if kind in ("city", "country", "airport", "currency", "language", "company"):
        taken = scene.chosen.values()
        if value in taken:
            value = scene.random.choice(bank)
    return str(value)


_PROPER_NAMES = (
    "Juniper", "Aurora", "Cedar", "Harbor", "Willow", "Falcon", "Ember", "Meadow", "Orion", "Sparrow", "Cobalt",
    "Atlas", "Clover", "Comet", "Hazel", "Indigo", "Lark", "Nimbus", "Olive", "Pebble", "Quartz", "River", "Saffron",
    "Summit", "Tundra", "Violet", "Zephyr", "Birch", "Coral", "Delta", "Fern", "Granite", "Heron", "Iris", "Kestrel",
)  # fmt: skip
"""Names that a pet, a ship, a server or a product may have."""
_TITLED = re.compile(
    r"task|todo|card|issue|note|doc|page|project|ticket|list|plan|template|campaign|report|meeting|agenda|milestone|"
    r"article|post|event|survey|form|presentation|board|sprint|goal|reminder|draft|file|ticket"
)
"""What is called by what it is about."""


_HOW_CALLED = re.compile(
    r"^(real |display |full |original |short |long |common |preferred |official |new )?name$| ?name$"
)


def _named_kind(field_: Field, scene: Scene) -> str:
    """What a bare `name` names: by the object it stands in or the words before it, else by the tool's own thing."""
    above = [key for key in field_.pointer.split("/")[:-1] if key and key != "*"][-1:]
    owner = _HOW_CALLED.sub("", split_words(field_.name)) or split_words(above[0] if above else "")
    owner = owner if owner and owner not in WRAPPERS else scene.about
    if not owner or _TITLED.search(owner):
        return "title"
    kind = kind_of(Field("", singular(owner), "", {"type": "string"}, False))
    return kind if kind in PEOPLE_KINDS or (kind not in ("text", "title") and value_bank(kind)) else "name"


_PARTICLES = frozenset("for of to by in on at from with before after".split())
_ADJECTIVES = ("main", "primary", "standard", "new", "current", "second", "spare", "regular", "local", "shared")


_MADE_UP = re.compile(rf"({'|'.join(_ADJECTIVES)}) [a-z]{{3,14}}")


def _made_up(field_: Field, scene: Scene) -> str:
    """A value for a text of unknown meaning: it names at least what the field is about."""
    thing = [word for word in split_words(field_.name).split() if word not in _PARTICLES][-1:]
    if thing and thing[0].isascii() and thing[0].isalpha() and 3 <= len(thing[0]) <= 14:
        return f"{scene.random.choice(_ADJECTIVES)} {thing[0]}"
    return str(scene.random.choice(value_bank("text")))


def is_made_up(value: Any) -> bool:
    """Say whether a value stands only for some text: it tells nobody anything."""
    return isinstance(value, str) and bool(_MADE_UP.fullmatch(value))


def _with_other_digits(example: str, chooser: random.Random) -> str:
    """An id of the same shape: other digits, the first of a run never 0."""
    if not any(char.isdigit() for char in example) or re.fullmatch(r"\d+:\d+", example):
        return example
    digits = [str(chooser.randint(1, 9)) if char.isdigit() else char for char in example]
    return "".join(digits)


def _identifier(field_: Field, scene: Scene) -> str:
    """An id that tells what it is of, or plain digits where the schema wants those."""
    words = [
        word
        for word in split_words(field_.name).split()
        if word not in ("id", "ids", "number", "no", "code", "key", "uuid")
    ]
    if "icao" in words:
        return scene.random.choice(_ICAO)
    words = words or scene.about.split()
    initials = "".join(word[0] for word in words[:2] if word[0].isascii() and word[0].isalpha()).upper()
    prefix = initials if len(initials) == 2 else (words[0][:2].upper() if words and words[0][:2].isascii() else "ID")
    made = f"{prefix}-{scene.random.randint(10000, 98999)}"
    if "pattern" not in field_.schema or fits(made, field_.schema):
        return made
    length = min(max(8, field_.schema.get("minLength", 8)), field_.schema.get("maxLength", 8))
    return "".join(str(scene.random.randint(1, 9)) for _ in range(length))


_ICAO = ("EDDF", "EGLL", "EHAM", "KJFK", "KSEA", "LEMD", "LFPG", "LIRF", "LOWW", "LSZH", "OMDB", "RJTT", "WSSS", "YSSY")
"""Airports as pilots call them."""
_TRIES = 20
"""Texts made of a pattern to find one that has the admitted length as well."""


def _from_pattern(field_: Field, kind: str, scene: Scene, is_result: bool) -> str | None:
    pattern = field_.schema.get("pattern")
    if not pattern:
        return None
    import rstr

    writer, longest = rstr.Rstr(scene.random), field_.schema.get("maxLength")
    try:
        made: str = writer.xeger(pattern)
        for _ in range(_TRIES):
            if fits(made[:longest], field_.schema):
                break
            made = writer.xeger(pattern)
    except Exception:  # whatever a foreign pattern makes the library do, the value is only one of several tries
        return None
    return made[:longest]


def _padded(schema: dict[str, Any], scene: Scene) -> str:
    """Text of an admitted length, where nothing meaningful fits."""
    shortest, longest = schema.get("minLength", 1), schema.get("maxLength", 1 << 30)
    text = str(scene.random.choice(value_bank("text")))
    while len(text) < shortest:
        text = f"{text} and {scene.random.choice(value_bank('text'))}"
    return text[:longest].strip().ljust(shortest, "s") if longest < len(text) else text


PEOPLE_KINDS: dict[str, Callable[[Person], str]] = {
    "person": lambda person: person.full_name,
    "first_name": lambda person: person.first_name,
    "last_name": lambda person: person.last_name,
    "email": lambda person: person.email,
    "phone": lambda person: person.phone,
    "username": lambda person: person.username,
}


_SUCCESS = frozenset("ok success successful succeeded acknowledged".split())
_MAKERS: dict[str, Callable[[Field, Scene, bool], Any]] = {
    "string": _string,
    "integer": make_integer,
    "number": make_number,
    "boolean": lambda field_, scene, is_result: (
        field_.name in _SUCCESS or scene.random.random() < (0.5 if is_result else 0.85)
    ),
    "null": lambda *_: None,
    "array": lambda *_: [],
    "object": lambda *_: {},
}
