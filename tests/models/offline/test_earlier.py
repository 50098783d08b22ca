"""Wider and narrower questions to one tool agree on what they list."""

import pytest

from tests.models.offline.test_world import CANCEL, NUMBER, SEARCH, SEEDS, SYSTEM, TEXT, World, listing, thing
from toolgraph.models.requests import Fact, ToolRequest
from toolgraph.tools.spec import ToolSpec

BOOKINGS = ToolSpec(
    name="list_bookings",
    effects="reads",
    parameters=thing([], city={"type": "string"}, limit={"type": "integer"}),
    returns=thing(bookings=listing(booking_id={"type": "string"}, city={"type": "string"})),
)


UNCOUNTED = SEARCH.model_copy(
    update={
        "parameters": thing(
            ["city"], city=TEXT, max_price=NUMBER, has_pool={"type": "boolean"}, has_garden={"type": "boolean"}
        ),
        "returns": thing(hotels=SEARCH.returns["properties"]["hotels"]),
    }
)


def ids(result, thing="hotel"):
    return {entry[f"{thing}_id"] for entry in result[f"{thing}s"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wider_question_lists_what_a_narrower_one_did(seed):
    world = World(seed)

    narrow = world.ask(SEARCH, city="Lisbon", max_price=120)
    wide = world.ask(SEARCH, city="Lisbon")

    assert ids(narrow) <= ids(wide)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hotels", [SEARCH, UNCOUNTED], ids=["counted", "uncounted"])
def test_a_narrower_question_lists_what_the_wider_one_did_within_its_limit_and_nothing_else(seed, hotels):
    world = World(seed)

    wide = world.ask(hotels, city="Lisbon")
    limit = sorted(hotel["price"] for hotel in wide["hotels"])[1]
    narrow = world.ask(hotels, city="Lisbon", max_price=limit)

    assert ids(narrow) == {hotel["hotel_id"] for hotel in wide["hotels"] if hotel["price"] <= limit}


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_limit_that_entries_do_not_show_a_narrower_question_lists_a_part(seed):
    world = World(seed)

    wide = world.ask(UNCOUNTED, city="Lisbon")
    narrow = world.ask(UNCOUNTED, city="Lisbon", has_pool=True)
    narrowest = world.ask(UNCOUNTED, city="Lisbon", has_pool=True, has_garden=True)

    assert set() < ids(narrowest) <= ids(narrow) <= ids(wide)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_of_the_wider_list_is_within_a_limit_new_entries_are(seed):
    world = World(seed)

    wide = world.ask(UNCOUNTED, city="Lisbon")
    limit = round(0.9 * min(hotel["price"] for hotel in wide["hotels"]), 2)
    narrow = world.ask(UNCOUNTED, city="Lisbon", max_price=limit)

    assert narrow["hotels"]
    assert all(hotel["price"] <= limit for hotel in narrow["hotels"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wider_question_lists_nothing_new_that_a_narrower_one_would_have_listed(seed):
    world = World(seed)

    narrow = world.ask(SEARCH, city="Lisbon", max_price=120)
    wide = world.ask(SEARCH, city="Lisbon")

    assert {hotel["hotel_id"] for hotel in wide["hotels"] if hotel["price"] <= 120} == ids(narrow)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_narrower_question_never_comes_back_empty_and_leaves_out_what_shows_another_value(seed):
    world = World(seed)

    world.ask(BOOKINGS)
    narrow = world.ask(BOOKINGS, city="Lisbon")["bookings"]

    assert narrow
    assert {booking["city"] for booking in narrow} == {"Lisbon"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_asked_again_after_a_change_lists_the_same_but_for_what_is_gone(seed):
    world = World(seed)
    first = ids(world.ask(BOOKINGS), "booking")
    gone = sorted(first)[0]

    world.ask(CANCEL, booking_id=gone)

    again = ids(world.ask(BOOKINGS), "booking")
    assert gone not in again
    assert first - {gone} <= again


def test_a_number_of_entries_is_no_limit_on_what_they_are():
    world = World(3)

    first = world.ask(BOOKINGS, limit=2)
    more = world.ask(BOOKINGS, limit=6)

    assert len(first["bookings"]) <= 2
    assert ids(first, "booking") <= ids(more, "booking")


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_about_another_value_share_no_entry(seed):
    world = World(seed)

    assert ids(world.ask(SEARCH, city="Lisbon")).isdisjoint(ids(world.ask(SEARCH, city="Porto")))


def test_what_was_made_is_put_in_one_of_two_lists_that_are_asked_for_at_once():
    make = ToolSpec(
        name="create_booking", effects="writes", parameters=thing([]), returns=thing(booking_id={"type": "string"})
    )
    world = World(4)
    made = world.ask(make)["booking_id"]

    first, other = (
        ToolRequest(key="d1", tool=BOOKINGS, arguments={"city": city}, facts=world.facts, system=SYSTEM)
        for city in ("Lisbon", "Porto")
    )
    shown = world.backend.complete(first).answer.result
    beside = Fact(tool=BOOKINGS, arguments={"city": "Lisbon"}, result=shown)
    alone, together = (
        world.backend.complete(other.model_copy(update={"beside": facts})).answer.result for facts in ((), (beside,))
    )

    assert made in ids(shown, "booking")
    assert made in ids(alone, "booking")
    assert made not in ids(together, "booking")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_that_includes_more_lists_what_the_one_without_it_did(seed):
    trips = BOOKINGS.model_copy(update={"parameters": thing([], city=TEXT, include_past={"type": "boolean"})})
    for first, second in ((False, True), (True, False)):
        world = World(seed)

        listed = {asks: ids(world.ask(trips, city="Rome", include_past=asks), "booking") for asks in (first, second)}

        assert listed[False] <= listed[True]
