import random

import pytest
from tasks import EVENT, FIELDS, HOURS, OPENS, answers, schema

from planners.button import ButtonOptions, plan_task
from planners.function_library import FunctionLibrary, body_of
from tests.fakes import ScriptedBackend, word_vectors
from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep
from toolgraph.models.tasks import FunctionsAnswer
from toolgraph.tools.spec import ToolSpec


def plan_with(hours=HOURS, event=EVENT, steps=(), flow=FIELDS):
    backend = ScriptedBackend(answers(functions=FunctionsAnswer(functions=(hours, event), flows=(flow,), steps=steps)))
    options = ButtonOptions(compositions={"sequential": 1.0})
    return plan_task("A day at the library", id="d000000", seed=0, index=0, backend=backend, options=options)


def changed(function, **changes):
    return function.model_copy(update=changes)


def names(plan):
    """What the plan calls its functions, wherever it does."""
    called = [call.tool for step in plan.blueprint.turns[0].steps for call in step.calls]
    taken = [name for one in plan.task.subtasks for name in one.functions]
    assert list(plan.blueprint.tools) == [tool.name for tool in plan.tools]
    assert set(called) | set(taken) <= set(plan.blueprint.tools)
    return taken


def test_what_is_new_is_taken_in_and_what_is_known_is_not():
    library = FunctionLibrary()

    first, new = library.adopt(plan_with())
    assert [tool.name for tool in new] == ["get_opening_hours", "create_event"]
    second, more = library.adopt(plan_with())

    assert more == ()
    assert second.tools[0] is library["get_opening_hours"]
    assert names(first) == names(second) == ["get_opening_hours", "create_event"]


STEPS = (
    PlannedStep(calls=(PlannedCall(id="c1", tool="fetch_opening_hours"),)),
    PlannedStep(calls=(PlannedCall(id="c2", tool="create_event", arguments=(
        PlannedArgument(pointer="/start_time", source="result", call="c1", path="/opens_at"),)),)),
)  # fmt: skip
FETCH = changed(HOURS, name="fetch_opening_hours")


@pytest.mark.parametrize("embed_texts", [None, word_vectors])
def test_nearly_the_same_function_becomes_the_one_in_the_library(embed_texts):
    library = FunctionLibrary(embed_texts=embed_texts)
    library.adopt(plan_with())
    again = changed(HOURS, description="Tell when a public building closes and opens on a day.")

    adopted, new = library.adopt(plan_with(changed(again, name="get_opening_hours_")))

    assert new == ()
    assert names(adopted) == ["get_opening_hours", "create_event"]
    assert adopted.tools[0].description == HOURS.description


def test_the_same_function_under_another_name_is_renamed_wherever_it_is_named():
    library = FunctionLibrary()
    library.adopt(plan_with())

    adopted, new = library.adopt(plan_with(FETCH, steps=STEPS))

    assert new == ()
    assert names(adopted) == ["get_opening_hours", "create_event"]
    assert adopted.blueprint.turns[0].steps[0].calls[0].tool == "get_opening_hours"


def test_functions_are_not_merged_where_a_flow_would_break():
    library = FunctionLibrary()
    library.adopt(plan_with())
    other = changed(HOURS, returns=schema(from_time=OPENS))

    adopted, new = library.adopt(plan_with(other, flow=FIELDS.model_copy(update={"returned": "/from_time"})))

    assert [tool.name for tool in new] == ["get_opening_hours_with_from_time"]
    assert names(adopted) == ["get_opening_hours_with_from_time", "create_event"]


def test_functions_are_not_merged_where_a_step_reads_what_is_not_there():
    library = FunctionLibrary()
    library.adopt(plan_with())
    more = changed(FETCH, returns=schema(opens_at=OPENS, guards={"type": "integer", "description": "Guards"}))
    reading = PlannedArgument(pointer="/title", source="result", call="c1", path="/guards")
    steps = (STEPS[0], PlannedStep(calls=(PlannedCall(id="c2", tool="create_event", arguments=(reading,)),)))

    _, new = library.adopt(plan_with(changed(more, name="get_opening_hours_"), steps=()))
    assert new == ()
    plan = plan_with(changed(more, name="get_opening_hours_"), steps=tuple(
        PlannedStep(calls=tuple(call.model_copy(update={"tool": "get_opening_hours_"}) if call.id == "c1" else call
                                for call in step.calls)) for step in steps))  # fmt: skip
    _, new = library.adopt(plan)
    assert [tool.name for tool in new] == ["get_opening_hours_"]


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (changed(HOURS, parameters=schema(building_id=OPENS)), "get_opening_hours_by_building_id"),
        (changed(HOURS, description="Tell when a museum opens."), "get_opening_hours_museum"),
        (changed(HOURS, returns=schema(opens_at=OPENS, holiday=OPENS), description="Tell when it opens."),
         "get_opening_hours_with_holiday"),
        (changed(HOURS, returns=schema(opens_at=OPENS), description="Tell when it opens."), "get_opening_hours_2"),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_gives_way_to_a_telling_one(other, name):
    library = FunctionLibrary()
    library.adopt(plan_with())

    adopted, new = library.adopt(plan_with(other))
    again, none = library.adopt(plan_with(other))

    assert [tool.name for tool in new] == [name]
    assert names(adopted) == names(again) == [name, "create_event"]
    assert none == ()


def test_names_that_cross_are_kept_apart():
    library = FunctionLibrary()
    library.adopt(plan_with())  # a task calls the event what the library calls the hours, and the other way round
    crossed, new = library.adopt(
        plan_with(changed(HOURS, name="create_event"), changed(EVENT, name="get_opening_hours"))
    )
    assert new == ()
    assert names(crossed) == ["get_opening_hours", "create_event"]


def tool(name, description):
    return ToolSpec(name=name, description=description)


def test_distractors_come_from_the_library_and_are_like_nothing_offered():
    offered = tool("find_cafes", "Find cafés that are open")
    others = [
        tool(f"get_{noun}", f"Tell the {noun}") for noun in "weather time price distance owner route menu".split()
    ]
    library = FunctionLibrary([offered, tool("cafes_find", "open are that Find cafés"), *others])

    drawn = library.distractors([offered], count=4, chooser=random.Random(1))
    everything = library.distractors([offered], count=99, chooser=random.Random(2))

    assert len({one.name for one in drawn}) == 4
    assert "cafes_find" not in {one.name for one in everything}
    assert not {"find_cafes"} & {one.name for one in everything}
    assert library.distractors([offered], count=99, chooser=random.Random(2), among=2) == ()
    assert library.distractors([offered], count=0, chooser=random.Random(1)) == ()


def test_a_name_stands_for_one_function():
    library = FunctionLibrary([tool("f", "one")])
    with pytest.raises(ValueError, match="holds a function f already"):
        library.add(tool("f", "another"))


def test_a_body_is_a_definition_without_its_name():
    assert body_of(tool("f", "one")) == body_of(tool("g", "one")) != body_of(tool("f", "two"))
