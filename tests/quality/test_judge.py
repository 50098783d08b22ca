import pytest

from tests.fakes import ScriptedBackend
from tests.quality.talks import good
from toolgraph.dialogue.record import Usage
from toolgraph.errors import BudgetReached, EndpointError
from toolgraph.models.judging import JudgeAnswer
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import AnswerFailed
from toolgraph.quality.judge import SCORES, Judgement, judge

ANSWER = JudgeAnswer(reason="The user lists values.", naturalness=2, coherence=4, helpfulness=5, accuracy=5)


def test_a_verdict_has_four_scores_under_the_names_toolflow_gives_them():
    judged = judge(good(), ScriptedBackend([ANSWER]))

    assert judged.judgement == Judgement(
        scores={"NAT": 2, "COH": 4, "HELP": 5, "ACC": 5}, reason="The user lists values."
    )
    assert judged.judgement.lowest == 2
    assert judged.judgement.mean == 4
    assert judged.usage == Usage(requests=1, prompt_tokens=10, completion_tokens=3)
    assert judged.failure == ""


def test_every_score_of_an_answer_has_a_name():
    assert list(SCORES.values()) == [name for name in JudgeAnswer.model_fields if name != "reason"]


def test_the_judge_is_told_of_the_dialogue_by_its_id_and_nothing_of_its_plan():
    backend = ScriptedBackend([ANSWER])
    dialogue = good(blueprint="d000001", meta={"plan": "grounded", "turn_kinds": ["tool_request"]})

    judge(dialogue, backend)

    (request,) = backend.requests
    assert request.key == f"{dialogue.id}/judge"
    assert set(type(request).model_fields) == {"key", "tools", "messages", "complaint"}
    assert request.messages == dialogue.messages


@pytest.mark.parametrize(
    "error",
    [
        AnswerFailed("naturalness: 7 is above 5", check="shape", raw='{"naturalness": 7}', usage=Usage(requests=3)),
        ServerRefusal("the dialogue is longer than the model's context", status=400, code="context_length_exceeded"),
    ],
)
def test_an_answer_that_cannot_be_used_is_no_verdict(error):
    judged = judge(good(), ScriptedBackend([error]))

    assert judged.judgement is None
    assert judged.failure == str(error)
    assert judged.usage == getattr(error, "usage", Usage())
    assert judged.raw == getattr(error, "raw", "")


def test_the_offline_backend_gives_no_verdict():
    judged = judge(good(), OfflineBackend(0))

    assert judged.judgement is None
    assert judged.failure == "judging needs a model; give --judge-model"


@pytest.mark.parametrize("error", [EndpointError("the server is gone"), BudgetReached("5 dollars are spent")])
def test_what_stops_the_run_passes_through(error):
    with pytest.raises(type(error), match=str(error)):
        judge(good(), ScriptedBackend([error]))
