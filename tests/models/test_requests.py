import os
import re
from pathlib import Path
from typing import get_args

import pytest

from planners.task_validity import composition_errors
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.task import Composition, CompositionalTask, DataFlow, SubTask
from toolgraph.models import requests
from toolgraph.models.compositions import example_of, rule_of
from toolgraph.models.confirming import EdgeRequest
from toolgraph.models.filling import FillRequest
from toolgraph.models.judging import JudgeRequest
from toolgraph.models.offline.backend import RULES
from toolgraph.models.request import NOW, placeholders
from toolgraph.models.requests import (
    REQUESTS,
    AssistantRequest,
    Fact,
    PlanRequest,
    ToolRequest,
    UserRequest,
)
from toolgraph.models.tasks import (
    AtomicTaskRequest,
    CompositionAnswer,
    CompositionRequest,
    ExpansionRequest,
    ExtractionRequest,
    FilterRequest,
    FunctionsRequest,
    StatementRequest,
)
from toolgraph.tools.edges import Edge
from toolgraph.tools.spec import ToolSpec

GOLDEN = Path(__file__).with_name("golden")
REWRITE = os.environ.get("TOOLGRAPH_REWRITE_GOLDEN") == "1"
"""Set to write the golden files anew; look at the difference before it is committed."""

CITY = {"type": "string", "description": "Name of the city, in any language: 東京"}
SEARCH = ToolSpec(
    name="search_hotels",
    description="Search hotels in a city. Costs $5 {each}.",
    parameters={"type": "object", "properties": {"city": CITY}, "required": ["city"]},
    returns={"type": "object", "properties": {"hotel_id": {"type": "string"}}},
)
BOOK = ToolSpec(name="book_hotel", parameters={"type": "object", "properties": {"hotel_id": {"type": "string"}}})
SYSTEM = "Today is Monday, 2026-03-02."
MESSAGES = (
    Message(role="system", content=SYSTEM),
    Message(role="user", content="A hotel in Lisbon for under $100?"),
    Message(
        role="assistant", tool_calls=(ToolCall(id="call_1", name="search_hotels", arguments='{"city": "Lisbon"}'),)
    ),
    Message(role="tool", content='{"hotel_id": "HT-2041"}', tool_call_id="call_1"),
    Message(role="assistant", content="HT-2041 is free. Which nights?"),
)
FIRST = PlannedTurn(kind="tool_request", intent="Find a place to stay.")
LAST = PlannedTurn(kind="chitchat", intent="Thank the assistant.")
TURN = PlannedTurn(
    kind="missing_parameter",
    intent="Take a room there.",
    steps=(
        PlannedStep(
            calls=(
                PlannedCall(
                    id="t1c0",
                    tool="search_hotels",
                    arguments=(
                        PlannedArgument(pointer="/city", source="user", value="Lisbon", is_carried=True),
                        PlannedArgument(pointer="/stars", source="user", value=4),
                        PlannedArgument(pointer="/has_pool", source="inferred", value=True),
                        PlannedArgument(pointer="/api_key", source="context", value="a1b2c3d4"),
                    ),
                ),
            )
        ),
        PlannedStep(
            calls=(
                PlannedCall(
                    id="t1c1",
                    tool="book_hotel",
                    arguments=(
                        PlannedArgument(
                            pointer="/hotel_id", source="result", call="t1c0", path="/*/hotel_id", pick="min:/price"
                        ),
                    ),
                ),
            )
        ),
    ),
    withheld=("/stars",),
)
PLAN = PlanRequest(
    key="d1",
    tools=(SEARCH, BOOK),
    edges=(
        Edge("P-R", "search_hotels", "book_hotel", "/hotel_id", "/hotel_id", 0.97),
        Edge("P-P", "search_hotels", "book_hotel", "/city", "/place", 0.91),
    ),
    system=SYSTEM,
    target_turns=4,
    plan_style="grounded",
)
USER = UserRequest(
    key="d1/5#0",
    tools=(SEARCH, BOOK),
    style="terse",
    turn=TURN,
    turn_number=1,
    turns_left=1,
    asked_back=False,
    messages=MESSAGES,
    plan=(FIRST, TURN, LAST),
    past=(FIRST,),
    call_ids=(("t0c0", "call_1"),),
)
TASK = CompositionalTask(
    id="d1",
    scenario="Planning a weekend away",
    composition="conditional",
    text="If a hotel in Lisbon costs less than 100, book it from Friday; otherwise remind me to look again.",
    subtasks=(
        SubTask(id="s1", text="Find hotels in Lisbon.", functions=("search_hotels",)),
        SubTask(id="s2", text="Decide whether one costs less than 100.", needs=("s1",), is_own_work=True),
        SubTask(
            id="s3", text="Book it from Friday.", needs=("s1", "s2"), branch="then", functions=("book_hotel",)
        ),
        SubTask(id="s4", text="Set a reminder.", needs=("s2",), branch="else", functions=("set_reminder",)),
    ),
    flows=(
        DataFlow(giver="s1", taker="s2", name="the prices", returned="/hotels/*/price"),
        DataFlow(giver="s1", taker="s3", name="the cheapest", returned="/hotels/*/hotel_id", parameter="/hotel_id"),
        DataFlow(giver="s2", taker="s3", name="whether it is cheap"),
    ),
)  # fmt: skip
ABOUT = {"key": "d1", "scenario": TASK.scenario, "composition": "conditional", "depth": 3, "system": SYSTEM}
EXAMPLES = {
    PlanRequest: PLAN,
    UserRequest: USER,
    AssistantRequest: AssistantRequest(
        key="d1/4#1",
        tools=(SEARCH, BOOK),
        messages=MESSAGES[:-1],
        turn=TURN,
        turn_start=1,
        turns_left=2,
        call_ids=(("t0c0", "call_1"),),
        complaint="book_hotel: nothing states /hotel_id",
    ),
    ToolRequest: ToolRequest(
        key="d1",
        tool=BOOK,
        arguments={"hotel_id": "HT-2041"},
        system=SYSTEM,
        facts=(Fact(tool=SEARCH, arguments={"city": "Lisbon"}, result={"hotel_id": "HT-2041"}),),
    ),
    JudgeRequest: JudgeRequest(key="d1/judge", tools=(SEARCH, BOOK), messages=MESSAGES),
    FillRequest: FillRequest(
        key="fill/book_hotel",
        tool=BOOK,
        places=("/description", "/parameters/properties/hotel_id/description"),
        wants_returns=True,
    ),
    EdgeRequest: EdgeRequest.about(
        Edge("P-R", "search_hotels", "book_hotel", "/hotel_id", "/hotel_id", 0.97), SEARCH, BOOK
    ),
    ExtractionRequest: ExtractionRequest(key="scenario/0", messages=MESSAGES),
    ExpansionRequest: ExpansionRequest(key="scenario/0", scenario=TASK.scenario),
    AtomicTaskRequest: AtomicTaskRequest(**ABOUT),
    CompositionRequest: CompositionRequest(**ABOUT, task="Find hotels in Lisbon."),
    FilterRequest: FilterRequest(**ABOUT, task=TASK),
    FunctionsRequest: FunctionsRequest(**ABOUT, task=TASK),
    StatementRequest: StatementRequest(**ABOUT, task=TASK, style="terse"),
}
"""One small request of each class."""
WORKING = EXAMPLES[AssistantRequest].model_copy(update={"task": TASK, "complaint": ""})

PROMPTS = {
    **{request.prompt_name: request for request in EXAMPLES.values()},
    "plan_intents": PLAN.model_copy(update={"plan_style": "intents"}),
    "trajectory": WORKING,
}
"""One small request for each prompt file; plans have one for each style."""
VARIANTS = {
    **PROMPTS,
    "user_asked_back": USER.model_copy(update={"asked_back": True}),
    "user_without_a_plan": USER.model_copy(
        update={"plan": (PlannedTurn(kind="tool_request"),) * 3, "turn": PlannedTurn(kind="tool_request")}
    ),
    "user_chatting": USER.model_copy(update={"turn": LAST, "turn_number": 2}),
    "fill_descriptions_only": EXAMPLES[FillRequest].model_copy(update={"wants_returns": False}),
    "trajectory_one_by_one": WORKING.model_copy(update={"is_parallel": False}),
    "user_begins": USER.model_copy(update={"turn": FIRST, "turn_number": 0, "messages": ()}),
}
"""Every prompt as a golden file, those of the user in each of his situations."""

UNSHOWN = {
    PlanRequest: {"key", "plan_style", "is_real"},
    UserRequest: {"key", "past", "call_ids", "turns_left"},
    AssistantRequest: {"key", "turn", "turn_start", "turns_left", "call_ids", "wants_reasoning", "is_real"},
    ToolRequest: {"key"},
    JudgeRequest: {"key"},
    FillRequest: {"key"},
    EdgeRequest: {"key"},
    ExtractionRequest: {"key"},
    ExpansionRequest: {"key"},
    AtomicTaskRequest: {"key", "depth"},
    CompositionRequest: {"key", "depth"},
    FilterRequest: {"key", "depth", "composition"},
    FunctionsRequest: {"key", "depth", "composition", "system", "is_parallel"},
    StatementRequest: {"key", "depth", "composition", "scenario"},
    "assistant": {"task", "is_parallel"},
}
"""What a prompt does not show: how requests are told apart, and what only rules may know.

Where a class has several prompts, what one of them leaves out besides stands under its name.
"""
COMPUTED = {UserRequest: {"setting"}, CompositionRequest: {"example"}}
"""What a prompt shows beyond the fields."""


def test_every_request_has_an_example_here():
    assert set(EXAMPLES) == set(REQUESTS)


def test_every_prompt_file_belongs_to_a_request():
    files = {path.stem for path in (Path(requests.__file__).parent / "prompts").glob("*.md")}

    assert set(PROMPTS) == files


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_shows_the_fields_of_its_request_but_for_those_a_model_must_not_see(name):
    kind = type(PROMPTS[name])

    unshown = UNSHOWN[kind] | UNSHOWN.get(name, set())
    assert placeholders(name) == set(kind.model_fields) - unshown | COMPUTED.get(kind, set())


@pytest.mark.parametrize("request_class", REQUESTS)
def test_every_request_has_an_offline_rule(request_class):
    assert callable(RULES[request_class])
    assert set(RULES) == set(REQUESTS)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_prompt_reads_as_its_golden_file(name):
    path = GOLDEN / f"{name}.md"
    rendered = f"\n{NOW}\n".join(VARIANTS[name].render_parts()) + "\n"
    if REWRITE:
        path.write_text(rendered, encoding="utf-8")

    assert rendered == path.read_text(encoding="utf-8")


def test_there_is_no_golden_file_without_a_prompt():
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(VARIANTS)


@pytest.mark.parametrize("name", VARIANTS)
def test_both_parts_of_a_prompt_say_something_and_make_the_whole(name):
    lasting, now = VARIANTS[name].render_parts()

    assert lasting.strip()
    assert now.strip()
    assert VARIANTS[name].render() == f"{lasting}\n\n{now}"


@pytest.mark.parametrize("name", PROMPTS)
def test_dollar_signs_and_braces_in_what_is_filled_in_stay(name):
    rendered = PROMPTS[name].render()

    if '"search_hotels"' in rendered:
        assert "Costs $5 {each}" in rendered
        assert "東京" in rendered
    assert "$$" not in rendered


# --- who knows what -------------------------------------------------------------------------------------------------


def test_the_first_part_of_a_users_prompt_is_the_same_throughout_the_dialogue():
    later = {"turn": LAST, "turn_number": 2, "messages": MESSAGES[:3], "asked_back": True, "complaint": "no"}

    assert USER.model_copy(update=later).render_parts()[0] == USER.render_parts()[0]


def test_the_assistants_guidance_stands_without_tools_and_talk_for_a_server_that_takes_these_by_themselves():
    guidance, now = EXAMPLES[AssistantRequest].render_parts()

    assert "search_hotels" not in guidance
    assert "Lisbon" not in guidance
    assert "search_hotels" in now
    assert "A hotel in Lisbon for under $100?" in now


def test_the_assistant_is_given_no_hint_of_the_plan():
    rendered = EXAMPLES[AssistantRequest].render()

    for hint in (TURN.intent, "t1c0", "t0c0", "min:/price", "lowest price", "missing_parameter"):
        assert hint not in rendered


def test_the_user_knows_what_was_said_and_not_what_was_called_returned_or_told_in_secret():
    told = MESSAGES[0].model_copy(update={"content": f"{SYSTEM}\nCredentials:\n- api key: a1b2c3d4"})
    rendered = USER.model_copy(update={"messages": (told, *MESSAGES[1:])}).render()

    assert "you: A hotel in Lisbon for under $100?" in rendered
    assert "assistant: HT-2041 is free. Which nights?" in rendered
    assert SYSTEM in rendered
    for secret in ("call_1", '{"city": "Lisbon"}', '{"hotel_id": "HT-2041"}', "a1b2c3d4"):
        assert secret not in rendered


def test_the_user_knows_the_plan_and_how_far_it_is():
    rendered = USER.render()

    assert "1. (brought up) Find a place to stay." in rendered
    assert "2. (now) Take a room there." in rendered
    assert "3. (later) Thank the assistant." in rendered
    assert "t1c0" not in rendered


def test_the_user_is_told_the_values_to_state_in_words_and_those_kept_back_only_when_asked():
    asked = USER.model_copy(update={"asked_back": True})

    assert "Lisbon (Name of the city, in any language: 東京); it came up before" in USER.render()
    assert "yes (has pool); make that plain with words of these" in USER.render()
    assert "the one with the lowest price, of the results that turn up (hotel id)" in USER.render()
    assert "not before you are asked: stars" in USER.render()
    assert "4 (stars)" not in USER.render()
    assert "4 (stars)" in asked.render()


def test_where_the_plan_holds_needs_only_the_user_is_told_to_leave_something_out():
    turn = PlannedTurn(kind="missing_parameter", intent="Find a place to stay.")
    request = USER.model_copy(update={"turn": turn})

    asked_back = request.model_copy(update={"asked_back": True}).render()
    assert "Leave out what the item says is forgotten" in request.render()
    assert "supply now" not in request.render()
    assert "Leave out what" not in asked_back
    assert "What was left out before, supply now" in asked_back


def test_where_the_plan_holds_needs_only_the_user_makes_values_up():
    request = USER.model_copy(update={"turn": FIRST})

    assert "No values are given: make up concrete ones" in request.render()
    assert "No values are given" not in USER.render()


def test_who_speaks_after_the_assistant_takes_its_offer_up_before_anything_else():
    begins = USER.model_copy(update={"messages": MESSAGES[:1]})

    assert "asks or offers something, take that up first" in USER.render()
    assert "take that up first" not in begins.render()
    assert "The first word is yours" in begins.render()


def test_the_user_is_told_in_words_what_can_be_done_and_shown_no_definition():
    lasting, now = USER.render_parts()

    assert "- Search hotels in a city. Costs $5 {each}. It has to know: Name of the city" in lasting
    assert "- book hotel. It may be told: hotel id." in lasting
    for name in ("search_hotels", "book_hotel", "hotel_id", '"type"'):
        assert name not in lasting + now


def test_a_way_of_talking_is_described_and_not_only_named():
    spoken = USER.model_copy(update={"style": "non_native"}).render_parts()[0]

    assert "English is not your first language; short sentences of simple words" in spoken
    assert "non_native" not in spoken
    assert "in every message: very old fashioned." in USER.model_copy(update={"style": "very_old-fashioned"}).render()


def test_an_assistant_that_knows_the_task_is_told_it_without_ids_that_could_slip_out():
    guidance, now = WORKING.render_parts()

    assert "1. Find hotels in Lisbon.\n   - functions: search_hotels" in guidance
    assert "the cheapest, the outcome of 1, found at /hotels/*/hotel_id of its result, given as /hotel_id" in guidance
    assert "only if the decision comes out as no" in guidance
    assert not re.search(r"\bs[1-4]\b", guidance)
    assert "search_hotels" in now
    assert "Find hotels in Lisbon." not in now


def test_whether_calls_may_be_made_at_once_is_told_beforehand():
    alone = WORKING.model_copy(update={"is_parallel": False})

    assert "go into one message, together" in WORKING.render_parts()[0]
    assert "Make one call in each message, and never two" in alone.render_parts()[0]


def test_the_user_of_a_task_is_told_the_whole_and_none_of_its_parts():
    rendered = EXAMPLES[StatementRequest].render()

    assert TASK.text in rendered
    for hint in ("search_hotels", "s1", "Decide whether", "conditional"):
        assert hint not in rendered


def test_who_makes_tasks_is_told_the_day_and_no_instructions_to_the_assistant():
    told = EXAMPLES[AtomicTaskRequest].model_copy(update={"system": f"Be helpful. {SYSTEM} Make one call at a time."})

    assert SYSTEM in told.render()
    assert "one call at a time" not in told.render()


@pytest.mark.parametrize("composition", get_args(Composition))
def test_every_kind_of_composition_has_a_rule_and_an_example_that_our_own_checks_pass(composition):
    request = EXAMPLES[CompositionRequest].model_copy(update={"composition": composition, "depth": 4})
    example = CompositionAnswer.model_validate_json(example_of(composition))
    task = CompositionalTask(
        id="e", scenario="", composition=composition, text=example.task, subtasks=example.subtasks, flows=example.flows
    )

    assert rule_of(composition, depth=4) in request.render()
    assert "$" not in rule_of(composition, depth=4)
    assert list(composition_errors(task, depth=4, system=SYSTEM)) == []


def test_a_tool_is_told_what_was_called_beside_it():
    alone = EXAMPLES[ToolRequest]
    beside = alone.model_copy(update={"beside": (Fact(tool=BOOK, arguments={"hotel_id": "HT-1"}, result={"id": 7}),)})

    assert 'book_hotel {"hotel_id": "HT-1"} -> {"id": 7}' in beside.render()
    assert "at the same time" in beside.render()
    assert "at the same time" not in alone.render()


@pytest.mark.parametrize("name", VARIANTS)
def test_without_a_complaint_a_prompt_does_not_speak_of_one(name):
    request = VARIANTS[name].model_copy(update={"complaint": ""})

    assert "wrong with your last" not in request.render()
    assert "wrong with your last" in request.model_copy(update={"complaint": "no JSON"}).render()


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_complaint_is_passed_on(request_class):
    request = EXAMPLES[request_class].model_copy(update={"complaint": "the last answer was no JSON"})

    assert "the last answer was no JSON" in request.render()


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_request_survives_being_written_and_read(request_class):
    request = EXAMPLES[request_class]

    assert request_class.model_validate_json(request.model_dump_json()) == request
