import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from toolgraph.dialogue.spoken import (
    date_forms,
    find_said,
    parse_date,
    relative_days,
    time_forms,
    today_in,
    ways_to_say,
)

TODAY = dt.date(2026, 12, 1)
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2050, 12, 31))
DATE_TEXTS = st.builds(
    lambda day, pattern: day.strftime(pattern),
    DATES,
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d"]),
)  # fmt: skip
TIMES = st.builds(
    lambda hour, minute, tail: f"{hour:02d}:{minute:02d}{tail}",
    st.integers(0, 23), st.integers(0, 59), st.sampled_from(["", ":00", ":30"]),
)  # fmt: skip
NAMES = st.from_regex(r"[A-Za-z][a-z]{0,6}([_ -][A-Za-z][a-z]{0,6}){0,2}", fullmatch=True)
NUMBERS = st.integers(-(10**7), 10**7) | st.floats(-(10**6), 10**6, allow_nan=False).map(
    lambda number: round(number, 3)
)
VALUES = st.one_of(
    NUMBERS, DATE_TEXTS, TIMES, NAMES, st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
)
FRAMES = ("{}", "I want {} please.", "({})", "It is {}, right?", "{}!", "this:{};")


@given(VALUES, st.sampled_from(FRAMES), st.none() | DATES)
@example("ß", "{}", None)
@example("0ß", "{}", None)
@example("İstanbul", "It is {}, right?", None)
@example(-5, "{}", None)
@example(0.25, "I want {} please.", None)
def test_whatever_is_said_in_one_of_the_ways_is_found_again(value, frame, today):
    for form in ways_to_say(value, today):
        text = frame.format(form.text)

        said = find_said(value, text, today)

        assert said is not None, (value, text)
        assert 0 <= said.start < said.end <= len(text)


@given(VALUES, st.none() | DATES)
def test_text_and_numbers_can_be_said_in_some_way(value, today):
    assert ways_to_say(value, today)


@given(DATES, st.integers(-1, 14))
def test_a_day_named_from_where_one_stands_is_no_other_day(today, ahead):
    day = today + dt.timedelta(ahead)
    for form in relative_days(day, today):
        meant = [other for other in range(-1, 15) if form in relative_days(today + dt.timedelta(other), today)]

        assert meant == [ahead]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "It costs 15."),
        (5, "It costs 1.5."),
        (5, "It costs 5.50."),
        (5, "It costs 5,000."),
        (5, "At 10:5 or so"),
        (5, "It is -5 outside."),
        (12, "Room A12 or 12B"),
        ("Rome", "Romeo and Juliet"),
        ("Lisbon", "I live in Porto."),
        ("", "anything"),
        ("2026-12-04", "on December 14"),
        ("2026-12-04", "on January 4"),
        ("09:00", "at 9 pm"),
        (True, "true"),
        (None, "null"),
        ("2020-12-04", "on December 4"),
        (10, "Today is 2026-07-10."),
        (7, "in 2026-07"),
        (12, "on 04/12/2026"),
        (10, "room RM-10"),
        (7475, "event 8be2-7475-ae2a"),
        (1, "Same again for another one."),
        (1, "The cheapest one, please."),
        (1, "the blue one is nice"),
        (1, "one of the rooms"),
        (1, "once that is done"),
    ],
)
def test_what_is_not_said_is_not_found(value, text):
    assert find_said(value, text, TODAY) is None


@pytest.mark.parametrize(
    ("value", "text", "found", "transform"),
    [
        ("Lisbon", "A room in Lisbon.", "Lisbon", ""),
        ("lisbon", "A room in Lisbon.", "Lisbon", "case"),
        ("2026-12-04", "on December 4, please", "December 4", "date"),
        ("04/12/2026", "on the 4th of December", "the 4th of December", "date"),
        ("2026-12-04", "this Friday", "this Friday", "relative date"),
        ("2026-12-11", "leaving next Friday", "next Friday", "relative date"),
        ("18:30", "at 6:30 pm", "6:30 pm", "time"),
        ("2026-12-04T18:30:00", "December 4 at 6:30 pm", "December 4 at 6:30 pm", "date and time"),
        (3, "for three people", "three", "number word"),
        (1, "for one night", "one", "number word"),
        (1, "once a day", "once", "number word"),
        (10, "for 5-10 people", "10", ""),
        (3, "a 3-day trip", "3", ""),
        (1250, "up to 1,250 euros", "1,250", "number format"),
        (0.15, "with 15% off", "15%", "percent"),
        ("premium_economy", "in premium economy", "premium economy", "enum synonym"),
        ("a, b", "take b and a", "b and a", "join"),
        ("東京", "東京に行きたい", "東京", ""),
        ("Hello there.", "say Hello there", "Hello there", "trim"),
    ],
)
def test_a_value_is_found_in_the_way_people_say_it(value, text, found, transform):
    said = find_said(value, text, TODAY)

    assert said is not None
    assert (text[said.start : said.end], said.transform) == (found, transform)


def test_a_date_far_off_is_said_with_its_year():
    assert all("2030" in form.text for form in date_forms(dt.date(2030, 5, 3), TODAY))
    assert any("2027" not in form.text for form in date_forms(dt.date(2027, 5, 3), TODAY))


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-04", dt.date(2026, 12, 4)), ("04.12.2026", dt.date(2026, 12, 4)), ("12/31/2026", dt.date(2026, 12, 31)),
     ("2026-13-04", None), ("20261204", dt.date(2026, 12, 4)), ("12345678", None), ("hello", None)],
)  # fmt: skip
def test_a_date_is_read_in_the_usual_shapes(text, day):
    parsed = parse_date(text)

    assert (parsed[0] if parsed else None) == day


def test_today_is_the_first_date_of_the_system_message():
    assert today_in("Today is 2026-12-01, not 2026-12-02.") == TODAY
    assert today_in("Today is 2026-13-01.") is None
    assert today_in("No date.") is None


def test_noon_and_full_hours_have_short_forms():
    assert {"noon", "12 pm"} <= {form.text for form in time_forms(12, 0)}
    assert "12 am" in {form.text for form in time_forms(0, 0)}
    assert "6 pm" not in {form.text for form in time_forms(18, 30)}
