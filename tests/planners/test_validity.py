import pytest

from planners.validity import plan_errors
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.tools.catalogue import parse_tools

SYSTEM = "Today is 2026-03-02.\n- api key: 9f8e7d6c5b4a3210"
SEARCH = {
    "name": "search_hotels",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "stars": {"type": "integer", "minimum": 1, "maximum": 5},
            "api_key": {"type": "string"},
            "currency": {"type": "string", "enum": ["EUR", "USD"], "default": "EUR"},
            "has_pool": {"type": "boolean"},
            "features": {"type": "array", "items": {"type": "string", "enum": ["sauna", "garden"]}},
            "guests": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            },
        },
        "required": ["city"],
    },
    "returns": {
        "type": "object",
        "properties": {
            "hotels": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"hotel_id": {"type": "string"}, "price": {"type": "number"}},
                },
            },
            "best_id": {"type": "string"},
            "groups": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        },
    },
}
BOOK = {
    "name": "book_hotel",
    "parameters": {
        "type": "object",
        "properties": {
            "hotel_id": {"type": "string", "pattern": "^HT-[0-9]+$"},
            "nights": {"type": "integer", "minimum": 1},
        },
        "required": ["hotel_id", "nights"],
    },
    "returns": {"type": "object", "properties": {"booking_id": {"type": "string"}}},
}
TOOLS = parse_tools([SEARCH, BOOK], where="test")


def given(pointer, value, source="user", **more):
    return PlannedArgument(pointer=pointer, source=source, value=value, **more)


def found(call="a", path="/hotels/*/hotel_id", pick="0"):
    return PlannedArgument(pointer="/hotel_id", source="result", call=call, path=path, pick=pick)


def search(*more, id="a", city="Lisbon"):
    return PlannedCall(id=id, tool="search_hotels", arguments=(given("/city", city), *more))


def book(*arguments, id="b"):
    return PlannedCall(id=id, tool="book_hotel", arguments=arguments or (found(), given("/nights", 2)))


def turn(*steps, intent="Get a room.", kind="tool_request", **more):
    return PlannedTurn(kind=kind, intent=intent, steps=tuple(PlannedStep(calls=calls) for calls in steps), **more)


KEY = given("/api_key", "9f8e7d6c5b4a3210", "context")
CHAT = PlannedTurn(kind="chitchat", intent="Say thanks.")
GOOD = (
    turn(
        (search(given("/stars", 4), given("/has_pool", True, "inferred"), given("/currency", "EUR", "default")),),
        (book(),),
    ),
    turn(
        (
            search(
                given("/api_key", "9f8e7d6c5b4a3210", "context"), given("/guests/0/name", "Ana"), id="c", city="Porto"
            ),
        ),
        kind="missing_parameter",
        withheld=("/city",),
    ),
    CHAT,
)


def errors(turns, *, plan_style="grounded", target=None):
    speaks = sum(2 if one.kind == "missing_parameter" else 1 for one in turns)
    return list(
        plan_errors(
            turns, tools=TOOLS, plan_style=plan_style, target_turns=speaks if target is None else target, system=SYSTEM
        )
    )


def test_nothing_is_wrong_with_a_sound_plan():
    assert errors(GOOD) == []


def test_several_choices_of_a_list_may_be_inferred():
    features = given("/features", ["sauna", "garden"], "inferred")

    assert errors((turn((search(features),)),)) == []


@pytest.mark.parametrize(("value", "is_wrong"), [("en-US", False), ("English", False), ("Spanish", True)])
def test_the_language_of_a_text_that_the_user_writes_may_be_inferred(value, is_wrong):
    properties = {"text": {"type": "string"}, "language": {"type": "string"}}
    (check,) = parse_tools(
        [{"name": "check", "parameters": {"type": "object", "properties": properties}}], where="test"
    )
    arguments = (given("/text", "She go home."), given("/language", value, "inferred"))
    plan = (turn((PlannedCall(id="a", tool="check", arguments=arguments),)),)

    wrong = list(plan_errors(plan, tools=(check,), plan_style="grounded", target_turns=1, system=SYSTEM))

    assert bool(wrong) is is_wrong


def test_nothing_is_wrong_with_needs_in_plain_words():
    needs = tuple(one.model_copy(update={"steps": (), "withheld": ()}) for one in GOOD)

    assert errors(needs, plan_style="intents") == []


WRONG = {
    "no turns": ((), "no request for a tool"),
    "nothing but chitchat": ((CHAT,), "no request for a tool"),
    "chitchat first": ((CHAT, turn((search(),))), "first item is chitchat"),
    "mostly chitchat": ((turn((search(),)), CHAT, CHAT), "2 of 3 items are chitchat"),
    "no words for a need": ((turn((search(),), intent=" "),), "intent is empty"),
    "a tool's name in a need": ((turn((search(),), intent="Use search_hotels."),), "'search_hotels', a name out of"),
    "a parameter's name in a need": ((turn((search(),), intent="Give has_pool."),), "'has_pool', a name out of"),
    "a value in a need": ((turn((search(),), intent="Stay in Lisbon."),), "'Lisbon', a value"),
    "a request without calls": ((turn(),), "holds no calls"),
    "an empty step": ((turn((search(),), ()),), "one of the steps holds no calls"),
    "small talk with calls": ((turn((search(),)), turn((search(id="b"),), kind="chitchat")), "chitchat holds calls"),
    "a tool nobody offers": ((turn((PlannedCall(id="a", tool="fly"),)),), "calls 'fly', which is not offered"),
    "a call without id": ((turn((search(id=""),)),), "has no id"),
    "an id twice": ((turn((search(), search(city="Porto"))),), "another call has this id"),
    "no pointer": ((turn((search(given("stars", 4)),)),), "'stars' is no JSON Pointer; write '/stars'"),
    "an argument the tool does not have": ((turn((search(given("/sauna", True)),)),), "/sauna: the tool has no such"),
    "a required argument missing": (
        (turn((search(),), (book(found()),)),),
        "'nights' is a required property",
    ),
    "a value of the wrong type": ((turn((search(given("/stars", "four")),)),), "not of type 'integer'"),
    "a value out of range": ((turn((search(given("/stars", 9)),)),), "maximum of 5"),
    "no value": ((turn((search(given("/stars", None)),)),), "not of type 'integer'"),
    "an entry of a list without what it needs": ((turn((search(given("/guests/0", {})),)),), "'name' is a required"),
    "a result of nobody": ((turn((book(found("x"), given("/nights", 2)),)),), "does not come before it"),
    "a result of a later turn": ((turn((book(),)), turn((search(),))), "does not come before it"),
    "a result of the same step": ((turn((search(), book())),), "does not come before it"),
    "a result at a place that is none": (
        (turn((search(),), (book(found(path="/rooms"), given("/nights", 2)),)),),
        "returns nothing at '/rooms'; it returns /hotels/*/hotel_id",
    ),
    "one of a list, and nobody knows which": (
        (turn((search(),), (book(found(pick=""), given("/nights", 2)),)),),
        "say in pick which entry",
    ),
    "a way to pick that there is not": (
        (turn((search(),), (book(found(pick="cheapest"), given("/nights", 2)),)),),
        "say in pick which entry",
    ),
    "an entry of a list in a list": (
        (turn((search(),), (book(found(path="/groups/*/*"), given("/nights", 2)),)),),
        "leads through 2 lists",
    ),
    "a context that does not state it": (
        (turn((search(given("/api_key", "0000", "context")),)),),
        "'0000' does not stand in what the assistant is told",
    ),
    "a default that is none": (
        (turn((search(given("/currency", "USD", "default")),)),),
        "'USD' is not the default",
    ),
    "an inference that nobody could draw": (
        (turn((search(given("/stars", 4, "inferred")),)),),
        "4 is no yes or no and no listed choice",
    ),
    "several inferences, one of which nobody could draw": (
        (turn((search(given("/guests", [{"name": "Ana"}], "inferred")),)),),
        "[{'name': 'Ana'}] is no yes or no and no listed choice",
    ),
    "nothing withheld where something should be": (
        (turn((search(),), kind="missing_parameter"),),
        "nothing is withheld",
    ),
    "something withheld where nothing should be": ((turn((search(),), withheld=("/city",)),), "but the kind is not"),
    "something withheld that is no argument": (
        (turn((search(),), kind="missing_parameter", withheld=("/stars",)),),
        "/stars is withheld, but is no argument",
    ),
    "something withheld that is optional": (
        (turn((search(given("/stars", 4)),), kind="missing_parameter", withheld=("/stars",)),),
        "/stars is withheld, but is not required",
    ),
    "something withheld from several calls": (
        (turn((search(), search(id="c", city="Porto")), kind="missing_parameter", withheld=("/city",)),),
        "must be a single call",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_plan_is_said(case):
    turns, reason = WRONG[case]

    found_wrong = errors(turns)

    assert any(reason in one for one in found_wrong), found_wrong


@pytest.mark.parametrize("case", sorted(WRONG.keys() - {"something withheld from several calls"}))
def test_one_mistake_is_one_sentence(case):
    turns, _ = WRONG[case]

    assert len(errors(turns)) == 1


def test_a_result_is_not_held_against_what_its_schema_asks_for_before_it_is_known():
    assert errors((turn((search(),), (book(),)),)) == []


@pytest.mark.parametrize(("speaks", "target", "is_wrong"), [(3, 3, False), (4, 3, False), (5, 3, True), (1, 3, True)])
def test_a_plan_is_about_as_long_as_asked(speaks, target, is_wrong):
    turns = tuple(turn((search(id=f"c{number}"),)) for number in range(speaks))

    assert bool(errors(turns, target=target)) is is_wrong


def test_a_withheld_value_lets_the_user_speak_twice():
    both = tuple(
        turn((search(id=city, city=city),), kind="missing_parameter", withheld=("/city",)) for city in ("Porto", "Faro")
    )

    assert errors(both, target=4) == []


def test_what_an_earlier_item_stated_last_is_nothing_to_withhold():
    withheld = turn((search(id="b"),), kind="missing_parameter", withheld=("/city",))
    between = turn((search(id="c", city="Porto"),))

    assert errors((turn((search(),)), withheld)) == [
        "item 2: /city is withheld, but an earlier item states it: the assistant would not ask for it"
    ]
    assert errors((turn((search(),)), between, withheld)) == []


def test_a_plan_of_needs_that_holds_calls_is_refused():
    assert any("this plan holds needs only" in one for one in errors(GOOD, plan_style="intents"))
