import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.dialogue.units import convert, dimensions_of, is_same, unit_asked, unit_at, units_of

DIMENSIONS = ("speed", "area", "volume", "weight", "length", "time", "months", "temperature", "data", "energy", "power",
              "pressure", "frequency")  # fmt: skip
PAIRS = st.sampled_from(DIMENSIONS).flatmap(
    lambda dimension: st.tuples(st.sampled_from(units_of(dimension)), st.sampled_from(units_of(dimension)))
)


@given(PAIRS, st.floats(0.01, 10**6))
def test_an_amount_comes_back_from_every_other_unit(pair, amount):
    unit, other = pair
    there = convert(amount, unit, other)

    assert any(abs(back - amount) < 1e-6 * amount for one in there for back in convert(one, other, unit))


@pytest.mark.parametrize(
    ("name", "description", "unit"),
    [
        ("weight", "Body weight in pounds", "lb"),
        ("weight lbs", "", "lb"),
        ("height in", "", "inches"),
        ("duration minutes", "", "minutes"),
        ("timeout", "Timeout, ms", "ms"),
        ("weight g", "", "g"),
        ("temp c", "", "°C"),
        ("stay", "How many nights to stay", "nights"),
        ("speed", "Speed in kilometers per hour", "km/h"),
        ("speed", "Speed (km/h)", "km/h"),
        ("t", "Temperature (F)", "°F"),
        ("t", "Temperature in degrees Celsius", "°C"),
        ("d", "Duration in seconds (e.g. 90 seconds is 1.5 minutes)", "seconds"),
        ("d", "Length in minutes. Maximum is 24 hours", "minutes"),
    ],
)
def test_a_field_that_names_its_unit_asks_for_it(name, description, unit):
    asked = unit_asked(name, description)

    assert asked is not None
    assert asked.name == unit


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("weight", "Body weight"),
        ("weight", "In kilos or pounds"),
        ("wait", "in minutes or hours"),
        ("check in", ""),
        ("price min", ""),
        ("start hour", "Hour of day (0-23)"),
        ("day", "The day of the month"),
        ("rate", "Cost in dollars per hour"),
        ("rate", "Rate (kg per day)"),
        ("cost per mile", ""),
        ("index", "the second one"),
        ("seats", "Seats in the second row"),
    ],
)
def test_a_field_that_names_none_or_two_asks_for_none(name, description):
    assert unit_asked(name, description) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" kg", "kg"), ("kg", "kg"), ("-kilo bag", "kg"), (" miles an hour", "mph"), (" of hours", "hours"),
        (" and hours", None), (" m", "m"), (" M", None), ("B", None), (" in Lisbon", None), (" in, please", "inches"),
        (" in tall", "inches"), (" kg/m3", None), (" kgx", None), (" °F", "°F"), (" degrees", None), ("", None),
    ],
)  # fmt: skip
def test_a_unit_is_read_where_it_stands(text, name):
    found = unit_at(text, 0)

    assert (found[0].name if found else None) == name


@pytest.mark.parametrize(
    ("shown", "unit", "amount", "of", "agrees"),
    [
        ("207.2", "lbs", 94, "kg", True),
        ("207", "lbs", 94, "kg", True),
        ("207.27", "lbs", 94, "kg", True),  # 94 times 2.205
        ("206", "lbs", 94, "kg", False),
        ("207.5", "lbs", 94, "kg", False),
        ("94", "lbs", 94, "kg", False),
        ("70.9", "inches", 1.8, "metres", True),
        ("71", "inches", 1.8, "metres", True),
        ("72", "inches", 1.8, "metres", False),
        ("0", "days", 90, "minutes", False),
        ("1", "hours", 90, "minutes", False),
        ("98.6", "fahrenheit", 37, "celsius", True),
        ("32", "fahrenheit", 0, "celsius", True),
        ("37", "fahrenheit", 37, "celsius", False),
        ("2000", "MB", 2, "GB", True),
        ("2048", "MB", 2, "GB", True),
        ("2024", "MB", 2, "GB", False),
        ("90", "minutes", 90, "kg", False),
    ],
)
def test_a_number_is_an_amount_of_another_unit_within_the_rounding_it_shows(shown, unit, amount, of, agrees):
    asked, stated = unit_at(unit, 0), unit_at(of, 0)

    assert is_same(shown, asked[0], amount, stated[0]) is agrees


def test_words_about_a_field_make_a_dimension_plausible():
    assert dimensions_of("Total duration of the trip") == {"time", "months"}
    assert dimensions_of("number of guests") == frozenset()
