"""Outcomes are told by what was asked."""

import random

import pytest

from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.telling import tell
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


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("asked", "answer"),
    [("How many pages does the best-rated one have?", "299"), ("see where the best-rated book stands", "Bay C")],
)
def test_what_picks_a_thing_is_not_what_is_asked_of_it(seed, asked, answer):
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_library_book")
    book = {
        "book_id": "BK-14871",
        "title": "The Baker of Rue Verte",
        "author": "Luc Deveraux",
        "page_count": 299,
        "shelf_mark": "Bay C, lower row",
        "average_rating": 4.5,
    }
    arguments = {"book_id": "BK-14871"}

    assert answer in tell(Outcome(tool, arguments, book, None), random.Random(seed), asked=asked)


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


@pytest.mark.parametrize(
    ("asked", "told"),
    [("Who wrote BK-1?", "Ines Roy"), ("Where does BK-1 stand?", "Bay C"), ("Do readers like it?", "4.2")],
)
def test_what_was_asked_in_words_of_a_description_is_told_first(asked, told):
    fields = {
        "title": {"type": "string"},
        "note_1": {"type": "string", "description": "Bay in which it is to be found"},
    }
    described = {"author": "Writer", "place": "Where it stands on the shelves", "average": "What readers give it"}
    tool = ToolSpec(
        name="get_book",
        returns={
            "type": "object",
            "properties": fields | {name: {"type": "string", "description": text} for name, text in described.items()},
        },
    )
    result = {"title": "Low Tide", "note_1": "-", "author": "Ines Roy", "place": "Bay C", "average": "4.2"}

    said = tell(Outcome(tool, {}, result, None), random.Random(1), asked=asked)

    assert said.index(told) == min(said.index(value) for value in ("Ines Roy", "Bay C", "4.2", "Low Tide"))


@pytest.mark.parametrize(
    ("tool", "result", "said"),
    [
        (
            "create_event",
            {"id": "6f5e6e6c-c517-4d94-b55a-d9d811483f8d", "name": "Fair", "dates": ["2026-03-04"]},
            {'The event "Fair" has been created.'},
        ),
        ("update_pet_with_form", {"id": "PE-5"}, {"The pet has been updated: the ID is PE-5."}),
        ("update_event", {"name": "Fair", "price": 3}, {'The event "Fair" has been updated: the price is 3.'}),
        ("delete_event", {"status": "deleted"}, {"The event has been deleted."}),
        ("delete_event", {"message": "The event has been deleted."}, {"The event has been deleted."}),
        ("delete_event", {"status": "failed"}, {"The status is failed."}),
    ],
)
def test_what_was_written_is_said_to_be_done_first(tool, result, said):
    effects = "deletes" if tool.startswith("delete") else "writes"

    assert told(tool, result, effects, dates=["2026-03-04"]) == said


@pytest.mark.parametrize(
    ("chance", "told"),
    [(84, "with an 84 percent chance"), (18, "an 18 percent"), (80.5, "an 80.5"), (48, "a 48 percent")],
)
def test_a_number_takes_the_article_it_is_spoken_with(chance, told):
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_daily_forecast")
    day = {"city": "Rome", "date": "2026-05-01", "low_c": 9, "high_c": 20, "rain_chance_percent": chance, "wind_kmh": 7}

    texts = {tell(Outcome(tool, {}, day, None), random.Random(seed)) for seed in range(20)}

    assert any(told in text for text in texts)


def test_one_degree_is_no_plural():
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_station_observation")
    seen = {"station_name": "Water Tower", "temperature_c": 1, "humidity_percent": 59, "wind_kmh": 8, "sky": "clear",
            "observed_at": "2026-09-22T19:00:00"}  # fmt: skip

    texts = [tell(Outcome(tool, {}, seen, None), random.Random(seed), asked="How warm is it?") for seed in range(9)]

    assert all("1 degree Celsius" in text for text in texts)


def test_what_an_object_in_a_result_is_called_asks_for_the_fields_in_it():
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_workout_summary")
    workout = {"workout_id": "WK-1", "workout_title": "Hill Repeats", "calories_burned": 410, "effort_score": 7.5,
               "heart_rate": {"average_bpm": 142, "peak_bpm": 171}, "recovery_hours": 20}  # fmt: skip

    texts = [
        tell(Outcome(tool, {}, workout, None), random.Random(seed), asked="check my heart rate") for seed in range(9)
    ]

    assert all("142" in text and "171" in text for text in texts)


@pytest.mark.parametrize(
    "asked", ["see which door it's for", "list tickets, then look at two and tell me the entrance"]
)
def test_who_asks_for_a_door_is_told_the_entrance(asked):
    tool = next(one for one in load_tools([data_dir() / "tools"]) if one.name == "get_ticket_booking")
    booking = {"show_title": "Open House", "full_name": "Justin Park", "date": "2026-04-02", "time": "17:00",
               "entrance": "Upper foyer", "delivery_method": "email"}  # fmt: skip
    arguments = {"ticket_booking_id": "TB-1"}

    texts = [tell(Outcome(tool, arguments, booking, None), random.Random(seed), asked=asked)
             for seed in range(9)]  # fmt: skip

    assert all("pper foyer" in text for text in texts)
