import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.online.paid import body, endpoint, purpose, reply
from toolgraph.errors import BudgetReached, ConfigError
from toolgraph.models.online.budget import NOTHING, SETTLING, Budget, Limits, Spending
from toolgraph.models.online.ledger import Ledger, Total, cost_of
from toolgraph.models.online.prices import Prices

PRICES = Prices.load(["small=1/2"])


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "usage.jsonl")
    yield ledger
    ledger.close()


def spend(budget, ledger, tokens, *, role="user", model="small", seconds=0.0):
    """One request that consumes so many tokens."""
    with budget.reserved(role, model, body()):
        time.sleep(seconds)
        ledger.record(endpoint(model), purpose(role), reply(prompt=tokens, completion=0))


def tokens_in(ledger):
    return sum(ledger.totals().values(), Total()).tokens


def test_without_limits_nothing_stops(ledger):
    budget = Budget(ledger, Prices.load(), ["unheard-of"])

    spend(budget, ledger, 10**9, model="unheard-of")

    budget.check()


def test_a_limit_on_tokens_stops_with_a_sentence_that_says_how_to_go_on(ledger):
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=10_000))
    for _ in range(3):
        spend(budget, ledger, 3_000)

    with pytest.raises(BudgetReached) as stop:
        spend(budget, ledger, 3_000)

    assert str(stop.value) == (
        "the limit of 10,000 tokens (--max-tokens) is reached: 9,000 tokens used, 1,000 tokens left, and the next "
        "request is expected to take 3,000 tokens; raise it and run the same command again to go on"
    )
    assert tokens_in(ledger) == 9_000


def test_a_limit_on_money_counts_what_earlier_starts_spent(tmp_path):
    earlier = Ledger(tmp_path / "usage.jsonl")
    earlier.record(endpoint(), purpose(), reply(prompt=1_000_000, completion=250_000))
    earlier.close()
    ledger = Ledger(tmp_path / "usage.jsonl")

    with pytest.raises(BudgetReached, match=r"the limit of \$1\.20 \(--max-cost\) is reached: \$1\.50 used"):
        Budget(ledger, PRICES, ["small"], limits=Limits(cost=1.2)).check()
    Budget(ledger, PRICES, ["small"], limits=Limits(cost=1.6)).check()
    ledger.close()


def test_a_limit_on_time_counts_this_start_only(ledger):
    now = 1_000.0
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(seconds=5_400), clock=lambda: now)
    now += 5_399
    budget.check()
    now += 1

    with pytest.raises(BudgetReached, match=r"the limit of 1 h 30 min \(--max-time\) is reached; run the same command"):
        budget.check()
    with pytest.raises(BudgetReached, match="max-time"):
        spend(budget, ledger, 1)


def test_a_reached_limit_stays_reached(ledger):
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=1_000))
    spend(budget, ledger, 900)
    with pytest.raises(BudgetReached):
        spend(budget, ledger, 5)

    with pytest.raises(BudgetReached):
        budget.check()


def test_a_limit_on_money_refuses_to_start_with_a_model_whose_price_is_not_known(ledger):
    with pytest.raises(ConfigError, match=r"price of large, mine is not known; give it with --price large=IN/OUT"):
        Budget(ledger, PRICES, ["small", "mine", "large"], limits=Limits(cost=5))
    Budget(ledger, PRICES, ["mine"], limits=Limits(tokens=5))


def test_a_model_of_an_earlier_start_must_have_a_price_too(ledger):
    ledger.record(endpoint("mine"), purpose(), reply())

    with pytest.raises(ConfigError, match="the price of mine is not known"):
        Budget(ledger, PRICES, ["small"], limits=Limits(cost=5))


def test_a_model_that_costs_nothing_exhausts_no_money(ledger):
    budget = Budget(ledger, Prices.load(["0/0"]), ["mine"], limits=Limits(cost=0))

    spend(budget, ledger, 10**9, model="mine")
    spend(budget, ledger, 10**9, model="mine")


@pytest.mark.parametrize("limits", [{"cost": -1.0}, {"tokens": -1}, {"seconds": -1.0}, {"cost": float("nan")}])
def test_a_negative_limit_is_refused(limits):
    with pytest.raises(ConfigError, match="must not be negative"):
        Limits(**limits)


def test_the_first_request_of_a_role_is_reckoned_by_its_length(ledger):
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=2_000))

    stop = pytest.raises(
        BudgetReached, match="0 tokens used, 2,000 tokens left, and the next request is expected to take 3,0"
    )
    with stop, budget.reserved("planner", "small", body("x" * 10_000)):
        pass


def test_a_failed_request_gives_its_room_back(ledger):
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=1_000))
    spend(budget, ledger, 400)

    for _ in range(5):
        with pytest.raises(RuntimeError), budget.reserved("user", "small", body()):
            raise RuntimeError("the connection broke")

    spend(budget, ledger, 400)
    assert budget.under_way == 0
    assert tokens_in(ledger) == 800


def test_a_request_waits_for_those_under_way_and_goes_out_if_they_took_less(ledger):
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=1_000))
    spend(budget, ledger, 400)
    is_held, may_end = threading.Event(), threading.Event()

    def hold():
        with budget.reserved("user", "small", body()):
            is_held.set()
            may_end.wait(10)
            ledger.record(endpoint(), purpose(), reply(prompt=10, completion=0))

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(hold)
        assert is_held.wait(10)
        second = threads.submit(spend, budget, ledger, 300)
        assert not budget.wait_until_idle(seconds=0.05)
        assert not second.done()
        may_end.set()
        first.result(10)
        second.result(10)

    assert tokens_in(ledger) == 710


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(5_000, 100_000), st.sampled_from([1, 8, 64]))
def test_many_threads_overshoot_by_less_than_what_their_last_answers_exceed_the_mean(
    tmp_path_factory, seed, limit, workers
):
    # given requests of 200 to 600 tokens, in as many threads
    ledger = Ledger(tmp_path_factory.mktemp("run") / "usage.jsonl")
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=limit))
    sizes = random.Random(seed)
    lock = threading.Lock()

    def work(_):
        while True:
            with lock:
                tokens = sizes.randint(200, 600)
            try:
                spend(budget, ledger, tokens, seconds=0.002)
            except BudgetReached:
                return

    # when they ask until the budget is spent
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))

    # then little is left, and little more was spent
    assert limit - 600 < tokens_in(ledger) <= limit + workers * 400
    assert tokens_in(ledger) <= limit * 1.1 + 600
    assert cost_of(ledger.totals(), PRICES) == pytest.approx(tokens_in(ledger) / 1e6)
    ledger.close()


def test_settling_waits_so_long_after_nothing_more_went_out_and_no_longer(ledger, monkeypatch):
    now, waited = 50.0, []
    budget = Budget(ledger, PRICES, ["small"], limits=Limits(tokens=10), clock=lambda: now)
    monkeypatch.setattr(budget, "wait_until_idle", lambda *, seconds: waited.append(seconds))
    ledger.record(endpoint(), purpose(), reply(prompt=11, completion=0))

    with pytest.raises(BudgetReached):
        budget.check()
    now += 20
    budget.close("the run has ended")
    budget.settle()
    now += 20
    budget.settle()

    assert waited == [SETTLING - 20, 0.0]


def test_what_a_dialogue_took_is_told_apart(ledger):
    budget = Budget(ledger, PRICES, ["small"])
    ledger.record(endpoint(), purpose(dialogue="d000001"), reply(prompt=1_000, completion=500))
    ledger.record(endpoint(), purpose("judge", dialogue="d000001"), reply(prompt=1_000, completion=0))
    ledger.record(endpoint(), purpose(dialogue=""), reply(prompt=9, completion=9))

    assert budget.spent_on("d000001") == Spending(0.003, 2_500)
    assert budget.spent_on("d000002") == NOTHING


def test_a_shortage_is_what_a_limit_is_too_small_for(ledger):
    now = 0.0
    limits = Limits(cost=0.01, tokens=5_000, seconds=60)
    budget = Budget(ledger, PRICES, ["small"], limits=limits, clock=lambda: now)

    assert budget.shortage(Spending(0.01, 5_000), seconds=59) == ""
    assert "$0.0100 (--max-cost)" in budget.shortage(Spending(0.011, 1), seconds=0)
    assert "another dialogue is expected to take 5,001 tokens" in budget.shortage(Spending(0.0, 5_001), seconds=0)
    assert "another dialogue is expected to take 1 min" in budget.shortage(NOTHING, seconds=60)
    now = 60.0
    assert budget.shortage(NOTHING, seconds=0) == (
        "the limit of 1 min (--max-time) is reached; run the same command again to go on"
    )


def test_a_closed_budget_lets_nothing_more_out_and_waits_for_what_is_under_way(ledger):
    budget = Budget(ledger, PRICES, ["small"])
    is_held, may_end = threading.Event(), threading.Event()

    def hold():
        with budget.reserved("user", "small", body()):
            is_held.set()
            may_end.wait(10)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(hold)
        assert is_held.wait(10)
        budget.close("the run has ended")

        with pytest.raises(BudgetReached, match="the run has ended"):
            spend(budget, ledger, 1)
        assert not budget.wait_until_idle(seconds=0.01)
        may_end.set()
        assert budget.wait_until_idle(seconds=10)
