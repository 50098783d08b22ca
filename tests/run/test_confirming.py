import pytest

from tests.graph.typed.shop import TOOLS
from tests.graph.typed.test_build import vectors_of
from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError, BudgetReached, EndpointError
from toolgraph.graph.confirmed import with_confirmations, worth_asking
from toolgraph.graph.rules import build_graph
from toolgraph.models.confirming import EdgeAnswer
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.request import Completion
from toolgraph.run.confirming import LONGEST_REASON, confirmations
from toolgraph.tools.edges import Confirmation

GRAPH = build_graph(TOOLS, vectors_of)


class Confirmer:
    """Says yes where field names agree; raises `errors[source]` where there is one."""

    def __init__(self, reason="Both are the same.", **errors):
        self.reason, self.errors, self.asked = reason, errors, []

    def complete(self, request):
        self.asked.append(request.key)
        if request.source.name in self.errors:
            raise self.errors[request.source.name]
        feeds = request.source_field.lower() == request.target_field.lower()
        return Completion(answer=EdgeAnswer(reason=self.reason, feeds=feeds), usage=Usage())


def told(backend, *, most=1000, workers=3):
    return {each.edge: each for each in confirmations(GRAPH, backend, most=most, workers=workers)}


def test_every_edge_is_asked_about_once_and_gets_its_verdict():
    confirmer = Confirmer()

    found = told(confirmer)

    assert set(found) == set(worth_asking(GRAPH, most=1000))
    assert len(confirmer.asked) == len(set(confirmer.asked)) == len(found)
    for edge, each in found.items():
        assert each.verdict == ("confirmed" if edge.source_field == edge.target_field else "refused")


def test_no_more_are_asked_about_than_wanted():
    assert len(told(Confirmer(), most=2)) == 2


def test_what_trials_have_decided_is_not_asked_about():
    first, second, third, *_ = worth_asking(GRAPH, most=1000)
    tried = [Confirmation(first, "confirmed", "", "trial"), Confirmation(second, "refused", "", "trial"),
             Confirmation(third, "undecided", "", "trial")]  # fmt: skip

    asked = [each.edge for each in confirmations(GRAPH, Confirmer(), most=3, workers=1, settled=tried)]

    assert asked == [third]


def test_of_two_that_tell_of_one_edge_the_later_counts():
    edge = worth_asking(GRAPH, most=1)[0]
    told = [Confirmation(edge, "undecided", "", "trial"), Confirmation(edge, "refused", "It is another id.")]

    assert with_confirmations(GRAPH, told).confirmations == (told[1],)


def test_an_answer_that_cannot_be_used_changes_nothing():
    broken = {tool.name: AnswerError("no JSON came") for tool in TOOLS}
    found = told(Confirmer(**broken))

    assert {(each.verdict, each.reason) for each in found.values()} == {("undecided", "no JSON came")}
    assert (with_confirmations(GRAPH, found.values()).feeds != GRAPH.feeds).nnz == 0


def test_the_offline_rules_confirm_nothing():
    assert {each.verdict for each in told(OfflineBackend(0)).values()} == {"undecided"}


def test_a_reason_is_kept_on_one_line_and_short():
    (each,) = told(Confirmer(reason="So\n\n so. " * 1000), most=1).values()

    assert each.reason.startswith("So so. So so.")
    assert len(each.reason) == LONGEST_REASON


@pytest.mark.parametrize("error", [EndpointError("the server is gone"), BudgetReached("5 dollars are spent")])
def test_what_stops_the_asking_passes_through(error):
    with pytest.raises(type(error), match=str(error)):
        told(Confirmer(**{tool.name: error for tool in TOOLS}))
