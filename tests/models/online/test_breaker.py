import threading
import time

import pytest

from toolgraph.errors import EndpointError
from toolgraph.models.online.breaker import MOST_GIVEN_UP, Breaker


def test_an_endpoint_given_up_is_given_up_for_all_with_the_first_sentence():
    breaker = Breaker(10.0)
    breaker.open("the key is wrong")

    assert str(breaker.open("something else")) == "the key is wrong"
    for _ in range(2):
        with pytest.raises(EndpointError, match="the key is wrong"):
            breaker.admit()


def test_while_the_endpoint_is_away_one_thread_at_a_time_tries_it():
    breaker, lock, trying, peak, tries = Breaker(10.0), threading.Lock(), [0], [0], []
    breaker.went_away()

    def ask() -> None:
        breaker.admit()
        with lock:
            trying[0] += 1
            peak[0] = max(peak[0], trying[0])
            tries.append(1)
            is_back = len(tries) == 4
        time.sleep(0.01)
        with lock:
            trying[0] -= 1
        if is_back:
            breaker.answered()
        elif len(tries) < 4:
            breaker.went_away()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(tries) == 4
    assert peak[0] == 1


def test_those_who_wait_for_an_endpoint_hear_that_it_is_given_up():
    breaker, heard = Breaker(10.0), []
    breaker.went_away()
    breaker.admit()  # this thread tries it; the others wait

    def wait() -> None:
        try:
            breaker.admit()
        except EndpointError as error:
            heard.append(str(error))

    def rest() -> None:
        breaker.rest(60.0)
        heard.append("rested")

    threads = [threading.Thread(target=work, daemon=True) for work in (wait, wait, rest)]
    for thread in threads:
        thread.start()
    breaker.open("gone")
    for thread in threads:
        thread.join(20)

    assert sorted(heard) == ["gone", "gone", "rested"]


def test_a_try_that_tells_nothing_lets_the_next_one_try():
    breaker = Breaker(10.0)
    breaker.went_away()
    breaker.admit()
    breaker.left_turn()
    other = threading.Thread(target=breaker.admit, daemon=True)
    other.start()
    other.join(20)

    assert not other.is_alive()


def test_an_answer_to_anybody_ends_the_time_of_failing():
    now = [0.0]
    breaker = Breaker(10.0, clock=lambda: now[0])
    assert breaker.failed() == 0.0
    now[0] = 4.0
    assert breaker.failed() == 4.0
    breaker.answered()
    now[0] = 9.0
    assert breaker.failed() == 0.0


def test_requests_are_given_up_until_it_must_be_the_endpoint():
    breaker = Breaker(10.0)
    given_up = [breaker.gave_up() for _ in range(MOST_GIVEN_UP + 2)]

    assert given_up == [True] * MOST_GIVEN_UP + [False] * 2
    breaker.answered()
    assert breaker.gave_up()
