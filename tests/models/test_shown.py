import json

import pytest

from planners.system import system_message
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.spoken import today_in
from toolgraph.models.shown import LONGEST_ABILITY, MOST_OPTIONS, abilities_text, in_words, setting_text, tools_text
from toolgraph.tools.spec import ToolSpec


def tool(properties, *, required=(), name="bookTable", description="Book a table."):
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name=name, description=description, parameters=parameters, returns={"type": "object"})


ABILITIES = {
    "nothing but a name": (tool({}, description=""), "- book table."),
    "what is needed and what is not": (
        tool({"day": {"type": "string", "description": "The day."}, "petCount": {"type": "integer"}}, required=["day"]),
        "- Book a table. It has to know: The day. It may be told: pet count.",
    ),
    "its options": (
        tool({"size": {"type": "string", "enum": ["small", "very_large"]}}),
        "- Book a table. It may be told: size (one of: small, very large).",
    ),
    "options that the description lists": (
        tool({"size": {"type": "string", "enum": ["small", "big"], "description": "How big: small or big"}}),
        "- Book a table. It may be told: How big: small or big.",
    ),
    "too many options": (
        tool({"size": {"type": "string", "enum": [f"s{n}" for n in range(MOST_OPTIONS + 1)]}}),
        "- Book a table. It may be told: size.",
    ),
    "a key that no user types": (tool({"api_key": {"type": "string"}}, required=["api_key"]), "- Book a table."),
    "what stands inside a list": (
        tool(
            {"guests": {"type": "array", "items": {"type": "object", "properties": {"firstName": {"type": "string"}}}}}
        ),
        "- Book a table. It may be told: first name.",
    ),
    "identifiers in its description": (
        tool({}, description="Calls bookTable with\nthe pet_id of list_pets on YouTube."),
        "- Calls book table with the pet id of list pets on YouTube.",
    ),
}


@pytest.mark.parametrize("case", ABILITIES)
def test_what_a_tool_can_do_is_one_line_in_words(case):
    one, line = ABILITIES[case]

    assert abilities_text([one]) == line


def test_an_ability_is_told_in_a_few_words():
    long = tool({"day": {"type": "string", "description": "A day " * 200}}, description="It books. " * 200)

    assert len(abilities_text([long])) < 2 * LONGEST_ABILITY
    assert abilities_text([long, long]).count("\n") == 1


def test_a_definition_is_shown_with_or_without_what_the_tool_returns():
    whole, half = (json.loads(tools_text([tool({})], without_returns=without)) for without in (False, True))

    assert whole.keys() - half.keys() == {"returns"}


def test_words_that_only_look_like_identifiers_stay():
    assert in_words("e.g. 1.5 of an iPhone", tool({})) == "e.g. 1.5 of an iPhone"


DAY_AND_GUESTS = {"day": {"type": "string"}, "guests": {"type": "array", "items": {"type": "string"}}}


def planned(name, *given):
    arguments = tuple(PlannedArgument(pointer=pointer, source="user", value="x") for pointer in given)
    steps = (PlannedStep(calls=(PlannedCall(id="a", tool=name, arguments=arguments),)),)
    return PlannedTurn(kind="tool_request", steps=steps)


def test_where_a_plan_holds_calls_what_none_of_them_uses_is_told_only_if_it_is_required():
    table = tool({**DAY_AND_GUESTS, "size": {"type": "string"}}, required=["size"])

    assert abilities_text([table], plan=[planned("bookTable", "/guests")]) == (
        "- Book a table. It has to know: size. It may be told: guests."
    )
    assert abilities_text([table], plan=[planned("other")]) == "- Book a table. It has to know: size."
    assert "day" in abilities_text([table], plan=[PlannedTurn(kind="tool_request", intent="Book.")])


def test_of_a_long_description_the_first_sentence_is_told():
    long = tool({}, description="Books a table, e.g. for Mr. Fox. " + "It needs a day. " * 20)

    assert abilities_text([long]) == "- Books a table, e.g. for Mr. Fox."


SETTINGS = {
    "You are a capable assistant. Rely on your tools for facts. Today is Monday, 2026-03-02. The user is Ana Fox "
    "(ana@fox.org).\nCredentials to use:\n- api key: 1f2e\n- user: is 2026-03-02": (
        "Today is Monday, 2026-03-02. The user is Ana Fox (ana@fox.org)."
    ),
    "Assist the user. Call tools. It is Monday today, 2026-03-02. You are talking to Ana Fox, reachable at a@b.org.": (
        "It is Monday today, 2026-03-02. You are talking to Ana Fox, reachable at a@b.org."
    ),
    "Be brief.\nCurrent date: March 2, 2026.\nUser profile: Ana; phone +351 21.": (
        "Current date: March 2, 2026. User profile: Ana; phone +351 21."
    ),
    "If the user is rude, stay calm.": "(nothing)",
}


@pytest.mark.parametrize("system", SETTINGS)
def test_of_what_the_assistant_is_told_the_user_knows_the_day_and_himself(system):
    assert setting_text([Message(role="system", content=system)]) == SETTINGS[system]


@pytest.mark.parametrize("seed", range(40))
def test_of_our_own_system_messages_the_user_knows_the_day_and_no_role(seed):
    system = system_message([tool({"api_key": {"type": "string"}})], seed=seed, id="d1")

    told = setting_text([Message(role="system", content=system)])

    assert str(today_in(system)) in told
    assert ("@" in told) is ("@" in system)
    for role in ("assistant", "tools", "Assist", "help", "redential", "api key"):
        assert role not in told
