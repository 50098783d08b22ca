import json

import pytest

from tests.models.test_requests import EXAMPLES
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.reading import Complaint, Refused
from toolgraph.models.online.task_shapes import task_schema
from toolgraph.models.online.wires import WIRES
from toolgraph.models.tasks import (
    TASK_REQUESTS,
    AtomicTaskRequest,
    CompositionRequest,
    ExtractionRequest,
    FilterRequest,
    FunctionsRequest,
    StatementRequest,
)

FUNCTION = {
    "subtask": "s1",
    "name": "search_hotels",
    "description": "Search hotels in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "returns": {"type": "object", "properties": {"hotels": {"type": "array"}}},
}
SUBTASK = {"id": "s1", "text": "Find.", "needs": [], "is_own_work": False, "branch": "", "is_repeated": False}


def read(request_class, value):
    return WIRES[request_class].read(EXAMPLES[request_class], value)


def complaint_of(request_class, value):
    with pytest.raises(Complaint) as caught:
        read(request_class, value)
    return caught.value


def functions(**changes):
    return {"functions": [{**FUNCTION, **changes}], "flows": []}


@pytest.mark.parametrize("request_class", [one for one in TASK_REQUESTS if one is not FunctionsRequest])
def test_what_is_asked_for_obeys_strict_mode(request_class):
    assert task_schema(EXAMPLES[request_class]).is_strict


def test_schemas_of_functions_are_free_objects_and_so_not_strict():
    function = task_schema(EXAMPLES[FunctionsRequest]).schema["properties"]["functions"]["items"]["properties"]

    assert function["parameters"] == function["returns"] == {"type": "object"}
    assert not task_schema(EXAMPLES[FunctionsRequest]).is_strict


def test_a_model_is_not_asked_for_what_comes_later_or_what_only_rules_know():
    composed = task_schema(EXAMPLES[CompositionRequest]).text
    defined = task_schema(EXAMPLES[FunctionsRequest]).text

    for unasked in ("functions", "returned", "parameter"):
        assert f'"{unasked}"' not in composed
    assert '"steps"' not in defined


def test_reasons_are_written_before_the_verdict():
    assert next(iter(task_schema(EXAMPLES[FilterRequest]).schema["properties"])) == "reason"


def test_every_stage_of_making_a_task_has_its_own_name():
    stages = [WIRES[one].stage for one in TASK_REQUESTS]

    assert stages == ["scenario", "scenario", "atomic_task", "composition", "filter", "functions", "dialogue"]
    assert [WIRES[one].role for one in TASK_REQUESTS] == ["planner"] * 6 + ["user"]


def test_a_composition_is_read_without_functions_that_nobody_asked_for():
    subtask = {**SUBTASK, "functions": ["search_hotels"]}
    answer = read(CompositionRequest, {"subtasks": [subtask], "flows": [], "task": "Find."})

    assert answer.subtasks[0].functions == ()


@pytest.mark.parametrize(
    ("request_class", "value"),
    [
        (CompositionRequest, {"subtasks": [{**SUBTASK, "branch": "maybe"}], "flows": [], "task": "Find."}),
        (CompositionRequest, {"subtasks": "s1", "flows": [], "task": "Find."}),
        (FilterRequest, {"reason": "", "is_consistent": "yes", "is_compatible": True, "is_realistic": True}),
        (AtomicTaskRequest, {"task": 3}),
        (FunctionsRequest, {"functions": [], "flows": []}),
        (FunctionsRequest, functions(name="")),
        (FunctionsRequest, functions(parameters={"type": "array"})),
        (FunctionsRequest, functions(parameters={"type": "object", "properties": {"city": {"type": "text"}}})),
        (FunctionsRequest, functions(returns="a list of hotels")),
        (FunctionsRequest, functions(returns={"type": "object", "properties": ["hotels"]})),
    ],
)
def test_what_does_not_fit_is_complained_of(request_class, value):
    assert complaint_of(request_class, value).check == "answer_shape"


def test_schemas_that_come_as_text_or_as_their_properties_alone_are_made_whole():
    as_text = read(FunctionsRequest, functions(parameters=json.dumps(FUNCTION["parameters"])))
    bare = read(FunctionsRequest, functions(parameters={"city": {"type": "string"}}, required=["city"]))
    returned = read(FunctionsRequest, functions(returns={"hotels": {"type": "array"}}))

    assert as_text.functions[0].parameters == bare.functions[0].parameters == FUNCTION["parameters"]
    assert returned.functions[0].returns == {**FUNCTION["returns"], "required": ["hotels"]}


def test_a_list_of_functions_alone_is_taken_for_the_answer():
    assert read(FunctionsRequest, [FUNCTION]).functions[0].name == "search_hotels"


def test_a_scenario_that_there_is_none_of_has_a_reason():
    answer = read(ExtractionRequest, {"scenario": "", "reason": "Nothing was said."})

    assert (answer.scenario, answer.reason) == ("", "Nothing was said.")


def test_a_statement_says_something_and_is_no_refusal():
    assert complaint_of(StatementRequest, {"text": " "}).check == "user_words"
    with pytest.raises(Refused):
        read(StatementRequest, {"text": "I'm sorry, but I can't assist with that request."})


@pytest.mark.parametrize("request_class", [AtomicTaskRequest, CompositionRequest, FunctionsRequest, StatementRequest])
def test_what_the_rules_answer_survives_the_way_over_the_wire(request_class):
    request = EXAMPLES[request_class].model_copy(
        update={"scenario": "Planning a family camping holiday in the countryside"}
    )
    answer = OfflineBackend(7).complete(request).answer

    read_back = WIRES[request_class].read(request, json.loads(answer.model_dump_json()))

    assert read_back == (answer.model_copy(update={"steps": ()}) if request_class is FunctionsRequest else answer)
