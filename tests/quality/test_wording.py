import json

import pytest
from talks import TOOLS, calls, failed, good, places, reasons, result, says, system, talk, user

from toolgraph.tools.spec import ToolSpec


def told(answer, *, value=None, before="What is there?", tools=TOOLS):
    """A dialogue in which the assistant says `answer` after a result that holds `value`."""
    return talk(
        user(before),
        calls(("c1", "search_rooms", {"city": "there"})),
        result("c1", value or {}),
        says(answer),
        tools=tools,
    )


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Call search_rooms for Lisbon.", "search_rooms"),
        ("Set max_price to 100.", "max_price"),
        ('Find {"city": "Lisbon"} for me.', '{"city": "Lisbon"}'),
        ("The rooms are [1, 2, 3], show them.", "[1, 2, 3]"),
        ('And ["Lisbon"] too.', '["Lisbon"]'),
    ],
)
def test_names_in_code_and_raw_json_in_the_users_words_are_found(words, place):
    dialogue = talk(user(words), says("What exactly?"))

    assert places(dialogue, "user_words") == [(0, place)]


@pytest.mark.parametrize(
    "words", ["A room in the city, please.", "As noted in [1], and {so on}.", "My max price is 100.", "[hm] no {}"]
)
def test_ordinary_words_of_the_user_pass(words):
    assert reasons(talk(user(words), says("All right.")), "user_words") == []


def test_a_nested_parameter_is_a_name_as_well():
    nested = ToolSpec(name="f", parameters={"properties": {"a": {"properties": {"zipCode": {"type": "string"}}}}})
    dialogue = talk(user("What is a zipCode?"), says("A code."), tools=(nested,))

    assert places(dialogue, "user_words") == [(0, "zipCode")]


def test_a_name_or_json_that_is_itself_a_value_may_be_said():
    said = 'Search for max_price and {"a": 1}.'
    dialogue = talk(
        user(said),
        calls(("c1", "search_rooms", {"city": 'max_price and {"a": 1}'})),
        result("c1", {}),
        says("Nothing."),
    )

    assert reasons(dialogue, "user_words") == []


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("It costs 99.", "99"),
        ("It costs $1,300.00 in all.", "1,300.00"),
        ("That is 15% more.", "15%"),
        ("I found seven of them.", "seven"),
        ("Your code is BK-2042.", "BK-2042"),
        ("Write to ana@example.com.", "ana@example.com"),
        ("See https://example.com/rooms.", "https://example.com/rooms"),
        ("It is called 'Green Room'.", "Green Room"),
        ('It is called "Green Room."', "Green Room"),
        ("The one in Porto is free.", "Porto"),
        ("It is free from May 3.", "May"),
        ("It is free on Monday.", "Monday"),
        ("You can come at 6:45 pm.", "6"),
        ("It is the 17th one.", "17th"),
    ],
)
def test_a_value_that_nobody_gave_the_assistant_is_found(answer, place):
    dialogue = told(answer)

    assert (3, place) in places(dialogue, "assistant_words")
    assert f"'{place}' stands in no message before" in " ".join(reasons(dialogue, "assistant_words"))


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("It costs $1,250.00.", {"price": 1250}),
        ("It costs 1250 euros.", {"price": "1,250.0"}),
        ("It is 0.5 miles away, about half a mile.", {"miles": 0.50}),
        ("That is 15% off.", {"discount": 0.15}),
        ("It is 77.33 in all.", {"sum": 77.33333333333333}),
        ("I found 3 rooms, three in all.", {"rooms": [{}, {}, {}]}),
        ("Take the 2nd of them.", {"rooms": [{}, {}, {}]}),
        ("You leave at 6:30 pm, that is 18:30.", {"leaves": "2026-12-04T18:30:00Z"}),
        ("You leave at 6:30pm.", {"leaves": "18:30"}),
        ("It starts on Friday, December 4, 2026.", {"day": "2026-12-04"}),
        ("It starts on the 4th of December.", {"day": "2026-12-04"}),
        ("It starts on Fri, 4 Dec.", {"day": "2026-12-04T00:00:00"}),
        ("It starts on 12/04.", {"day": "2026-12-04"}),
        ("Your booking is BK-2041, ready now.", {"id": "BK-2041"}),
        ("Mail goes to ana@example.com.", {"mail": "ana@example.com"}),
        ("The link is https://example.com/a?b=1.", {"link": "https://example.com/a?b=1"}),
        ("It is called “Blue Room.”", {"name": "Blue Room"}),
        ("It is Lisbon's finest, in Portugal.", {"city": "Lisbon", "country": "Portugal"}),
        ("It flies in Premium Economy.", {"class": "premium_economy"}),
        ("You sit with Zoë in São Paulo.", {"name": "Zoë", "city": "São Paulo"}),
        ("You sit in seat 12C, on flight TP442.", {"seat": "12C", "flight": "TP442"}),
        ("It takes 90min, has 2GB and 4.5-star reviews.", {"minutes": 90, "size": 2, "stars": 4.5}),
        ("1. Blue Room\n2. Attic Suite", {"rooms": ["Blue Room", "Attic Suite"]}),
        ("May I ask for how long? I am here 24/7. OK?", {}),
        ("The call is +351 21 123-4567.", {"phone": "+351 21 123 4567"}),
        ("It is 5 °C and -3 at night.", {"day": 5, "night": -3}),
    ],
)
def test_a_value_is_known_however_it_is_written(answer, value):
    dialogue = told(answer, value=value)

    assert reasons(dialogue, "assistant_words") == []


def test_escapes_in_a_result_hide_no_word():
    dialogue = talk(
        user("What is there?"), calls(("c1", "search_rooms", {"city": "there"})),
        result("c1", json.dumps({"name": "Zoë Pérez", "said": 'the "Blue Room"'})),
        says('It is Zoë Pérez, for the "Blue Room".'),
    )  # fmt: skip

    assert reasons(dialogue, "assistant_words") == []


def test_what_the_user_said_and_what_was_asked_is_known():
    dialogue = talk(
        system("Today is 2026-12-01."),
        user("Rooms in Lisbon for next Friday, two nights?"),
        says("In Lisbon from Friday, December 11, for 2 nights?"),
    )

    assert failed(dialogue) == set()


def test_words_of_the_tools_definitions_are_known():
    tools = (*TOOLS, ToolSpec(name="f", description="Works with Visa and Mastercard."))

    assert reasons(told("You can pay by Visa or Mastercard.", tools=tools), "assistant_words") == []


def test_what_comes_later_is_not_known_yet():
    dialogue = talk(*good().messages[:2], says("I found the Blue Room."), *good().messages[2:])

    assert (2, "Blue") in places(dialogue, "assistant_words")


def test_names_that_begin_a_sentence_are_not_looked_for():
    assert (
        reasons(told("Certainly. Nothing there! Sorry: Everything is gone.\n- Nothing else"), "assistant_words") == []
    )
