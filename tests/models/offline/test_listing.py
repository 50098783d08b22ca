"""Lists are told by what sets their entries apart."""

import datetime as dt
import random
import re

from toolgraph.models.offline.listing import shortened, with_items
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.telling import tell
from toolgraph.tools.spec import ToolSpec

TEXT = {"type": "string"}
FLIGHTS = ToolSpec(
    name="search_flights",
    effects="reads",
    parameters={"type": "object", "properties": {"origin": TEXT, "destination": TEXT}},
    returns={
        "type": "array",
        "items": {
            "type": "object",
            "properties": dict.fromkeys(("origin", "destination", "airline", "departure_time", "fare"), TEXT),
        },
    },
)
ONE, OTHER = (
    {"origin": "Lyon", "destination": "Rome", "airline": "Alta", "departure_time": time, "fare": fare}
    for time, fare in (("10:45", "129"), ("13:20", "174"))
)


def told(result, asked=""):
    arguments = {"origin": "Lyon", "destination": "Rome"}
    outcome = Outcome(FLIGHTS, arguments, result, dt.date(2026, 3, 2))
    return {tell(outcome, random.Random(seed), asked=asked) for seed in range(8)}


def test_a_list_leaves_out_what_was_asked_for_and_what_all_entries_share():
    for text in told([ONE, OTHER]):
        assert not {"Lyon", "Rome", "Alta"} & set(re.findall(r"\w+", text))
        assert text.index("fare 129") < text.index("10:45") < text.index("fare 174") < text.index("1:20 pm")


def test_what_all_entries_share_is_told_where_it_is_asked():
    assert all("Alta" in text for text in told([ONE, OTHER], "Which airline is it?"))


def test_of_entries_that_do_not_differ_something_is_told_once():
    for text in told([ONE, ONE]):
        assert "two" in text
        assert text.count("fare 129") <= 1


def test_more_than_a_few_entries_stand_on_lines():
    assert with_items("In town there's {items}.", ["a", "b"]) == "In town there's a and b."
    assert with_items("In town there's {items}.", list("abcd")) == "In town there are:\n- a\n- b\n- c\n- d"
    assert with_items("Is it {items}?", list("abcd")) == "Is it a, b, c and d?"


def test_the_end_of_a_brief_list_is_told_by_names():
    items, names = [f"{name} at 5" for name in "abcde"], list("abcde")

    assert shortened(items, names) == ["a at 5", "b at 5", "also c, d and e"]
    assert shortened(items[:3], names[:3]) == items[:3]
    assert shortened(items, ["a", "b", "c", "", "e"]) == items
