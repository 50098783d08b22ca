import threading
import time
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.errors import BudgetReached, GenerationError
from toolgraph.run.threads import threads


def everything(in_hand):
    return True


def run(work, indices, *, workers=4, admits=everything, tick=lambda: None, **others):
    return threads(work, indices, workers=workers, admits=admits, tick=tick, **others)


@pytest.mark.parametrize("workers", [1, 3, 64])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_every_index_is_worked_on_once(workers, count):
    assert sorted(run(lambda index: index * index, range(count), workers=workers)) == [i * i for i in range(count)]


def test_results_come_as_they_are_completed():
    is_last = threading.Event()

    def work(index):
        if index == 0:
            is_last.wait(10)
        return index

    with closing(run(work, range(8), workers=2)) as results:
        first = [next(results) for _ in range(7)]
        is_last.set()
        assert (sorted(first), list(results)) == (list(range(1, 8)), [0])


def test_no_more_are_worked_on_at_once_than_there_are_workers():
    lock, now, most = threading.Lock(), 0, 0

    def work(index):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002)
        with lock:
            now -= 1

    list(run(work, range(60), workers=5))

    assert 1 < most <= 5


@settings(deadline=None, max_examples=40)
@given(
    fates=st.lists(st.booleans(), min_size=1, max_size=60),
    delays=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    wanted=st.integers(1, 12),
    workers=st.integers(1, 9),
)
def test_the_indices_started_are_the_shortest_prefix_with_enough_accepted(fates, delays, wanted, workers):
    started, accepted = [], 0

    def work(index):
        started.append(index)
        time.sleep(delays[index % len(delays)] / 5000)
        return fates[index]

    with closing(run(work, range(len(fates)), workers=workers, admits=lambda n: accepted + n < wanted)) as results:
        for is_accepted in results:
            accepted += is_accepted

    needed = next((end for end in range(len(fates) + 1) if sum(fates[:end]) == wanted), len(fates))
    assert sorted(started) == list(range(needed))
    assert accepted == sum(fates[:needed])


def test_an_error_stops_new_work_and_is_raised_after_what_the_others_complete():
    started, told = [], []
    is_failed = threading.Event()

    def work(index):
        started.append(index)
        if index == 1:
            is_failed.set()
            raise BudgetReached("the limit is reached")
        is_failed.wait(10)
        return index

    seen = []
    with pytest.raises(BudgetReached, match="the limit is reached"):
        seen.extend(run(work, range(1000), workers=3, at_error=told.append))

    assert sorted([1, *seen]) == sorted(started)
    assert len(started) < 20
    assert [str(error) for error in told] == ["the limit is reached"]


def test_an_error_of_the_indices_is_raised_after_all_that_was_started_is_completed():
    def indices():
        yield from range(3)
        raise GenerationError("there are no more")

    told, seen = [], []
    with pytest.raises(GenerationError, match="there are no more"):
        seen.extend(run(lambda index: index, indices(), workers=8, at_error=told.append, grace=0))

    assert (sorted(seen), told) == ([0, 1, 2], [])


def test_a_thread_that_hangs_does_not_keep_an_error_back():
    never = threading.Event()

    def work(index):
        if index == 0:
            never.wait()
        raise BudgetReached("the limit is reached")

    with pytest.raises(BudgetReached):
        list(run(work, range(9), workers=2, grace=0.05))

    never.set()


def test_an_error_of_the_tick_ends_a_run_in_which_every_thread_hangs():
    hangs, told = threading.Event(), []

    def out_of_time():
        raise BudgetReached("out of time")

    with pytest.raises(BudgetReached, match="out of time"):
        list(run(lambda _: hangs.wait(60), range(4), tick=out_of_time, at_error=told.append, grace=0.05))

    assert [str(error) for error in told] == ["out of time"]
    hangs.set()


def test_an_interrupt_is_raised_at_once_whatever_hangs():
    never = threading.Event()

    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run(lambda index: never.wait(), range(9), tick=interrupt))

    never.set()


def test_ticks_go_on_while_no_result_comes():
    is_enough, ticks = threading.Event(), []

    def tick():
        ticks.append(threading.current_thread())
        if len(ticks) == 3:
            is_enough.set()

    list(run(lambda index: is_enough.wait(10), range(1), tick=tick))

    assert len(ticks) >= 3
    assert set(ticks) == {threading.current_thread()}


def test_threads_end_when_the_work_is_done_or_nobody_wants_more():
    before = threading.active_count()
    list(run(lambda index: index, range(20)))
    with closing(run(lambda index: index, range(10_000))) as results:
        next(results)

    deadline = time.monotonic() + 10
    while threading.active_count() > before:
        assert time.monotonic() < deadline, "threads are left"
        time.sleep(0.01)
