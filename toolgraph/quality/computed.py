"""Computed: the figures of an assistant that nobody stated, but that follow plainly from what it was told.

Each way of computing asks for something besides the figure: a unit, a word such as `total` or `average`, or the
figures it is made of in the same sentence. Without that, any small number would be the sum of two others.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from toolgraph.dialogue.quantities import Quantity, durations_on_a_clock, quantities
from toolgraph.dialogue.spelled import spelled_numbers
from toolgraph.dialogue.units import DAY, Unit, dimensions_of, is_same, shown_number, unit_asked, units_of
from toolgraph.quality.figures import Figure, clocks_in
from toolgraph.quality.held import columns_of, containers_in, day_of, is_amount, name_of
from toolgraph.quality.known import Known
from toolgraph.quality.statements import Statement, normal_number, numbers_in, statements_in
from toolgraph.tools import pointers
from toolgraph.tools.names import split_words

_MONEY = re.compile(r"[$€£¥]\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:€|£|(?:USD|EUR|GBP|dollars?|euros?)\b)")
_PRICES = frozenset("price prices cost costs fare rate fee fees amount charge rent premium tariff".split())
_QUANTITIES = frozenset(
    "quantity count number guests nights days tickets passengers people persons seats rooms units adults children "
    "months weeks hours copies items size travelers travellers servings pieces participants attendees".split()
)


class _Amount(NamedTuple):
    """An amount that the assistant knows, with its unit, or with the dimensions that its key makes plausible."""

    value: float
    unit: Unit | None
    dimensions: frozenset[str] = frozenset()


class Computed:
    """What can be computed where one message of the assistant stands."""

    def __init__(self, known: Known, text: str) -> None:
        self._known = known
        self._text = text
        self._found: set[int] = set()

    def has(self, statement: Statement) -> bool:
        """Say whether a figure of the message follows from what is known and from the figures beside it."""
        if statement.kind not in ("number", "count", "id"):
            return False
        is_computed = self._is_measured(statement) or (statement.kind != "id" and self._is_worked_out(statement))
        if is_computed:
            self._found.add(statement.start)
        return is_computed

    def _is_worked_out(self, statement: Statement) -> bool:
        figure = Figure(statement, self._text)
        return (
            self._is_rounded(figure)
            or self._is_percent(figure)
            or self._is_of_list(figure)
            or self._is_of_neighbours(figure)
            or self._is_of_one_field(figure)
            or self._is_on_the_clock(figure)
            or self._is_product(figure)
        )

    # --- other units --------------------------------------------------------------------------------------------

    def _is_measured(self, statement: Statement) -> bool:
        """Whether the figure belongs to an amount that is known in another unit, or as a span between two days."""
        stated = (*quantities(self._text), *durations_on_a_clock(self._text))
        mine = [one for one in stated if not one.is_part and one.start <= statement.start < one.end]
        return any(
            self._is_known_amount(one, amount) for one in mine for amount in (*self._amounts, *self._beside(mine))
        )

    def _is_known_amount(self, one: Quantity, amount: _Amount) -> bool:
        shown = shown_number(one.value)
        if amount.unit:
            return is_same(shown, one.unit, amount.value, amount.unit)
        if one.unit.dimension not in amount.dimensions:
            return False
        units = units_of(one.unit.dimension)
        return any(is_same(shown, one.unit, amount.value, unit, is_exact=True) for unit in units)

    def _beside(self, mine: list[Quantity]) -> Iterator[_Amount]:
        """The amounts of the same message whose figures are all known."""
        for one in quantities(self._text):
            if not one.is_part and not any(one.start < other.end and other.start < one.end for other in mine):
                figures = [s for s in self._figures if one.start <= s.start < one.end]
                if figures and all(self._is_given(figure) for figure in figures):
                    yield _Amount(one.value, one.unit)

    @cached_property
    def _amounts(self) -> tuple[_Amount, ...]:
        return tuple(self._known_amounts())

    def _known_amounts(self) -> Iterator[_Amount]:
        for text in self._known.texts:
            yield from (_Amount(one.value, one.unit) for one in quantities(text) if not one.is_part)
            yield from (_Amount(one.value, one.unit) for one in durations_on_a_clock(text))
        asked = self._known.descriptions
        for pointer, leaf in self._leaves:
            if is_amount(leaf):
                name = name_of(pointer)
                unit = unit_asked(split_words(name), asked.get(name, ""))
                yield _Amount(leaf, unit, frozenset() if unit else dimensions_of(split_words(name)))
        yield from (_Amount(days, DAY) for days in self._spans)

    @cached_property
    def _spans(self) -> tuple[int, ...]:
        """The days between two dates of one object: how long somebody stays."""
        found: list[int] = []
        for value in self._known.values:
            for container in containers_in(value):
                if isinstance(container, dict):
                    days = [day for day in map(day_of, container.values()) if day]
                    found += [abs((one - other).days) for one, other in combinations(days[:6], 2)]
        return tuple(days for days in found if days)

    # --- one value ----------------------------------------------------------------------------------------------

    def _is_rounded(self, figure: Figure) -> bool:
        """Whether `about 121` is 120.5."""
        return figure.is_hedged and any(figure.is_it(float(one)) for one in self._known.numbers if "." in one)

    def _is_percent(self, figure: Figure) -> bool:
        """Whether 15% is 0.1523, or 0.15 is 15%."""
        if figure.is_percent:
            fractions = (float(one) for one in self._known.numbers if one.startswith("0."))
            return any(figure.is_it(100 * one, is_rounded=True) for one in fractions)
        if not 0 < figure.value < 1:
            return False
        percent = normal_number(f"{figure.value * 100:.6f}")
        return any(
            re.search(rf"(?<![\d.]){re.escape(percent)}(?:\.0+)?\s?(?:%|percent)", text) for text in self._known.texts
        )

    # --- several values -----------------------------------------------------------------------------------------

    def _is_of_list(self, figure: Figure) -> bool:
        """Whether it is the sum, the average or the spread of one field over a whole list."""
        sums, spreads, means = figure.says_sum, figure.says_spread, figure.says_average
        for values in self._columns if sums or spreads or means else ():
            if (
                (sums and figure.is_it(sum(values)))
                or (means and figure.is_it(sum(values) / len(values)))
                or (spreads and figure.is_it(max(values) - min(values)))
            ):
                return True
        return False

    @cached_property
    def _columns(self) -> tuple[tuple[float, ...], ...]:
        """The numbers of each field of each list, where every entry has one."""
        found: list[tuple[float, ...]] = []
        for value in self._known.values:
            for container in containers_in(value):
                if isinstance(container, list) and len(container) > 1:
                    found.extend(columns_of(container))
        return tuple(found)

    def _is_of_neighbours(self, figure: Figure) -> bool:
        """Whether it is computed from the figures named just before it, or just after it in the same sentence."""
        before, after = self._neighbours(figure)
        for run in (before, after):
            for many in range(2, len(run) + 1):
                total = sum(one.value for one in run[:many])
                if (figure.says_sum and figure.is_it(total)) or (figure.says_average and figure.is_it(total / many)):
                    return True
            if len(run) > 1 and self._is_of_two(figure, run[0], run[1]):
                return True
        return bool(before and after) and self._is_of_two(figure, before[0], after[0])

    def _is_of_two(self, figure: Figure, one: Figure, other: Figure) -> bool:
        small, large = sorted((one.value, other.value))
        if figure.is_percent:
            return bool(large) and figure.is_it(100 * small / large, is_rounded=True)
        if one.is_percent != other.is_percent:
            whole, part = (other.value, one.value / 100) if one.is_percent else (one.value, other.value / 100)
            return any(figure.is_it(value) for value in (whole * part, whole * (1 - part), whole * (1 + part)))
        if figure.says_sum and figure.is_it(small + large):
            return True
        if figure.says_average and figure.is_it((small + large) / 2):
            return True
        return figure.says_difference and figure.is_it(large - small)

    def _neighbours(self, figure: Figure) -> tuple[list[Figure], list[Figure]]:
        """The given figures before it, nearest first, in its sentence or else the two before; and those after it."""
        given = [s for s in self._figures if s.start != figure.start and self._is_given(s)]
        here = [s for s in given if figure.begins <= s.start < figure.start]
        if len(here) < 2:
            here = [s for s in given if figure.context_begins <= s.start < figure.start]
        after = [s for s in given if figure.start < s.start < figure.ends]
        return [Figure(s, self._text) for s in reversed(here)][:6], [Figure(s, self._text) for s in after][:6]

    def _is_of_one_field(self, figure: Figure) -> bool:
        """Whether it is the sum or difference of two values that a field has and that the message names."""
        sums, differences = figure.says_sum, figure.says_difference
        if not (sums or differences):
            return False
        given = {float(s.value) for s in self._figures if s.start != figure.start and self._is_given(s)}
        fields: dict[str, set[float]] = {}
        for pointer, leaf in self._leaves:
            if is_amount(leaf) and leaf in given:
                fields.setdefault(name_of(pointer), set()).add(leaf)
        return any(
            (differences and figure.is_it(abs(one - other))) or (sums and figure.is_it(one + other))
            for values in fields.values()
            for one, other in combinations(sorted(values)[:12], 2)
        )

    def _is_on_the_clock(self, figure: Figure) -> bool:
        """Whether it belongs to a time as long before or after a known one as the sentence or its object says."""
        mine = next((one for one in clocks_in(self._text) if one[1] <= figure.start < one[2]), None)
        if mine is None:
            return False
        apart = {_minutes(one.value, one.unit) for one in quantities(figure.sentence)} - {None}
        for value in self._known.values:
            for container in containers_in(value):
                if isinstance(container, dict):
                    times = {one[0] for leaf in container.values() if isinstance(leaf, str) for one in clocks_in(leaf)}
                    lengths = {
                        _minutes(leaf, unit_asked(split_words(key), ""))
                        for key, leaf in container.items()
                        if is_amount(leaf)
                    }
                    for length in (lengths | apart) - {None}:
                        if any((time + sign * (length or 0)) % 1440 == mine[0] for time in times for sign in (1, -1)):
                            return True
        return False

    def _is_product(self, figure: Figure) -> bool:
        """Whether it is a price times a quantity, one of which is named beside it."""
        if not figure.says_product:
            return False
        named = {float(number) for number in numbers_in(figure.context)} - {figure.value}
        named |= {number.value for number in spelled_numbers(figure.context)}
        return any(
            figure.is_it(price * quantity)
            for price in self._prices
            for quantity in self._quantities
            if price in named or quantity in named
        )

    @cached_property
    def _prices(self) -> frozenset[float]:
        texts = [match[1] or match[2] for text in (*self._known.texts, self._text) for match in _MONEY.finditer(text)]
        stated = {float(text.replace(",", "")) for text in texts if normal_number(text) in self._known.numbers}
        return frozenset(stated | set(self._numbers_of(_PRICES)))

    @cached_property
    def _quantities(self) -> frozenset[float]:
        spoken = {number.value for text in self._known.speech for number in spelled_numbers(text)}
        spoken |= {float(number) for text in self._known.speech for number in numbers_in(text)}
        held = {*self._numbers_of(_QUANTITIES), *self._spans}
        return frozenset(value for value in spoken | held if 2 <= value <= 100 and value % 1 == 0)

    def _numbers_of(self, words: frozenset[str]) -> Iterator[float]:
        """The numbers of arguments and results whose key has one of some words."""
        for pointer, leaf in self._leaves:
            if is_amount(leaf) and not words.isdisjoint(split_words(name_of(pointer)).split()):
                yield leaf

    # --- what there is ------------------------------------------------------------------------------------------

    @cached_property
    def _leaves(self) -> tuple[tuple[str, Any], ...]:
        return tuple(leaf for value in self._known.values for leaf in pointers.leaves(value))

    @cached_property
    def _figures(self) -> tuple[Statement, ...]:
        """The numbers of the message, those of one and two in words left out."""
        return tuple(s for s in statements_in(self._text) if s.kind in ("number", "count"))

    def _is_given(self, statement: Statement) -> bool:
        return statement.start in self._found or self._known.has(statement)


def _minutes(value: float, unit: Unit | None) -> int | None:
    """A duration in whole minutes, if it is one of less than a day."""
    minutes = value * unit.factors[0] / 60 if unit and unit.dimension == DAY.dimension else 0
    return int(minutes) if 0 < minutes < 1440 and minutes % 1 == 0 else None
