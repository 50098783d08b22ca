import pytest

from agents.engine import play
from agents.steps import MOST_WORDS, asks
from planners.toolflow import PlanOptions, plan_dialogue
from tests.agents.scripts import ASK, BOOKED, HOTELS, SEARCH, WORLD, calls, gives, of_class, says, tells
from tests.fakes import sample_of
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.record import EndReason
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.requests import AssistantRequest, ToolRequest, UserRequest
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools

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
        "", "it does not state 'Lisbon' (Name of the city); say it as it stands here",
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
