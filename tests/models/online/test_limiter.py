import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.online.simulated import (
    Server,
    Traffic,
    batch_server,
    bucket_server,
    capacity_server,
    serial_server,
    window_server,
    wobbling,
)
from toolgraph.models.online.control import Control
from toolgraph.models.online.limiter import AdaptiveLimit


class ManualClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# The law: never more in flight than the limit in force at admission.


@given(
    most=st.integers(1, 80),
    events=st.lists(st.tuples(st.sampled_from("start good bad none".split()), st.floats(0, 2)), max_size=300),
)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_no_more_are_in_flight_than_the_limit_allows(most, events):
    control, now, started = Control(most, now=0.0), 0.0, []
    for event, seconds in events:
        now += seconds
        if event == "start" and control.delay(now) == 0:
            assert control.in_flight + 1 <= control.limit <= most
            control.started(now, is_wanted=True)
            started.append(now)
        elif event == "good" and started:
            control.succeeded(now, started_at=started.pop(0), tokens=50)
        elif event == "bad" and started:
            control.refused(now, started_at=started.pop())
        elif event == "none" and started:
            started.pop()
            control.failed()
        assert control.in_flight == len(started)
        assert 1 <= control.limit <= most


@given(events=st.lists(st.tuples(st.sampled_from(["good", "bad"]), st.floats(0.001, 100)), max_size=200))
@settings(max_examples=100, deadline=None)
def test_the_next_request_may_always_start_within_a_known_time_when_none_is_in_flight(events):
    control, now = Control(64, now=0.0), 0.0
    for event, seconds in events:
        delay = control.delay(now)
        assert delay is not None
        now += delay
        control.started(now, is_wanted=True)
        started_at, now = now, now + seconds
        control.succeeded(now, started_at=started_at) if event == "good" else control.refused(
            now, started_at=started_at
        )


@pytest.mark.parametrize("most", [1, 3, 16])
def test_threads_never_exceed_the_limit_and_all_get_their_turn(most):
    limit, lock, now, peak, turns = AdaptiveLimit(most), threading.Lock(), [0], [0], []

    def work(number: int) -> None:
        for attempt in range(20):
            with limit.slot() as slot:
                with lock:
                    now[0] += 1
                    peak[0] = max(peak[0], now[0])
                    assert now[0] <= limit.most
                with lock:
                    now[0] -= 1
                if (number + attempt) % 7:
                    slot.succeeded(0.001, 10)
            turns.append(number)

    with ThreadPoolExecutor(48) as pool:
        list(pool.map(work, range(48)))

    assert 1 <= peak[0] <= most
    assert sorted(turns) == sorted(list(range(48)) * 20)
    assert limit.in_flight == 0


def test_threads_are_admitted_in_the_order_they_came():
    limit, order = AdaptiveLimit(1), []

    def wait(number: int) -> None:
        with limit.slot() as slot:
            order.append(number)
            slot.succeeded(0.001)

    threads = [threading.Thread(target=wait, args=[number], daemon=True) for number in range(12)]
    with limit.slot():
        for count, thread in enumerate(threads, start=1):
            thread.start()
            while len(limit._waiting) < count:
                pass
    for thread in threads:
        thread.join()

    assert order == list(range(12))


def test_an_attempt_that_raises_gives_its_slot_back():
    limit = AdaptiveLimit(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), limit.slot():
            raise ValueError("broken")

    assert limit.in_flight == 0
    assert limit.limit == 1


def test_refusals_are_counted_and_lower_the_limit_once_per_round_trip():
    clock = ManualClock()
    limit = AdaptiveLimit(32, clock=clock)
    slots = [limit.slot() for _ in range(32)]
    for slot in slots:
        slot.__enter__()
    clock.now = 0.2
    for slot in slots:
        slot.refused()
        slot.__exit__(None, None, None)

    assert limit.refused == 32
    assert 16 < limit.limit < 32


def test_the_limit_grows_only_while_it_is_what_holds_requests_back():
    control = Control(64, now=0.0)
    for step in range(100):
        control.started(step * 0.2, is_wanted=False)
        control.succeeded(step * 0.2 + 0.1, started_at=step * 0.2)

    assert control.limit == 48


# What it comes to with servers of every kind, in simulated time.


def steady(seconds: float) -> Server:
    return lambda now, in_flight: seconds


def test_a_server_that_bears_all_gets_all_at_once():
    traffic = Traffic(steady(0.2)).run(until=5)

    assert traffic.limit_at(0.5) == 64
    assert traffic.rate(0, 5) >= 0.97 * 64 * 24 / 5


@pytest.mark.parametrize("make", [window_server, bucket_server])
@pytest.mark.parametrize("pause", [0.01, 0.25, 1.0])
def test_requests_per_second_that_a_server_enforces_are_found_and_kept(make, pause):
    traffic = Traffic(make(100, lambda: 0.2), pause=pause).run(until=120)

    assert traffic.rate(0, 120) >= 92
    assert traffic.rate(20, 120) >= 95
    assert traffic.refused_share(20, 120) <= 0.01


@pytest.mark.parametrize("make", [window_server, bucket_server])
def test_they_are_found_too_when_answers_take_differently_long(make):
    traffic = Traffic(make(100, wobbling(0.2))).run(until=120)

    assert traffic.rate(20, 120) >= 88
    assert traffic.refused_share(20, 120) <= 0.02


@pytest.mark.parametrize(("rate", "seconds"), [(20, 0.2), (5, 2.0), (2, 0.2), (1, 0.2)])
def test_a_server_that_allows_few_requests_gets_few(rate, seconds):
    traffic = Traffic(bucket_server(rate, lambda: seconds)).run(until=400)

    assert traffic.rate(100, 400) >= 0.85 * rate
    assert traffic.refused_share(100, 400) <= 0.03


@pytest.mark.parametrize("most", [1, 8, 40])
def test_a_server_that_allows_few_at_a_time_gets_as_many(most):
    traffic = Traffic(capacity_server(most, wobbling(1.0))).run(until=300)

    assert traffic.rate(100, 300) >= 0.85 * most
    assert traffic.refused_share(100, 300) <= 0.03


def test_a_server_that_refuses_all_for_a_while_is_used_in_full_soon_after():
    # however far the window had grown when it began to refuse
    rates = [_rate_after_refusing_all(since=10 + 0.83 * number, until=40) for number in range(8)]

    assert sum(rates) / len(rates) >= 92
    assert min(rates) >= 75


def _rate_after_refusing_all(*, since: float, until: float) -> float:
    open_again = bucket_server(100, lambda: 0.2)
    server: Server = lambda now, in_flight: None if since <= now < until else open_again(now, in_flight)  # noqa: E731
    return Traffic(server, pause=2.0).run(until=until + 60).rate(until + 20, until + 60)


@pytest.mark.parametrize("seconds", [0.26, 4.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_serial_server_that_only_queues_is_sent_a_few_at_a_time(seconds, seed):
    traffic = Traffic(serial_server(wobbling(seconds, seed))).run(until=1200 * seconds)

    assert traffic.limit_at(1200 * seconds) <= 10
    assert traffic.rate(0, 1200 * seconds) >= 0.9 / seconds


@pytest.mark.parametrize("width", [16, 64, 1000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_does_more_with_more_in_flight_keeps_them(width, seed):
    server = batch_server(wobbling(0.2, seed), width=width)
    traffic = Traffic(server).run(until=120)

    assert traffic.rate(20, 120) >= 0.9 * 64 / (0.2 * (1 + 64 / width))


def test_a_server_that_becomes_faster_is_sent_more_again():
    slow, fast = serial_server(wobbling(0.26)), batch_server(wobbling(0.2), width=64)
    traffic = Traffic(lambda now, in_flight: (slow if now < 200 else fast)(now, in_flight)).run(until=900)

    assert traffic.limit_at(199) <= 16
    assert traffic.rate(700, 900) >= 100
