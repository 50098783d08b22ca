import pytest

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.models.wanted import need_text, plan_text
from toolgraph.tools.catalogue import parse_tools


def tool(name, description, parameters, returns):
    return {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": parameters},
        "returns": {"type": "object", "properties": returns},
    }


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
MATCH = {"match_id": TEXT, "price": NUMBER, "start_time": TEXT, "last_checkup": {"type": "string", "format": "date"}}
TOOLS = parse_tools(
    [
        tool(
            "find_matches",
            "Find matches.",
            {
                "team": {"type": "string", "description": "Name of the team, as in team_name"},
                "size": {"type": "string", "enum": ["small", "very_large"]},
                "is_home": {"type": "boolean", "description": "Whether it is at home"},
            },
            {"matches": {"type": "array", "items": {"type": "object", "properties": MATCH}}, "total_price": NUMBER},
        ),
        tool("set_reminder", "Set a reminder.", {"match_id": TEXT}, {"reminder_id": TEXT}),
        tool("delete_reminder", "Delete a match reminder, see set_reminder.", {"reminder_id": TEXT, "sum": NUMBER}, {}),
    ],
    where="test",
)


def turn(*calls, **more):
    steps = tuple(PlannedStep(calls=(call,)) for call in calls)
    return PlannedTurn(**{"kind": "tool_request", "intent": "Do it.", "steps": steps, **more})


def find(*arguments):
    return PlannedCall(id="a", tool="find_matches", arguments=arguments)


def remind(pick="", path="/matches/*/match_id"):
    found = PlannedArgument(pointer="/match_id", source="result", call="a", path=path, pick=pick)
    return PlannedCall(id="b", tool="set_reminder", arguments=(found,))


def said(pointer, value, source="user", **more):
    return PlannedArgument(pointer=pointer, source=source, value=value, **more)


def details(one, *before, asked_back=False):
    """The lines on calls and arguments."""
    text = need_text(one, TOOLS, plan=(*before, one), number=len(before), asked_back=asked_back)
    return [line for line in text.splitlines() if line.lstrip().startswith("-")]


PICKED = {
    "0": "the first one",
    "-1": "the last one",
    "4": "number 5",
    "min:/price": "the one with the lowest price",
    "max:/price": "the one with the highest price",
    "min:/last_checkup": "the one with the earliest last checkup",
    "max:/start_time": "the one with the latest start time",
}


@pytest.mark.parametrize("pick", PICKED)
def test_an_entry_is_picked_in_words_that_suit_what_it_is_picked_by(pick):
    lines = details(turn(remind(pick)), turn(find()))

    assert lines == ["- Set a reminder.", f"  - {PICKED[pick]}, of the matches from item 1 (match id)"]


def test_an_entry_of_what_this_item_finds_is_yet_to_turn_up():
    assert details(turn(find(), remind("0")))[-1] == "  - the first one, of the matches that turn up (match id)"


def test_where_there_is_no_list_nothing_is_picked():
    assert details(turn(remind("0", path="/total_price")), turn(find()))[-1] == (
        "  - the total price from item 1 (match id)"
    )


def test_what_an_earlier_item_led_to_is_named_with_the_item():
    back = PlannedArgument(pointer="/reminder_id", source="result", call="b", path="/reminder_id")
    total = PlannedArgument(pointer="/sum", source="result", call="a", path="/total_price")
    delete = PlannedCall(id="c", tool="delete_reminder", arguments=(back, total))

    assert details(turn(delete), turn(find()), turn(remind("0"))) == [
        "- Delete a match reminder, see set reminder.",
        "  - the reminder from item 2 (reminder id)",
        "  - the total price from item 1 (sum)",
    ]
    assert details(turn(find(), remind("0"), delete))[-1] == "- Delete a match reminder, see set reminder."


def test_values_are_stated_as_they_are_and_choices_in_their_own_words():
    lines = details(
        turn(
            find(
                said("/team", "Porto"), said("/size", "very_large", "inferred"), said("/is_home", False),
                said("/is_home", True, "context"),
            )
        )
    )  # fmt: skip

    assert lines == [
        "- Find matches.",
        "  - Porto (Name of the team, as in team name)",
        "  - very large (size); use the word itself",
        "  - no (Whether it is at home); make that plain with words of these",
    ]


LOCALE = {"type": "string", "enum": ["en-US", "pt-BR"]}
CHECKER, SPEAKER = parse_tools(
    [
        tool("check_text", "Check a text.", {"text": TEXT, "locale": LOCALE}, {}),
        tool("find_voice", "Find a voice.", {"locale": LOCALE}, {}),
    ],
    where="test",
)


@pytest.mark.parametrize(
    ("one", "value", "line"),
    [
        (CHECKER, "en-US", "  - en-US (locale); it shows in what you write and need not be said"),
        (CHECKER, "pt-BR", "  - pt-BR (locale)"),
        (SPEAKER, "en-US", "  - en-US (locale)"),
    ],
    ids=["the language he writes", "another", "not that of a text"],
)
def test_nobody_has_to_say_the_code_of_a_language_as_a_word(one, value, line):
    call = PlannedCall(id="a", tool=one.name, arguments=(said("/locale", value, "inferred"),))

    assert need_text(turn(call), (one,), asked_back=False).splitlines()[-1] == line


def test_what_came_up_before_is_referred_back_to():
    (_, line) = details(turn(find(said("/size", "small", is_carried=True))))

    assert line == "  - small (size); it came up before, so refer back to it"


def test_what_is_kept_back_is_named_and_its_value_told_only_when_it_is_asked_for():
    withheld = turn(find(said("/team", "Porto")), kind="missing_parameter", withheld=("/team",))

    assert details(withheld)[1] == (
        "  - not before you are asked: Name of the team, as in team name; neither say it nor make one up now"
    )
    assert details(withheld, asked_back=True)[1] == "  - Porto (Name of the team, as in team name)"


def test_where_a_plan_gives_no_values_they_are_to_be_made_up():
    need = turn(intent="Get a room.")
    forgetful = turn(intent="Get a room, forgetting to say for when.", kind="missing_parameter")

    assert "make up concrete ones" in need_text(need, TOOLS, asked_back=False)
    assert "make up concrete ones" not in need_text(need, TOOLS, asked_back=True)
    assert "Leave out what the item says is forgotten" in need_text(forgetful, TOOLS, asked_back=False)
    assert "supply now" in need_text(forgetful, TOOLS, asked_back=True)
    assert "make up" not in need_text(turn(find(said("/team", "Porto"))), TOOLS, asked_back=False)


def test_small_talk_asks_for_nothing():
    text = need_text(PlannedTurn(kind="chitchat", intent="Say thanks."), TOOLS, asked_back=False)

    assert text == "Say thanks.\n\nThis is small talk: ask for nothing."


def test_a_plan_is_a_numbered_list_with_how_far_it_is():
    plan = (turn(intent="One."), turn(intent="Two."), turn(intent="Three."))

    assert plan_text(plan, 1).splitlines() == ["1. (brought up) One.", "2. (now) Two.", "3. (later) Three."]
    assert "3 things" in plan_text((turn(intent=""),) * 3, 1)
