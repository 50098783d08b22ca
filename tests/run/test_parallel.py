import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from itertools import islice

import pytest

from tests.interrupts import hear_interrupts
from toolgraph.errors import AnswerError, GenerationError
from toolgraph.run.parallel import CHUNK, IN_FLIGHT, LOOKAHEAD, cores, inline, processes


def square(index):
    return index * index


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, CHUNK, 100])
def test_results_come_in_order_whatever_the_number_of_workers(workers, count):
    indices = range(7, 7 + count)

    assert list(processes(square, indices, workers=workers)) == list(inline(square, indices))


def test_slow_indices_hold_nothing_up_but_their_turn():
    def work(index):
        time.sleep(0.05 if index % CHUNK == 0 and index // CHUNK % 2 == 0 else 0)
        return index

    assert list(processes(work, range(60), workers=3)) == list(range(60))


def test_no_more_is_made_ahead_than_the_bound_allows(tmp_path):
    def work(index):
        (tmp_path / str(index)).touch()
        return index

    with closing(processes(work, range(10_000), workers=2)) as results:
        next(results)
        time.sleep(0.3)

    assert len(list(tmp_path.iterdir())) <= CHUNK * max(2 * IN_FLIGHT, 2 * LOOKAHEAD)


def test_an_error_is_raised_in_its_turn_after_the_results_before_it():
    def work(index):
        if index == 20:
            raise AnswerError("the twentieth")
        return index

    seen = []
    with pytest.raises(AnswerError, match="the twentieth") as caught:
        seen.extend(processes(work, range(100), workers=2))

    assert seen == list(range(20))
    assert "at index 20" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_told_in_words():
    class LocalError(Exception):
        pass

    def work(index):
        raise LocalError("only known here")

    with pytest.raises(GenerationError, match="only known here"):
        list(processes(work, range(3), workers=2))


def test_a_worker_that_is_killed_is_one_sentence():
    def work(index):
        if index == 30:
            os.kill(os.getpid(), signal.SIGKILL)
        return index

    with pytest.raises(GenerationError, match=r"a worker process ended unexpectedly \(exit code -9\)"):
        list(processes(work, range(100), workers=2))


def test_closing_early_leaves_no_process_behind():
    def work(index):
        time.sleep(0.01)
        return os.getpid()

    with closing(processes(work, range(1000), workers=2)) as results:
        pids = set(islice(results, 3 * CHUNK))

    assert not any(is_alive(pid) for pid in pids)


def test_each_worker_runs_what_it_is_told_to_first():
    told = []

    def work(index):
        return list(told)

    results = list(processes(work, range(20), workers=2, at_start=lambda: told.append("hello")))

    assert results == [["hello"]] * 20
    assert told == []


PROGRAM = """
import os, sys, time
from toolgraph.run.parallel import processes
def work(index):
    time.sleep(0.02)
    return os.getpid()
for pid in processes(work, range(100000), workers=2):
    print(pid, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_when_their_parent_is_killed(number):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    parent = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], text=True, start_new_session=True, preexec_fn=hear_interrupts, **pipes
    )
    pids = {int(parent.stdout.readline()) for _ in range(3 * CHUNK)}

    if number == signal.SIGINT:
        os.killpg(parent.pid, number)  # as a terminal does: to the workers, too
    else:
        parent.send_signal(number)
    _, complaints = parent.communicate(timeout=20)

    assert len(pids) == 2
    assert complaints.count("Traceback") == (number == signal.SIGINT)
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_there_is_at_least_one_core():
    assert cores() >= 1


def wait_until(is_so):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "it did not come true within ten seconds"
        time.sleep(0.02)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
