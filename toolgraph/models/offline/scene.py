"""The scene values are made in: what those of one dialogue agree on, and whether a value meets its schema."""

import datetime as dt
import random
import re
from dataclasses import dataclass, field
from typing import Any

from toolgraph.models.offline.banks import Person, people
from toolgraph.tools.fields import Field
from toolgraph.tools.schema import json_type

DEFAULT_TODAY = dt.date(2026, 1, 15)
"""The day on which dialogues take place whose system message names none."""
_BOUNDS = frozenset("minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split())


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
    about: str = ""
    """What the tool whose values are made acts on, in one word."""
    is_real: bool = False
    """Whether the values are for tools that really run, which know the values they give as examples and few others."""


def new_scene(chooser: random.Random, today: dt.date, person: Person | None = None, *, is_real: bool = False) -> Scene:
    """Return a scene with a person drawn where none is given."""
    return Scene(chooser, today, person or chooser.choice(people()), is_real=is_real)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Say whether a scalar meets the keywords of its own schema."""
    if "enum" in schema and value not in schema["enum"]:
        return False
    types = schema.get("type")
    allowed = [types] if isinstance(types, str) else types
    if allowed and json_type(value) not in allowed and not (json_type(value) == "integer" and "number" in allowed):
        return False
    if _BOUNDS.isdisjoint(schema):
        return True
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


def admits(field_: Field, value: Any) -> bool:
    """Say whether a field takes a value: a scalar of one of its types that meets its schema."""
    if isinstance(value, dict | list):
        return False
    return fits(value, field_.schema) and (
        not field_.types or json_type(value) in (*field_.types, "integer" if "number" in field_.types else "")
    )


def as_admitted(field_: Field, value: Any) -> Any:
    """Return a value as a field takes it: itself, or it in the field's own type or case; none where there is no such.

    >>> as_admitted(Field("", "seats", "", {"type": "string", "enum": ["1", "2"]}, True), 2)
    '2'
    """
    if isinstance(value, dict | list) or value is None:
        return None
    if admits(field_, value):
        return value
    spelled = (option for option in field_.schema.get("enum", ()) if str(option).casefold() == str(value).casefold())
    figure = int(value) if isinstance(value, str) and value.isdecimal() else None
    return next(
        (other for other in (*spelled, str(value), figure) if other is not None and admits(field_, other)), None
    )
