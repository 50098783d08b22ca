import pytest

from tests.fakes import ScriptedBackend
from tests.models.test_requests import EXAMPLES
from toolgraph.models.filling import FillAnswer, FillRequest
from toolgraph.models.online.roles import NamedBackend, RoleBackend, dialogue_of
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, UserAnswer, UserRequest
from toolgraph.models.tasks import ExpansionRequest, ScenarioAnswer


def backends(answer, *names):
    return [NamedBackend(name, ScriptedBackend([answer] * 50)) for name in names]


def asked(request_class, key):
    return EXAMPLES[request_class].model_copy(update={"key": key})


def test_a_request_goes_to_the_model_of_its_role():
    users, assistants = backends(UserAnswer(text="Hi."), "u"), backends(AssistantAnswer(text="Hello."), "a")
    roles = RoleBackend({"user": users, "assistant": assistants}, seed=7)

    assert roles.complete(asked(UserRequest, "d1/1#0")).answer.text == "Hi."
    assert roles.complete(asked(AssistantRequest, "d1/2#0")).answer.text == "Hello."
    assert len(users[0].backend.requests) == len(assistants[0].backend.requests) == 1


def test_a_dialogue_keeps_to_one_of_several_models_and_dialogues_differ():
    users = backends(UserAnswer(text="Hi."), "u", "v")
    roles = RoleBackend({"user": users}, seed=7)

    for number in range(20):
        for place in range(2):
            roles.complete(asked(UserRequest, f"d{number}/{place}#{place}"))

    heard = [{dialogue_of(request.key) for request in user.backend.requests} for user in users]
    assert heard[0]
    assert heard[1]
    assert not heard[0] & heard[1]


@pytest.mark.parametrize(
    ("role", "request_class", "answer"),
    [
        ("filler", FillRequest, FillAnswer(descriptions=(), returns=())),
        ("planner", ExpansionRequest, ScenarioAnswer(scenario="Keeping bees")),
    ],
)
def test_what_belongs_to_no_dialogue_is_shared_out_among_the_models(role, request_class, answer):
    models = backends(answer, "u", "v")
    roles = RoleBackend({role: models}, seed=7)

    for number in range(20):
        roles.complete(asked(request_class, f"all/{number}"))
        roles.complete(asked(request_class, f"all/{number}"))

    heard = [{request.key for request in model.backend.requests} for model in models]
    assert heard[0]
    assert heard[1]
    assert not heard[0] & heard[1]


def test_the_model_of_a_dialogue_is_a_function_of_the_seed_and_can_be_told():
    users = backends(UserAnswer(text="Hi."), "u", "v")
    names = [RoleBackend({"user": users}, seed=7).model_of("user", f"d{number}") for number in range(20)]

    assert names == [RoleBackend({"user": users}, seed=7).model_of("user", f"d{number}") for number in range(20)]
    assert names != [RoleBackend({"user": users}, seed=8).model_of("user", f"d{number}") for number in range(20)]


def test_roles_without_a_model_are_told():
    roles = RoleBackend({"user": backends(UserAnswer(text="Hi."), "u"), "judge": []}, seed=7)

    assert roles.roles == ("user",)


@pytest.mark.parametrize(("key", "dialogue"), [("d000012/4#1", "d000012"), ("d000012#1", "d000012"), ("d1", "d1")])
def test_a_key_begins_with_its_dialogue(key, dialogue):
    assert dialogue_of(key) == dialogue
