import random
import re

import pytest

from toolgraph.models.offline.derived import derive_wording, label, wording_of
from toolgraph.models.offline.goals import goal
from toolgraph.models.offline.styles import VALUE_END, VALUE_START
from toolgraph.models.offline.user_phrases import Phrasing
from toolgraph.models.offline.wordings import Template, dotted, shipped_wordings, template
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.fields import Field
from toolgraph.tools.names import looks_like_identifier
from toolgraph.tools.spec import ToolSpec

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def tool(description, name="call_it", parameters=CITY):
    return ToolSpec(name=name, description=description, parameters=parameters)


@pytest.mark.parametrize(
    ("description", "verb", "words"),
    [
        ("Retrieves the weather forecast for a given city.", "retrieve", "weather forecast"),
        ("Get a list of hotels in a city.", "get", "list of hotels"),
        ("This tool allows you to search for flights.", "search", "flights"),
        ("Calculates the area of a triangle given its base and height.", "calculate", "area of a triangle"),
        ("Create a new calendar event. Returns the id.", "create", "new calendar event"),
        ("Sends an email to a recipient", "send", "email"),
        ("Translating text into another language", "translate", "text"),
        ("The current price of a stock", "get", "price"),
        ("<b>Deletes</b> the specified file.", "delete", "file"),
        ("[DEPRECATED] Fetch user details", "fetch", "user details"),
    ],
)
def test_a_description_becomes_a_verb_and_what_it_acts_on(description, verb, words):
    found, rest = goal(tool(description))

    assert found == verb
    assert words in rest


@pytest.mark.parametrize(
    "description",
    [
        "",
        "   ",
        ".",
        "获取天气",
        "Получить погоду",
        "Obtener el clima para una ciudad",
        "احصل على الطقس",
        "GET /v2/users/{id} -> 200 `User`",
        "Returns a JSON payload with user_id",
        "https://example.com/api",
        "<div class='x'>\n<p>",
        '{"type": "object"}',
        "a" * 10_000,
        "Get get_user_by_id from userService",
        "${x} {0} {{y}}",
        "🙂",
        "Args:\n  city: the city",
        "x",
        "Is deprecated",
    ],
)
@pytest.mark.parametrize(
    "name", ["getWeatherForecast", "weather_api.v2/get-by_ID", "x", "获取天气", "run_{x}", "_", "f2"]
)
def test_whatever_a_tool_says_there_is_a_way_to_ask_for_it(description, name):
    wording = derive_wording(tool(description, name))

    assert wording.asks
    for ask in wording.asks:
        text = ask.fill({"city": "Lisbon"})
        assert text.strip()
        assert not [word for word in re.findall(r"[\w.]+", text) if looks_like_identifier(word.strip("."))]


def test_a_slot_stands_where_the_description_speaks_of_a_parameter():
    asks = derive_wording(tool("Retrieves the weather forecast for a given city.")).asks

    assert any("{city}" in ask.text for ask in asks)
    assert any(not ask.slots for ask in asks)


def test_every_parameter_has_fragments_of_its_own():
    wording = derive_wording(tool("Get the weather."))

    assert all("{city}" in fragment.text for fragment in wording.details["city"])


@pytest.mark.parametrize(
    ("name", "description", "said"),
    [
        ("checkInDate", "", "check in date"),
        ("max_price", "", "maximum price"),
        ("num_guests", "", "number of guests"),
        ("qty", "", "quantity"),
        ("q", "Search term", "search term"),
        ("城市", "City to look in", "city to look in"),
    ],
)
def test_a_parameter_is_called_what_people_call_it(name, description, said):
    assert label(Field(f"/{name}", name, description, {"type": "string"}, True)) == said


# --- written wordings -----------------------------------------------------------------------------------------------


def test_every_shipped_tool_has_a_wording_of_its_own():
    for one in load_tools([data_dir() / "tools"]):
        assert not wording_of(one).is_derived, one.name
        assert wording_of(one) is wording_of(one)


def test_a_stranger_of_the_same_name_does_not_get_the_written_wording():
    name = next(name for name, wording in shipped_wordings().items() if wording.details)

    assert wording_of(ToolSpec(name=name, description="Something else.")).is_derived


def test_a_template_is_filled_slot_by_slot():
    assert template("from {a.b} to {c}") == Template("from {a.b} to {c}", frozenset({"a.b", "c"}))
    assert template("from {a.b} to {c}").fill({"a.b": "{c}", "c": "x"}) == "from {c} to x"
    assert template("plain").fill({}) == "plain"
    with pytest.raises(KeyError):
        template("{a}").fill({})


def test_a_slot_is_named_by_the_dotted_path():
    assert dotted("/address/city") == "address.city"


# --- tools nobody here wrote ----------------------------------------------------------------------------------------

CORPORA = (
    "apibank",
    "bfcl",
    "rapidapi",
    "sgd",
    "taskbench_huggingface",
    "taskbench_multimedia",
    "tooltalk",
    "toucan_mcp",
)


@pytest.mark.parametrize("name", CORPORA)
def test_no_ask_for_any_collected_tool_names_it_or_its_parameters(corpora, name):
    path = corpora / "catalogs" / f"{name}.jsonl"
    tools = load_tools([path if path.exists() else path.with_name(f"{path.name}.gz")], rename_duplicates=True)
    told = []
    for one in tools[:: max(1, len(tools) // 6000)]:
        names = {one.name, *(field.name for field in one.parameter_fields)}
        shaped = {word for word in names if looks_like_identifier(word)}
        for text in (*derive_wording(one).asks, *derive_wording(one).needs):
            plain = re.sub(r"\{[^{}]*\}", " ", text.text)
            told += [
                (one.name, text.text, word) for word in shaped if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain)
            ]

    assert told == []


def named(name, description, *parameters):
    properties = {parameter: {"type": "string"} for parameter in parameters}
    return ToolSpec(name=name, description=description, parameters={"type": "object", "properties": properties})


@pytest.mark.parametrize(
    ("spec", "phrase"),
    [
        (named("getUserByName", "Get user by user name", "username"), ("get", "the user")),
        (named("findPetsByStatus", "Finds Pets by status", "status"), ("find", "pets")),
        (named("createUser", "Create user"), ("create", "a user")),
        (named("updateUser", "Updated user", "username"), ("update", "the user")),
        (named("domains_list_records", "List All Domain Records", "domain"), ("list", "all domain records")),
        (named("search_books", "Search books by Jane Austen", "query"), ("search", "books by Jane Austen")),
        (
            named("FindBus", "Find a bus itinerary between cities for a given date", "origin"),
            ("find", "a bus itinerary"),
        ),
        (named("FindHome", "Find a home in a city for a given number of beds", "area"), ("find", "a home in a city")),
        (
            named("SearchInbox", "Searches for emails matching filters returning 5 results.", "query"),
            ("search", "emails"),
        ),
        (named("LogoutUser", "Logs user out."), ("log", "me out")),
        (named("BookHouse", "Book the selected house for given dates", "where_to"), ("book", "a house")),
        (named("BookHotel", "Reserve a selected hotel", "name"), ("reserve", "a hotel")),
        (named("CompleteReminder", "Complete a reminder.", "reminder_id"), ("complete", "a reminder")),
    ],
)
def test_a_goal_is_said_as_people_say_it(spec, phrase):
    assert goal(spec) == phrase


BOOKING = {"type": "object", "properties": {"booking_id": {"type": "string"}}, "required": ["booking_id"]}


@pytest.mark.parametrize(
    ("description", "said"),
    [("Delete a booking.", "delete {booking_id}"), ("Get the notes of a booking.", "get the notes of {booking_id}")],
)
def test_the_thing_that_an_id_names_is_said_once(description, said):
    wording = wording_of(tool(description, name="manage_booking", parameters=BOOKING))

    assert said in {ask.text for ask in wording.asks}
    assert all("{booking_id}" in need.text for need in wording.needs)


@pytest.mark.parametrize(
    ("name", "description", "rest"),
    [("start-a-users-playback", "", "my playback"), ("get-saved", "Get User's saved albums", "my saved albums")],
)
def test_what_is_a_users_is_mine(name, description, rest):
    assert goal(tool(description, name=name))[1] == rest


@pytest.mark.parametrize(
    ("parameters", "name", "fragment"),
    [
        (("origin", "destination"), "origin", "from {origin}"),
        (("origin", "destination"), "destination", "to {destination}"),
        (("destination",), "destination", "in {destination}"),
        (("pickup_date", "dropoff_date"), "pickup_date", "from {pickup_date}"),
        (("pickup_date", "dropoff_date"), "dropoff_date", "until {dropoff_date}"),
        (("departure_time",), "departure_time", "at {departure_time}"),
        (("num_passengers",), "num_passengers", "for {num_passengers} people"),
        (("number_of_beds",), "number_of_beds", "with {number_of_beds} beds"),
        (("sender",), "sender", "from {sender}"),
        (("artist",), "artist", "by {artist}"),
        (("directed_by",), "directed_by", "by {directed_by}"),
    ],
)
def test_a_value_takes_the_preposition_of_its_kind(parameters, name, fragment):
    wording = derive_wording(named("find_it", "Finds it", *parameters))

    assert fragment in {detail.text for detail in wording.details[name]}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("add_insurance", "true", "with insurance"),
        ("add_insurance", "false", "without insurance"),
        ("refundable", "false", "not refundable"),
    ],
)
def test_a_yes_or_no_is_said_without_the_verb_of_its_name(name, value, said):
    parameters = {"type": "object", "properties": {name: {"type": "boolean", "description": ""}}}
    one = tool("Book a car.", name="book_car", parameters=parameters)

    ask = Phrasing(one, {name: value}, is_beside=False).ask(random.Random(1))

    assert re.sub(f"[{VALUE_START}{VALUE_END}]", "", ask).endswith(said)


def test_what_points_at_a_value_is_not_quoted():
    one = tool(
        "Play a song.", name="play_song", parameters={"type": "object", "properties": {"song": {"type": "string"}}}
    )

    assert '"' not in Phrasing(one, {"song": "that song"}, is_beside=False).ask(random.Random(1))
    assert '"' in Phrasing(one, {"song": "Silver Rain"}, is_beside=False).ask(random.Random(1))
