"""How long something lasts, and when it ends."""

import pytest

from toolgraph.models.offline.spans import end_of, lasting, length_of


@pytest.mark.parametrize(
    ("words", "length"),
    [("nights", 4), ("days", 5), ("working days", 3), ("minutes", None)],
)
def test_nights_lie_between_two_days_and_days_are_counted_with_both(words, length):
    # from a Friday to the Tuesday after it
    assert length_of({"start date": "2026-05-01", "end date": "2026-05-05"}, words) == length


def test_an_end_before_its_beginning_tells_no_length():
    assert length_of({"start date": "2026-05-05", "end date": "2026-05-01"}, "days") is None


@pytest.mark.parametrize(("words", "length"), [("duration minutes", 90), ("duration hours", 1.5)])
def test_times_may_lie_on_both_sides_of_midnight(words, length):
    assert length_of({"start time": "23:15", "end time": "00:45"}, words) == length


@pytest.mark.parametrize(
    ("known", "words", "end"),
    [
        ({"start time": "09:00", "duration hours": 2}, "end time", "11:00"),
        ({"from": "2026-05-01", "number of days": 2}, "to", "2026-05-02"),
        ({"check in": "2026-05-01", "nights": 2}, "check out", "2026-05-03"),
        ({"start time": "09:00", "nights": 2}, "end time", None),
        ({"duration hours": 2}, "end time", None),
    ],
)
def test_an_end_follows_from_a_beginning_and_a_length(known, words, end):
    assert end_of(known, words) == end


def test_a_length_is_what_its_name_says():
    assert lasting({"valid days": 30, "number of days": 3}, "days") == 3
    assert lasting({"delivery days": 30}, "days") is None
