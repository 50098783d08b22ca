import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.tools.catalogue import load_tools, parse_tools, write_tools
from toolgraph.tools.filling import MOST_PLACES, filled, lacks_returns, missing_descriptions
from toolgraph.tools.pointers import get
from toolgraph.tools.returns import with_returns
from toolgraph.tools.spec import RETURNS, ToolSpec

BOOKED = {"type": "object", "properties": {"booking_id": {"type": "string", "description": "Id of the booking"}}}


def tool(parameters, returns=None, description="Does something."):
    return ToolSpec(name="do_it", description=description, parameters=parameters, returns=returns)


def an_object(**properties):
    return {"type": "object", "properties": properties}


# --- what is missing ------------------------------------------------------------------------------------------------


def test_a_tool_that_says_everything_lacks_nothing():
    said = tool(an_object(city={"type": "string", "description": "Name of the city"}), BOOKED)

    assert missing_descriptions(said) == ()
    assert not lacks_returns(said)


@pytest.mark.parametrize("blank", [{}, {"description": ""}, {"description": "  "}, {"description": None}])
def test_a_blank_description_is_missing(blank):
    assert missing_descriptions(tool(an_object(city={"type": "string", **blank}))) == (
        "/parameters/properties/city/description",
    )
    assert missing_descriptions(tool(an_object(), description=blank.get("description") or "")) == ("/description",)


def test_the_leaves_are_described_and_not_what_holds_them():
    nested = an_object(
        trip=an_object(city={"type": "string"}),
        stops={"type": "array", "items": an_object(name={"type": "string"})},
        tags={"type": "array", "items": {"type": "string"}},
        matrix={"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    )

    assert missing_descriptions(tool(nested, nested))[:4] == (
        "/parameters/properties/trip/properties/city/description",
        "/parameters/properties/stops/items/properties/name/description",
        "/parameters/properties/tags/description",
        "/parameters/properties/matrix/description",
    )
    assert "/returns/properties/stops/items/properties/name/description" in missing_descriptions(tool(nested, nested))


def test_a_list_that_is_described_describes_its_entries():
    tags = {"type": "array", "description": "Words to search for", "items": {"type": "string"}}

    assert missing_descriptions(tool(an_object(tags=tags))) == ()


def test_what_several_fields_refer_to_is_one_place():
    place = an_object(city={"type": "string"}, next={"$ref": "#/$defs/place"})
    schema = {**an_object(start={"$ref": "#/$defs/place"}, end={"$ref": "#/$defs/place"}), "$defs": {"place": place}}

    assert missing_descriptions(tool(schema)) == ("/parameters/$defs/place/properties/city/description",)


def test_a_reference_to_a_value_is_described_where_it_stands():
    schema = {**an_object(start={"$ref": "#/$defs/id"}), "$defs": {"id": {"type": "string"}}}

    assert missing_descriptions(tool(schema)) == ("/parameters/properties/start/description",)


def test_alternatives_are_looked_into():
    schema = {"anyOf": [an_object(city={"type": "string"}), an_object(lat={"type": "number"})]}

    assert missing_descriptions(tool(schema)) == (
        "/parameters/anyOf/0/properties/city/description",
        "/parameters/anyOf/1/properties/lat/description",
    )


def test_names_with_a_slash_are_escaped():
    assert missing_descriptions(tool(an_object(**{"a/b~c": {"type": "string"}}))) == (
        "/parameters/properties/a~1b~0c/description",
    )


def test_only_so_many_places_are_spoken_of():
    many = {f"p{number}": {"type": "string"} for number in range(500)}

    assert len(missing_descriptions(tool(an_object(**many)))) == MOST_PLACES


@pytest.mark.parametrize(
    "returns", [None, {}, {"type": "object"}, {"type": "dict"}, an_object(), {"description": "It."}]
)
def test_an_object_of_no_known_fields_says_nothing_of_what_is_returned(returns):
    assert lacks_returns(tool(an_object(), returns))


@pytest.mark.parametrize(
    "returns",
    [
        BOOKED, {"type": "string"}, {"type": "array"}, {"type": "null"}, {"enum": ["done"]},
        {"type": "object", "additionalProperties": {"type": "number"}},
        {"type": "object", "additionalProperties": False}, {"type": "object", "required": ["id"]},
    ],
)  # fmt: skip
def test_whatever_else_the_owner_says_of_returns_counts(returns):
    assert not lacks_returns(tool(an_object(), returns))


# --- filling in -----------------------------------------------------------------------------------------------------


def test_what_was_missing_is_put_in_its_place_and_marked():
    before = tool(an_object(city={"type": "string", "minLength": 2}), description="")

    told = {"/description": "Finds rooms.", "/parameters/properties/city/description": " A city. "}
    after = filled(before, told, BOOKED)

    assert after.description == "Finds rooms."
    assert after.parameters == an_object(city={"type": "string", "minLength": 2, "description": "A city."})
    assert after.returns == BOOKED
    assert after.returns_inferred
    assert after.filled == ("/description", "/parameters/properties/city/description", RETURNS)
    assert missing_descriptions(after) == ()
    assert [field.description for field in after.parameter_fields] == ["A city."]
    assert before.parameters == an_object(city={"type": "string", "minLength": 2})


def test_what_the_owner_wrote_is_not_touched():
    said = tool(an_object(city={"type": "string", "description": "Name of the city"}), BOOKED)
    places = ("/description", "/parameters/properties/city/description", "/parameters/properties/none/description")

    assert filled(said, dict.fromkeys(places, "Something else."), an_object(x={"type": "string"})) is said


def test_returns_keep_what_the_owner_says_of_them():
    after = filled(tool(an_object(), {"type": "object", "description": "The booking."}), {}, BOOKED)

    assert after.returns == {**BOOKED, "description": "The booking."}


def test_a_blank_description_is_not_put_in():
    before = tool(an_object(), description="")

    assert filled(before, {"/description": "  "}) is before


def test_a_tool_that_was_filled_in_is_written_and_read(tmp_path):
    after = filled(tool(an_object(city={"type": "string"}), description=""), {"/description": "Finds rooms."}, BOOKED)

    write_tools([after], tmp_path / "tools.jsonl")

    assert load_tools([tmp_path / "tools.jsonl"]) == (after,)


def test_a_tool_of_which_nothing_was_filled_in_is_written_as_ever(tmp_path):
    write_tools([tool(an_object())], tmp_path / "tools.jsonl")

    assert list(json.loads((tmp_path / "tools.jsonl").read_text("utf-8"))) == [
        "name", "description", "parameters", "returns", "returns_inferred", "origin", "effects",
    ]  # fmt: skip


def test_returns_are_guessed_where_a_rule_inferred_them_and_not_where_somebody_wrote_them():
    bare = tool(an_object())

    assert with_returns(bare).are_returns_guessed
    assert not filled(bare, {}, BOOKED).are_returns_guessed
    assert not tool(an_object(), BOOKED).are_returns_guessed
    assert with_returns(filled(bare, {}, BOOKED)) == filled(bare, {}, BOOKED)


# --- laws -----------------------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["city", "items", "properties", "description", "a/b", "*", "0", ""])
_SAID = st.sampled_from([{}, {"description": ""}, {"description": "Said."}, {"description": 3}, {"description": None}])


def _schemas(children):
    objects = st.dictionaries(_NAMES, children, max_size=3).map(lambda them: {"type": "object", "properties": them})
    lists = children.map(lambda it: {"type": "array", "items": it})
    either = st.lists(children, min_size=1, max_size=2).map(lambda them: {"anyOf": them})
    every = st.lists(children, min_size=1, max_size=2).map(lambda them: {"allOf": them})
    return st.builds(lambda schema, said: {**schema, **said}, st.one_of(objects, lists, either, every), _SAID)


_LEAVES = st.builds(
    lambda schema, said: {**schema, **said},
    st.sampled_from([{"type": "string"}, {"type": ["number", "null"]}, {}, {"$ref": "#/$defs/it"}, {"$ref": "#/no"}]),
    _SAID,
)
_ANY = st.recursive(_LEAVES, _schemas, max_leaves=8)
_TOOLS = st.builds(
    lambda properties, it, returns: {
        "name": "t", "description": "", "parameters": {**an_object(**properties), "$defs": {"it": it}},
        "returns": returns,
    },
    st.dictionaries(_NAMES, _ANY, max_size=3), _ANY, st.one_of(st.none(), _ANY),
)  # fmt: skip


@given(_TOOLS)
def test_filling_adds_descriptions_in_the_places_and_changes_nothing_else(entry):
    (before,) = parse_tools([entry], where="law")
    places = missing_descriptions(before)

    after = filled(before, dict.fromkeys(places, "New."))

    stripped = copy.deepcopy(after.model_dump(exclude={"filled"}))
    whole = before.model_dump(exclude={"filled"})
    for place in places:
        holder = place.removesuffix("/description")
        old, new = get(whole, holder), get(stripped, holder)
        assert new["description"] == "New."
        assert not isinstance(old.get("description"), str) or not old["description"].strip()
        new.pop("description")
        old.pop("description", None)
    assert stripped == whole
    assert after.filled == places
    assert [field.pointer for field in after.parameter_fields] == [field.pointer for field in before.parameter_fields]
    assert not set(missing_descriptions(after)) & set(places)
