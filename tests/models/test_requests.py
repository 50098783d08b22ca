import os
from pathlib import Path

import pytest

from toolgraph.dialogue.blueprint import PlannedStep, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.models.offline.backend import RULES
from toolgraph.models.request import placeholders
from toolgraph.models.requests import (
    REQUESTS,
    AssistantRequest,
    Fact,
    PlanRequest,
    ToolRequest,
    UserRequest,
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
SECRET = PlannedTurn(
    kind="tool_request", intent="Find a place to stay.", steps=(PlannedStep(calls=()),), withheld=("/planned",)
)
EXAMPLES = {
    PlanRequest: PlanRequest(
        key="d1",
        tools=(SEARCH, BOOK),
        edges=(Edge("P-R", "search_hotels", "book_hotel", "/hotel_id", "/hotel_id", 0.97),),
        system=SYSTEM,
        target_turns=4,
        plan_style="grounded",
    ),
    UserRequest: UserRequest(
        key="d1/4#0",
        tools=(SEARCH, BOOK),
        style="terse",
        turn=SECRET,
        turn_number=1,
        turns_left=2,
        asked_back=True,
        messages=MESSAGES,
        past=(SECRET,),
        call_ids=(("t0c0", "call_1"),),
    ),
    AssistantRequest: AssistantRequest(
        key="d1/4#1",
        tools=(SEARCH, BOOK),
        messages=MESSAGES[:-1],
        turn=SECRET,
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
}
"""One small request of each class."""

UNSHOWN = {
    PlanRequest: {"key"},
    UserRequest: {"key", "past", "call_ids"},
    AssistantRequest: {"key", "turn", "turn_start", "turns_left", "call_ids"},
    ToolRequest: {"key"},
}
"""What a language model is not shown: how requests are told apart, and what only rules may know."""


def test_every_request_has_an_example_here():
    assert set(EXAMPLES) == set(REQUESTS)


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_prompt_shows_the_fields_of_its_request_but_for_those_a_model_must_not_see(request_class):
    assert placeholders(request_class.prompt) == set(request_class.model_fields) - UNSHOWN[request_class]


@pytest.mark.parametrize("request_class", REQUESTS)
def test_every_request_has_an_offline_rule(request_class):
    assert callable(RULES[request_class])
    assert set(RULES) == set(REQUESTS)


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_prompt_reads_as_its_golden_file(request_class):
    path = GOLDEN / f"{request_class.prompt}.md"
    rendered = EXAMPLES[request_class].render()
    if REWRITE:
        path.write_text(rendered, encoding="utf-8")

    assert rendered == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("request_class", REQUESTS)
def test_dollar_signs_and_braces_in_what_is_filled_in_stay(request_class):
    rendered = EXAMPLES[request_class].render()

    if request_class is not ToolRequest:
        assert "Costs $5 {each}" in rendered
        assert "東京" in rendered
    assert "$$" not in rendered


def test_what_only_rules_may_know_is_in_no_prompt():
    for request_class in (UserRequest, AssistantRequest):
        rendered = EXAMPLES[request_class].render()

        assert "/planned" not in rendered
        assert "t0c0" not in rendered


def test_the_need_is_shown_to_the_user_and_not_to_the_assistant():
    assert "Find a place to stay." in EXAMPLES[UserRequest].render()
    assert "Find a place to stay." not in EXAMPLES[AssistantRequest].render()


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_complaint_is_passed_on(request_class):
    request = EXAMPLES[request_class].model_copy(update={"complaint": "the last answer was no JSON"})

    assert "the last answer was no JSON" in request.render()


@pytest.mark.parametrize("request_class", REQUESTS)
def test_a_request_survives_being_written_and_read(request_class):
    request = EXAMPLES[request_class]

    assert request_class.model_validate_json(request.model_dump_json()) == request
