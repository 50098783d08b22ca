"""Which parameters a person speaks of, and what is left out of a call."""

import pytest

from toolgraph.models.offline.plan_arguments import is_spoken_of
from toolgraph.models.offline.planning import TurnPlanner
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec


def field(name, type_name="string", **schema):
    return Field(f"/{name}", name, "", {"type": type_name, **schema}, False)


@pytest.mark.parametrize(
    "name",
    ["per_page", "page", "offset", "cursor", "X-Api-Version", "dry_run", "If-None-Match", "starting_after", "expand",
     "idempotency_key", "order_by", "callback_url", "api_version"],
)  # fmt: skip
def test_nobody_speaks_of_what_programs_set(name):
    assert not is_spoken_of(field(name))
    assert not is_spoken_of(field(name, "integer"))


def test_nobody_speaks_of_a_text_of_which_nothing_tells_what_it_could_be():
    assert not is_spoken_of(field("capability"))
    assert is_spoken_of(field("capability", enum=["low", "high"]))
    assert is_spoken_of(field("capability", examples=["transfers"]))


@pytest.mark.parametrize("name", ["city", "email", "guests", "limit", "max_price", "check_in_date", "title"])
def test_people_speak_of_what_they_care_for(name):
    assert is_spoken_of(field(name))


def test_an_optional_object_that_nothing_is_put_into_is_left_out():
    tool = ToolSpec(
        name="update_pet",
        parameters={
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "category": {"type": "object", "properties": {"etag": {"type": "string"}}},
                "settings": {"type": "object"},
                "tags": {"type": "array", "items": {"type": "object", "properties": {"etag": {"type": "string"}}}},
            },
            "required": ["name"],
        },
    )
    for seed in range(20):
        (step,) = TurnPlanner([tool], "", seed, "d").request_turn(0).steps
        assert [argument.pointer for argument in step.calls[0].arguments] == ["/name"]


def test_an_id_said_of_one_thing_is_not_taken_for_that_of_another():
    by_id = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    tools = [ToolSpec(name=name, parameters=by_id, effects="reads") for name in ("get_album", "get_artist")]

    for seed in range(20):
        turns = TurnPlanner(tools, "", seed, "d1").turns(4, may_withhold=False)
        calls = [call for turn in turns for step in turn.steps for call in step.calls]

        assert len({argument.value for call in calls for argument in call.arguments}) == len(calls)
