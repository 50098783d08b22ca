"""Spoken values: how an assistant writes what a result holds, and what it calls the fields."""

import datetime as dt
import re
from typing import Any

from toolgraph.dialogue.spoken import MONTHS, parse_date, time_forms
from toolgraph.models.offline.derived import label, unit_of
from toolgraph.models.offline.speech import join_phrases
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import looks_like_identifier, split_words

_UNIT_END = re.compile(
    r" (milliseconds|ms|seconds|"
    r"minutes|hours|days|years|km|kb|kg|mg|cm|percent|kilometres|m 3|m 2|sqm|m|celsius|litres|metres)$"
)
_TRUTHS = {"true": True, "false": False, "yes": True, "no": False}
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?Z?")


def as_claim(value: Any, field: Field | None) -> bool | None:
    """Return the truth of a boolean, or of a text that stands for one ("True", "no"); none for anything else."""
    if isinstance(value, bool):
        return value
    options = field.schema.get("enum") if field is not None else None
    is_claim = isinstance(value, str) and options and {str(option).lower() for option in options} <= _TRUTHS.keys()
    return _TRUTHS[str(value).lower()] if is_claim else None


def spoken_value(value: Any, field: Field | None, today: dt.date | None) -> str:
    """Return a result's value as an assistant writes it: dates and times in words, figures as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return join_phrases([spoken_value(item, field, today) for item in value if not isinstance(item, dict | list)])
    if isinstance(value, str):
        day, _, clock = value.replace("T", " ", 1).partition(" ") if len(value) > 10 else (value, "", "")
        parsed = parse_date(day)
        if parsed and not day.isdigit():
            text = (
                f"{parsed[0].day} {MONTHS[parsed[0].month - 1]} {parsed[0].year}"
                if _needs_year(parsed[0], today)
                else f"{MONTHS[parsed[0].month - 1]} {parsed[0].day}"
            )
            return f"{text} at {_clock(clock)}" if CLOCK.fullmatch(clock) else text
        if CLOCK.fullmatch(value):
            return _clock(value)
        if field is not None and field.schema.get("enum") and looks_like_identifier(value):
            return split_words(value)
        return value
    if isinstance(value, int) and value >= 10_000 and (field is None or kind_of(field) not in ("id", "year", "epoch")):
        return f"{value:,}"
    if isinstance(value, float) and field is not None and kind_of(field) == "money":
        return f"{value:.2f}" if round(value, 2) == value else str(value)
    return "nothing" if value is None else str(value)


def plain_label(field: Field) -> str:
    """Return what a field is called without its unit: "distance km" is a distance."""
    return without_unit(label(field), unit_of(field) or "unit")


def without_unit(name: str, unit: str) -> str:
    """Return a label without the unit that is said after it: "duration seconds" is a duration."""
    return _UNIT_END.sub("", name) if unit else name


def _needs_year(day: dt.date, today: dt.date | None) -> bool:
    return today is None or not -120 < (day - today).days < 240


def _clock(text: str) -> str:
    hour, minute = (int(part) for part in text.rstrip("Z").split(":")[:2])
    return time_forms(hour, minute)[0].text


# --- as written -----------------------------------------------------------------------------------------------------
