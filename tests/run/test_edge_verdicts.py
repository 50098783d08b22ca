"""What calls show of an edge, without any tool: the calls are written down."""

from toolgraph.run.edge_verdicts import Trial, TriedCall
from toolgraph.tools.edges import Edge
from toolgraph.tools.live import LiveResult, failed

EDGE = Edge("P-R", "list_orders", "get_order", "/rows/*/order_id", "/order_id", 0.9)
NONE, NOTHING, GONE = failed("no such order"), LiveResult([]), failed("it hangs", is_last=True)


def call(value, result):
    return TriedCall(value, {"order_id": value}, result if isinstance(result, LiveResult) else LiveResult(result))


def trial(*results, near=NONE, far=NONE, rivals=(), values=("A-1", "B-2", "C-3"), beside=None, is_blind=False):
    return Trial(
        edge=EDGE, real=[call(value, result) for value, result in zip(values, results, strict=False)],
        made_up=(call("N-8", near), call("F-9", far)), rivals=[call("R-7", result) for result in rivals],
        beside=beside or dict.fromkeys(values, ()), is_blind=is_blind,
    )  # fmt: skip


def verdict(*results, **more):
    told = trial(*results, **more).verdict()
    return told and told.verdict


ORDER, OTHER = {"total": 3}, {"total": 5}


def test_what_is_answered_where_made_up_values_fail_is_confirmed():
    assert verdict(ORDER, OTHER) == "confirmed"


def test_an_empty_answer_is_one_where_made_up_values_fail():
    assert verdict(NOTHING, ORDER) == "confirmed"


def test_a_tool_that_answers_made_up_values_too_shows_nothing():
    assert verdict(ORDER, OTHER, near={"total": 1}, far={"total": 2}) == "undecided"


def test_the_same_words_for_two_made_up_values_are_no_answer():
    said = LiveResult("I know no F-9"), LiveResult("I know no N-8")

    assert verdict(ORDER, OTHER, far=said[0], near=said[1]) == "confirmed"
    assert verdict(LiveResult("I know no A-1"), LiveResult("I know no B-2"), far=said[0], near=said[1]) is None


def test_a_tool_that_repeats_what_it_is_asked_shows_nothing():
    assert verdict({"id": "A-1"}, {"id": "B-2"}, near={"id": "N-8"}, far={"id": "F-9"}) is None


def test_an_error_in_a_result_is_an_error():
    assert verdict(ORDER, OTHER, near={"error": "x1"}, far={"error": "x2"}) == "confirmed"


def test_of_texts_one_may_be_gone_of_numbers_none():
    assert verdict(ORDER, OTHER, NONE) == "confirmed"
    numbers = Trial(edge=EDGE, real=[call(1, ORDER), call(2, OTHER), call(3, NONE)], beside={},
                    made_up=(call(4, NONE), call(999, NONE)))  # fmt: skip
    assert numbers.verdict().verdict == "undecided"


def test_where_a_look_alike_is_answered_what_is_said_beside_decides():
    for more in ({"near": ORDER}, {"rivals": [ORDER]}, {"is_blind": True}):
        assert verdict({"by": "Ada"}, {"by": "Bo"}, **more) == "undecided"
        beside = {"A-1": {"Ada"}, "B-2": {"Bo"}, "C-3": set()}
        assert verdict({"by": "Ada"}, {"by": "Bo"}, **more, beside=beside) == "confirmed"
        assert verdict({"by": "Bo"}, {"by": "Ada"}, **more, beside=beside) == "undecided"


def test_a_trial_that_ended_early_shows_nothing():
    assert verdict(ORDER, GONE) == verdict(ORDER, OTHER, far=GONE) == verdict(GONE, GONE) == "undecided"


def refusal(*results, known=ORDER, again=NONE, **more):
    return trial(*results, **more).refusal(call("K-5", known), call("A-1", again)).verdict


def test_what_fails_as_made_up_values_do_is_refused_where_another_is_answered():
    assert verdict(NONE, NONE) is None
    assert refusal(NONE, NONE) == "refused"


def test_one_value_and_a_few_empty_answers_are_too_little_for_a_refusal():
    assert refusal(NONE) == "undecided"
    assert refusal(NOTHING, NOTHING, near=NOTHING, far=NOTHING) == "undecided"
    assert refusal(NOTHING, NOTHING, NOTHING, near=NOTHING, far=NOTHING) == "refused"


def test_another_error_than_made_up_values_bring_is_no_refusal():
    large = failed("the result is too large (200,000 bytes; at most 100,000 are taken)")

    assert refusal(large, large) == refusal(NONE, large) == "undecided"
    assert refusal(failed("no order A-1"), failed("no order B-2"), far=failed("no order F-9")) == "refused"


def test_where_nothing_is_answered_or_the_value_is_in_the_end_nothing_is_refused():
    assert refusal(NONE, NONE, known=NONE) == "undecided"
    assert refusal(NONE, NONE, again=ORDER) == "undecided"
    assert refusal(NONE, NONE, again=GONE) == "undecided"
    assert trial(NONE, NONE).refusal(None, None).verdict == "undecided"


def test_a_reason_is_one_short_line():
    told = trial(ORDER, OTHER, far=failed("no\nsuch " + "order " * 500 + "\ud800")).verdict()

    assert told.reason.startswith(
        "list_orders returned order_id A-1 and B-2; get_order answered them, and for a made-up "
    )
    assert len(told.reason) <= 300
    told.reason.encode()
