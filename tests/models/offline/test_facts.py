"""Outcomes are told by what was asked."""

import random

import pytest

from toolgraph.models.offline.facts import Outcome, tell
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.schema import json_type
from toolgraph.tools.spec import ToolSpec


def test_what_was_asked_is_told_of_each_of_two_also_where_that_takes_the_same_words():
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_transit_line_status")
    used: set[str] = set()

    told = [
        tell(
            Outcome(
                tool,
                {},
                {
                    "line_name": name,
                    "service_status": "good_service",
                    "frequency": {"peak_minutes": minutes, "off_peak_minutes": 22},
                    "last_departure_time": "23:40",
                },
                None,
            ),
            random.Random(seed),
            used,
            asked="look up how often the first two transit lines run",
        )
        for seed, (name, minutes) in enumerate([("Blue Line", 7), ("Red Line", 9)])
    ]

    assert "every 7 minutes" in told[0]
    assert "every 9 minutes" in told[1]


def schema_of(value):
    """The schema that a value shows."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: schema_of(child) for name, child in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0])}
    return {"type": json_type(value)}


def told(name, result, effects="reads", asked="", **arguments):
    """What is said of a result, in five ways of saying it."""
    tool = ToolSpec(name=name, effects=effects, returns=schema_of(result))
    outcome = Outcome(tool, arguments, result, None)
    return {tell(outcome, random.Random(seed), asked=asked) for seed in range(5)}


@pytest.mark.parametrize(
    "machines",
    [
        {"password": "53745"},
        {"client_secret": "cs-81"},
        {"self": "https://api.example.com/v1/users/7"},
        {"etag": "81f"},
        {"avatar_hash": "81f"},
        {"next_cursor": "81f"},
        {"checksum": "8f14e45fceea167a5a36dedd4bea2543"},
        {"metadata": {"level": "81f"}},
        {"urls": {"spotify": "81f"}},
        {"created": 1785543320},
        {"livemode": True},
        {"id": 81},
        {"team_id": "TE-81"},
    ],
)
def test_what_is_meant_for_machines_is_not_told(machines):
    kept = {"name": "Ada", "status": "active", "city": "Lisbon"}

    assert told("get_user", {**machines, **kept}) == told("get_user", kept)


def test_names_days_and_amounts_are_told_before_all_else():
    result = {f"level{number}": number for number in range(8)} | {
        "name": "Juniper",
        "price": 12.5,
        "date": "2026-03-04",
    }

    for text in told("get_room", result):
        assert text.index("Juniper") < text.index("12.50") < text.index("4 March 2026") < text.index("level 0")


def test_a_thing_inside_goes_by_the_word_for_it():
    for text in told("get_pet", {"name": "Rex", "category": {"id": 4, "name": "dogs"}}):
        assert "the category is dogs" in text


def test_what_was_made_is_told_with_its_id_unless_nobody_could_say_that():
    assert all("BO-12345" in text for text in told("create_booking", {"booking_id": "BO-12345", "price": 9}, "writes"))
    long = {"id": "6f5e6e6c-c517-4d94-b55a-d9d811483f8d", "price": 9}
    assert not any("6f5e" in text for text in told("create_booking", long, "writes"))


def test_where_all_is_well_and_there_is_no_more_that_is_said():
    assert not any("ok" in text.lower() for text in told("pins_remove", {"ok": True}, "writes"))


def test_the_list_is_told_and_not_what_stands_around_it():
    page = {"artists": {"href": "https://x.example.com", "limit": 4, "items": [{"id": "a", "name": "Iris"}]}}

    assert told("get_followed", page) == {"There's one match: Iris."}


def test_the_days_of_an_event_are_no_answer_alone():
    for text in told("get_event", {"name": "Fair", "dates": ["2026-03-04", "2026-03-05"], "price": 3}):
        assert "Fair" in text


def test_what_was_given_is_not_told_again():
    assert not any("ada7" in text for text in told("get_user", {"username": "ada7", "city": "Lisbon"}, username="ada7"))
