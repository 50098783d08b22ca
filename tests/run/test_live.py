import io
from dataclasses import replace

import pytest
from rich.console import Console

from toolgraph.run.live import Status, as_line, as_panel

STATUS = Status(
    playing=60, rejected={"plan": 2, "assistant/provenance": 5, "judge/min_score": 1, "check/finished": 1, "tool": 1},
    in_flight=58, limit=63.4, refused=3, tokens=1_234_567, tokens_per_minute=98_765.4, cost=1.5, seconds=600.0,
    done_before=20, cost_of_ended=1.2, cost_in_play=0.3,
)  # fmt: skip


def panel_of(done, total, status):
    stream = io.StringIO()
    Console(file=stream, width=110).print(as_panel("dialogues", done, total, status))
    return stream.getvalue()


def test_a_line_says_all_of_it():
    assert as_line(120, 1000, STATUS) == (
        "120/1,000, 10 rejected (5 assistant/provenance, 2 plan, 1 check/finished, 2 others), "
        "58 of at most 63 requests in flight, 98,765 tokens/min, $1.50 of about $10.00, 1 h 6 min left"
    )


def test_a_panel_says_all_of_it():
    shown = panel_of(120, 1000, STATUS)

    for part in (
        "dialogues", "120 of 1,000, 60 in play", "10: 5 assistant/provenance, 2 plan", "58 of at most 63 in flight",
        "3 put off by the server", "1,234,567, 98,765 per minute", "$1.50 of about $10.00",
        "10 min passed, 1 h 6 min left",
    ):  # fmt: skip
        assert part in shown


def test_a_panel_tells_tokens_and_money_of_each_role():
    status = replace(STATUS, shares={"planner/plan": (12_345, 0.25), "user/dialogue": (678, None)})

    shown = panel_of(120, 1000, status)

    assert "planner/plan" in shown
    assert "12,345 tokens, $0.25" in shown
    assert "user/dialogue" in shown
    assert "678 tokens, price unknown" in shown


def test_a_price_that_is_not_known_is_not_zero():
    status = Status(tokens=5)

    assert "price unknown" in as_line(1, 2, status)
    assert "price unknown" in panel_of(1, 2, status)
    assert status.projected(1, 2) is None


def test_before_anything_is_done_nothing_is_promised():
    status = Status(cost=0.0, playing=8, seconds=1.0)
    line, panel = as_line(0, 10, status), panel_of(0, 10, status)

    assert line == "0/10, 0 of at most 0 requests in flight, 0 tokens/min, $0.00"
    assert "1 s passed, unknown yet" in panel


def test_a_run_that_stops_says_what_it_waits_for():
    status = replace(STATUS, is_stopping=True)

    assert as_line(120, 1000, status).endswith(", stopping, waits up to 30 s for answers under way")
    assert "10 min passed, stopping, waits up to 30 s for answers under way" in panel_of(120, 1000, status)


@pytest.mark.parametrize(("done", "left"), [(10, 90.0), (50, 50.0), (100, 0.0)])
def test_time_left_follows_the_pace_of_this_start(done, left):
    status = Status(seconds=float(done), done_before=0)

    assert status.seconds_left(done, 100) == pytest.approx(left)


def test_a_finished_run_has_cost_what_it_cost():
    assert Status(cost=3.0).projected(50, 50) == 3.0
    assert "left" not in as_line(50, 50, Status(cost=3.0, seconds=9.0))
