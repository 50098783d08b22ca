import random
import re

import pytest

from toolgraph.run.look_alikes import look_alikes


def made(value, known=(), schema=None):
    return look_alikes(value, set(known), schema or {}, random.Random(1))


def test_a_number_has_a_neighbour_and_one_of_more_digits():
    near, far = made(17, {"17", "40"})

    assert near == 41
    assert 1000 <= far <= 9999


def test_digits_stay_text_and_keep_their_zeros():
    near, far = made("0007", {"0007", "0012"})

    assert near == "0013"
    assert len(far) == 4


@pytest.mark.parametrize(
    ("value", "like"),
    [
        ("BK-10214", r"BK-[1-9]{5}"),
        ("Owen Castellan", r"[A-Z][a-z]{3} [A-Z][a-z]{8}"),
        ("https://shop.example/lamps/brass", r"https://shop\.example/lamps/[a-z]{5}"),
        ("3f2b8c1d-9e4a", r"[1-9]f[1-9]b[1-9]c[1-9]d-[1-9]e[1-9]a"),
    ],
)
def test_a_text_keeps_its_shape(value, like):
    for each in made(value):
        assert re.fullmatch(like, each)
        assert each != value


def test_nothing_that_is_known_is_made_up():
    others = set("abcdefghij")

    assert others.isdisjoint(made("x", {"x", *others}))
    assert made("x", set("abcdefghijklmnopqrstuvwxyz")) is None


def test_where_a_schema_takes_no_other_value_there_is_none():
    assert made("north", schema={"enum": ["north", "south"]}) is None
    assert made(3, {"3"}, {"maximum": 3}) is None
    assert made("...") is None
