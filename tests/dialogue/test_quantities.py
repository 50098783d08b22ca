import pytest

from toolgraph.dialogue.quantities import durations_on_a_clock, quantities, quantity_of


def wholes(text):
    """The amounts of a text that are no parts of others."""
    return [(one.value, one.unit.name, text[one.start : one.end]) for one in quantities(text) if not one.is_part]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".5 km and .25 million miles", [(0.5, "km", ".5 km"), (250000, "miles", ".25 million miles")]),
        ("he's 94 kg and 1.80 m", [(94, "kg", "94 kg"), (1.8, "m", "1.80 m")]),
        ("94kg, 1,80 m and 1,800 m", [(94, "kg", "94kg"), (1.8, "m", "1,80 m"), (1800, "m", "1,800 m")]),
        ("I am 5'11\" tall", [(71, "inches", "5'11\"")]),
        ("I am 6 foot 2", [(74, "inches", "6 foot 2")]),
        ("it takes 1h30", [(90, "minutes", "1h30")]),
        ("3 minutes 35 seconds", [(215, "seconds", "3 minutes 35 seconds")]),
        ("1 hour, 30 minutes and 5 seconds", [(5405, "seconds", "1 hour, 30 minutes and 5 seconds")]),
        ("12 stone 4 pounds", [(172, "lb", "12 stone 4 pounds")]),
        ("an hour and a half", [(1.5, "hours", "an hour and a half")]),
        ("half an hour", [(0.5, "hours", "half an hour")]),
        ("a couple of weeks", [(2, "weeks", "a couple of weeks")]),
        ("two and a half hours", [(2.5, "hours", "two and a half hours")]),
        ("-5°C or 41 °F", [(-5, "°C", "-5°C"), (41, "°F", "41 °F")]),
        ("60 miles an hour", [(60, "mph", "60 miles an hour")]),
        ("a ten-minute walk", [(10, "minutes", "ten-minute")]),
        ("10-15 kg", [(15, "kg", "15 kg")]),
        ("2 kg in 3 days", [(2, "kg", "2 kg"), (3, "days", "3 days")]),
    ],
)
def test_an_amount_is_read_with_all_its_parts(text, found):
    assert wholes(text) == found


@pytest.mark.parametrize(
    "text",
    ["a table for 2 in Lisbon", "room 12B", "20 kg/m3", "25 degrees", "$20 an hour", "the 90th", "5 Main St", ""],
)
def test_what_is_no_amount_is_not_read_as_one(text):
    assert wholes(text) == []


def test_the_parts_of_an_amount_are_marked():
    parts = [(one.value, one.unit.name) for one in quantities("3 minutes 35 seconds") if one.is_part]

    assert parts == [(3, "minutes"), (35, "seconds")]


def test_a_duration_on_a_clock_may_be_hours_or_minutes():
    assert [(one.value, one.unit.name) for one in durations_on_a_clock("in 3:35")] == [
        (215, "seconds"),
        (215, "minutes"),
    ]
    assert [one.value for one in durations_on_a_clock("in 1:02:03")] == [3723]
    assert durations_on_a_clock("at 3:35 pm") == ()


@pytest.mark.parametrize(
    ("value", "amount"),
    [("207.2 lbs", (207.2, "lb")), ("PT1H30M", (5400, "seconds")), ("P2D", (172800, "seconds")), ("P", None),
     ("207.2 lbs or so", None), ("lbs", None)],
)  # fmt: skip
def test_a_whole_value_may_be_an_amount(value, amount):
    found = quantity_of(value)

    assert (found and (found.value, found.unit.name)) == amount
