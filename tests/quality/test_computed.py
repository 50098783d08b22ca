import pytest
from talks import TOOLS, calls, reasons, result, says, system, talk, user

from toolgraph.tools.spec import ToolSpec

ROOMS = {"rooms": [{"price": 120.5, "stars": 3}, {"price": 80, "stars": 4}, {"price": 99.99, "stars": 5}]}


def complaints(answer, value, *, before="What is there for two people?", arguments=None):
    """What is said of the assistant's words after a call and a result."""
    dialogue = talk(
        system("Today is 2026-12-01."),
        user(before),
        calls(("c1", "search_rooms", arguments or {"city": "there"})),
        result("c1", value),
        says(answer),
        tools=(*TOOLS, ToolSpec(name="f", returns={"properties": {"span": {"description": "Time in minutes"}}})),
    )
    return reasons(dialogue, "assistant_words")


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("It takes 215 seconds (3 minutes 35 seconds).", {"length": 215}),
        ("It takes 3 minutes 35 seconds.", {"duration_seconds": 215}),
        ("It takes 3 minutes 35 seconds.", {"duration": 215}),
        ("It takes 1h 15m.", {"span": 75}),
        ("It runs 3:35.", {"duration_seconds": 215}),
        ("It is 16.1 km away.", {"distance_miles": 10}),
        ("It is 10 miles (16.1 km) away.", {"far": 10}),
        ("It is 68 °F there.", {"temperature_c": 20}),
        ("It weighs 207 pounds.", {"weight": "94 kg"}),
        ("It is 5 km away.", {"distance_km": 4.9}),
        ("It costs about 121.", {"price": 120.5}),
        ("It is 15% cheaper.", {"discount": 0.1523}),
        ("You pay 0.15 of it.", {"discount": "15%"}),
        ("Together they cost 300.49.", ROOMS),
        ("They cost 100.16 on average.", ROOMS),
        ("They average 4 stars.", ROOMS),
        ("The range is 40.5.", ROOMS),
        ("On average that is 20 (the average of 10, 17 and 33).", {"a": 10, "b": 17, "c": 33}),
        ("The room is 120.50 and the other 80, so 200.50 in total.", ROOMS),
        ("The room is 120.50. The other is 80. That is 200.50 in total.", ROOMS),
        ("That is 200.50 in total: 120.50 plus 80.", ROOMS),
        ("The second, at 80, is 40.50 cheaper than the one at 120.50.", ROOMS),
        ("It is 80, and 72 with the discount of 10%.", {"price": 80, "discount": "10%"}),
        ("It is 3 of 12, or 25%.", {"free": 3, "all": 12}),
        ("For two people it comes to 241 in total.", ROOMS),
        ("A is 120.50.\n- 38 free\n\nB is 99.99.\n- 17 free\n\nB saves you 20.51.", ROOMS | {"free": 38, "left": 17}),
        ("It reaches you at 4:00 PM, one hour before.", {"time": "17:00"}),
        ("It reaches you at 4 pm.", {"time": "17:00", "lead_minutes": 60}),
        ("The total is $360 for 3 nights.", {"nightly_rate": 120, "nights": 3}),
        ("You stay for 3 nights.", {"check_in": "2026-12-04", "check_out": "2026-12-07"}),
        ("They are 1,199.99 each, about $49 below the $1,249 average.", {"price": 1199.99, "average": 1249}),
        ("They are 50 each, 15 below the average of 65.", {"rooms": [{"price": 50}, {"price": 80}]}),
        ("The room at 80 is 40 points ahead of the one at 40.", {"a": 80, "b": 40}),
        ("At 120.50 the first has an edge of 40.50 over the second, at 80.", ROOMS),
        ("At 80 the room is 40.50 better than one at 120.50.", ROOMS),
        ("He bats .304, a difference of just .008 to .296.", {"first": 0.304, "second": 0.296}),
        ("He bats .304.", {"average": ".304"}),
        ("It is .5 miles (0.8 km) away.", {"distance_miles": 0.5}),
    ],
)
def test_a_figure_that_follows_plainly_from_what_is_known_may_be_said(answer, value):
    assert complaints(answer, value) == []


@pytest.mark.parametrize(
    ("answer", "value", "figure"),
    [
        ("It takes 215 seconds (3 minutes 45 seconds).", {"length": 215}, "45"),
        ("It takes 35 seconds.", {"duration_seconds": 215}, "35"),
        ("It takes 4 minutes.", {"duration": 215}, "4"),
        ("It costs 35.", {"duration_seconds": 215}, "35"),
        ("It is 17 km away.", {"distance_miles": 10}, "17"),
        ("It is 16.1 kg.", {"distance_miles": 10}, "16.1"),
        ("It is 72 °F there.", {"temperature_c": 20}, "72"),
        ("It costs 121.", {"price": 120.5}, "121"),
        ("It costs about 122.", {"price": 120.5}, "122"),
        ("It is 16% cheaper.", {"discount": 0.1523}, "16%"),
        ("The last costs 300.49.", ROOMS, "300.49"),
        ("Together they cost 200.50.", ROOMS, "200.50"),
        ("They cost 100.50 on average.", ROOMS, "100.50"),
        ("The cheapest saves you 41.5.", ROOMS, "41.5"),
        ("One is 120.50 and the other 80, and 200.50 is for the suite.", ROOMS, "200.50"),
        ("It is 3 of 12, or 30%.", {"free": 3, "all": 12}, "30%"),
        ("The total is $360.", {"nightly_rate": 120, "guests": 3}, "360"),
        ("Breakfast is $360 for 3 nights.", {"nightly_rate": 120, "nights": 3}, "360"),
        ("A is 120.50.\n- 38 free\n\nB is 99.99.\n- 17 free\n\nB is 20.51.", ROOMS | {"free": 38, "left": 17}, "20.51"),
        ("A is 120.50.\n- 38 free\n- 3 stars\n- 4 beds\n\nB saves 82.5.", ROOMS | {"free": 38, "beds": 4}, "82.5"),
        ("It reaches you at 4:00 PM, one hour before.", {"time": "18:00"}, "4"),
        ("It reaches you at 4 pm.", {"time": "17:00", "lead": 60}, "4"),
        ("It costs 4.", {"time": "17:00", "lead_minutes": 60}, "4"),
        ("You stay for 6 nights.", {"check_in": "2026-12-04", "check_out": "2026-12-07"}, "6"),
        ("The code is 1h35.", {"duration_seconds": 215}, "1h35"),
        ("They are 1,199.99 each, $49 below the $1,249 average.", {"price": 1199.99, "average": 1249}, "49"),
        ("They are 1,199.99 each, about $59 below the $1,249 average.", {"price": 1199.99, "average": 1249}, "59"),
        ("At 80 it is rated over 40, the other is at 40.", {"a": 80, "b": 38}, "40"),
        ("At 80 over 42 people liked it, and 38 the other.", {"a": 80, "b": 38}, "42"),
        ("The best room is 40.5 better.", ROOMS, "40.5"),
        ("He bats .304.", {"average": 0.305, "hits": 304}, ".304"),
        ("He bats .304, a difference of .009 to .296.", {"first": 0.304, "second": 0.296}, ".009"),
    ],
)
def test_a_figure_that_only_comes_close_or_goes_without_its_words_is_found(answer, value, figure):
    found = complaints(answer, value)

    assert any(f"'{figure}' stands in no message before" in one for one in found), found


def test_a_complaint_says_what_to_do_instead():
    (reason,) = complaints("It costs 99.", {})

    assert reason.endswith("where you compute one, say in the same sentence from which figures")


def test_a_figure_computed_before_in_the_message_may_be_used():
    answer = "It is 120.50 plus 80, 200.50 in total. With 99.99 on top, that makes 300.49."

    assert complaints(answer, ROOMS | {"rooms": ROOMS["rooms"][:2], "extra": 99.99}) == []


def test_what_comes_later_gives_no_figure_yet():
    dialogue = talk(
        user("What is there?"), says("It takes 3 minutes 35 seconds. What city?"), user("Lisbon."),
        calls(("c1", "search_rooms", {"city": "Lisbon"})), result("c1", {"duration_seconds": 215}), says("Done."),
    )  # fmt: skip

    assert any("'35'" in reason for reason in reasons(dialogue, "assistant_words"))
