import pytest

from tests.quality.talks import good
from toolgraph.errors import BudgetReached
from toolgraph.models.judging import JudgeAnswer
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.request import offline_completion
from toolgraph.quality.metrics.judged import Scores, judge_all

VERDICT = {"scores": {"NAT": 2, "COH": 4, "HELP": 5, "ACC": 5}, "reason": "So."}


class Judge:
    """Gives the id of each dialogue as its naturalness; for 0 nothing is left to spend."""

    def complete(self, request):
        score = int(request.key.partition("/")[0])
        if not score:
            raise BudgetReached("5 dollars are spent")
        return offline_completion(JudgeAnswer(reason="So.", naturalness=score, coherence=1, helpfulness=1, accuracy=1))


def test_scores_are_the_mean_over_those_that_have_a_verdict():
    scores = Scores()
    for verdict in (VERDICT, {"scores": {"NAT": 3, "COH": 4, "HELP": 5, "ACC": 4}}, {"scores": None}, None):
        scores.add(verdict)

    assert scores.as_metrics() == {
        "judge": {"judged": 2, "without_verdict": 1, "NAT": 2.5, "COH": 4.0, "HELP": 5.0, "ACC": 4.5}
    }


def test_where_nobody_judged_there_are_no_scores():
    assert Scores().as_metrics() == {}


@pytest.mark.parametrize("verdict", [{}, {"scores": {}}, {"scores": {"NAT": 5}}, {"scores": dict.fromkeys(
    ("NAT", "COH", "HELP", "ACC"), "5")}, {"scores": [5, 5, 5, 5]}])  # fmt: skip
def test_what_others_wrote_in_place_of_a_verdict_is_none(verdict):
    scores = Scores()
    scores.add(verdict)

    assert scores.as_metrics() == {"judge": {"judged": 0, "without_verdict": 1}}


def test_verdicts_come_in_the_order_of_the_dialogues():
    dialogues = [good().model_copy(update={"id": str(score)}) for score in (3, 1, 5, 2)]

    verdicts = [judged.judgement.scores["NAT"] for judged in judge_all(dialogues, Judge())]

    assert verdicts == [3, 1, 5, 2]


def test_the_end_of_the_money_comes_after_the_verdicts_before_it():
    dialogues = [good().model_copy(update={"id": str(score)}) for score in (3, 0, 5)]
    verdicts = []

    with pytest.raises(BudgetReached):
        verdicts.extend(judged.judgement.scores["NAT"] for judged in judge_all(dialogues, Judge()))

    assert verdicts == [3]


def test_the_offline_rules_give_no_verdict():
    assert [judged.judgement for judged in judge_all([good()], OfflineBackend(0))] == [None]
