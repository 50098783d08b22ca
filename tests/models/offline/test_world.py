import json
import re

import pytest

from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.banks import people
from toolgraph.models.offline.entities import is_id_name
from toolgraph.models.offline.sorting import in_order
from toolgraph.models.requests import Fact, ToolRequest
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.pointers import put
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import result_errors

SYSTEM = "Today is Monday, 2026-03-02."
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def thing(required=None, **properties):
    return {"type": "object", "properties": properties, "required": list(required or properties)}


def listing(**properties):
    return {"type": "array", "items": thing(**properties)}


HOTEL_ID = {"type": "string", "description": "Identifier of the hotel", "examples": ["HT-2041"]}
BOOKING_ID = {"type": "string", "description": "Identifier of the booking", "examples": ["BK-7310"]}
CURRENCY = {"type": "string", "enum": ["EUR", "USD", "GBP", "JPY", "CHF", "SEK"]}
SEARCH = ToolSpec(
    name="search_hotels",
    effects="reads",
    parameters=thing(["city"], city=TEXT, max_price=NUMBER, min_rating=NUMBER),
    returns=thing(
        city=TEXT,
        total_count={"type": "integer"},
        hotels=listing(hotel_id=HOTEL_ID, hotel_name=TEXT, price=NUMBER, currency=CURRENCY, rating=NUMBER),
    ),
)
GET = ToolSpec(
    name="get_hotel",
    effects="reads",
    parameters=thing(hotel_id=HOTEL_ID),
    returns=thing(hotel_id=HOTEL_ID, hotel_name=TEXT, price=NUMBER, currency=CURRENCY, rating=NUMBER, address=TEXT),
)
BOOK = ToolSpec(
    name="book_hotel",
    effects="writes",
    parameters=thing(hotel_id=HOTEL_ID, guests={"type": "integer"}),
    returns=thing(booking_id=BOOKING_ID, hotel_id=HOTEL_ID, guests={"type": "integer"}, currency=CURRENCY),
)
GET_BOOKING = ToolSpec(
    name="get_booking",
    effects="reads",
    parameters=thing(booking_id=BOOKING_ID),
    returns=thing(booking_id=BOOKING_ID, hotel_id=HOTEL_ID, guests={"type": "integer"}),
)
CHANGE = ToolSpec(
    name="update_booking",
    effects="writes",
    parameters=thing(booking_id=BOOKING_ID, guests={"type": "integer"}),
    returns=thing(booking_id=BOOKING_ID, guests={"type": "integer"}),
)
CANCEL = ToolSpec(
    name="cancel_booking",
    effects="deletes",
    parameters=thing(booking_id=BOOKING_ID),
    returns=thing(booking_id=BOOKING_ID, status={"type": "string", "enum": ["cancelled"]}),
)
SEEDS = range(12)


class World:
    """Asks tools one after the other and remembers what they answered, as the tool agent does."""

    def __init__(self, seed: int, name: str = "d1") -> None:
        self.backend, self.name = OfflineBackend(seed), name
        self.facts: tuple[Fact, ...] = ()

    def ask(self, tool: ToolSpec, **arguments):
        request = ToolRequest(key=self.name, tool=tool, arguments=arguments, facts=self.facts, system=SYSTEM)
        result = self.backend.complete(request).answer.result
        assert result_errors(tool, result) == ()
        self.facts = (*self.facts, Fact(tool=tool, arguments=arguments, result=result))
        return result


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_question_gets_the_same_answer(seed):
    world = World(seed)

    first = world.ask(SEARCH, city="Lisbon")
    world.ask(GET, hotel_id=first["hotels"][0]["hotel_id"])

    assert world.ask(SEARCH, city="Lisbon") == first


def test_another_question_gets_another_answer():
    world = World(7)

    assert world.ask(SEARCH, city="Lisbon")["hotels"] != world.ask(SEARCH, city="Porto")["hotels"]


def test_worlds_of_other_dialogues_and_other_seeds_differ():
    answers = [World(seed, name).ask(SEARCH, city="Lisbon") for seed, name in ((7, "d1"), (7, "d2"), (8, "d1"))]

    assert len({json.dumps(answer) for answer in answers}) == 3


def test_an_answer_that_is_asked_for_again_after_a_complaint_is_another_one():
    assert World(7, "d1").ask(SEARCH, city="Lisbon") != World(7, "d1#1").ask(SEARCH, city="Lisbon")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_id_of_a_list_resolves_with_the_same_fields(seed):
    world = World(seed)

    for hotel in world.ask(SEARCH, city="Lisbon")["hotels"]:
        assert world.ask(GET, hotel_id=hotel["hotel_id"]).items() >= hotel.items()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_shows_an_entity_again_as_it_was_shown(seed):
    hotel = {"hotel_id": "HT-9000", "hotel_name": "Sea View", "price": 80, "currency": "EUR", "rating": 4.1}
    world = World(seed)
    world.facts = (Fact(tool=GET, arguments={"hotel_id": "HT-9000"}, result={**hotel, "address": "1 Quay"}),)

    again = world.ask(GET, hotel_id="HT-9000")

    assert again.items() >= hotel.items()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_entries_of_a_list_have_ids_of_their_own(seed):
    hotels = World(seed).ask(SEARCH, city="Lisbon")["hotels"]

    assert len({hotel["hotel_id"] for hotel in hotels}) == len(hotels)
    assert all(re.fullmatch(r"HT-\d{4}", hotel["hotel_id"]) for hotel in hotels)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_asked_for_comes_back(seed):
    assert World(seed).ask(SEARCH, city="Lisbon")["city"] == "Lisbon"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_keeps_to_its_limits(seed):
    hotels = World(seed).ask(SEARCH, city="Lisbon", max_price=90, min_rating=4)["hotels"]

    assert all(hotel["price"] <= 90 for hotel in hotels)
    assert all(hotel["rating"] >= 4 for hotel in hotels)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_count_beside_a_list_is_its_length(seed):
    answer = World(seed).ask(SEARCH, city="Lisbon")

    assert answer["total_count"] == len(answer["hotels"])


@pytest.mark.parametrize("seed", SEEDS)
def test_one_dialogue_has_one_currency(seed):
    world = World(seed)
    hotels = world.ask(SEARCH, city="Lisbon")["hotels"] + world.ask(SEARCH, city="Porto")["hotels"]

    assert len({hotel["currency"] for hotel in hotels}) == 1


def test_other_dialogues_have_other_currencies():
    named = {World(7, f"d{number}").ask(SEARCH, city="Lisbon")["hotels"][0]["currency"] for number in range(20)}

    assert len(named) > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_created_can_be_fetched(seed):
    world = World(seed)
    hotel = world.ask(SEARCH, city="Lisbon")["hotels"][0]
    booking = world.ask(BOOK, hotel_id=hotel["hotel_id"], guests=3)

    fetched = world.ask(GET_BOOKING, booking_id=booking["booking_id"])

    assert fetched == {"booking_id": booking["booking_id"], "hotel_id": hotel["hotel_id"], "guests": 3}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_changed_stays_changed_and_the_rest_stays_as_it_was(seed):
    world = World(seed)
    booking = world.ask(BOOK, hotel_id="HT-1234", guests=3)
    before = world.ask(GET_BOOKING, booking_id=booking["booking_id"])
    world.ask(CHANGE, booking_id=booking["booking_id"], guests=5)

    after = world.ask(GET_BOOKING, booking_id=booking["booking_id"])

    assert after == {**before, "guests": 5}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_cancelled_is_the_thing_that_was_named(seed):
    world = World(seed)
    booking = world.ask(BOOK, hotel_id="HT-1234", guests=3)

    assert world.ask(CANCEL, booking_id=booking["booking_id"]) == {
        **{"booking_id": booking["booking_id"]},
        "status": "cancelled",
    }


def quotes(name, currency):
    return ToolSpec(
        name=name,
        effects="reads",
        parameters=thing(item=TEXT),
        returns=thing(price=NUMBER, currency={**TEXT, **currency}),
    )


@pytest.mark.parametrize(
    "other", [{"enum": ["EUR", "USD", "GBP", "CHF"]}, {"enum": ["USD", "EUR", "GBP"]}, {}], ids=str
)
def test_tools_with_other_options_agree_on_the_currency_too(other):
    for seed in SEEDS:
        world = World(seed)
        named = {
            world.ask(quotes("get_quote", {"enum": ["EUR", "USD", "GBP"]}), item="a")["currency"],
            world.ask(quotes("get_offer", other), item="a")["currency"],
        }

        assert len(named) == 1


LIST = ToolSpec(
    name="list_bookings",
    effects="reads",
    returns=thing(bookings=listing(booking_id=BOOKING_ID, hotel_id=HOTEL_ID, guests={"type": "integer"})),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_that_is_asked_for_again_shows_a_change(seed):
    world = World(seed)
    before = world.ask(LIST)["bookings"]
    world.ask(CHANGE, booking_id=before[1]["booking_id"], guests=9)

    after = world.ask(LIST)["bookings"]

    assert after == [before[0], {**before[1], "guests": 9}, *before[2:]]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_does_not_show_what_was_cancelled(seed):
    world = World(seed)
    gone = world.ask(LIST)["bookings"][0]["booking_id"]
    world.ask(CANCEL, booking_id=gone)

    assert gone not in [booking["booking_id"] for booking in world.ask(LIST)["bookings"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_of_everything_shows_what_was_created(seed):
    world = World(seed)
    made = world.ask(BOOK, hotel_id="HT-1234", guests=3)["booking_id"]

    assert made in [booking["booking_id"] for booking in world.ask(LIST)["bookings"]]


def test_an_entity_keeps_its_fields_where_its_id_is_not_the_first_of_them():
    number = {"type": "integer"}
    search = ToolSpec(name="search_users", effects="reads", returns=thing(users=listing(id=number, email=TEXT)))
    get = ToolSpec(
        name="get_user", effects="reads", parameters=thing(id=number), returns=thing(user=thing(email=TEXT, id=number))
    )
    for seed in SEEDS:
        world = World(seed)
        for user in world.ask(search)["users"]:
            assert world.ask(get, id=user["id"])["user"] == user


def test_a_limit_near_the_end_of_a_range_leaves_values_in_the_range():
    price = {"type": "number", "minimum": 18, "maximum": 110}
    search = ToolSpec(
        name="list_set_menus",
        effects="reads",
        parameters=thing(max_price=NUMBER),
        returns=thing(menus=listing(price=price)),
    )
    for seed in SEEDS:
        World(seed).ask(search, max_price=20)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_booking_is_another_one(seed):
    world = World(seed)
    bookings = [world.ask(BOOK, hotel_id="HT-1234", guests=guests)["booking_id"] for guests in (1, 2, 3)]

    assert len(set(bookings)) == 3


STAY = ToolSpec(
    name="book_stay",
    effects="writes",
    parameters=thing(hotel_id=HOTEL_ID, arrival_date={"type": "string", "format": "date"}, nights={"type": "integer"}),
    returns=thing(
        stay_id=BOOKING_ID,
        total_price=NUMBER,
        arrival_at={"type": "string", "format": "date-time"},
        reply_at={"type": "string", "format": "date-time"},
    ),
)
NIGHTLY = ToolSpec(
    name="search_rooms",
    effects="reads",
    parameters=thing(city=TEXT),
    returns=thing(hotels=listing(hotel_id=HOTEL_ID, price_per_night=NUMBER)),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_total_is_the_price_times_how_many_and_a_day_the_one_asked_for(seed):
    world = World(seed)
    room = world.ask(NIGHTLY, city="Lisbon")["hotels"][0]

    stay = world.ask(STAY, hotel_id=room["hotel_id"], arrival_date="2026-05-04", nights=3)

    assert stay["total_price"] == pytest.approx(3 * room["price_per_night"])
    assert stay["arrival_at"].startswith("2026-05-04T")
    assert not stay["reply_at"].startswith("2026-05-04T")


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_of_other_questions_hold_things_of_other_names(seed):
    names = {"type": "string", "examples": [f"{one} House" for one in "ABCDEFGHIJKLMNOP"]}
    search = SEARCH.model_copy(update={"returns": thing(hotels=listing(hotel_id=HOTEL_ID, hotel_name=names))})
    world = World(seed)

    one, other = (
        {hotel["hotel_name"] for hotel in world.ask(search, city=city)["hotels"]} for city in ("Lisbon", "Porto")
    )

    assert one.isdisjoint(other)


def test_small_numbers_are_no_identity_across_fields():
    page = {"type": "integer", "minimum": 1, "maximum": 5}
    list_users = ToolSpec(
        name="get_user", effects="reads", parameters=thing(user_id=page), returns=thing(user_id=page, user_name=TEXT)
    )
    get_post = ToolSpec(
        name="get_post", effects="reads", parameters=thing(post_id=page), returns=thing(post_id=page, title=TEXT)
    )
    world = World(7)

    user, post = world.ask(list_users, user_id=3), world.ask(get_post, post_id=3)

    assert user["user_id"] == post["post_id"] == 3
    assert user["user_name"] != post["title"]


@pytest.mark.parametrize("name", ["id", "hotel_id", "orderId", "booking-number", "isbn", "uuid", "confirmation code"])
def test_names_of_identifiers_are_known(name):
    assert is_id_name(name)


@pytest.mark.parametrize("name", ["phone_number", "postal_code", "country_code", "idea", "currency_code"])
def test_names_that_only_look_like_identifiers_are_not(name):
    assert not is_id_name(name)


@pytest.mark.parametrize("name", ["paid", "valid", "bid", "grid", "is_valid", "aid", "fluid"])
def test_words_that_end_in_id_are_no_identifiers(name):
    assert not is_id_name(name)


def test_every_tool_of_the_shipped_catalogue_answers_within_its_schema_and_echoes_ids():
    for tool in load_tools([data_dir() / "tools"]):
        arguments = {}
        for field in tool.parameter_fields:
            if field.is_required and field.types == ("string",) and is_id_name(field.name) and "*" not in field.pointer:
                put(arguments, field.pointer, "ZZ-48213")
        result = World(7).ask(tool, **arguments)
        shown = {field.name for field in tool.return_fields if "*" not in field.pointer}

        for name, value in arguments.items():
            if name in shown and isinstance(result, dict) and name in result:
                assert result[name] == value, tool.name


CREATE_USER = ToolSpec(
    name="createUser",
    effects="writes",
    parameters=thing(username=TEXT, firstName=TEXT, email=TEXT),
    returns=thing(ok=TEXT),
)
GET_USER = ToolSpec(
    name="getUserByName",
    effects="reads",
    parameters=thing(username=TEXT),
    returns=thing(id={"type": "integer"}, username=TEXT, firstName=TEXT, email=TEXT),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_user_who_was_created_is_found_by_username(seed):
    world = World(seed)
    world.ask(CREATE_USER, username="ada7", firstName="Ada", email="ada@example.org")
    world.ask(CREATE_USER, username="bo9", firstName="Bo", email="bo@example.org")

    found = world.ask(GET_USER, username="ada7")

    assert (found["firstName"], found["email"]) == ("Ada", "ada@example.org")


def test_users_created_as_a_list_are_found_one_by_one():
    create = ToolSpec(
        name="createUsersWithArrayInput",
        effects="writes",
        parameters=thing(body=listing(username=TEXT, firstName=TEXT)),
        returns=thing(ok=TEXT),
    )
    world = World(3)
    world.ask(create, body=[{"username": "ada7", "firstName": "Ada"}, {"username": "bo9", "firstName": "Bo"}])

    assert world.ask(GET_USER, username="bo9")["firstName"] == "Bo"


def test_what_was_changed_of_a_thing_by_its_name_stays_changed_and_another_of_that_name_is_another():
    pool = {"pool_name": TEXT, "slots": {"type": "integer"}}
    change = ToolSpec(name="patch_pool", effects="writes", parameters=thing(**pool), returns=thing(ok=TEXT))
    get = ToolSpec(
        name="get_pool", effects="reads", parameters=thing(name=TEXT), returns=thing(name=TEXT, slots=NUMBER)
    )
    get_disk = get.model_copy(update={"name": "get_disk"})
    world = World(5)
    world.ask(change, pool_name="main", slots=4711)

    assert world.ask(get, name="main")["slots"] == 4711
    assert world.ask(get_disk, name="main")["slots"] != 4711


def test_a_list_no_longer_holds_what_was_deleted_by_name():
    listed = ToolSpec(name="list_users", effects="reads", returns=thing(users=listing(username=TEXT, city=TEXT)))
    delete = ToolSpec(name="deleteUser", effects="deletes", parameters=thing(username=TEXT), returns=thing(ok=TEXT))
    world = World(1)
    gone = world.ask(listed)["users"][0]["username"]
    world.ask(delete, username=gone)

    assert gone not in [user["username"] for user in world.ask(listed)["users"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_fetched_by_id_has_that_id_and_what_is_inside_has_another(seed):
    whole = {"type": "integer"}
    pet = thing(id=whole, category=thing(id=whole, name=TEXT), name=TEXT)
    get = ToolSpec(name="getPetById", effects="reads", parameters=thing(petId=whole), returns=pet)

    found = World(seed).ask(get, petId=7)

    assert found["id"] == 7
    assert found["category"]["id"] != 7


def test_a_list_asked_for_by_states_shows_things_in_these_states():
    state = {"type": "string", "enum": ["available", "pending", "sold", "lost"]}
    find = ToolSpec(
        name="findPetsByStatus",
        effects="reads",
        parameters=thing(status={"type": "array", "items": state}),
        returns=listing(id=NUMBER, status=state),
    )
    for seed in SEEDS:
        assert {pet["status"] for pet in World(seed).ask(find, status=["sold", "lost"])} <= {"sold", "lost"}


EVENT_ID, DAYS = {"type": "string", "description": "Identifier of the event"}, {"type": "array", "items": TEXT}
LIST_EVENTS = ToolSpec(
    name="list_events", effects="reads", returns=thing(events=listing(event_id=EVENT_ID, dates=DAYS))
)
GET_EVENT = ToolSpec(
    name="get_event", effects="reads", parameters=thing(event_id=EVENT_ID), returns=thing(event_id=EVENT_ID, dates=DAYS)
)
CREATE_EVENT = ToolSpec(
    name="create_event", effects="writes", parameters=thing(dates=DAYS), returns=thing(event_id=EVENT_ID, dates=DAYS)
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_of_scalars_stays_what_it_was(seed):
    world = World(seed)
    first, *_ = world.ask(LIST_EVENTS)["events"]

    assert world.ask(GET_EVENT, event_id=first["event_id"])["dates"] == first["dates"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_that_is_sent_comes_back_and_is_kept(seed):
    world, sent = World(seed), ["2026-05-03", "2026-05-09", "2026-05-11"]
    made = world.ask(CREATE_EVENT, dates=sent)

    assert made["dates"] == sent
    assert world.ask(GET_EVENT, event_id=made["event_id"])["dates"] == sent


PLAYLIST = thing(name=TEXT, owner=thing(id=TEXT), id=TEXT)


def test_what_is_asked_for_by_its_id_has_that_id_wherever_the_field_stands():
    get = ToolSpec(name="get_playlist", effects="reads", parameters=thing(playlist_id=TEXT), returns=PLAYLIST)
    create = ToolSpec(name="create_playlist", effects="writes", parameters=thing(user_id=TEXT), returns=PLAYLIST)

    found, made = World(1).ask(get, playlist_id="6cEYxQ"), World(1).ask(create, user_id="me-14")

    assert found["id"] == "6cEYxQ" != found["owner"]["id"]
    assert made["id"] != "me-14"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_thing_keeps_its_own_field_where_a_part_of_it_has_one_of_that_name(seed):
    album = thing(id=TEXT, link=TEXT, tracks=thing(link=TEXT))
    listed = ToolSpec(name="list_albums", effects="reads", returns=thing(albums={"type": "array", "items": album}))
    get = ToolSpec(name="get_album", effects="reads", parameters=thing(id=TEXT), returns=album)
    world = World(seed)
    first, *_ = world.ask(listed)["albums"]

    assert world.ask(get, id=first["id"])["link"] == first["link"]


def test_of_what_is_asked_for_by_its_name_there_is_one():
    get = ToolSpec(
        name="get_fruit", effects="reads", parameters=thing(name=TEXT), returns=listing(name=TEXT, id=NUMBER)
    )

    assert [fruit["name"] for fruit in World(1).ask(get, name="quince")] == ["quince"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_entries_of_a_list_have_ids_of_their_own_wherever_the_field_stands(seed):
    albums = ToolSpec(
        name="get_albums_of_artist", effects="reads", parameters=thing(id=TEXT),
        returns=thing(items=listing(title=TEXT, id=TEXT)),
    )  # fmt: skip

    ids = [album["id"] for album in World(seed).ask(albums, id="AR-10")["items"]]

    assert len({*ids, "AR-10"}) == len(ids) + 1


GALA = {"event_id": BOOKING_ID, "name": TEXT, "price": NUMBER, "dates": {"type": "array", "items": {"type": "string"}}}
LIST_GALAS = ToolSpec(
    name="list_events",
    effects="reads",
    parameters=thing(
        [], end_date=TEXT, max_price=NUMBER, sort_by={"type": "string", "enum": ["price", "highest_price"]}
    ),
    returns=listing(**GALA),
)


@pytest.mark.parametrize(
    ("asked", "is_shown"),
    [
        ({"end_date": "2026-03-20"}, False),
        ({"end_date": "2026-05-20"}, True),
        ({"max_price": 400}, False),
        ({"max_price": 600}, True),
    ],
)
def test_what_was_made_is_listed_only_where_it_is_within_what_is_asked_for(asked, is_shown):
    made = {"event_id": "BK-1000", "name": "Gala", "price": 500, "dates": ["2026-05-17", "2026-06-17"]}
    create = ToolSpec(name="create_event", effects="writes", parameters=thing(**GALA), returns=thing(**GALA))
    world = World(7)
    world.facts = (Fact(tool=create, arguments={}, result=made),)

    listed = world.ask(LIST_GALAS, **asked)

    assert any(event["event_id"] == "BK-1000" for event in listed) == is_shown


@pytest.mark.parametrize(("order", "sign"), [("price", 1), ("highest_price", -1)])
@pytest.mark.parametrize("seed", range(3))
def test_a_list_is_in_the_order_asked_for(seed, order, sign):
    prices = [sign * event["price"] for event in World(seed).ask(LIST_GALAS, sort_by=order)]

    assert prices == sorted(prices)


@pytest.mark.parametrize(("order", "first"), [("newest", "b"), ("oldest", "a"), ("most_commented", "a")])
def test_rows_are_sorted_by_the_field_that_an_order_means(order, first):
    rows = [
        {"issue_id": "a", "comment_count": 9, "opened_on": "2026-01-30"},
        {"issue_id": "b", "comment_count": 5, "opened_on": "2026-02-01"},
    ]

    assert in_order(rows[::-1], {"sort_by": order})[0]["issue_id"] == in_order(rows, {"sort_by": order})[0]["issue_id"]
    assert in_order(rows, {"sort_by": order})[0]["issue_id"] == first


@pytest.mark.parametrize("seed", SEEDS)
def test_fields_of_one_name_are_shown_again_each_at_its_own_place(seed):
    order = {"order_id": TEXT, "product": TEXT, "parcel": thing(product=NUMBER)}
    list_orders = ToolSpec(
        name="list_orders", effects="reads", parameters=thing(order_id={"type": "array", "items": TEXT}),
        returns=listing(**order),
    )  # fmt: skip
    shown = {"order_id": "OR-12345", "product": "lamp", "parcel": {"product": 7}}
    world = World(seed)
    world.facts = (Fact(tool=list_orders, arguments={"order_id": ["OR-1"]}, result=[shown]),)

    again = world.ask(list_orders, order_id=["OR-12345"])

    assert {entry["product"] for entry in again} == {"lamp"}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_bought_costs_what_the_list_said(seed):
    search = ToolSpec(
        name="search_mugs", effects="reads", parameters=thing(city=TEXT),
        returns=thing(mugs=listing(mug_id=TEXT, price={"type": "number", "minimum": 5, "maximum": 9})),
    )  # fmt: skip
    add = ToolSpec(
        name="add_to_basket", effects="writes", parameters=thing(mug_id=TEXT, quantity={"type": "integer"}),
        returns=thing(basket_id=TEXT, quantity={"type": "integer"}, amount=NUMBER),
    )  # fmt: skip
    world = World(seed)
    mug = world.ask(search, city="Lisbon")["mugs"][0]

    added = world.ask(add, mug_id=mug["mug_id"], quantity=3)

    assert added["amount"] == pytest.approx(3 * mug["price"])


MAIL_ID = {"type": "string", "examples": ["MSG-2041"]}
SEND = ToolSpec(
    name="send_message",
    effects="writes",
    parameters=thing(email=TEXT, text=TEXT),
    returns=thing(message_id=MAIL_ID, email=TEXT, status=TEXT),
)
READ = ToolSpec(
    name="read_message",
    effects="reads",
    parameters=thing(message_id=MAIL_ID),
    returns=thing(message_id=MAIL_ID, sender=thing(full_name=TEXT, email=TEXT), text=TEXT),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_user_sent_is_from_the_user_and_not_from_whom_it_was_sent_to(seed):
    world = World(seed)
    user = people()[7]

    sent = world.ask(SEND, email="ada@example.org", text="Hello")
    request = ToolRequest(
        key="d1", tool=READ, arguments={"message_id": sent["message_id"]}, facts=world.facts,
        system=f"{SYSTEM} User profile: {user.full_name}.",
    )  # fmt: skip
    read = world.backend.complete(request).answer.result

    assert read["sender"] == {"full_name": user.full_name, "email": user.email}
    assert read["text"] == "Hello"
    assert world.ask(READ, message_id=sent["message_id"])["sender"]["email"] != "ada@example.org"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_change_of_which_no_states_are_known_is_completed(seed):
    assert World(seed).ask(SEND, email="ada@example.org", text="Hello")["status"] == "completed"


SEATS = ToolSpec(
    name="find_seats",
    effects="reads",
    parameters=thing(passengers={"type": "integer"}, seat_class=TEXT, username=TEXT),
    returns=listing(passengers={"type": "string", "enum": ["1", "2", "3", "4"]}, username=TEXT, email=TEXT,
                    seat_class={"type": "string", "enum": ["Economy", "Business"]}),
)  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_a_result_shows_what_was_asked_for_in_its_own_type_and_case(seed):
    user = people()[9]

    for seat in World(seed).ask(SEATS, passengers=3, seat_class="business", username=user.username):
        assert seat == {"passengers": "3", "seat_class": "Business", "username": user.username, "email": user.email}


CLASS_ID = {"type": "string", "examples": ["CL-2041"]}
JOIN = ToolSpec(
    name="book_gym_class",
    effects="writes",
    parameters=thing(class_id=CLASS_ID),
    returns=thing(booking_id=BOOKING_ID, class_id=CLASS_ID, trainer=TEXT, price=NUMBER, status=TEXT),
)
GET_CLASS = ToolSpec(
    name="get_gym_class",
    effects="reads",
    parameters=thing(class_id=CLASS_ID),
    returns=thing(class_id=CLASS_ID, trainer=TEXT, price=NUMBER, status={"type": "string", "enum": ["open", "full"]}),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_booking_told_of_a_thing_is_so_when_the_thing_is_looked_up(seed):
    world = World(seed)

    booked = world.ask(JOIN, class_id="CL-7777")
    shown = world.ask(GET_CLASS, class_id="CL-7777")

    assert (shown["trainer"], shown["price"]) == (booked["trainer"], booked["price"])
    assert shown["status"] in ("open", "full")


AGENT_ID = {**TEXT, "description": "Identifier of the agent", "examples": ["EA-3051"]}
LISTING_ID = {**TEXT, "description": "Identifier of the home listing", "examples": ["LS-9204"]}
GET_LISTING = ToolSpec(
    name="get_home_listing",
    effects="reads",
    parameters=thing(listing_id=LISTING_ID),
    returns=thing(listing_id=LISTING_ID, estate_agent_id=AGENT_ID, agent_name=TEXT),
)
GET_AGENT = ToolSpec(
    name="get_estate_agent",
    effects="reads",
    parameters=thing(estate_agent_id=AGENT_ID),
    returns=thing(estate_agent_id=AGENT_ID, agent_name=TEXT, phone=TEXT),
)
LIST_VIEWINGS = ToolSpec(
    name="list_viewings",
    effects="reads",
    parameters=thing(estate_agent_id=AGENT_ID),
    returns=thing(viewings=listing(viewing_id=BOOKING_ID, agent_name=TEXT)),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_name_beside_an_id_is_that_of_what_has_the_id(seed):
    world = World(seed)
    home = world.ask(GET_LISTING, listing_id="LS-1111")

    agent = world.ask(GET_AGENT, estate_agent_id=home["estate_agent_id"])

    assert agent["agent_name"] == home["agent_name"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_listed_for_one_id_shows_one_name_of_it(seed):
    world = World(seed)
    viewings = world.ask(LIST_VIEWINGS, estate_agent_id="EA-1111")["viewings"]

    agent = world.ask(GET_AGENT, estate_agent_id="EA-1111")

    assert {viewing["agent_name"] for viewing in viewings} == {agent["agent_name"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_message_is_from_whom_the_list_said(seed):
    message = {"message_id": {**TEXT, "examples": ["MSG-3051"]}}
    search = ToolSpec(name="search_messages", effects="reads", returns=thing(found=listing(**message, full_name=TEXT)))
    read = ToolSpec(
        name="read_message",
        effects="reads",
        parameters=thing(**message),
        returns=thing(**message, sender=thing(email=TEXT, full_name=TEXT)),
    )
    world = World(seed)
    first = world.ask(search)["found"][0]

    sender = world.ask(read, message_id=first["message_id"])["sender"]

    assert sender["full_name"] == first["full_name"]
    assert sender["email"] in [person.email for person in people() if person.full_name == first["full_name"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_list_was_asked_for_as_its_main_part_is_a_part_of_each_of_it(seed):
    recipe = {"recipe_id": {**TEXT, "examples": ["RC-3051"]}}
    search = ToolSpec(
        name="search_recipes",
        effects="reads",
        parameters=thing(main_ingredient=TEXT),
        returns=thing(recipes=listing(**recipe, recipe_title=TEXT)),
    )
    ingredients = ToolSpec(
        name="list_recipe_ingredients",
        effects="reads",
        parameters=thing(**recipe),
        returns=thing(ingredients=listing(ingredient_name=TEXT, quantity_grams=NUMBER)),
    )
    world = World(seed)
    found = world.ask(search, main_ingredient="spinach")["recipes"][0]["recipe_id"]

    listed = [one["ingredient_name"] for one in world.ask(ingredients, recipe_id=found)["ingredients"]]

    assert listed.count("spinach") == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cart_that_was_made_holds_what_was_put_in(seed):
    cart = {"cart_id": {**TEXT, "examples": ["CT-71451"]}}
    add = ToolSpec(
        name="add_product_to_cart",
        effects="writes",
        parameters=thing(product_id={**TEXT, "examples": ["PR-51451"]}),
        returns=thing(**cart, product_name=TEXT),
    )
    get = ToolSpec(
        name="get_shopping_cart",
        effects="reads",
        parameters=thing(**cart),
        returns=thing(**cart, product_names={"type": "array", "items": TEXT}),
    )
    world = World(seed)
    added = world.ask(add, product_id="PR-11111")

    assert world.ask(get, cart_id=added["cart_id"])["product_names"] == [added["product_name"]]
