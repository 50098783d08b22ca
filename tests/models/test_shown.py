import json

import pytest

from toolgraph.models.shown import LONGEST_ABILITY, MOST_OPTIONS, abilities_text, in_words, tools_text
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
