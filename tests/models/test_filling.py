import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planners.hostile import HOSTILE
from toolgraph.models.filling import (
    LONGEST,
    MOST_FIELDS,
    FillAnswer,
    FilledDescription,
    FillRequest,
    ReturnedField,
    complaint_about,
)
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.tools.catalogue import parse_tools
from toolgraph.tools.fields import flatten
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.standard import standard_schema

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = ToolSpec(name="find_rooms", parameters=CITY)
REQUEST = FillRequest.about(TOOL)
PLACES = ("/description", "/parameters/properties/city/description")
ROOM = ReturnedField(path="/rooms/*/room_id", type="string", description="Identifier of the room")


def answer(*returns, **descriptions):
    told = descriptions.get("descriptions", [(place, "What it is.") for place in PLACES])
    return FillAnswer(
        descriptions=tuple(FilledDescription(place=place, description=text) for place, text in told), returns=returns
    )


def field(path, type="string", description="Something", options=()):
    return ReturnedField(path=path, type=type, description=description, options=options)


def test_a_tool_that_lacks_nothing_is_not_asked_about():
    described = {"type": "object", "properties": {"city": {"type": "string", "description": "Name of the city"}}}

    assert FillRequest.about(ToolSpec(name="t", description="Does.", parameters=described, returns=described)) is None


def test_a_question_names_what_is_missing():
    assert REQUEST.places == PLACES
    assert REQUEST.wants_returns
    assert REQUEST.key == "fill/find_rooms"
    assert all(f"- {place}\n" in REQUEST.render() for place in PLACES)


def test_a_question_says_where_a_tool_comes_from():
    origin = {"api": "Stay Inn", "category": "Travel"}

    assert (
        "It belongs to: API Stay Inn, category Travel." in FillRequest.about(ToolSpec(name="t", origin=origin)).render()
    )


def test_a_file_that_a_tool_was_read_from_is_not_what_it_belongs_to():
    origin = {"api": "bfcl:BFCL_v4_live.json", "category": ""}

    assert "It belongs to" not in FillRequest.about(ToolSpec(name="t", origin=origin)).render()


def test_where_no_description_is_missing_none_is_asked_for():
    rendered = FillRequest.about(ToolSpec(name="t", description="Does.", parameters={})).render()

    assert "The descriptions that are missing" not in rendered
    assert "No description is missing" in rendered
    assert "No description is missing" not in REQUEST.render()


def test_an_answer_to_all_that_was_asked_can_be_used():
    assert complaint_about(REQUEST, answer(ROOM)) == ""


@pytest.mark.parametrize(
    ("descriptions", "complaint"),
    [
        ([], "/description, /parameters/properties/city/description not described"),
        ([("/description", "It."), ("/parameters/properties/town/description", "It.")], "is not one of the places"),
        ([("/description", "It."), ("/description", "It.")], "is described 2 times"),
        ([(PLACES[0], " "), (PLACES[1], "It.")], "needs one sentence"),
        ([(PLACES[0], "x" * (LONGEST + 1)), (PLACES[1], "It.")], "needs one sentence"),
    ],
)
def test_descriptions_that_cannot_be_used_are_complained_about(descriptions, complaint):
    assert complaint in complaint_about(REQUEST, answer(ROOM, descriptions=descriptions))


@pytest.mark.parametrize(
    ("returns", "complaint"),
    [
        ([], "has 0 fields"),
        ([field(f"/f{i}") for i in range(MOST_FIELDS + 1)], "has 41 fields"),
        ([field("room_id")], "is no path"),
        ([field("")], "is no path"),
        ([field("/")], "is no path"),
        ([field("/rooms//id")], "is no path"),
        ([field("/room id")], "is no path"),
        ([field("/*/room_id")], "makes the whole result a list"),
        ([field("/a/b/c/d/e/f/g")], "nested more than 6 levels"),
        ([field("/a", description=" ")], "needs a description"),
        ([field("/a", "integer", options=("1", "2"))], "options that cannot be kept"),
        ([field("/a", options=tuple(map(str, range(21))))], "options that cannot be kept"),
        ([field("/a"), field("/a")], "contradicts another field or repeats it"),
        ([field("/a"), field("/a/b")], "contradicts another field"),
        ([field("/a/b"), field("/a")], "contradicts another field"),
        ([field("/a/b"), field("/a/*/b")], "contradicts another field"),
        ([field("/a/*"), field("/a/*/b")], "contradicts another field"),
    ],
)
def test_returns_that_cannot_be_used_are_complained_about(returns, complaint):
    assert complaint in complaint_about(REQUEST, answer(*returns))


def test_returns_that_nobody_asked_for_do_not_matter():
    said = FillRequest.about(TOOL.model_copy(update={"returns": CITY}))

    told = [(place, "What it is.") for place in said.places]
    assert not said.wants_returns
    assert complaint_about(said, answer(field("nonsense"), descriptions=told)) == ""


def test_returns_become_a_schema_in_which_everything_is_required_and_described():
    returns = [ROOM, field("/rooms/*/size", "number"), field("/rooms/*/tags/*"), field("/page/next", "integer"),
               field("/status", options=("free", "taken", "free"))]  # fmt: skip

    schema = answer(*returns).schema_of_returns

    assert complaint_about(REQUEST, answer(*returns)) == ""
    assert schema["required"] == ["rooms", "page", "status"]
    assert schema["properties"]["rooms"]["items"]["required"] == ["room_id", "size", "tags"]
    assert schema["properties"]["status"]["enum"] == ["free", "taken"]
    assert [(found.pointer, found.description, found.is_required) for found in flatten(schema)] == [
        ("/rooms/*/room_id", "Identifier of the room", True),
        ("/rooms/*/size", "Something", True),
        ("/rooms/*/tags/*", "Something", True),
        ("/page/next", "Something", True),
        ("/status", "Something", True),
    ]


_KEYS = st.sampled_from(["a", "b", "*", "0", "a~1b", "properties", "items", "$ref", "type"])
_PATHS = st.lists(_KEYS, max_size=4).map(lambda keys: "".join(f"/{key}" for key in keys))
_FIELDS = st.builds(field, _PATHS, st.sampled_from(["string", "number", "integer", "boolean"]))


@given(st.lists(_FIELDS, max_size=6))
def test_whatever_is_not_complained_about_is_a_schema_of_just_these_fields(returns):
    given_answer = answer(*returns)
    if complaint_about(REQUEST, given_answer):
        return

    schema = given_answer.schema_of_returns

    jsonschema.Draft202012Validator.check_schema(schema)
    found = flatten(standard_schema(schema))
    assert {each.pointer for each in found} == {each.path for each in returns}
    assert all(each.description for each in found)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_rule_answers_for_any_tool_and_says_that_it_guesses(name):
    for tool in parse_tools(HOSTILE[name], where="hostile.py"):
        request = FillRequest.about(tool)
        if request is not None:
            guessed = OfflineBackend(0).complete(request).answer

            assert complaint_about(request, guessed) == ""
            assert guessed.is_guessed


def test_the_rule_says_what_the_names_say():
    properties = {name: {"type": "string"} for name in ("checkin_date", "owner_email", "home", "homepageUrl")}
    tool = ToolSpec(name="rooms.search_free_rooms", parameters={"type": "object", "properties": properties})

    guessed = OfflineBackend(0).complete(FillRequest.about(tool)).answer

    assert [entry.description for entry in guessed.descriptions] == [
        "Search free rooms.", "Checkin date", "Owner email", "Home", "Homepage url, a web address",
    ]  # fmt: skip
