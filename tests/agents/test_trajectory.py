import pytest

from agents.engine import play
from agents.statement import unstated
from agents.tries import DialogueFailed
from tests.agents.scripts import BOOKED, HOTELS, gives, of_class, tells, words
from tests.fakes import ScriptedBackend
from toolgraph.dialogue.blueprint import Blueprint, PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.record import EndReason
from toolgraph.dialogue.task import CompositionalTask, SubTask
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, PlainCall, UserRequest
from toolgraph.models.tasks import StatementAnswer, StatementRequest
from toolgraph.quality.checks import findings_in

SYSTEM = "Today is Monday, 2026-03-02."
TASK = CompositionalTask(
    id="d1",
    scenario="Planning a weekend away",
    composition="sequential",
    text="Find a hotel in Lisbon and book it.",
    subtasks=(
        SubTask(id="s1", text="Find a hotel in Lisbon.", functions=("search_hotels",)),
        SubTask(id="s2", text="Book it.", needs=("s1",), functions=("book_hotel",)),
    ),
)
STATED = StatementAnswer(text="I'd like a room in Lisbon. Find me a hotel there and book it, please.")
DONE = tells("HT-2041 in Lisbon is booked; the number is BK-7310.", reasoning="It is booked.")
ENTRIES = {"hotels": [{"hotel_id": "HT-2041", "city": "Lisbon"}, {"hotel_id": "HT-3000", "city": "Lisbon"}]}


def thinks(thought, *made, planned=()):
    planned = planned or [""] * len(made)
    calls = [
        PlainCall(tool=tool, arguments=arguments, planned=one)
        for (tool, arguments), one in zip(made, planned, strict=True)
    ]
    return AssistantAnswer(calls=tuple(calls), reasoning=thought)


SEARCH = thinks("First I look for hotels, then I book one.", ("search_hotels", {"city": "Lisbon"}))
BOOK = thinks("HT-2041 is the only one.", ("book_hotel", {"hotel_id": "HT-2041"}))


@pytest.fixture
def trajectory(small_catalogue):
    """Plays a script for a task; gives the dialogue, or the failure, and the backend."""

    def played(*answers, task=TASK, steps=(), is_parallel=True, checks_steps=True, **options):
        backend = ScriptedBackend(answers)
        turn = PlannedTurn(kind="tool_request", intent=task.text, steps=steps)
        blueprint = Blueprint(
            id="d1", mode="button", plan_style="none", seed=7, tools=tuple(tool.name for tool in small_catalogue),
            style="plain", system=SYSTEM, turns=(turn,), task=task, is_parallel=is_parallel,
        )  # fmt: skip
        try:
            outcome = play(blueprint, small_catalogue, backend=backend, checks_steps=checks_steps, **options)
        except DialogueFailed as failed:
            outcome = failed
        assert backend.is_finished
        return outcome, backend

    return played


def complaints(backend, kind=AssistantRequest):
    return [request.complaint for request in of_class(backend, kind) if request.complaint]


def test_the_user_speaks_once_and_the_assistant_moves_until_all_is_done(trajectory):
    dialogue, backend = trajectory(STATED, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert [role for role, _ in words(dialogue.messages)] == [
        "system", "user", "assistant", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert [message.reasoning for message in dialogue.messages if message.role == "assistant"] == [
        SEARCH.reasoning, BOOK.reasoning, DONE.reasoning,
    ]  # fmt: skip
    assert findings_in(dialogue) == ()
    assert of_class(backend, UserRequest) == []


def test_the_dialogue_says_what_it_was_made_from_and_nothing_of_the_sub_tasks(trajectory):
    dialogue, _ = trajectory(STATED, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert dialogue.meta == {
        "mode": "button", "composition": "sequential", "parallel": True, "scenario": "Planning a weekend away",
        "style": "plain", "plan": "none", "turn_kinds": ["tool_request"],
    }  # fmt: skip
    assert "Book it." not in dialogue.model_dump_json()


def test_who_is_asked_knows_what_he_is_to_know(trajectory):
    _, backend = trajectory(
        STATED, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE, is_parallel=False, checks_steps=False
    )

    (stated,) = of_class(backend, StatementRequest)
    asked = of_class(backend, AssistantRequest)
    assert (stated.key, stated.task, stated.style, stated.system) == ("d1/statement", TASK, "plain", SYSTEM)
    assert all(request.task == TASK and request.wants_reasoning and not request.is_parallel for request in asked)
    assert [request.key for request in asked] == ["d1/2#0", "d1/4#0", "d1/6#0"]
    assert {(request.turn_start, request.turns_left) for request in asked} == {(1, 0)}


# --- the statement --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  ", "said nothing"),
        ("Find a hotel in Porto and book it.", "does not state Lisbon"),
        ("1. Find a hotel in Lisbon.\n2. Book it.", "lists steps"),
        ("First, find a hotel in Lisbon. Second, book it.", "lists steps"),
        ("User: Find a hotel in Lisbon.\nAssistant: Done.", "like a script"),
        ("Use search_hotels for Lisbon and book one.", "search_hotels"),
        (f"Find a hotel in Lisbon and book it. {'Please. ' * 200}", "words"),
    ],
)
def test_a_statement_that_is_none_is_asked_for_again(trajectory, text, reason):
    _, backend = trajectory(StatementAnswer(text=text), STATED, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert [request.key for request in of_class(backend, StatementRequest)] == ["d1/statement", "d1/statement#1"]
    assert reason in complaints(backend, StatementRequest)[0]


def test_a_statement_without_a_name_is_taken_in_the_end(trajectory):
    vague = StatementAnswer(text="Find me a hotel there and book it.")
    elsewhere = thinks("I look around.", ("search_hotels", {}))

    failed, backend = trajectory(vague, vague, vague, *[elsewhere] * 3)

    assert len(complaints(backend, StatementRequest)) == 2
    assert failed.stage == "assistant"


def test_a_statement_may_say_values_as_people_say_them():
    task = TASK.model_copy(update={"text": "Book 2 rooms in Lisbon for 4 March 2026 at 18:30."})

    assert unstated("Two rooms in Lisbon for Wednesday, March 4, 6:30 pm", task, system=SYSTEM) == ()
    assert unstated("Three rooms in Lisbon for Wednesday, March 4, 6:30 pm", task, system=SYSTEM) == ("2",)


def test_a_user_who_never_states_the_task_fails_the_dialogue(trajectory):
    failed, _ = trajectory(*[StatementAnswer(text="- Find.\n- Book.")] * 3)

    assert (failed.reason, failed.stage, failed.check) == (EndReason.STEP_FAILED, "user", "user_words")


# --- order, and what is left ----------------------------------------------------------------------------------------


def test_a_call_before_what_it_needs_is_made_again(trajectory):
    early = thinks("I book.", ("book_hotel", {"hotel_id": "HT-2041"}))

    dialogue, backend = trajectory(STATED, early, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert "book_hotel comes before what it needs the outcome of: Find a hotel in Lisbon." in complaints(backend)[0]
    assert findings_in(dialogue) == ()


def test_a_function_that_serves_nothing_is_not_called(trajectory):
    stray = thinks("The weather first.", ("get_weather", {"city": "Lisbon"}))

    _, backend = trajectory(STATED, stray, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert "get_weather serves nothing that was asked for" in complaints(backend)[0]


def test_words_before_all_is_done_are_told_what_is_left(trajectory):
    _, backend = trajectory(STATED, SEARCH, gives(HOTELS), tells("HT-2041 is free."), BOOK, gives(BOOKED), DONE)

    assert "this is still to be done: Book it" in complaints(backend)[0]


def test_a_question_is_told_that_nobody_will_answer(trajectory):
    _, backend = trajectory(STATED, tells("Which nights?"), SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert "nobody will answer" in complaints(backend)[0]


def test_an_outcome_that_ends_in_a_question_is_said_again_and_taken_in_the_end(trajectory):
    asking = tells("HT-2041 is booked as BK-7310. Shall I do more?")

    dialogue, backend = trajectory(STATED, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), asking, asking, asking)

    assert len(complaints(backend)) == 2
    assert dialogue.messages[-1].content == asking.text


@pytest.mark.parametrize("checks_steps", [True, False])
def test_a_task_that_is_left_half_done_fails_whoever_plays(trajectory, checks_steps):
    failed, _ = trajectory(STATED, SEARCH, gives(HOTELS), *[tells("HT-2041 is free.")] * 3, checks_steps=checks_steps)

    assert (failed.reason, failed.stage, failed.check) == (EndReason.STEP_FAILED, "assistant", "missing_call")


def test_a_value_that_nothing_states_is_not_to_be_asked_for(trajectory):
    invented = thinks("I look.", ("search_hotels", {"city": "Porto"}))

    _, backend = trajectory(STATED, invented, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert "nothing states /city" in complaints(backend)[0]
    assert "ask the user" not in complaints(backend)[0]


def test_a_task_that_does_not_come_to_an_end_is_given_up(trajectory):
    searches = [
        part
        for number in range(20)
        for part in (thinks("Again.", ("search_hotels", {"city": ("Lisbon", "lisbon")[number % 2]})), gives(HOTELS))
    ]
    # One step for each of two functions, and the spare ones; then comes the move that is one too many.
    failed, _ = trajectory(STATED, *searches[: 2 * 6], searches[0], checks_steps=False)

    assert (failed.reason, failed.stage) == (EndReason.TURN_LIMIT, "dialogue")


# --- calls at once --------------------------------------------------------------------------------------------------

TWO = TASK.model_copy(
    update={
        "text": "Find hotels in Lisbon and Porto.",
        "subtasks": (
            SubTask(id="s1", text="Find hotels in Lisbon.", functions=("search_hotels",)),
            SubTask(id="s2", text="Find hotels in Porto.", functions=("search_hotels",)),
        ),
    }
)
BOTH = thinks("Both at once.", ("search_hotels", {"city": "Lisbon"}), ("search_hotels", {"city": "Porto"}))
LISBON, PORTO = (thinks("One.", one) for one in (("search_hotels", {"city": city}) for city in ("Lisbon", "Porto")))
TOLD = tells("One in Lisbon, HT-2041, and none in Porto.")
SAID = StatementAnswer(text="Find hotels in Lisbon and Porto.")


def test_calls_that_need_nothing_from_each_other_may_be_made_at_once(trajectory):
    dialogue, _ = trajectory(SAID, BOTH, gives(HOTELS), gives({"hotels": []}), TOLD, task=TWO)

    assert len(dialogue.messages[2].tool_calls) == 2


def test_where_one_call_at_a_time_is_allowed_two_are_made_again(trajectory):
    dialogue, backend = trajectory(
        SAID, BOTH, LISBON, gives(HOTELS), PORTO, gives({"hotels": []}), TOLD, task=TWO, is_parallel=False
    )

    assert "only one call at a time" in complaints(backend)[0]
    assert dialogue.meta["parallel"] is False


# --- thoughts -------------------------------------------------------------------------------------------------------


def test_the_first_calls_want_a_thought_and_are_taken_without_one_in_the_end(trajectory):
    bare = thinks("", ("search_hotels", {"city": "Lisbon"}))

    dialogue, backend = trajectory(
        STATED,
        bare,
        bare,
        bare,
        gives(HOTELS),
        thinks("", ("book_hotel", {"hotel_id": "HT-2041"})),
        gives(BOOKED),
        DONE,
    )

    assert "write down your plan" in complaints(backend)[0]
    assert dialogue.messages[2].reasoning == ""


@pytest.mark.parametrize(
    "thought",
    [
        "Sub-task 1 comes first.",
        "As the subtasks say, I search.",
        "I go on with s1.",
        "The hint says to search.",
        "I was given a list of what to do.",
        "According to the guidance I search.",
    ],
)
def test_a_thought_that_shows_what_was_known_beforehand_is_thought_again(trajectory, thought):
    leaking = thinks(thought, ("search_hotels", {"city": "Lisbon"}))

    dialogue, backend = trajectory(STATED, leaking, SEARCH, gives(HOTELS), BOOK, gives(BOOKED), DONE)

    assert "told beforehand" in complaints(backend)[0]
    assert thought not in dialogue.model_dump_json()


def test_what_the_user_said_himself_is_no_hint(trajectory):
    task = TASK.model_copy(update={"text": "Find a hotel in Lisbon and book room s1 there."})
    said = StatementAnswer(text="Find a hotel in Lisbon and book room s1 there.")
    thought = thinks("A hotel in Lisbon, then room s1.", ("search_hotels", {"city": "Lisbon"}))

    dialogue, backend = trajectory(said, thought, gives(HOTELS), BOOK, gives(BOOKED), DONE, task=task)

    assert complaints(backend) == []
    assert dialogue.ended is EndReason.COMPLETED


# --- planned calls --------------------------------------------------------------------------------------------------


def test_calls_are_paired_with_the_planned_ones_and_repeated_ones_numbered(trajectory):
    each = PlannedArgument(pointer="/hotel_id", source="result", call="c1", path="/hotels/*/hotel_id", pick="each")
    steps = (
        PlannedStep(calls=(PlannedCall(id="c1", tool="search_hotels"),)),
        PlannedStep(calls=(PlannedCall(id="c2", tool="book_hotel", arguments=(each,)),)),
    )
    task = TASK.model_copy(
        update={"subtasks": (TASK.subtasks[0], TASK.subtasks[1].model_copy(update={"is_repeated": True}))}
    )
    booking = thinks(
        "Each.", *(("book_hotel", {"hotel_id": one["hotel_id"]}) for one in ENTRIES["hotels"]),
        planned=("c2@0", "c2@1"),
    )  # fmt: skip

    _, backend = trajectory(
        STATED, SEARCH, gives(ENTRIES), booking, gives(BOOKED), gives({"booking_id": "BK-7311"}),
        tells("Both are booked, BK-7310 and BK-7311."), task=task, steps=steps, checks_steps=False,
    )  # fmt: skip

    assert of_class(backend, AssistantRequest)[-1].call_ids == (
        ("c1", "call_1"), ("c2@0", "call_2"), ("c2@1", "call_3"),
    )  # fmt: skip
