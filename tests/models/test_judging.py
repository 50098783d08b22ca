import pytest
from pydantic import ValidationError

from tests.quality.talks import good
from toolgraph.errors import AnswerError
from toolgraph.models.judging import JudgeAnswer, JudgeRequest
from toolgraph.models.offline.backend import OfflineBackend

SCORES = {"naturalness": 4, "coherence": 3, "helpfulness": 5, "accuracy": 1}


@pytest.mark.parametrize("score", [0, 6, -1, 10, 4.0, 3.5, "4", "4/5", True, None, [4], {"score": 4}])
@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_a_whole_number_from_1_to_5_and_nothing_else(name, score):
    with pytest.raises(ValidationError):
        JudgeAnswer.model_validate({"reason": "So so.", **SCORES, name: score})


@pytest.mark.parametrize("name", ["reason", *SCORES])
def test_nothing_of_a_verdict_may_be_missing(name):
    verdict = {"reason": "So so.", **SCORES}
    del verdict[name]

    with pytest.raises(ValidationError):
        JudgeAnswer.model_validate(verdict)


def test_the_reason_comes_before_the_scores():
    assert list(JudgeAnswer.model_json_schema()["properties"]) == ["reason", *SCORES]


def test_the_judge_reads_what_was_said_called_and_returned():
    dialogue = good()

    prompt = JudgeRequest(key="d1/judge", tools=dialogue.tools, messages=dialogue.messages).render()

    assert "user: Find me a room in Lisbon, please." in prompt
    assert 'assistant calls search_rooms as c1: {"city": "Lisbon"}' in prompt
    assert "Attic Suite" in prompt
    assert "BK-2041" in prompt


def test_offline_nobody_judges():
    with pytest.raises(AnswerError, match="judging needs a model; give --judge-model"):
        OfflineBackend(0).complete(JudgeRequest(key="d1/judge", tools=(), messages=good().messages))
