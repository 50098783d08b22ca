import pytest
from tasks import EVENT, FIELDS, FLOW, HOURS, OPENS, graph, own, plain, schema, task

from planners.button import equipped
from planners.function_validity import function_errors, tool_of
from toolgraph.dialogue.task import DataFlow
from toolgraph.models.tasks import FunctionsAnswer


def errors(*functions, flows=(FIELDS,), about=None):
    answer = FunctionsAnswer(functions=functions, flows=flows)
    return "; ".join(function_errors(equipped(about or task(), answer), functions))


def changed(function, **changes):
    return function.model_copy(update=changes)


def test_functions_that_fit_are_right():
    assert errors(HOURS, EVENT) == ""


@pytest.mark.parametrize(
    ("functions", "complaint"),
    [
        ((HOURS,), "sub-task s2 has no function"),
        ((HOURS, EVENT, changed(EVENT, subtask="s7")), "for sub-task 's7', which there is not; there are s1, s2"),
        ((changed(HOURS, name="opening hours"), EVENT), "no identifier"),
        ((changed(HOURS, description=" "), EVENT), "has no description"),
        ((changed(HOURS, parameters={"type": "array"}), EVENT), 'must be a JSON Schema with "type": "object"'),
        ((changed(HOURS, parameters={"type": "objekt"}), EVENT), "parameters is no valid JSON Schema"),
        ((changed(HOURS, returns=schema()), EVENT), "returns holds no field"),
        ((changed(HOURS, returns=schema(opens_at={"type": "string"})), EVENT), "returns/opens_at has no description"),
        ((changed(HOURS, returns=schema(opens_at={"description": "x"})), EVENT), "returns/opens_at has no type"),
        ((HOURS, changed(EVENT, name="get_opening_hours")), "two different functions are named get_opening_hours"),
        ((changed(HOURS, description="Opening times in Ghent."), EVENT), "names 'Ghent', a value of the task"),
        ((changed(HOURS, name="hours_on_reading_day"), EVENT), "names 'Reading Day'"),
    ],
)
def test_what_is_wrong_with_functions_is_told(functions, complaint):
    assert complaint in errors(*functions)


def test_entries_of_lists_are_described_as_well():
    items = {"type": "array", "description": "Days", "items": schema(opens_at={"type": "string"})}
    assert "returns/days/*/opens_at has no description" in errors(changed(HOURS, returns=schema(days=items)), EVENT)


def test_a_function_does_not_repeat_the_wording_of_its_sub_task():
    wording = changed(EVENT, description="Put a visit called something into the calendar at that time.")
    about = task(subtasks=(task().subtasks[0], task().subtasks[1].model_copy(
        update={"text": "Put one more visit into the calendar at some later time."})))  # fmt: skip

    assert "repeats the wording of sub-task s2" in errors(
        HOURS, changed(wording, description="Put one more visit into the calendar at some later time."), about=about
    )
    assert "repeats" not in errors(HOURS, wording, about=about)


def test_two_sub_tasks_may_share_one_function():
    twins = graph("parallel", plain("s1"), plain("s2"), own("s3", "s1", "s2"))
    functions = (HOURS, changed(HOURS, subtask="s2"))
    assert errors(*functions, flows=twins.flows, about=twins) == ""


def test_own_work_takes_no_function():
    assert "own work and takes no function" in errors(
        changed(HOURS, subtask="a"), changed(EVENT, subtask="b"), about=graph("sequential", plain("a"), own("b", "a"))
    )


@pytest.mark.parametrize(
    ("flow", "complaint"),
    [
        (FLOW, "no function of s1 returns ''; it returns /opens_at, /closes_at, /floors"),
        (FIELDS.model_copy(update={"returned": "/opens"}), "no function of s1 returns '/opens'"),
        (FIELDS.model_copy(update={"parameter": "/begins"}), "no function of s2 takes '/begins'; it takes /title"),
        (FIELDS.model_copy(update={"returned": "/floors"}), "'/start_time' is string, and what comes there is integer"),
    ],
)
def test_a_flow_is_checked_by_field(flow, complaint):
    assert complaint in errors(HOURS, EVENT, flows=(flow,))


def test_formats_must_agree_too():
    dated = {**OPENS, "format": "date"}
    mailed = {**OPENS, "format": "email"}
    functions = (changed(HOURS, returns=schema(opens_at=dated)), changed(EVENT, parameters=schema(start_time=mailed)))
    assert "string (email)" in errors(*functions)


def test_an_entry_of_a_list_fits_by_its_own_type():
    days = {"type": "array", "description": "Days", "items": schema(opens_at=OPENS)}
    listed = changed(HOURS, returns=schema(days=days))
    assert errors(listed, EVENT, flows=(FIELDS.model_copy(update={"returned": "/days/*/opens_at"}),)) == ""


def through_own_work(**ends):
    return (
        DataFlow(giver="s1", taker="s2", name="times", returned="/opens_at"),
        DataFlow(giver="s2", taker="s3", name="the earlier one", **ends),
    )


MIDDLE = graph("sequential", plain("s1"), own("s2", "s1"), plain("s3", "s2"))
LAST = changed(EVENT, subtask="s3")


def test_what_goes_through_own_work_is_checked_at_both_ends():
    assert errors(HOURS, LAST, about=MIDDLE, flows=through_own_work(parameter="/start_time")) == ""
    assert "s3 takes ''" in errors(HOURS, LAST, about=MIDDLE, flows=through_own_work())
    assert "s3 takes '/nothing'" in errors(HOURS, LAST, about=MIDDLE, flows=through_own_work(parameter="/nothing"))


def test_own_work_makes_no_text_of_numbers_alone():
    counted = changed(HOURS, returns=schema(opens_at={"type": "integer", "description": "Hour"}))
    assert "make the types agree" in errors(
        counted, LAST, about=MIDDLE, flows=through_own_work(parameter="/start_time")
    )


def test_a_branch_may_take_nothing_but_the_decision():
    decided = graph("conditional", plain("s1"), own("s2", "s1"), plain("s3", "s2", branch="then"))
    assert errors(HOURS, LAST, about=decided, flows=through_own_work()) == ""


def test_a_function_and_its_opposite_do_not_stand_in_one_task():
    cancel = changed(HOURS, name="cancel_event")
    assert "create_event makes a event and cancel_event takes one away" in errors(cancel, EVENT)


def test_a_definition_becomes_the_same_tool_every_time():
    assert tool_of(HOURS) is tool_of(changed(HOURS, subtask="s9"))
    assert [field.pointer for field in tool_of(HOURS).return_fields] == ["/opens_at", "/closes_at", "/floors"]
