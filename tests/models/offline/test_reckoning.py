"""Figures of a result that follow from one another do."""

import pytest

from toolgraph.models.offline.reckoning import price_unit, reckon
from toolgraph.models.offline.shapes import output_shape
from toolgraph.tools.schema import json_type
from toolgraph.tools.spec import ToolSpec


def schema_of(value):
    """The schema that a value shows."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: schema_of(child) for name, child in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0])}
    return {"type": json_type(value)}


def reckoned(result, known=(), settled=()):
    """A result after its figures were reckoned."""
    shape = output_shape(ToolSpec(name="get_order", returns=schema_of(result)))
    reckon(result, shape, lambda _: dict(known), lambda _, name: name in settled)
    return result


@pytest.mark.parametrize(
    ("result", "name", "value"),
    [
        ({"quantity": 8, "unit_price": 12.5, "total": 3.5}, "total", 100),
        ({"ticket_count": 3, "price": 7.25, "amount": 900.5}, "amount", 21.75),
        ({"nights": 3, "price_per_night": 80.5, "total_price": 9.5}, "total_price", 241.5),
        ({"page_count": 27, "pages_per_day": 5, "price_per_page": 20, "total_cost": 9}, "total_cost", 540),
        ({"duration_minutes": 90, "hourly_rate": 30, "amount": 9}, "amount", 45),
        ({"start_date": "2026-05-04", "end_date": "2026-05-06", "daily_rate": 10, "amount": 9}, "amount", 30),
        ({"subtotal": 50.5, "tax": 4.5, "delivery_fee": 5.5, "discount": 10.5, "total": 9.5}, "total", 50),
        ({"items": [{"quantity": 2, "price": 3}, {"quantity": 1, "price": 4}], "total": 99}, "total", 10),
        ({"amount": 700, "amount_refunded": 830}, "amount_refunded", 130),
        ({"net": 5, "fee": 30, "amount": 100}, "net", 70),
        ({"departure_time": "23:30", "duration_minutes": 45, "arrival_time": "08:00"}, "arrival_time", "00:15"),
        ({"check_in_date": "2026-05-04", "nights": 3, "check_out_date": "2026-09-01"}, "check_out_date", "2026-05-07"),
        ({"hits": [{"id": 1}, {"id": 2}], "total_count": 9}, "total_count", 2),
    ],
)
def test_a_figure_follows_from_those_beside_it(result, name, value):
    settled = set(result) - {name}

    assert reckoned(result, settled=settled)[name] == value


def test_what_was_asked_for_or_shown_before_stays():
    assert reckoned({"quantity": 2, "price": 3, "total": 99}, settled={"total"})["total"] == 99


def test_a_price_known_from_before_counts():
    assert reckoned({"quantity": 2, "amount": 99}, known={"price": 3.5}.items())["amount"] == 7


def test_a_whole_number_does_not_become_a_broken_one():
    assert reckoned({"quantity": 3, "price": 0.25, "total": 9})["total"] == 9


@pytest.mark.parametrize(
    "result",
    [
        {"total": 12, "price": 3},
        {"amount": 12, "quantity": 3},
        {"amount": 12, "price_per_day": 3, "nights": 2},
        {"end_date": "2026-05-04", "duration_minutes": 5},
    ],
)
def test_where_names_do_not_say_so_nothing_follows(result):
    assert reckoned(dict(result)) == result


@pytest.mark.parametrize(
    ("name", "unit"), [("price_per_night", "night"), ("pricePerNight", "night"), ("daily_rate", "day"), ("price", "")]
)
def test_a_price_says_what_it_is_for(name, unit):
    assert price_unit(name) == unit
