import pytest
from talks import ROOMS, calls, places, reasons, result, says, talk, user

from toolgraph.quality.world import may_write
from toolgraph.tools.spec import ToolSpec

ASK = user("Rooms in Lisbon or Porto below 2000? And how is RM-10, RM-11? Change 5 to EUR.")


def world(*steps):
    """A dialogue of one turn with calls and their results."""
    messages = []
    for number, (name, arguments, answer) in enumerate(steps):
        messages += [calls((f"c{number}", name, arguments)), result(f"c{number}", answer)]
    return talk(ASK, *messages, says("Done."))


def test_the_same_question_answered_differently_is_found():
    dialogue = world(
        ("search_rooms", {"city": "Lisbon"}, ROOMS), ("search_rooms", {"city": "Lisbon"}, {"rooms": []}),
    )  # fmt: skip

    assert places(dialogue, "consistent_world") == [(4, "c1")]
    assert "answered differently" in reasons(dialogue, "consistent_world")[0]


def test_the_same_question_may_be_answered_differently_after_a_write():
    dialogue = world(
        ("search_rooms", {"city": "Lisbon"}, ROOMS),
        ("book_room", {"room_id": "RM-10"}, {"booking_id": "BK-1"}),
        ("search_rooms", {"city": "Lisbon"}, {"rooms": []}),
    )

    assert reasons(dialogue, "consistent_world") == []


def test_a_write_made_twice_may_be_answered_differently():
    dialogue = world(
        ("book_room", {"room_id": "RM-10"}, {"booking_id": "BK-1"}),
        ("book_room", {"room_id": "RM-10"}, {"booking_id": "BK-2"}),
    )

    assert reasons(dialogue, "consistent_world") == []


def test_an_entity_that_changes_between_a_list_and_a_get_is_found():
    dialogue = world(
        ("search_rooms", {"city": "Lisbon"}, ROOMS),
        ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Red Room", "price": 120.5}),
    )

    assert places(dialogue, "consistent_world") == [(4, "c1 /name")]
    assert (
        'room RM-10 has name "Red Room" here and "Blue Room" in the result of c0'
        in reasons(dialogue, "consistent_world")[0]
    )


def test_an_entity_with_a_plain_id_is_followed_as_well():
    dialogue = world(
        ("search_rooms", {"city": "Lisbon"}, {"rooms": [{"id": 7, "price": 10}]}),
        ("get_room", {"room_id": "7"}, {"id": 7, "price": 12}),
    )

    assert places(dialogue, "consistent_world") == [(4, "c1 /price")]


def test_an_entity_made_by_a_write_keeps_its_fields():
    dialogue = world(
        ("book_room", {"room_id": "RM-10"}, {"booking_id": "BK-1", "nights": 2}),
        ("get_booking", {"booking_id": "BK-1"}, {"booking_id": "BK-1", "nights": 3}),
    )

    assert places(dialogue, "consistent_world") == [(4, "c1 /nights")]


def test_an_entity_may_change_when_a_write_touches_it():
    dialogue = world(
        ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Blue Room", "price": 120.5}),
        ("book_room", {"room_id": "RM-10"}, {"status": "confirmed"}),
        ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Sky Room", "price": 99}),
    )

    assert reasons(dialogue, "consistent_world") == []


def test_a_write_elsewhere_may_change_figures_but_not_names():
    dialogue = world(
        ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Blue Room", "price": 120.5}),
        ("book_room", {"room_id": "RM-11"}, {"status": "confirmed"}),
        ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Sky Room", "price": 99}),
    )

    assert places(dialogue, "consistent_world") == [(6, "c2 /name")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Another question may show another price of the same room.
        (
            ("search_rooms", {"city": "Lisbon", "max_price": 5}, ROOMS),
            ("search_rooms", {"city": "Lisbon", "max_price": 2000}, {"rooms": [{"room_id": "RM-10", "price": 99}]}),
        ),
        # Two kinds of things may share an id.
        (
            ("get_users", {}, {"users": [{"id": 1, "name": "Ana"}]}),
            ("get_posts", {}, {"posts": [{"id": 1, "name": "News"}]}),
        ),
        # The id of an account is not the id of its entries.
        (
            ("get_account", {"account_id": "A1"}, {"account_id": "A1", "amount": 5}),
            (
                "get_entries",
                {"account_id": "A1"},
                {"entries": [{"account_id": "A1", "amount": 1}, {"account_id": "A1", "amount": 2}]},
            ),
        ),
        # A message says something of the moment; a figure may be written as text; a text may be cut.
        (
            (
                "get_room",
                {"room_id": "RM-10"},
                {"room_id": "RM-10", "message": "found", "price": "120", "about": "A quiet room by…"},
            ),
            (
                "get_room",
                {"room_id": "RM-10", "lang": "en"},
                {"room_id": "RM-10", "message": "here", "price": 120, "about": "A quiet room by the sea."},
            ),
        ),
        # A failure shows no entity.
        (
            ("get_room", {"room_id": "RM-10"}, {"room_id": "RM-10", "name": "Blue Room"}),
            ("get_room", {"room_id": "RM-10", "x": 1}, {"error": "busy", "room_id": "RM-10", "name": ""}),
        ),
        # Chance is chance.
        (("roll_dice", {}, {"value": 1}), ("roll_dice", {}, {"value": 5})),
        (("get_random_fact", {}, {"fact": "a"}), ("get_random_fact", {}, {"fact": "b"})),
    ],
)
def test_honest_data_raises_no_alarm(one, other):
    assert reasons(world(one, other), "consistent_world") == []


@pytest.mark.parametrize(
    ("tool", "writes"),
    [
        (ToolSpec(name="get_x", effects="writes"), True),
        (ToolSpec(name="book_x", effects="reads"), False),
        (ToolSpec(name="remove_x", effects="deletes"), True),
        (ToolSpec(name="get_x"), False),
        (ToolSpec(name="Hotels_2_SearchHouse"), False),
        (ToolSpec(name="frobnicate"), True),
        (ToolSpec(name="cd", description="Change the current directory."), True),
    ],
)
def test_a_tool_of_unknown_effects_is_judged_by_its_verb(tool, writes):
    assert may_write(tool.name, tool) is writes


def test_a_tool_nobody_offers_is_judged_by_its_name():
    assert not may_write("list_rooms", None)
    assert may_write("drop_rooms", None)


@pytest.mark.parametrize(
    ("seen_again", "is_found"), [(["wifi", "sauna"], True), (["desk", "wifi"], False), (["wifi"], False)]
)
def test_a_list_that_changes_is_found_and_one_told_in_part_or_in_another_order_is_not(seen_again, is_found):
    dialogue = world(
        ("search_rooms", {"city": "Lisbon"}, {"rooms": [{"id": 7, "equipment": ["wifi", "desk"]}]}),
        ("get_room", {"room_id": "7"}, {"id": 7, "equipment": seen_again}),
    )

    assert places(dialogue, "consistent_world") == ([(4, "c1 /equipment")] if is_found else [])


def test_a_write_that_names_a_thing_by_its_name_may_change_it():
    dialogue = world(
        ("get_room", {"name": "Blue Room"}, {"id": 7, "name": "Blue Room", "view": "the sea"}),
        ("update_room", {"name": "Blue Room", "view": "the park"}, {"status": "updated"}),
        ("get_room", {"name": "Blue Room"}, {"id": 7, "name": "Blue Room", "view": "the park"}),
    )

    assert places(dialogue, "consistent_world") == []
