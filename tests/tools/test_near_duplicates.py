import pytest

from toolgraph.tools.near_duplicates import Twin, find_twins, without_twins
from toolgraph.tools.spec import ToolSpec

CITY = {"city": {"type": "string", "description": "Name of the city"}}


def tool(name, description, parameters=CITY, **fields):
    return ToolSpec(
        name=name, description=description, parameters={"type": "object", "properties": parameters}, **fields
    )


WEATHER = tool("get_weather", "Get the current weather in a city of the world.")


def names_kept(*tools):
    return [kept.name for kept in without_twins(tools)[0]]


def test_the_same_definition_under_another_name_is_merged_into_the_first():
    other = tool("show_weather", WEATHER.description)

    kept, twins = without_twins([WEATHER, other])

    assert kept == (WEATHER,)
    assert twins == (Twin("show_weather", "get_weather", "has the same definition"),)


@pytest.mark.parametrize(
    "other",
    [
        tool("get_weather_2", "Get the current weather in a city of the world"),
        tool("getWeather", "Gets current weather in the city of the world."),
        tool("fetch_weather", "Weather: the current in a city; in the world."),
        tool("get_weather_v2", "Get the current weather in a city of this world.", {"city": {"type": "string"}}),
    ],
)
def test_nearly_the_same_words_over_the_same_parameters_are_a_twin(other):
    (twin,) = find_twins([WEATHER, other])

    assert (twin.name, twin.kept) == (other.name, "get_weather")
    assert twin.why == "has the same parameters and nearly the same words"


@pytest.mark.parametrize(
    "other",
    [
        tool("get_weather_2", "Get the current weather in a city of the world.", {"town": {"type": "string"}}),
        tool("get_weather_2", "Get the current weather in a city of the world.", {"city": {"type": "integer"}}),
        tool("get_weather_2", "Get the current climate in a city of the world."),
        tool("get_weather_2", "Get the current weather in a city of the world", effects="writes"),
        tool("get_weather_2", "Get the current weather in a city of the world",
             returns={"type": "object", "properties": {"sky": {"type": "string"}}}),
        tool("get_weather_history", "Get the current weather in a city of the world"),
    ],
)  # fmt: skip
def test_what_differs_in_more_than_common_words_is_no_twin(other):
    assert list(find_twins([WEATHER, other])) == []


def test_one_word_tells_apart_what_is_otherwise_the_same():
    described = "the service with this number on the main machine of your team"
    identifier = {"id": {"type": "string"}}

    tools = [tool(f"{verb}_service", f"{verb.title()} {described}.", identifier) for verb in ("start", "stop", "pause")]

    assert names_kept(*tools) == ["start_service", "stop_service", "pause_service"]


def test_of_long_descriptions_one_word_in_many_may_differ():
    told = "Search hotels by place, date, price, rating, distance, breakfast, pool, parking, pets, view, floor and beds"

    assert names_kept(tool("hotels", told), tool("hotels_2", told.replace(" and beds", ""))) == ["hotels"]
    assert names_kept(tool("hotels", told[:40]), tool("hotels_2", told[:35] + "cost.")) == ["hotels", "hotels_2"]


def test_a_creation_and_a_deletion_are_no_twins_though_one_text_describes_both():
    create, delete = (tool(f"{verb}_route", "Tool for the routes of a gateway.") for verb in ("create", "delete"))

    assert names_kept(create, delete) == ["create_route", "delete_route"]


@pytest.mark.parametrize("description", ["", "A test", "..."])
def test_tools_that_hardly_say_what_they_do_are_nobodys_twins(description):
    tools = [tool(name, description, {}) for name in ("alpha", "beta", "alpha_2")]

    assert names_kept(*tools) == ["alpha", "beta", "alpha_2"]


def test_of_two_with_hardly_a_word_the_same_but_for_a_number_is_a_twin():
    tools = [tool(name, "Ping.") for name in ("ping", "ping_2", "knock")] + [tool("ping_3", "Pong.")]

    assert names_kept(*tools) == ["ping", "knock", "ping_3"]


def test_a_whole_number_and_a_number_are_the_same_kind_of_parameter():
    whole, other = (
        tool(name, "Convert this many dollars to euros.", {"amount": {"type": kind}})
        for name, kind in (("convert", "integer"), ("convert_2", "float"))
    )

    assert names_kept(whole, other) == ["convert"]


def test_twins_in_a_crowd_are_found_without_comparing_all_with_all():
    crowd = [tool(f"play_{number}_game", f"Play the game called number{number} for a while.") for number in range(1500)]
    twin = tool("play_1499_games", "Play a game called number1499 for a while.")

    assert [(found.name, found.kept) for found in find_twins([*crowd, twin])] == [("play_1499_games", "play_1499_game")]
