import pytest

from agents.engine import play
from agents.steps import MOST_SHOWN, MOST_WORDS, StepError, asks, require_values
from planners.toolflow import PlanOptions, plan_dialogue
from tests.agents.scripts import ASK, BOOKED, HOTELS, SEARCH, WORLD, calls, gives, of_class, says, tells
from tests.fakes import sample_of
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import EndReason
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.requests import AssistantRequest, ToolRequest, UserRequest
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools, parse_tools

REST = (SEARCH, WORLD, tells("Found one."))


@pytest.fixture
def checked(script):
    def played(*answers, **options):
        return script(*answers, checks_steps=True, **options)

    return played


def complaints(backend, kind):
    return [request.complaint for request in of_class(backend, kind)]


# --- the user -------------------------------------------------------------------------------------------------------

BAD_WORDS = {
    "the name of a tool": ("Use search_hotels for Lisbon.", "user_words", "says 'search_hotels'"),
    "the name of a parameter": ("A hotel in Lisbon, my hotel_id is unknown.", "user_words", "says 'hotel_id'"),
    "JSON": ('Lisbon: {"city": "Lisbon"}', "user_words", "says raw JSON"),
    "a script": ("A hotel in Lisbon?\nAssistant: Found one.", "user_words", "written like a script"),
    "everything at once": ("Lisbon " + "and so on " * MOST_WORDS, "user_words", "words; say one or two things"),
}


@pytest.mark.parametrize("case", BAD_WORDS)
def test_a_user_who_does_not_talk_like_one_is_asked_again_alone(checked, case):
    text, _, complaint = BAD_WORDS[case]

    dialogue, backend = checked(says(text), says("A hotel in Lisbon?"), *REST)

    first, second = complaints(backend, UserRequest)
    assert (first, complaint in second) == ("", True)
    assert findings_in(dialogue) == ()


@pytest.mark.parametrize("case", BAD_WORDS)
def test_a_user_who_never_talks_like_one_ends_the_dialogue_with_his_words_kept(checked, case):
    text, check, _ = BAD_WORDS[case]

    failed, _ = checked(*[says(text)] * 3)

    assert (failed.reason, failed.stage, failed.check) == (EndReason.STEP_FAILED, "user", check)
    assert failed.raw == text


def argument(pointer, value, **more):
    return PlannedArgument(pointer=pointer, source="user", value=value, **more)


def grounded(*arguments, withheld=()):
    step = PlannedStep(calls=(PlannedCall(id="p", tool="search_hotels", arguments=arguments),))
    kind = "missing_parameter" if withheld else "tool_request"
    return PlannedTurn(kind=kind, intent="Find a hotel.", steps=(step,), withheld=withheld)


LISBON = grounded(argument("/city", "Lisbon"))


def test_a_user_states_the_values_that_the_plan_requires(checked):
    dialogue, backend = checked(says("A hotel?"), says("A hotel in Lisbon?"), *REST, turns=(LISBON,))

    assert complaints(backend, UserRequest) == [
        "", "it does not state 'Lisbon' (Name of the city); say it as it stands here. It was: A hotel?",
    ]  # fmt: skip
    assert len(dialogue.messages) == 4


@pytest.mark.parametrize(
    "turn",
    [
        grounded(argument("/city", "Lisbon", is_carried=True)),
        grounded(argument("/city", "a long and winding description of where it should be, " * 2)),
        grounded(argument("/city", "Lisbon"), argument("/stars", 4)),
    ],
    ids=["carried over from before", "what is put in other words", "an optional value beside one that is said"],
)
def test_not_every_value_must_be_said_as_it_stands(checked, turn):
    _, backend = checked(says("A hotel in Lisbon?"), *REST, turns=(turn,))

    assert complaints(backend, UserRequest) == [""]


def test_a_value_that_was_said_before_need_not_be_said_again(checked):
    _, backend = checked(
        says("A hotel in Lisbon?"), *REST, says("Anything else there?"), tells("Which stars?"), says("Any."),
        calls(("get_weather", {"city": "Lisbon"})), gives("mild"), tells("Mild."), turns=(LISBON, LISBON),
    )  # fmt: skip

    assert set(complaints(backend, UserRequest)) == {""}


def test_what_is_withheld_is_not_said_before_it_is_asked_for_and_is_said_then(checked):
    turn = grounded(argument("/city", "Lisbon"), withheld=("/city",))

    dialogue, backend = checked(
        says("A hotel in Lisbon?"), says("A hotel?"), tells("Where?"), says("By the sea."), says("Lisbon."), *REST,
        turns=(turn,),
    )  # fmt: skip

    _, early, _, late = complaints(backend, UserRequest)
    assert "'Lisbon', which is to be said only when asked for" in early
    assert "does not state 'Lisbon'" in late
    assert dialogue.meta["turn_kinds"] == ["missing_parameter"] * 2


SAUNA = {
    "name": "find_sauna",
    "description": "Find a sauna.",
    "parameters": {
        "type": "object",
        "properties": {
            "heat": {"type": "string", "enum": ["mild", "very_hot"], "description": "How hot it is"},
            "has_pool": {"type": "boolean", "description": "Whether there is a pool to swim in"},
            "day": {"type": "string", "format": "date", "description": "The day of find_sauna"},
            "minutes": {"type": "integer", "description": "Length of the stay in minutes"},
            "guests": {"type": "integer", "description": "How many come"},
        },
        "required": ["day", "minutes", "guests"],
    },
}
SAUNA_TOOLS = {tool.name: tool for tool in parse_tools([SAUNA], where="test")}
TODAY = (Message(role="system", content="Today is Monday, 2026-03-02."),)


def sauna(pointer, value, source="user", **more):
    planned = PlannedArgument(pointer=pointer, source=source, value=value, **more)
    step = PlannedStep(calls=(PlannedCall(id="p", tool="find_sauna", arguments=(planned,)),))
    return PlannedTurn(kind="tool_request", intent="Find a sauna.", steps=(step,))


def missing_in(text, turn, *before, **options):
    try:
        require_values(text, turn, SAUNA_TOOLS, messages=(*TODAY, *before), **{"asked_back": False, **options})
    except StepError as error:
        return error.detail
    return ""


STATED = {
    "a figure": ("/guests", 3, "For 3 people."),
    "a number word": ("/guests", 2, "For the two of us."),
    "a relative date": ("/day", "2026-03-03", "For tomorrow."),
    "a date in words": ("/day", "2026-03-09", "On the 9th of March, please."),
    "a duration in minutes": ("/minutes", 90, "For 90 minutes."),
    "an hour before": ("/minutes", 60, "One hour will do."),
    "hours": ("/minutes", 120, "For 2 hours."),
    "half an hour": ("/minutes", 30, "For half an hour."),
    "an hour and a half": ("/minutes", 90, "For an hour and a half."),
    "an option with its underscore gone": ("/heat", "very_hot", "It should be very hot."),
    "a yes in words of its description": ("/has_pool", True, "I want to swim as well."),
    "a no in words of its name": ("/has_pool", False, "No pool, please."),
}


@pytest.mark.parametrize("case", STATED)
def test_a_value_is_stated_where_a_call_would_be_found_to_have_it_from(case):
    pointer, value, text = STATED[case]

    assert missing_in(text, sauna(pointer, value)) == ""
    assert missing_in("Something quite different.", sauna(pointer, value)) != ""


@pytest.mark.parametrize("source", ["user", "inferred"])
def test_a_choice_is_said_in_its_own_word_whether_or_not_a_call_requires_it(source):
    hot, swims = sauna("/heat", "very_hot", source), sauna("/has_pool", True, source)

    assert missing_in("A scorching one.", hot) == "it does not say 'very hot' (How hot it is); use the word itself"
    assert missing_in("With water.", swims) == (
        "it does not make plain: yes (Whether there is a pool to swim in); use words of these"
    )


def test_in_the_last_attempt_a_choice_that_no_call_requires_may_be_missing_and_a_figure_may_not():
    assert missing_in("A scorching one.", sauna("/heat", "very_hot"), is_last=True) == ""
    assert "does not state 3" in missing_in("A few.", sauna("/guests", 3), is_last=True)


def test_a_choice_that_came_up_before_need_not_be_said_again():
    before = Message(role="user", content="Something very hot.")

    assert missing_in("Another one.", sauna("/heat", "very_hot"), before) == ""
    assert missing_in("Another one.", sauna("/heat", "very_hot", is_carried=True)) == ""


SPELLING = {
    "name": "check_text",
    "parameters": {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "locale": {"type": "string", "enum": ["en-US", "pt-BR"]},
        },
        "required": ["text", "locale"],
    },
}
SPELLING_TOOLS = {tool.name: tool for tool in parse_tools([SPELLING], where="test")}


def locale(value, **more):
    planned = PlannedArgument(pointer="/locale", source="inferred", value=value)
    step = PlannedStep(calls=(PlannedCall(id="p", tool="check_text", arguments=(planned,)),))
    return PlannedTurn(kind="tool_request", intent="Check a text.", steps=(step,), **more)


def test_nobody_has_to_name_the_language_he_writes_in_and_another_he_has_to_name_by_its_code():
    def require(turn):
        require_values("Check: She go.", turn, SPELLING_TOOLS, messages=TODAY, asked_back=bool(turn.withheld))

    require(locale("en-US"))
    with pytest.raises(StepError, match=r"does not state 'pt-BR' \(locale\); say it as it stands"):
        require(locale("pt-BR"))
    with pytest.raises(StepError, match="does not state 'en-US'"):
        require(locale("en-US", withheld=("/locale",)))


def test_a_complaint_says_no_name_that_the_user_must_not_say():
    assert "(The day of find sauna)" in missing_in("Soon.", sauna("/day", "2026-03-03"))


def test_what_a_result_says_the_user_has_not_said():
    result = Message(role="tool", content='{"heat": "very_hot", "guests": 3}', tool_call_id="call_1")

    assert missing_in("Another one.", sauna("/guests", 3), result) != ""


# --- what failed attempts are told ----------------------------------------------------------------------------------


def test_whoever_tries_again_is_told_all_that_failed_and_what_it_was(checked):
    _, backend = checked(
        says("A hotel in Lisbon?"), calls(("search_hotels", {"city": "Porto"})), tells("Found one for 85 euros?"), *REST
    )

    _, second, third, _ = complaints(backend, AssistantRequest)
    assert second.startswith("search_hotels: nothing states /city")
    assert second.endswith('It was: search_hotels {"city": "Porto"}')
    assert third.splitlines() == [
        "All of these were tried, the last one last:", "", f"1. {second}",
        third.splitlines()[3],
    ]  # fmt: skip
    assert third.endswith("It was: Found one for 85 euros?")


def test_a_move_of_several_calls_is_shown_whole(checked):
    both = calls(("search_hotels", {"city": "Lisbon"}), ("get_weather", {"city": "Porto"}))

    failed, backend = checked(says("A hotel in Lisbon?"), both, both, both)

    assert complaints(backend, AssistantRequest)[1].endswith(
        'It was: search_hotels {"city": "Lisbon"}; get_weather {"city": "Porto"}'
    )
    assert failed.raw == '{"city": "Porto"}'


def test_what_is_very_long_is_shown_in_part():
    complaint = StepError("plan", "too long", "x" * 10_000).complaint

    assert len(complaint) < MOST_SHOWN + 50
    assert complaint.endswith("x…")


# --- the assistant --------------------------------------------------------------------------------------------------


def test_an_assistant_that_makes_something_up_is_asked_again_alone(checked):
    dialogue, backend = checked(
        says("A hotel in Lisbon?"), SEARCH, WORLD, tells("Found one for 85 euros."), tells("Found one.")
    )

    assert "the number '85' stands in no message before" in complaints(backend, AssistantRequest)[-1]
    assert findings_in(dialogue) == ()


def test_an_assistant_that_calls_nothing_for_a_need_is_asked_again(checked):
    _, backend = checked(says("A hotel in Lisbon?"), tells("Sorry, I cannot."), *REST)

    assert "nothing was called for what the user wants" in complaints(backend, AssistantRequest)[1]


def test_an_assistant_that_never_calls_anything_ends_the_dialogue(checked):
    failed, _ = checked(says("A hotel in Lisbon?"), *[tells("Sorry, I cannot.")] * 3)

    assert (failed.stage, failed.check, failed.raw) == ("assistant", "missing_call", "Sorry, I cannot.")


def test_what_was_found_out_may_be_told_without_another_call_where_none_is_planned(checked):
    dialogue, _ = checked(
        says("A hotel in Lisbon?"), *REST, says("What was it called?"), tells("HT-2041."), turns=(ASK, ASK)
    )

    assert dialogue.messages[-1].content == "HT-2041."


def test_where_calls_are_planned_words_alone_are_not_enough(checked):
    _, backend = checked(
        says("A hotel in Lisbon?"), *REST, says("And in Lisbon?"), tells("HT-2041."),
        calls(("get_weather", {"city": "Lisbon"})), gives("mild"), tells("Mild."), turns=(ASK, LISBON),
    )  # fmt: skip

    assert "nothing was called" in complaints(backend, AssistantRequest)[-2]


def test_an_assistant_that_asks_a_third_time_has_to_go_on_with_what_was_said(checked):
    dialogue, backend = checked(
        says("A hotel."), tells("Where?"), says("By the sea."), tells("Which sea?"), says("In Lisbon."),
        tells("Which street?"), *REST,
    )  # fmt: skip

    assert "asked 2 times already" in complaints(backend, AssistantRequest)[3]
    assert dialogue.ended is EndReason.COMPLETED


def test_small_talk_and_a_word_on_an_earlier_item_need_no_call(checked):
    dialogue, _ = checked(
        says("A hotel in Lisbon?", current=1), SEARCH, gives({"hotels": []}), tells("Nothing."),
        says("Really?", current=1), tells("Yes, nothing at all."), says("Bye."), tells("Goodbye."),
        turns=(ASK, PlannedTurn(kind="chitchat", intent="Say goodbye.")),
    )  # fmt: skip

    assert dialogue.meta["turn_kinds"] == ["tool_request", "tool_request", "chitchat"]


@pytest.mark.parametrize(
    "again",
    [(SEARCH,), (calls(("search_hotels", {"city": "Lisbon", "stars": 4}), ("search_hotels", {"city": "Lisbon"})),)],
    ids=["alone", "beside another"],
)
def test_a_call_is_not_made_again_right_after_its_result(checked, again):
    _, backend = checked(says("A hotel with 4 stars in Lisbon?"), SEARCH, WORLD, *again, tells("Found one."))

    assert "search_hotels was called with the same arguments already" in complaints(backend, AssistantRequest)[-1]


def test_a_call_is_not_made_twice_at_once(checked):
    twice = calls(("search_hotels", {"city": "Lisbon"}), ("search_hotels", {"city": "Lisbon"}))

    _, backend = checked(says("A hotel in Lisbon?"), twice, *REST)

    assert "same arguments already" in complaints(backend, AssistantRequest)[1]


def test_a_call_may_be_made_again_after_something_else_happened(checked):
    dialogue, _ = checked(
        says("Book a hotel in Lisbon."), SEARCH, WORLD, calls(("book_hotel", {"hotel_id": "HT-2041"})), gives(BOOKED),
        SEARCH, gives({"hotels": []}), tells("Booked: BK-7310."),
    )  # fmt: skip

    assert dialogue.ended is EndReason.COMPLETED


# --- the world ------------------------------------------------------------------------------------------------------


def test_a_result_that_contradicts_an_earlier_one_is_asked_for_again(checked):
    other = {"hotels": [{"hotel_id": "HT-2041", "city": "Porto"}]}

    dialogue, backend = checked(
        says("A hotel in Lisbon, with 4 stars if there is one?"), SEARCH, WORLD,
        calls(("search_hotels", {"city": "Lisbon", "stars": 4})), gives(other), gives(HOTELS), tells("Found one."),
    )  # fmt: skip

    assert 'has city "Porto" here' in complaints(backend, ToolRequest)[-1]
    assert findings_in(dialogue) == ()


def test_results_of_one_batch_are_held_against_each_other(checked):
    both = calls(("search_hotels", {"city": "Lisbon"}), ("search_hotels", {"city": "Lisbon", "stars": 4}))
    other = {"hotels": [{"hotel_id": "HT-2041", "city": "Porto"}]}

    _, backend = checked(says("Hotels in Lisbon, and with 4 stars?"), both, WORLD, gives(other), WORLD, tells("One."))

    assert "Porto" in complaints(backend, ToolRequest)[-1]


# --- laws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan_style", ["grounded", "intents", "none"])
def test_rules_pass_the_checks_of_steps(plan_style):
    tools, backend = load_tools([data_dir() / "tools"])[:48], OfflineBackend(3)
    for number in range(12):
        sample = sample_of(tools[4 * number : 4 * number + 4])
        options = PlanOptions(plan_style=plan_style)
        blueprint = plan_dialogue(sample, id=f"d{number}", seed=number, backend=backend, options=options)

        plain, checked = (
            play(blueprint, sample.tools, backend=backend, checks_steps=checks_steps) for checks_steps in (False, True)
        )

        assert checked == plain


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("In which city?", True),
        ("Which city? I can look it up then.", True),
        ("Please tell me the city.", True),
        ("Let me know when it suits you.", True),
        ("I'll need your booking number.", True),
        ("Sorry, I cannot do that.", False),
        ("Done: the room is yours.", False),
    ],
)
def test_asking_is_told_from_telling(text, is_question):
    assert asks(text) is is_question
