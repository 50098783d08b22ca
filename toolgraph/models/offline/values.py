"""Values for fields: from what the schema admits, what its owner gives as examples, and what the field means."""

import datetime as dt
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import MONTHS, parse_date
from toolgraph.models.offline.banks import Person, people, value_bank
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import NAMED_KINDS, kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.schema import json_type, types_of

Number = tuple[float, float, int]
_RANGES: dict[str, Number] = {
    # kind: lowest, highest, decimals
    "latitude": (-55, 68, 4), "longitude": (-120, 150, 4), "year": (1995, 2026, 0), "age": (19, 74, 0),
    "page": (1, 3, 0), "count_small": (3, 10, 0), "month_number": (1, 12, 0), "day_number": (1, 28, 0),
    "hour": (8, 20, 0), "percent": (2, 25, 1), "money": (20, 950, 0), "temperature": (2, 34, 0), "rating": (3, 5, 0),
    "duration": (2, 12, 0), "distance": (3, 40, 0), "weight": (2, 80, 0), "size": (2, 40, 0), "velocity": (5, 60, 0),
    "count": (2, 8, 0), "integer": (2, 40, 0), "number": (2, 60, 1), "id": (10_000, 99_999, 0),
    "epoch": (1_767_200_000, 1_798_700_000, 0),
}  # fmt: skip
_PAST = re.compile(
    r"birth|born|dob|issued|purchased?|last|previous|observed|review|written|released?|published|created|joined|since|"
    r"history|historical|given|checkup|reported|placed|completed|submitted|arrived|logged|registered|delivered|filed|"
    r"closed|resolved|scanned|incident|made on|taken|recorded|hired|founded|signed|posted|opened|sent|received|paid|"
    r"past|occurred|happened|reading|transaction|triggered|updated?"
)
_PERIOD_ENDS = re.compile(r"\b(first|last) day\b|\blast name\b")
_AHEAD = re.compile(r"next|expected|new|renewal|upcoming")
_SOON = re.compile(r"expected|deliver|due|arriv|pick ?up|repl(y|ies)|forecast")
_START = re.compile(
    r"\b(start|from|begin|check ?in|departure|depart|pick ?up|since|after|arrival|outbound|first day|opens?)"
)
_END = re.compile(
    r"\b(end|to|until|till|check ?out|return|drop ?off|before|due|inbound|finish|last day|closes?|through|expir)"
)
_OPENS, _CLOSES = re.compile(r"\bopen"), re.compile(r"\bclos|\buntil\b")
_NO_VALUE = frozenset({"", "dontcare", "none", "null", "not specified", "unspecified", "undefined"})
_WHOLE = re.compile(
    r"\b(iterations?|levels?|index|rows?|columns?|order|quarter|number|position|pos|line|round|step|version|priority|"
    r"port|depth)\b"
)
_SCREEN = re.compile(r"pixel|screen|browser|viewport|window|image|video|canvas|thumbnail|resolution")
_MODES = ("standard", "basic", "detailed", "full", "simple", "advanced", "compact", "extended")
_HIGH = re.compile(r"\b(max|maximum|highest|upper|most|high|to)\b")
_LOW = re.compile(r"\b(min|minimum|lowest|lower|least|low|from)\b")
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
_QUOTED = re.compile(r"[\"'`“]([^\"'`”]{1,40})[\"'`”]")
_DATE_FORMAT = (
    (re.compile(r"yyyy-mm-dd"), "%Y-%m-%d"), (re.compile(r"yyyymmdd"), "%Y%m%d"),
    (re.compile(r"yyyy/mm/dd"), "%Y/%m/%d"), (re.compile(r"dd/mm/yyyy"), "%d/%m/%Y"),
    (re.compile(r"mm/dd/yyyy"), "%m/%d/%Y"), (re.compile(r"dd-mm-yyyy"), "%d-%m-%Y"),
    (re.compile(r"mm-dd-yyyy"), "%m-%d-%Y"), (re.compile(r"dd\.mm\.yyyy"), "%d.%m.%Y"),
)  # fmt: skip


@dataclass
class Scene:
    """What the values of one dialogue agree on: the day, the person, and what was chosen so far.

    The only mutable value of the offline rules; it lives as long as one rule runs.
    """

    random: random.Random
    today: dt.date
    person: Person
    chosen: dict[str, Any] = field(default_factory=dict)
    """Values by the words of their field's name, for fields that must agree or differ."""


def new_scene(chooser: random.Random, today: dt.date, person: Person | None = None) -> Scene:
    """Return a scene with a person drawn where none is given."""
    return Scene(chooser, today, person or chooser.choice(people()))


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
    primary = field_.types[0] if field_.types else _type_by_default(schema)
    value = _MAKERS[primary](field_, scene, is_result)
    scene.chosen[split_words(field_.name)] = value
    return value


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Say whether a scalar meets the keywords of its own schema."""
    if "enum" in schema and value not in schema["enum"]:
        return False
    types = schema.get("type")
    allowed = [types] if isinstance(types, str) else types
    if allowed and json_type(value) not in allowed and not (json_type(value) == "integer" and "number" in allowed):
        return False
    if isinstance(value, str):
        short = len(value) < schema.get("minLength", 0) or len(value) > schema.get("maxLength", 1 << 30)
        return not short and not ("pattern" in schema and not re.search(schema["pattern"], value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        step = schema.get("multipleOf")
        return (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
            and not value <= schema.get("exclusiveMinimum", value - 1)
            and not value >= schema.get("exclusiveMaximum", value + 1)
            and not (step and abs(value / step - round(value / step)) > 1e-9)
        )
    return True


def _type_by_default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return json_type(default) if default not in (None, "") else "string"


# --- text ---------------------------------------------------------------------------------------------------------


def _string(field_: Field, scene: Scene, is_result: bool) -> str:
    schema, kind = field_.schema, kind_of(field_)
    for make in (_from_examples, _from_kind, _from_pattern):
        for _ in range(3):
            value = make(field_, kind, scene, is_result)
            if value is not None and fits(value, {**schema, "type": "string"}):
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
    return (
        None if len(examples) < 3 and has_many_others and value_bank(kind) and scene.random.random() < 0.6 else example
    )


def given_examples(field_: Field) -> tuple[str, ...]:
    """Return the texts that the schema or the description gives as examples or options of the field's values."""
    listed = field_.schema.get("examples") or field_.schema.get("example")
    items = listed if isinstance(listed, list) else [listed]
    given = tuple(item for item in items if isinstance(item, str) and item.strip())
    return given or _described_examples(field_.description)


@lru_cache(maxsize=16384)
def _described_examples(description: str) -> tuple[str, ...]:
    for pattern in (_OPTIONS, _EXAMPLES):
        found = pattern.search(description)
        if found:
            quoted = tuple(text.strip() for text in _QUOTED.findall(found[1]) if text.strip())
            if quoted:
                return quoted
    bare = _BARE_EXAMPLES.search(description)
    if bare:
        parts = [part.strip(" .") for part in re.split(r",|;|\bor\b|\betc\b", bare[1])]
        return tuple(part for part in parts if 1 < len(part) <= 40 and part.lower() not in ("etc", "and"))
    return ()


def _from_kind(field_: Field, kind: str, scene: Scene, is_result: bool) -> str | None:
    maker = PEOPLE_KINDS.get(kind)
    if maker:
        person = scene.person if not is_result and kind != "person" else scene.random.choice(people())
        return maker(person)
    if kind in _CALENDAR:
        return _CALENDAR[kind](field_, scene)
    if kind == "id":
        return _identifier(field_, scene.random)
    if kind == "uuid":
        return str(uuid.UUID(int=scene.random.getrandbits(128), version=4))
    if kind == "credential":
        return f"{split_words(field_.name)[:2].strip() or 'k'}-{scene.random.getrandbits(48):012x}"
    if kind == "postal_code":
        return f"{scene.random.randint(10000, 98999)}"
    if kind in ("latitude", "longitude"):
        low, high, decimals = _RANGES[kind]
        return f"{scene.random.uniform(low, high):.{decimals}f}"
    if kind == "year":
        return str(scene.random.randint(1998, scene.today.year))
    if kind.endswith(" text"):
        low, high, decimals = _RANGES[kind.removesuffix(" text")]
        return f"{scene.random.uniform(low, high):.{decimals}f}"
    if kind == "mode":
        return scene.random.choice(_MODES)
    if kind == "text":
        return _made_up(field_, scene)
    bank = value_bank(kind) or value_bank("text")
    value = scene.random.choice(bank)
    if kind in ("city", "country", "airport", "currency", "language", "company"):
        taken = scene.chosen.values()
        if value in taken:
            value = scene.random.choice(bank)
    return str(value)


_ADJECTIVES = ("main", "primary", "standard", "new", "current", "second", "spare", "regular", "local", "shared")


def _made_up(field_: Field, scene: Scene) -> str:
    """A value for a text of unknown meaning: it names at least what the field is about."""
    thing = split_words(field_.name).split()[-1:]
    if thing and thing[0].isascii() and thing[0].isalpha() and 3 <= len(thing[0]) <= 14:
        return f"{scene.random.choice(_ADJECTIVES)} {thing[0]}"
    return str(scene.random.choice(value_bank("text")))


def _with_other_digits(example: str, chooser: random.Random) -> str:
    """An id of the same shape: other digits, the first of a run never 0."""
    if not any(char.isdigit() for char in example) or re.fullmatch(r"\d+:\d+", example):
        return example
    digits = [str(chooser.randint(1, 9)) if char.isdigit() else char for char in example]
    return "".join(digits)


def _identifier(field_: Field, chooser: random.Random) -> str:
    words = [
        word
        for word in split_words(field_.name).split()
        if word not in ("id", "ids", "number", "no", "code", "key", "uuid")
    ]
    initials = "".join(word[0] for word in words[:2] if word[0].isascii() and word[0].isalpha()).upper()
    prefix = initials if len(initials) == 2 else (words[0][:2].upper() if words and words[0][:2].isascii() else "ID")
    return f"{prefix}-{chooser.randint(10000, 98999)}"


def _from_pattern(field_: Field, kind: str, scene: Scene, is_result: bool) -> str | None:
    pattern = field_.schema.get("pattern")
    if not pattern:
        return None
    import rstr

    try:
        made: str = rstr.Rstr(scene.random).xeger(pattern)
    except Exception:  # whatever a foreign pattern makes the library do, the value is only one of several tries
        return None
    return made


def _padded(schema: dict[str, Any], scene: Scene) -> str:
    """Text of an admitted length, where nothing meaningful fits."""
    shortest, longest = schema.get("minLength", 1), schema.get("maxLength", 1 << 30)
    text = str(scene.random.choice(value_bank("text")))
    while len(text) < shortest:
        text = f"{text} and {scene.random.choice(value_bank('text'))}"
    return text[:longest].strip() if longest < len(text) else text


PEOPLE_KINDS: dict[str, Callable[[Person], str]] = {
    "person": lambda person: person.full_name,
    "first_name": lambda person: person.first_name,
    "last_name": lambda person: person.last_name,
    "email": lambda person: person.email,
    "phone": lambda person: person.phone,
    "username": lambda person: person.username,
}


# --- dates and times ----------------------------------------------------------------------------------------------


def _day(field_: Field, scene: Scene) -> dt.date:
    """A day to come, or gone by where the field speaks of the past; an end follows its beginning."""
    about = f"{split_words(field_.name)} {field_.description[:80].lower()}"
    chooser = scene.random
    name = split_words(field_.name)
    if "birth" in about or "dob" in name:
        return scene.today.replace(day=1) - dt.timedelta(days=chooser.randint(19 * 365, 70 * 365))
    started: dt.date | None = scene.chosen.get("first day")
    if started and (_END.search(name) or "last day" in about):
        return started + dt.timedelta(days=chooser.randint(2, 9))
    if not _AHEAD.match(name) and _PAST.search(_PERIOD_ENDS.sub("", about)):
        day = scene.today - dt.timedelta(days=chooser.randint(4, 120))
    elif _SOON.search(about):
        day = scene.today + dt.timedelta(days=chooser.randint(1, 12))
    else:
        day = scene.today + dt.timedelta(
            days=chooser.randint(1, 14) if chooser.random() < 0.5 else chooser.randint(10, 75)
        )
    if _START.search(name) or "first day" in about:
        scene.chosen["first day"] = day
    return day


def ends_a_period(words: str) -> bool:
    """Say whether a date's name is that of a last day."""
    return bool(_END.search(words)) and not _START.search(words)


def note_first_day(words: str, value: str, scene: Scene) -> None:
    """Remember a day that others must follow, if its name says that it begins something."""
    parsed = parse_date(value)
    if parsed and _START.search(words):
        scene.chosen["first day"] = parsed[0]


def _date(field_: Field, scene: Scene) -> str:
    described = field_.description.lower()
    pattern = next((form for shape, form in _DATE_FORMAT if shape.search(described)), "%Y-%m-%d")
    return _day(field_, scene).strftime(pattern)


def _time(field_: Field, scene: Scene) -> str:
    name, chooser = split_words(field_.name), scene.random
    low, high = (
        (7, 11)
        if _OPENS.search(name)
        else (17, 22)
        if _CLOSES.search(name)
        else (8, 12)
        if _START.search(name)
        else (13, 20)
        if _END.search(name)
        else (8, 19)
    )
    return f"{chooser.randint(low, high):02d}:{chooser.choice((0, 0, 15, 30, 30, 45)):02d}"


def _datetime(field_: Field, scene: Scene) -> str:
    if field_.schema.get("format") == "date-time":
        return f"{_day(field_, scene).isoformat()}T{_time(field_, scene)}:00Z"
    separator = "T" if "t" in field_.description.lower().split("dd")[-1][:1] else " "
    return f"{_day(field_, scene).isoformat()}{separator}{_time(field_, scene)}"


_CALENDAR: dict[str, Callable[[Field, Scene], str]] = {
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "month": lambda _, scene: scene.random.choice(MONTHS),
}


# --- numbers ------------------------------------------------------------------------------------------------------


def _integer(field_: Field, scene: Scene, is_result: bool) -> int:
    return int(_bounded(field_, scene, 0))


def _number(field_: Field, scene: Scene, is_result: bool) -> float | int:
    if kind_of(field_) == "money" and not is_result:
        return _round_sum(_bounded(field_, scene, 0), field_.schema)
    value = _bounded(field_, scene, 0 if _WHOLE.search(split_words(field_.name)) else None)
    return int(value) if float(value).is_integer() else value


def _round_sum(value: float, schema: dict[str, Any]) -> int | float:
    """A sum as people name one: multiples of 5, of 10 from 200 on, of 50 from 1,000 on."""
    step = 1 if value < 20 else 5 if value < 200 else 10 if value < 1000 else 50
    rounded = int(round(value / step) * step)
    return rounded if fits(rounded, {**schema, "type": "number"}) else value


def _bounded(field_: Field, scene: Scene, decimals: int | None) -> float:
    kind, schema, chooser = kind_of(field_), field_.schema, scene.random
    low, high, usual = _RANGES.get(kind, _RANGES["number"])
    if _SCREEN.search(f"{split_words(field_.name)} {field_.description[:80].lower()}") and kind == "size":
        low, high = 480, 1920
    if re.search(r"\bquarter\b", split_words(field_.name)):
        low, high = 1, 4
    floor = schema.get("minimum", schema.get("exclusiveMinimum"))
    ceiling = schema.get("maximum", schema.get("exclusiveMaximum"))
    if "birth" in field_.name.lower():
        low, high = 1955, 2004
    if floor is not None and ceiling is not None:
        low, high = max(low, floor) if ceiling - floor > 10_000 and low < ceiling else floor, ceiling
        if high - low > 1_000_000 and _RANGES.get(kind):
            high = min(high, max(low, _RANGES[kind][1]))
    elif floor is not None:
        low, high = max(low, floor), max(high, floor + abs(high - low))
    elif ceiling is not None:
        low, high = min(low, ceiling - 1), min(high, ceiling)
    places = (
        (usual or (1 if kind in ("rating", "percent", "number") and high - low < 12 else 0))
        if decimals is None
        else decimals
    )
    if decimals is None and kind == "money" and high - low < 400 and floor is not None:
        places = 2 if chooser.random() < 0.5 else 0
    value = round(chooser.uniform(low, high), places)
    if places == 0 and high - low > 200:
        value = round(value / 5) * 5
    name = split_words(field_.name)
    base = _HIGH.sub("", _LOW.sub("", name)).strip()
    if _HIGH.search(name) and f"low:{base}" in scene.chosen:
        value = max(value, scene.chosen[f"low:{base}"] + max(1, round((high - low) / 10)))
        value = min(value, high) if ceiling is not None else value
    if _LOW.search(name):
        scene.chosen[f"low:{base}"] = value
    step = schema.get("multipleOf")
    if step:
        value = round(round(value / step) * step, 6)
        value = value + step if floor is not None and value < floor else value
    if "exclusiveMinimum" in schema and "exclusiveMaximum" in schema and not step and decimals is None:
        value = min(max(value, schema["exclusiveMinimum"]), schema["exclusiveMaximum"])
        if value in (schema["exclusiveMinimum"], schema["exclusiveMaximum"]):
            return float(schema["exclusiveMinimum"] + schema["exclusiveMaximum"]) / 2
    if value <= schema.get("exclusiveMinimum", value - 1):
        value = schema["exclusiveMinimum"] + (step or 1)
    if value >= schema.get("exclusiveMaximum", value + 1):
        value = schema["exclusiveMaximum"] - (step or 1)
    return max(floor, min(value, ceiling)) if floor is not None and ceiling is not None else value


_MAKERS: dict[str, Callable[[Field, Scene, bool], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _, scene, is_result: scene.random.random() < (0.5 if is_result else 0.85),
    "null": lambda *_: None,
    "array": lambda *_: [],
    "object": lambda *_: {},
}
