"""Reckoning: the figures of a result that follow from other figures, where their names say so plainly.

What was asked for, or shown before, stays as it is; what follows from it is made to follow.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from toolgraph.models.offline.entities import Record, object_lists
from toolgraph.models.offline.shapes import ObjectOf, Shape, objects_of, takes
from toolgraph.models.offline.spans import END, LENGTH, UNITS_OF_TIME, WORKING_DAYS, Named, end_of, lasting, length_of
from toolgraph.tools.names import split_words

_QUANTITY = re.compile(
    r"quantity|qty|units|copies|(?:pack|item|ticket|unit|piece|bag|seat|copy) (?:count|quantity)|"
    r"number of (?:packs|items|tickets|units|pieces|bags|seats|copies)"
)
_PRICE = re.compile(r"(?:(?:unit|item|ticket|pack|list) )?(?:price|cost)|unit amount|(?:price|cost) each")
_EACH = frozenset({"", "unit", "item", "piece", "pack", "ticket", "seat", "copy"})
"""What a price is for where a quantity says how many."""
_SUBTOTAL = re.compile(r"sub ?total|amount subtotal")
_ADDED = re.compile(
    r"(?:[a-z]+ )?(?:tax|vat|fees?|shipping|delivery|tip|surcharge)(?: (?:amount|cost|price|total))?|"
    r"amount (?:tax|shipping)"
)
_TAKEN_OFF = re.compile(r"(?:[a-z]+ )?discounts?(?: (?:amount|total))?|amount discount")


def reckon(
    result: Any, shape: Shape, known: Callable[[Record], Record], is_settled: Callable[[Record, str], bool]
) -> None:  # fmt: skip
    """Make the figures of a result agree with one another, inner objects first.

    `known` gives what is known of an object besides what it holds; `is_settled` says which fields are not to change.
    """
    if isinstance(result, dict) and isinstance(shape, ObjectOf):
        _count_entries(result, shape.by_name)
    for entity, shapes in reversed(list(objects_of(result, shape))):
        following = sorted((order, name) for name in entity for order in _ways_to(split_words(name)))
        values = {split_words(name): value for name, value in (known(entity) | entity).items()} if following else {}
        for order, name in following:
            value = None if is_settled(entity, name) else _RELATIONS[order][1](values, split_words(name), entity)
            if isinstance(value, int | float):
                value = round(value, 2) if value % 1 else int(value)
            if value is not None and takes(shapes.get(name), value):
                entity[name] = values[split_words(name)] = value


def price_unit(name: str) -> str:
    """Return what a price is for, by its name; empty where that does not say.

    >>> price_unit("price_per_night"), price_unit("hourly_price"), price_unit("price")
    ('night', 'hour', '')
    """
    words = split_words(name)
    per = re.search(r"(?:price|fee|cost|rate) per ((?:square )?[a-z]+)", words)
    each = re.search(r"(hour|dai|week|month)ly (?:price|fee|cost|rate)", words)
    return per[1] if per else each[1].replace("dai", "day") if each else ""


def _product(values: Named, words: str, entity: Record) -> float | None:
    """As many as there are times the price of each; of what has lines of that, their sum."""
    lines = [[_line(entry) for entry in entries] for entries in object_lists(entity)]
    sums = [sum(one for one in each if one is not None) for each in lines if None not in each]
    if len(sums) == 1:
        return sums[0]
    prices = ((price_unit(one), price) for one, price in _numbers(values) if _PRICE.fullmatch(one) or price_unit(one))
    return next((price * count for unit, price in prices if (count := _quantity(values, unit)) is not None), None)


def _line(entry: Record) -> float | None:
    """What a line of an order comes to, by its quantity and its price."""
    values = {split_words(name): value for name, value in entry.items()}
    count, price = _first(values, _QUANTITY), _first(values, _PRICE)
    return None if count is None or price is None else count * price


def _total(values: Named, words: str, entity: Record) -> float | None:
    """What is paid for all of it, taxes and fees added and discounts taken off."""
    subtotal = _first(values, _SUBTOTAL)
    added = sum(value for name, value in _numbers(values) if _ADDED.fullmatch(name))
    taken_off = sum(value for name, value in _numbers(values) if _TAKEN_OFF.fullmatch(name))
    return None if subtotal is None else subtotal + added - taken_off


def _part(values: Named, words: str, entity: Record) -> float | None:
    """What is captured, refunded or kept of an amount: no more than all of it."""
    numbers = dict(_numbers(values))
    whole, part = numbers.get("amount", 0), numbers.get(words, 0)
    return part % whole if 0 < whole < part else None


def _net(values: Named, words: str, entity: Record) -> float | None:
    numbers = dict(_numbers(values))
    return numbers["amount"] - numbers["fee"] if {"amount", "fee"} <= numbers.keys() else None


_RELATIONS: tuple[tuple[str, Callable[[Named, str, Record], Any]], ...] = (
    (rf"{LENGTH}(?:minutes|hours|days|nights)|{WORKING_DAYS}", lambda values, words, _: length_of(values, words)),
    (END, lambda values, words, _: end_of(values, words)),
    (r"(?:(?:line|item|order|grand|sub) ?)?total(?: (?:price|cost|amount))?", _product),
    (r"amount(?: (?:total|subtotal|due))?", _product),
    (r"(?:(?:order|grand) )?total(?: (?:price|cost|amount))?|amount (?:total|due)", _total),
    (r"amount (?:captured|received|reversed|capturable|refunded|paid)|(?:application )?fee(?: amount)?", _part),
    (r"net(?: amount)?", _net),
)
"""Which figures follow from others, by the words of their names, and how; what stands first is reckoned first."""


@lru_cache(maxsize=65536)
def _ways_to(words: str) -> tuple[int, ...]:
    return tuple(order for order, (pattern, _) in enumerate(_RELATIONS) if re.fullmatch(pattern, words))


def _quantity(values: Named, unit: str) -> float | None:
    """How many there are of what a price is for: sacks, pages, kilograms, nights."""
    if unit in _EACH:
        return _first(values, _QUANTITY)
    if unit not in UNITS_OF_TIME:
        return next((value for name, value in _numbers(values) if _counts(name, unit)), None)
    number = lasting(values, f"{unit}s")
    minutes = lasting(values, "minutes") if unit == "hour" and number is None else None
    return number if number is not None else minutes / 60 if minutes is not None else length_of(values, f"{unit}s")


def _counts(name: str, unit: str) -> bool:
    """Whether a name says how many of a unit there are: pages, a page count, but not pages per day."""
    words = name.split()
    is_number = unit in words and not {"count", "number"}.isdisjoint(words)
    return "per" not in words and (is_number or f"{unit}s" in words or words[-1:] == [unit])


def _first(values: Named, name: re.Pattern[str]) -> float | None:
    return next((value for words, value in _numbers(values) if name.fullmatch(words)), None)


def _numbers(values: Named) -> list[tuple[str, float]]:
    return [
        (name, value) for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]  # fmt: skip


def _count_entries(result: Record, shapes: Mapping[str, Shape]) -> None:
    """Make a count beside a list the length of that list."""
    lists = [child for child in result.values() if isinstance(child, list)]
    for name, value in result.items() if len(lists) == 1 else ():
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and re.search(r"count|total$|^total_?(results|matches)?$", name)
            and takes(shapes.get(name), len(lists[0]))
        ):
            result[name] = len(lists[0])
