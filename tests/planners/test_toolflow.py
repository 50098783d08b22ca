import collections

import pytest

from agents.engine import play
from planners.system import system_message
from planners.toolflow import MOST_SHOWN, PlanOptions, plan_dialogue
from tests.fakes import ListeningBackend, ScriptedBackend, play_offline, sample_of
from toolgraph.dialogue.blueprint import Blueprint, PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.record import Usage
from toolgraph.dialogue.spoken import today_in
from toolgraph.errors import AnswerError, BudgetReached, EndpointError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.styles import styles
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed
from toolgraph.models.requests import AssistantAnswer, PlainCall, PlanAnswer, ToolAnswer, UserAnswer
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import load_tools, parse_tools
from toolgraph.tools.spec import ToolSpec

SAMPLES = 40


@pytest.fixture(scope="module")
def samples() -> list[tuple[ToolSpec, ...]]:
    """Samples of two to six tools of the shipped catalogue: neighbours of one domain, often with a stranger."""
    domains = collections.defaultdict(list)
    for tool in load_tools([data_dir() / "tools"]):
        domains[tool.origin.category or tool.origin.file].append(tool)
    drawn = []
    for number in range(SAMPLES):
        chooser = rng(3, "sample", number)
        home, abroad = chooser.sample(sorted(domains), 2)
        tools = chooser.sample(domains[home], chooser.randint(2, 5))
        drawn.append((*tools, *chooser.sample(domains[abroad], chooser.randint(0, 1))))
    return drawn


def blueprint_of(tools, *, id="d1", seed=7, **options) -> Blueprint:
    return plan_dialogue(
        sample_of(tools), id=id, seed=seed, backend=OfflineBackend(seed), options=PlanOptions(**options)
    )


@pytest.fixture
def blueprints(samples) -> list[Blueprint]:
    return [blueprint_of(tools, id=f"d{number}") for number, tools in enumerate(samples)]


def steps_of(blueprint: Blueprint) -> list[PlannedStep]:
    return [step for turn in blueprint.turns for step in turn.steps]


# --- laws of a plan -------------------------------------------------------------------------------------------------


def test_a_plan_calls_only_tools_that_are_offered(samples, blueprints):
    for tools, blueprint in zip(samples, blueprints, strict=True):
        called = {call.tool for step in steps_of(blueprint) for call in step.calls}

        assert called
        assert called <= {tool.name for tool in tools} == set(blueprint.tools)


def test_a_result_that_is_used_belongs_to_an_earlier_step(blueprints):
    used = 0
    for blueprint in blueprints:
        made: set[str] = set()
        for step in steps_of(blueprint):
            for call in step.calls:
                for argument in call.arguments:
                    if argument.source == "result":
                        used += 1
                        assert argument.call in made
            made |= {call.id for call in step.calls}
    assert used > SAMPLES


def test_planned_calls_have_ids_of_their_own(blueprints):
    for blueprint in blueprints:
        ids = [call.id for step in steps_of(blueprint) for call in step.calls]

        assert len(ids) == len(set(ids))


def test_every_required_argument_of_a_planned_call_has_a_source(samples, blueprints):
    for tools, blueprint in zip(samples, blueprints, strict=True):
        by_name = {tool.name: tool for tool in tools}
        for step in steps_of(blueprint):
            for call in step.calls:
                given = {argument.pointer.split("/")[1] for argument in call.arguments}
                assert set(by_name[call.tool].input_schema.get("required", ())) <= given


def test_what_is_withheld_is_required_and_would_have_come_from_the_user(samples, blueprints):
    withheld = 0
    for tools, blueprint in zip(samples, blueprints, strict=True):
        by_name = {tool.name: tool for tool in tools}
        for turn in blueprint.turns:
            assert (turn.kind == "missing_parameter") == bool(turn.withheld)
            for pointer in turn.withheld:
                withheld += 1
                (call,) = turn.steps[0].calls
                assert pointer[1:].split("/")[0] in by_name[call.tool].input_schema["required"]
                assert {argument.pointer: argument.source for argument in call.arguments}[pointer] == "user"
    assert withheld > 3


@pytest.mark.parametrize("target", [1, 2, 5, 6])
@pytest.mark.parametrize("plan_style", ["grounded", "none"])
def test_the_user_speaks_exactly_as_often_as_asked(samples, plan_style, target):
    options = PlanOptions(plan_style=plan_style, min_turns=target, max_turns=target)
    for number, tools in enumerate(samples[:30]):
        dialogue = play_offline(tools, id=f"d{number}", options=options)

        assert sum(message.role == "user" for message in dialogue.messages) == target
        assert len(dialogue.meta["turn_kinds"]) == target


def test_the_user_speaks_exactly_as_often_as_asked_where_the_plan_holds_needs_only(samples):
    options = PlanOptions(plan_style="intents", min_turns=5, max_turns=5)
    for number, tools in enumerate(samples):
        dialogue = play_offline(tools, id=f"d{number}", options=options)

        assert sum(message.role == "user" for message in dialogue.messages) == 5


def test_a_withheld_value_makes_two_user_messages_of_one_turn(samples, blueprints):
    turns = [turn for blueprint in blueprints for turn in blueprint.turns]
    assert any(turn.withheld for turn in turns)

    for blueprint in blueprints:
        assert sum(2 if turn.withheld else 1 for turn in blueprint.turns) == blueprint.target_turns


def test_few_tools_get_no_more_turns_than_they_can_fill(small_catalogue):
    for number in range(20):
        blueprint = blueprint_of(small_catalogue[:1], id=f"d{number}", min_turns=2, max_turns=9)

        assert blueprint.target_turns == 2


def test_chitchat_is_a_small_part_and_never_opens_a_dialogue(blueprints):
    kinds = [turn.kind for blueprint in blueprints for turn in blueprint.turns]

    assert 0 < kinds.count("chitchat") < 0.25 * len(kinds)
    assert all(blueprint.turns[0].kind != "chitchat" for blueprint in blueprints)


def test_turns_say_how_they_are_connected(blueprints):
    links = collections.Counter(turn.link for blueprint in blueprints for turn in blueprint.turns[1:])

    assert all(blueprint.turns[0].link == "opening" for blueprint in blueprints)
    assert {"result", "transition"} <= set(links)
    assert "opening" not in links


def test_plans_chain_and_run_in_parallel(blueprints):
    requests = [turn for blueprint in blueprints for turn in blueprint.turns if turn.kind != "chitchat"]
    steps = [step for turn in requests for step in turn.steps]

    # These samples are neighbours in the catalogue, not chosen for chains; benchmarks/generation.py holds the target.
    assert sum(len(turn.steps) > 1 for turn in requests) > 0.2 * len(requests)
    assert sum(len(step.calls) > 1 for step in steps) > 0.1 * len(steps)


def test_nobody_points_by_place_at_a_list_still_to_come(blueprints):
    turns = [turn for blueprint in blueprints for turn in blueprint.turns]
    pairs = [
        (turn, argument) for turn in turns for step in turn.steps for call in step.calls for argument in call.arguments
    ]
    own = {id(turn): {call.id for step in turn.steps for call in step.calls} for turn in turns}
    picks = {argument.pick for turn, argument in pairs if argument.pick and argument.call in own[id(turn)]}

    assert {pick.partition(":")[0] for pick in picks} <= {"min", "max", "0", "1"}
    assert any(":" in pick for pick in picks)


def test_no_call_is_planned_twice_while_there_is_something_else_to_ask(blueprints):
    contents = [
        (blueprint.id, call.tool, call.model_dump_json(exclude={"id"}))
        for blueprint in blueprints
        for step in steps_of(blueprint)
        for call in step.calls
        if call.arguments
    ]

    assert len(set(contents)) > 0.98 * len(contents)


# --- options --------------------------------------------------------------------------------------------------------


def test_styles_are_drawn_from_those_asked_for(small_catalogue):
    drawn = {blueprint_of(small_catalogue, id=f"d{n}", styles=("terse", "formal")).style for n in range(20)}

    assert drawn == {"terse", "formal"}


def test_without_a_wish_every_style_comes_up(small_catalogue):
    drawn = {blueprint_of(small_catalogue, id=f"d{n}", plan_style="none").style for n in range(120)}

    assert drawn == set(styles())


def test_an_intents_plan_holds_needs_and_nothing_else(samples):
    for number, tools in enumerate(samples):
        blueprint = blueprint_of(tools, id=f"d{number}", plan_style="intents")

        assert len(blueprint.turns) >= 1
        for turn in blueprint.turns:
            assert turn.intent
            assert (turn.steps, turn.withheld) == ((), ())
            assert not any(tool.name in turn.intent for tool in tools if "_" in tool.name)


def test_without_a_plan_nobody_is_asked_for_one(small_catalogue):
    backend = ScriptedBackend([])

    blueprint = plan_dialogue(
        sample_of(small_catalogue), id="d1", seed=7, backend=backend, options=PlanOptions(plan_style="none")
    )

    assert (blueprint.turns, backend.requests) == ((), [])
    assert 3 <= blueprint.target_turns <= 6


def test_the_request_for_a_plan_says_what_is_known(small_catalogue):
    backend = ListeningBackend(OfflineBackend(7))

    blueprint = plan_dialogue(sample_of(small_catalogue), id="d1", seed=7, backend=backend, options=PlanOptions())

    (request,) = backend.requests
    assert request.target_turns == blueprint.target_turns
    assert request.system == blueprint.system
    assert request.plan_style == "grounded"
    assert [tool.name for tool in request.tools] == [tool.name for tool in small_catalogue]


def test_the_same_seed_gives_the_same_blueprint_and_another_seed_another(small_catalogue):
    first, again, other = (blueprint_of(small_catalogue, seed=seed) for seed in (7, 7, 8))

    assert first == again
    assert first != other


@pytest.mark.parametrize("plan_style", ["grounded", "intents", "none"])
def test_forty_samples_of_the_shipped_catalogue_make_dialogues_that_pass_every_check(samples, plan_style):
    for number, tools in enumerate(samples):
        dialogue = play_offline(tools, id=f"{plan_style}{number}", options=PlanOptions(plan_style=plan_style))

        assert findings_in(dialogue) == ()


# --- asking again --------------------------------------------------------------------------------------


SEARCH = PlannedTurn(
    kind="tool_request",
    intent="Find a place to stay.",
    steps=(
        PlannedStep(
            calls=(
                PlannedCall(
                    id="a",
                    tool="search_hotels",
                    arguments=(PlannedArgument(pointer="/city", source="user", value="Lisbon"),),
                ),
            )
        ),
    ),
)
GOOD = PlanAnswer(turns=(SEARCH,))
EMPTY = PlanAnswer(turns=())
ONE_TURN = PlanOptions(min_turns=1, max_turns=1)


def planned(tools, answers, options=ONE_TURN):
    backend = ScriptedBackend(answers)
    blueprint = plan_dialogue(sample_of(tools), id="d1", seed=7, backend=backend, options=options)
    return blueprint, backend.requests


def test_a_plan_that_cannot_be_used_is_asked_for_again_with_what_is_wrong_with_it(small_catalogue):
    blueprint, requests = planned(small_catalogue, [EMPTY, GOOD])

    assert blueprint.turns == (SEARCH,)
    assert [request.complaint for request in requests] == [
        "",
        'the plan holds no request for a tool. It was: {"turns":[]}',
    ]
    assert [request.key for request in requests] == ["d1", "d1#1"]


def test_whoever_plans_again_is_shown_the_plan_that_was_refused_as_far_as_it_is_not_very_long(small_catalogue):
    chat = PlanAnswer(turns=(PlannedTurn(kind="chitchat", intent="Say thanks."),))
    long = PlanAnswer(turns=(PlannedTurn(kind="chitchat", intent="Thank you. " * MOST_SHOWN),))

    _, requests = planned(small_catalogue, [chat, long, GOOD])

    _, after_chat, after_long = (request.complaint for request in requests)
    assert after_chat.endswith('. It was: {"turns":[{"kind":"chitchat","intent":"Say thanks."}]}')
    assert "Thank you. Thank you." in after_long
    assert after_long.endswith("…")
    assert len(after_long) < MOST_SHOWN + 200


def test_an_answer_that_is_no_plan_is_asked_for_again(small_catalogue):
    failed = AnswerFailed("was cut off", check="cut", raw="{", usage=Usage(requests=3, prompt_tokens=70))

    blueprint, requests = planned(small_catalogue, [failed, AnswerError("nothing came"), GOOD])

    assert [request.complaint for request in requests] == ["", "was cut off", "nothing came"]
    assert blueprint.usage == Usage(requests=4, prompt_tokens=80, completion_tokens=3)


def test_what_is_wrong_with_the_last_of_three_plans_is_told_with_the_plan_and_what_they_consumed(small_catalogue):
    with pytest.raises(AnswerFailed, match="no request") as failed:
        planned(small_catalogue, [EMPTY] * 3)

    assert (failed.value.check, failed.value.raw) == ("plan", '{"turns":[]}')
    assert failed.value.usage == Usage(requests=3, prompt_tokens=30, completion_tokens=9)


def test_a_plan_that_the_server_refuses_is_not_asked_for_again(small_catalogue):
    with pytest.raises(AnswerFailed, match="too long"):
        planned(small_catalogue, [ServerRefusal("too long", status=400)])


@pytest.mark.parametrize("error", [EndpointError("gone"), BudgetReached("spent")])
def test_what_concerns_the_whole_run_is_not_taken_for_a_bad_plan(small_catalogue, error):
    with pytest.raises(type(error)):
        planned(small_catalogue, [error])


def test_the_usage_of_a_plan_becomes_part_of_the_dialogues_and_is_not_written_with_the_plan(small_catalogue):
    blueprint, _ = planned(small_catalogue, [GOOD])
    told = [
        UserAnswer(text="Anything in Lisbon?"),
        AssistantAnswer(calls=(PlainCall(tool="search_hotels", arguments={"city": "Lisbon"}),)),
        ToolAnswer(result={"hotels": []}),
        AssistantAnswer(text="Nothing there."),
    ]

    dialogue = play(blueprint, small_catalogue, backend=ScriptedBackend(told))

    assert dialogue.usage.requests == 5
    assert "usage" not in blueprint.model_dump_json()


def test_needs_without_calls_are_a_plan_of_intents(small_catalogue):
    need = SEARCH.model_copy(update={"steps": ()})

    blueprint, _ = planned(
        small_catalogue, [PlanAnswer(turns=(need,))], PlanOptions(plan_style="intents", min_turns=1, max_turns=1)
    )

    assert blueprint.turns == (need,)


# --- the system message ---------------------------------------------------------------------------------------------


def test_the_system_message_tells_todays_date(small_catalogue):
    days = {today_in(system_message(small_catalogue, seed=7, id=f"d{number}")) for number in range(40)}

    assert None not in days
    assert len(days) > 20


def test_the_system_message_holds_a_credential_for_each_credential_parameter():
    key = {"type": "string", "description": "API key"}
    tools = parse_tools(
        [{"name": "a", "parameters": {"type": "object", "properties": {"api_key": key}}}, {"name": "b"}], where="test"
    )

    with_key, without = system_message(tools[:1], seed=7, id="d"), system_message(tools[1:], seed=7, id="d")

    assert "api key: " in with_key
    assert without.count("\n") == 0


def test_what_a_rule_plans_may_be_left_to_the_checks_of_the_dialogue_but_for_a_plan_without_requests(small_catalogue):
    small_talk = PlanAnswer(turns=(PlannedTurn(kind="chitchat", intent="Say hello."),) * 3)
    odd = PlanAnswer(turns=(PlannedTurn(kind="tool_request", intent="Call search_hotels."),) * 3)
    options = PlanOptions(plan_style="intents")

    def planned(*answers):
        backend = ScriptedBackend(answers)
        return plan_dialogue(
            sample_of(small_catalogue), id="d1", seed=7, backend=backend, options=options, attempts=1, checks_plan=False
        )

    assert planned(odd).turns == odd.turns
    with pytest.raises(AnswerFailed):
        planned(small_talk)
