import datetime as dt
import random

import pytest

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall
from toolgraph.models.offline.banks import people
from toolgraph.models.offline.plan_arguments import Setting, is_on_paper
from toolgraph.models.offline.plan_memory import Known
from toolgraph.models.offline.refining import refined
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

SETTING = Setting(random.Random(3), dt.date(2026, 3, 2), people()[0], "")


def search(*optional, returns=None):
    properties = {"city": {"type": "string"}} | {name: {"type": "string"} for name in optional}
    listed = {"type": "array", "items": {"type": "object", "properties": {"hotel_name": {"type": "string"}}}}
    return ToolSpec(
        name="search_hotels",
        description="Search for hotels.",
        parameters={"type": "object", "properties": properties, "required": ["city"]},
        returns=returns or {"type": "object", "properties": {"hotels": listed}},
    )


def asked(tool, **given):
    arguments = tuple(PlannedArgument(pointer=f"/{name}", source="user", value=value) for name, value in given.items())
    return Known(0, PlannedCall(id="a", tool=tool.name, arguments=arguments), tool)


def test_a_search_is_narrowed_by_one_wish_more():
    call = refined(asked(search("cuisine"), city="Lisbon"), "b", SETTING, may_narrow=True)

    kept, new = call.arguments
    assert (kept.pointer, kept.value, kept.is_carried) == ("/city", "Lisbon", True)
    assert (new.pointer, new.source, new.is_carried) == ("/cuisine", "user", False)


@pytest.mark.parametrize(("optional", "may_narrow"), [((), True), (("cuisine",), False)])
def test_where_nothing_can_be_added_the_question_is_about_another_place(optional, may_narrow):
    call = refined(asked(search(*optional), city="Lisbon"), "b", SETTING, may_narrow=may_narrow)

    (city,) = call.arguments
    assert city.pointer == "/city"
    assert city.value != "Lisbon"
    assert not city.is_carried


def test_an_address_does_not_follow_the_user_to_another_city():
    known = asked(search("address"), city="Lisbon", address="17 Chapel Hill")

    assert refined(known, "b", SETTING, may_narrow=False) is None


def test_what_was_found_or_done_is_not_asked_again():
    found = PlannedArgument(pointer="/city", source="result", call="z", path="/city")
    tool = search("cuisine")
    known = Known(0, PlannedCall(id="a", tool=tool.name, arguments=(found,)), tool)

    assert refined(known, "b", SETTING, may_narrow=True) is None


@pytest.mark.parametrize(("name", "expected"), [("order_id", True), ("invoice_number", True), ("time_slot_id", False)])
def test_people_know_the_numbers_on_their_papers(name, expected):
    tool = ToolSpec(name="call_it", description="", parameters={"type": "object", "properties": {}})

    assert is_on_paper(Field(f"/{name}", name, "", {"type": "string"}, True), tool) is expected
