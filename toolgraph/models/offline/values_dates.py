"""Dates and times that mean what their field means: past or to come, an end after its beginning."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from toolgraph.dialogue.spoken import MONTHS, parse_date
from toolgraph.models.offline.scene import Scene
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words

_PAST = re.compile(
    r"birth|born|dob|issued|purchased?|last|previous|observed|review|written|released?|published|created|joined|since|"
    r"history|historical|given|checkup|reported|placed|completed|submitted|arrived|logged|registered|delivered|filed|"
    r"closed|resolved|scanned|incident|made on|taken|recorded|hired|founded|signed|posted|opened|sent|received|paid|"
    r"past|occurred|happened|reading|transaction|triggered|updated?"
)
_OF_RECORDS = re.compile(
    r"\b(transaction|payment|expense|invoice|receipt|alert|notification|message|e?mail|inbox|usage|history|log|incident|"
    r"workout|commit|measurement|consumption|spending|sale|statement|purchase|call log|price history)s?\b"
)
"""What is on record: it has happened, and so has every period one can ask about."""
_PERIOD_ENDS = re.compile(r"\b(first|last) day\b|\blast name\b")
_AHEAD = re.compile(r"next|expected|new|renewal|upcoming|send|schedul|remind")
_SOON = re.compile(r"expected|deliver|due|arriv|pick ?up|repl(y|ies)|forecast")
_START = re.compile(
    r"\b(start|from|begin|check ?in|departure|depart|pick ?up|since|after|arrival|outbound|first day|opens?)"
)
_END = re.compile(
    r"\b(end|to|until|till|check ?out|return|drop ?off|before|due|inbound|finish|last day|closes?|through|expir)"
)
_OPENS, _CLOSES = re.compile(r"\bopen"), re.compile(r"\bclos|\buntil\b")
_DATE_FORMAT = (
    (re.compile(r"yyyy-mm-dd"), "%Y-%m-%d"), (re.compile(r"yyyymmdd"), "%Y%m%d"),
    (re.compile(r"yyyy/mm/dd"), "%Y/%m/%d"), (re.compile(r"dd/mm/yyyy"), "%d/%m/%Y"),
    (re.compile(r"mm/dd/yyyy"), "%m/%d/%Y"), (re.compile(r"dd-mm-yyyy"), "%d-%m-%Y"),
    (re.compile(r"mm-dd-yyyy"), "%m-%d-%Y"), (re.compile(r"dd\.mm\.yyyy"), "%d.%m.%Y"),
)  # fmt: skip


def _day(field_: Field, scene: Scene) -> dt.date:
    """A day to come, or gone by where the field or the thing speaks of the past; an end follows its beginning."""
    meant, chooser = _meant(split_words(field_.name), field_.description[:80].lower()), scene.random
    if meant.is_birth:
        return scene.today.replace(day=1) - dt.timedelta(days=chooser.randint(19 * 365, 70 * 365))
    is_on_record = not meant.is_ahead and bool(_OF_RECORDS.search(scene.about))
    started: dt.date | None = scene.chosen.get("first day")
    if started and meant.ends:
        ended = started + dt.timedelta(days=chooser.randint(2, 9))
        return min(ended, scene.today) if is_on_record and started <= scene.today else ended
    if is_on_record and (meant.starts or meant.ends):
        day = scene.today - dt.timedelta(days=chooser.randint(3, 40))
    elif is_on_record or meant.is_past:
        day = scene.today - dt.timedelta(days=chooser.randint(4, 120))
    elif meant.is_soon:
        day = scene.today + dt.timedelta(days=chooser.randint(1, 12))
    else:
        day = scene.today + dt.timedelta(
            days=chooser.randint(1, 14) if chooser.random() < 0.5 else chooser.randint(10, 75)
        )
    if meant.starts:
        scene.chosen["first day"] = day
    return day


class _Meant(NamedTuple):
    """What the words of a field say of its day."""

    is_birth: bool
    is_past: bool
    is_soon: bool
    is_ahead: bool
    starts: bool
    ends: bool


@lru_cache(maxsize=16384)
def _meant(name: str, description: str) -> _Meant:
    about = f"{name} {description}"
    return _Meant(
        is_birth="birth" in about or "dob" in name,
        is_past=not _AHEAD.match(name) and bool(_PAST.search(_PERIOD_ENDS.sub("", about))),
        is_soon=bool(_SOON.search(about)),
        is_ahead=bool(_AHEAD.match(name) or (_SOON.search(name) and not _START.search(name))),
        starts=bool(_START.search(name)) or "first day" in about,
        ends=bool(_END.search(name)) or "last day" in about,
    )


def ends_a_period(words: str) -> bool:
    """Say whether a date's name is that of a last day."""
    return bool(_END.search(words)) and not _START.search(words)


def note_first_day(words: str, value: str, scene: Scene) -> None:
    """Remember a day that others must follow, if its name says that it begins something."""
    parsed = parse_date(value)
    if parsed and _START.search(words):
        scene.chosen["first day"] = parsed[0]


def _date(field_: Field, scene: Scene) -> str:
    return _day(field_, scene).strftime(_format_in(field_.description))


@lru_cache(maxsize=16384)
def _format_in(description: str) -> str:
    """The format of a date that a description names; ISO 8601 where it names none."""
    described = description.lower()
    return next((form for shape, form in _DATE_FORMAT if shape.search(described)), "%Y-%m-%d")


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


CALENDAR: dict[str, Callable[[Field, Scene], str]] = {
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "month": lambda _, scene: scene.random.choice(MONTHS),
}
