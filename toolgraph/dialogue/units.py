"""Units: how they are spelled and converted, and which of them a field takes."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_UNITS: dict[str, dict[str, float | tuple[float, float]]] = {
    "speed": {
        "m/s metres_per_second meters_per_second": 1, "mph miles_per_hour mi/h": 0.44704, "knots kn": 1852 / 3600,
        "km/h kmh kph kilometres_per_hour kilometers_per_hour km_per_hour": 1 / 3.6,
    },
    "area": {
        "m² sqm sq_m square_metres square_meters": 1, "km² sq_km square_kilometres square_kilometers": 1e6,
        "ft² sqft sq_ft square_feet square_foot": 0.09290304, "square_miles sq_mi": 2589988.110336,
        "acres": 4046.8564224, "hectares ha": 1e4,
    },
    "volume": {
        "ml mL millilitres milliliters": 0.001, "cl centilitres centiliters": 0.01, "L l litres liters": 1,
        "gallons gal": (3.785411784, 4.54609), "quarts qt": (0.946352946, 1.1365225),
        "pints": (0.473176473, 0.56826125), "cups": (0.2365882365, 0.2841306),
        "fl_oz fluid_ounces": (0.0295735295625, 0.0284130625),
        "tablespoons tbsp": (0.01478676478125, 0.015), "teaspoons tsp": (0.00492892159375, 0.005),
        "m³ cubic_metres cubic_meters": 1000,
    },
    "weight": {
        "mg milligrams": 1e-6, "g grams grammes": 1e-3, "kg kilos kilograms kilogrammes": 1, "tonnes": 1000,
        "lb lbs pounds": 0.45359237, "oz ounces": 0.028349523125, "stone": 6.35029318, "tons": (907.18474, 1000),
    },
    "length": {
        "mm millimetres millimeters": 0.001, "cm centimetres centimeters": 0.01, "m metres meters": 1,
        "km kilometres kilometers": 1000, "inches inch in": 0.0254, "ft feet foot": 0.3048, "yards yd": 0.9144,
        "miles mi": 1609.344, "nautical_miles nmi": 1852,
    },
    "time": {
        "ms milliseconds msec": 0.001, "seconds s sec": 1, "minutes min": 60, "hours h hr": 3600, "days": 86400,
        "nights": 86400, "weeks wk": 604800, "fortnights": 1209600,
    },
    "months": {"months": 1, "years yr": 12, "decades": 120},
    "temperature": {"°C C celsius °celsius centigrade ℃": 1, "°F F fahrenheit °fahrenheit ℉": 5 / 9,
                    "kelvin": 1},
    "data": {
        "bytes": 1, "KB kilobytes": (1e3, 2**10), "MB megabytes": (1e6, 2**20), "GB gigabytes": (1e9, 2**30),
        "TB terabytes": (1e12, 2**40), "MiB": 2**20, "GiB": 2**30,
    },
    "energy": {"kcal calories": 4184, "kJ kilojoules": 1000, "joules": 1, "kWh kilowatt_hours": 3.6e6},
    "power": {"W watts": 1, "kW kilowatts": 1000, "hp horsepower": 745.69987158},
    "pressure": {"psi": 6894.757293168, "bar": 1e5, "kPa": 1000, "hPa mbar": 100, "atm": 101325},
    "frequency": {"Hz hertz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
}  # fmt: skip
"""By dimension, the spellings of each unit and how much of the first unit it is; two where two systems differ."""
_ZERO = {"°F": -32.0, "kelvin": -273.15}
_WORDS_OF = {
    "weight": "weight mass", "length": "height length width depth distance radius diameter altitude elevation size",
    "time": "duration time timeout runtime interval period delay length", "temperature": "temperature temp",
    "speed": "speed velocity", "volume": "volume capacity", "area": "area surface", "data": "size storage memory",
    "energy": "energy calories", "power": "power", "pressure": "pressure", "frequency": "frequency",
    "months": "age duration term period",
}  # fmt: skip
"""By dimension, the words by which a field that names no unit shows that it is of it."""


class Unit(NamedTuple):
    """A unit of some dimension."""

    name: str
    dimension: str
    factors: tuple[float, float]
    """How much of the dimension's base one of it is, as two systems count."""
    zero: float = 0.0
    """What is added before the factor counts: 32 °F are 0 °C."""


def _named_units() -> dict[str, Unit]:
    """Every spelling with its unit: those of one letter as they are, others in lower case, one and many."""
    named: dict[str, Unit] = {}
    for dimension, units in _UNITS.items():
        for spellings, factor in units.items():
            written = [spelling.replace("_", " ") for spelling in spellings.split()]
            factors = factor if isinstance(factor, tuple) else (factor, factor)
            unit = Unit(written[0], dimension, factors, _ZERO.get(written[0], 0.0))
            for spelling in written:
                key = spelling if len(spelling) == 1 else spelling.lower()
                named[key] = unit
                if len(key) > 1 and key.isascii():
                    named[f"{key}s"] = unit
                    named[re.sub(r"(\w{3})s\b", r"\1", key, count=1)] = unit
    return named


_NAMED = _named_units()
_ALL_UNITS = tuple(dict.fromkeys(_NAMED.values()))
_WORDED = re.compile(
    r"(?:\sof\s|\s|-)?((?:°\s?|(?i:degrees?)\s)?[^\W\d_]+(?:[²³]|/[^\W\d_]+)?)((?:[\s-][^\W\d_]+){0,2})"
)
_GOES_ON = re.compile(r"[\w²³^]|/\w")
_NOT_INCHES = re.compile(r"\s+(?!tall|wide|long|high|deep|thick)\w", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(?:in|as|using|units?:?|number\sof|amount\sof|how\smany)(?=\s)(?:\s(?:the|whole|decimal|full|total|integer)\b)?|[(\[]",
    re.IGNORECASE,
)
_WORD_START = re.compile(r"(?<![\w.])(?<!\d\s)(?=[^\W\d_]{3})")
_LAST_WORDS = re.compile(r"(?<!\d)(?=[\s,][^\W\d_]+\.?$)")
_UNCLEAR = frozenset("second minute hour day night week month year decade foot stone cup bar min".split())
"""Words that more often mean something else where a field is described: `hour of the day`, `min` for the least."""
_NOT_IN_NAMES = _UNCLEAR | frozenset("in ton pound mile m s g h l c f w ha".split())
_MEASURES = frozenset(
    "height width length depth distance diameter radius duration weight time timeout interval delay size temperature "
    "temp volume capacity speed power".split()
)


def unit_at(text: str, at: int) -> tuple[Unit, int] | None:
    """Return the unit that stands at `at`, after a space or hyphen at most, and its end; the longest one counts."""
    match = _WORDED.match(text, at)
    if match is None:
        return None
    first, more = match[1], match[2]
    while True:
        end = match.start(2) + len(more)
        unit = _NAMED.get(_key(f"{first}{more}"))
        if unit and not _GOES_ON.match(text, end):
            return None if first == "in" and _NOT_INCHES.match(text, end) else (unit, end)
        if not more:
            return None
        more = more[: max(more.rfind(" "), more.rfind("-"), 0)]


@lru_cache(maxsize=8192)
def unit_asked(name: str, description: str) -> Unit | None:
    """Return the one unit that a field's name (as words) or description clearly asks for.

    >>> unit_asked("weight", "Body weight in pounds").name, unit_asked("weight", "In kilos or pounds")
    ('lb', None)
    """
    asked = set(_clear_units(description, (*_ASKING.finditer(description), *_LAST_WORDS.finditer(description))))
    mentioned = set(_clear_units(description, _WORD_START.finditer(description))) if asked else set()
    named = _unit_in_name(name.split())
    if named:
        asked.add(named)
    units = {unit.factors: unit for unit in asked}
    dimensions = {unit.dimension for unit in asked}
    others = {unit.factors for unit in mentioned if unit.dimension in dimensions}
    return next(iter(units.values())) if len(units) == len(dimensions) == 1 and others <= units.keys() else None


def dimensions_of(words: str) -> frozenset[str]:
    """Return the dimensions that the words about a field make plausible."""
    given = set(re.findall(r"[a-z]+", words.lower()))
    return frozenset(dimension for dimension, known in _WORDS_OF.items() if not given.isdisjoint(known.split()))


def units_of(dimension: str) -> tuple[Unit, ...]:
    """Return the units of a dimension."""
    return tuple(unit for unit in _ALL_UNITS if unit.dimension == dimension)


def convert(value: float, unit: Unit, to: Unit) -> tuple[float, ...]:
    """Return an amount in another unit of its dimension, once for each system in which it differs."""
    pairs = dict.fromkeys(zip(unit.factors, to.factors, strict=True))
    return tuple((value + unit.zero) * factor / other - to.zero for factor, other in pairs)


def is_same(shown: str, unit: Unit, amount: float, of: Unit, *, is_exact: bool = False) -> bool:
    """Say whether a number in `unit`, as it is written, is an amount of another unit, rounded as the number shows.

    A fraction may also come from a rounded factor, such as 1.609. A rounding that changes an amount by more than
    five percent says something else.

    >>> kg, lb = unit_asked("weight kg", ""), unit_asked("weight", "Body weight in pounds")
    >>> is_same("207.2", lb, 94, kg), is_same("206", lb, 94, kg)
    (True, False)
    """
    if of.dimension != unit.dimension:
        return False
    value, decimals = float(shown), decimals_of(shown)
    for exact in convert(amount, of, unit):
        error = abs(value - exact)
        slack = 0.5 * 10.0**-decimals
        if decimals:
            slack = max(slack, 2.5e-4 * abs(exact))
        if is_exact:
            slack = min(slack, 1e-9 * abs(exact))
        if error <= slack * (1 + 1e-9) and (unit.dimension == "temperature" or error <= 0.05 * abs(exact)):
            return True
    return False


def decimals_of(shown: str) -> int:
    """Return how many decimals a number shows; those of a whole number show nothing."""
    return len(shown.partition(".")[2].rstrip("0"))


def shown_number(value: float) -> str:
    """Return a number as people write it, without an exponent."""
    return format(Decimal(repr(value)), "f")


@lru_cache(maxsize=4096)
def _key(written: str) -> str:
    """A spelling as units are looked up by it."""
    if len(written) == 1:
        return written
    words = re.sub(r"^(?:degrees?\b|°)\s?", "°", re.sub(r"[\s-]+", " ", written.lower()))
    return re.sub(r" an? ", " per ", words)


def _clear_units(description: str, places: Iterable[re.Match[str]]) -> Iterator[Unit]:
    """The units that stand at some places of a description, without words that may mean something else there."""
    for place in places:
        found = unit_at(description, place.end())
        if found:
            unit, end = found
            written = description[place.end() : end].strip(" -,").lower()
            if written not in _UNCLEAR and not description.startswith(" per ", end):
                yield unit


def _unit_in_name(words: list[str]) -> Unit | None:
    if not words or "per" in words:
        return None
    last = words[-1]
    if last in _NOT_IN_NAMES and (last in _UNCLEAR - {"min"} or _MEASURES.isdisjoint(words[:-1])):
        return None
    found = unit_at(last, 0) or (unit_at(last.upper(), 0) if len(last) == 1 else None)
    return found[0] if found else None


SECOND, MINUTE, HOUR, DAY = (_NAMED[name] for name in ("seconds", "minutes", "hours", "days"))
INCH, FOOT = _NAMED["inches"], _NAMED["feet"]
