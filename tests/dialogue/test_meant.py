import datetime as dt

import pytest

from toolgraph.dialogue.meant import find_meant
from toolgraph.tools.fields import Field

TODAY = dt.date(2026, 12, 1)  # a Tuesday


def field(name="x", description="", **schema):
    return Field(f"/{name}", name, description, schema, True)


LBS = field("weight", "Weight in lbs")
MINUTES = field("minutes")


@pytest.mark.parametrize(
    ("value", "text", "where", "found", "transform"),
    [
        (25, "for twenty-five people", field("guests"), "twenty-five", "number word"),
        (120, "a hundred and twenty euros", field("budget"), "a hundred and twenty", "number word"),
        (50000, "a budget of 50k", field("budget"), "50k", "number word"),
        ("large", "a big camper van", field("size", enum=["small", "large"]), "big", "enum synonym"),
        ("female", "for my wife", field("sex", enum=["male", "female"]), "wife", "enum synonym"),
        (3, "on the 3rd floor", field("floor"), "3rd", "number format"),
        (207.2, "he's 94 kg", LBS, "94 kg", "unit"),
        ("207.2", "he's 94 kg", LBS, "94 kg", "unit"),
        ("207.2 lbs", "he's 94 kg", field("weight"), "94 kg", "unit"),
        (70.9, "he's 1.80 m", field("height", "Height (inches)"), "1.80 m", "unit"),
        (180.3, "he's 5'11\"", field("height_cm"), "5'11\"", "unit"),
        (90, "an hour and a half", MINUTES, "an hour and a half", "unit"),
        (90, "it runs 1h30", MINUTES, "1h30", "unit"),
        (215, "a song of 3:35", field("seconds"), "3:35", "unit"),
        (94, "he's 94kg", field("weight"), "94kg", "unit"),
        (207.2, "he's 94 kg", field("weight"), "94 kg", "unit"),
        (14, "for two weeks", field("nights"), "two weeks", "unit"),
        (24, "two years of it", field("months"), "two years", "unit"),
        ("PT1H30M", "for 90 minutes", field("duration"), "90 minutes", "unit"),
        (5, "within 3 miles", field("radius_km"), "3 miles", "unit"),
        (20, "about 68 °F", field("temperature", "Target in Celsius"), "68 °F", "unit"),
        ("2026-12-04", "on Dec 4th", field("day"), "Dec 4th", "date"),
        ("2026-12-07", "from December 4-7", field("day"), "December 4-7", "date"),
        ("2026-12-15", "on the 15th, please", field("day"), "the 15th", "relative date"),
        ("2026-12-22", "in three weeks", field("day"), "three weeks", "relative date"),
        ("2026-12-10", "from Monday for three nights", field("check_out"), "Monday for three nights", "arithmetic"),
        ("15:30", "at 2 pm for 90 minutes", field("end_time"), "2 pm for 90 minutes", "arithmetic"),
        ("2026-12-02T15:30:00", "tomorrow at 2 pm, an hour and a half", field("end"),
         "tomorrow at 2 pm, an hour and a half", "arithmetic"),
    ],
)  # fmt: skip
def test_a_value_is_found_in_other_words(value, text, where, found, transform):
    said = find_meant(value, text, TODAY, where)

    assert said is not None
    assert (text[said.start : said.end], said.transform) == (found, transform)


@pytest.mark.parametrize(
    ("value", "text", "where"),
    [
        (25, "twenty five-star hotels", field("guests")),
        (25, "between twenty and five", field("guests")),
        ("large", "a big camper van", field("size")),
        ("large", "a big camper van", field("size", enum=["big", "large"])),
        ("small", "a big camper van", field("size", enum=["small", "large"])),
        ("large", "a bigger one", field("size", enum=["small", "large"])),
        (30, "for thirty kilos", LBS),
        (206, "he's 94 kg", LBS),
        (94, "he's 94kg", LBS),
        (94, "he's 94 kg", field("weight", "Weight in lbs")),
        (207.2, "he's 94 kg", field("guests")),
        (207.2, "he's 94 kg", field("weight_g")),
        (208, "he's 94 kg", field("weight")),
        (180, "3 minutes 35 seconds", field("seconds")),
        (60, "1h30", MINUTES),
        (5, "5 in Lisbon", field("width_cm")),
        (215, "at 3:35 pm", field("seconds")),
        (4, "the two of us plus my parents", field("guests")),
        ("2026-12-05", "on Dec 4th", field("day")),
        ("2026-12-06", "from December 4-7", field("day")),
        ("2026-12-15", "the 15th floor", field("day")),
        ("2027-01-15", "on the 15th, please", field("day")),
        ("2026-12-21", "in three weeks", field("day")),
        ("2026-12-11", "from Monday for three nights", field("check_out")),
        ("2026-12-10", "from Monday for three nights", field("check_in")),
        ("2026-12-04", "from Monday for three nights", field("check_out")),
        ("15:00", "at 2 pm for 90 minutes", field("end_time")),
        ("15:30", "at 2 pm for 90 minutes", field("start_time")),
        ("15:30", "for 90 minutes", field("end_time")),
        ("99:99", "at 2 pm for 90 minutes", field("end_time")),
        (True, "twenty-five", field("x")),
        (None, "twenty-five", field("x")),
        (float("nan"), "twenty-five", field("x")),
        (float("inf"), "94 kg", LBS),
    ],
)
def test_what_is_not_meant_is_not_found(value, text, where):
    assert find_meant(value, text, TODAY, where) is None


def test_a_start_may_be_stated_in_another_message_than_the_duration():
    end = field("end_date")

    said = find_meant("2026-12-10", "Three nights.", TODAY, end, ("A room from Monday.", "Three nights."))

    assert said is not None
    assert said.transform == "arithmetic"
    assert find_meant("2026-12-10", "Three nights.", TODAY, end, ("A room from Sunday.",)) is None
