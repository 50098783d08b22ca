"""Numbers in the range their field admits and of the size it usually has."""

import re
from functools import lru_cache
from typing import Any

from toolgraph.models.offline.scene import Scene, fits
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words

Number = tuple[float, float, int]
RANGES: dict[str, Number] = {
    # kind: lowest, highest, decimals
    "latitude": (-55, 68, 4), "longitude": (-120, 150, 4), "year": (1995, 2026, 0), "age": (19, 74, 0),
    "page": (1, 3, 0), "count_small": (3, 10, 0), "month_number": (1, 12, 0), "day_number": (1, 28, 0),
    "hour": (8, 20, 0), "percent": (2, 25, 1), "money": (20, 950, 0), "temperature": (2, 34, 0), "rating": (3, 5, 0),
    "duration": (2, 12, 0), "distance": (3, 40, 0), "weight": (2, 80, 0), "size": (2, 40, 0), "velocity": (5, 60, 0),
    "count": (2, 8, 0), "integer": (2, 40, 0), "number": (2, 60, 1), "id": (10_000, 99_999, 0),
    "epoch": (1_767_200_000, 1_798_700_000, 0),
}  # fmt: skip
_WHOLE = re.compile(
    r"\b(iterations?|levels?|index|rows?|columns?|order|quarter|number|position|pos|line|round|step|version|priority|"
    r"port|depth)\b"
)
_SCREEN = re.compile(r"pixel|screen|browser|viewport|window|image|video|canvas|thumbnail|resolution")
_QUARTER = re.compile(r"\bquarter\b")
_HIGH = re.compile(r"\b(max|maximum|highest|upper|most|high|to)\b")
_LOW = re.compile(r"\b(min|minimum|lowest|lower|least|low|from)\b")


def make_integer(field_: Field, scene: Scene, is_result: bool) -> int:
    """Return a whole number for a field."""
    return int(_bounded(field_, scene, 0))


def make_number(field_: Field, scene: Scene, is_result: bool) -> float | int:
    """Return a number for a field: whole where its name says so, a round sum where the user names an amount."""
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
    name = split_words(field_.name)
    low, high, usual = RANGES.get(kind, RANGES["number"])
    if kind == "size" and _SCREEN.search(f"{name} {field_.description[:80].lower()}"):
        low, high = 480, 1920
    if _QUARTER.search(name):
        low, high = 1, 4
    floor = schema.get("minimum", schema.get("exclusiveMinimum"))
    ceiling = schema.get("maximum", schema.get("exclusiveMaximum"))
    if "birth" in name:
        low, high = 1955, 2004
    if floor is not None and ceiling is not None:
        low, high = max(low, floor) if ceiling - floor > 10_000 and low < ceiling else floor, ceiling
        if high - low > 1_000_000 and RANGES.get(kind):
            high = min(high, max(low, RANGES[kind][1]))
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
    base, is_low, is_high = _ends(name)
    if is_high and f"low:{base}" in scene.chosen:
        value = max(value, scene.chosen[f"low:{base}"] + max(1, round((high - low) / 10)))
        value = min(value, high) if ceiling is not None else value
    if is_low:
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


@lru_cache(maxsize=16384)
def _ends(words: str) -> tuple[str, bool, bool]:
    """What a name bounds, if it does, and whether it is the lower or the upper end of that."""
    return _HIGH.sub("", _LOW.sub("", words)).strip(), bool(_LOW.search(words)), bool(_HIGH.search(words))
