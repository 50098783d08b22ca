import pytest

from tests.models.online.paid import endpoint, purpose, reply
from toolgraph.models.online.budget import Budget, Limits
from toolgraph.models.online.ledger import Ledger
from toolgraph.models.online.prices import Prices
from toolgraph.run.allowance import FIRST, Allowance


class Desk:
    """A budget with its books, and a clock that stands still until it is told the time."""

    def __init__(self, path, **limits):
        self.now = 0.0
        self.ledger = Ledger(path / "usage.jsonl")
        prices = Prices.load(["small=1/2"])
        self.budget = Budget(self.ledger, prices, ["small"], limits=Limits(**limits), clock=lambda: self.now)

    def opened(self, fates=None):
        return Allowance(self.budget, fates, clock=lambda: self.now)

    def spend(self, dialogue, tokens):
        self.ledger.record(endpoint(), purpose(dialogue=dialogue), reply(prompt=tokens, completion=0))


@pytest.fixture
def desk(tmp_path):
    desks = []

    def make(**limits):
        desks.append(Desk(tmp_path, **limits))
        return desks[-1]

    yield make
    for each in desks:
        each.ledger.close()


def begun(allowance):
    """How many more dialogues begin now."""
    count = 0
    while allowance.admits() and count < 100:
        allowance.begin(f"new-{count}")
        count += 1
    return count


def test_without_a_limit_as_many_begin_as_like(desk):
    assert begun(desk().opened()) == 100


@pytest.mark.parametrize("limits", [{"cost": 1.0}, {"tokens": 10_000}])
def test_few_begin_while_it_is_not_known_what_one_takes(desk, limits):
    assert begun(desk(**limits).opened()) == FIRST


def test_as_many_begin_as_what_is_left_covers(desk):
    # given one that took 1,000 of 10,000 tokens
    books = desk(tokens=10_000)
    allowance = books.opened()
    allowance.begin("a")
    books.spend("a", 1_000)
    allowance.end("a", is_accepted=True)

    assert begun(allowance) == 9
    assert "--max-tokens" in allowance.shortage


def test_what_those_in_play_have_taken_need_not_be_left_for_them(desk):
    # given three of 1,000 tokens, and one in play that took 800
    books = desk(tokens=4_900)
    for name in ("a", "b", "c"):
        books.spend(name, 1_000)
    allowance = books.opened({"a": True, "b": True, "c": True})
    allowance.begin("d")
    books.spend("d", 800)
    mean = 3_800 / 3  # with what is in play

    # then 1,100 are left, of which it needs a few hundred more
    assert not allowance.admits()
    assert f"expected to take {mean + mean - 800:,.0f} tokens" in allowance.shortage


def test_one_in_play_may_become_as_dear_as_the_dearest(desk):
    books = desk(tokens=10_000)
    for name, tokens in (("a", 500), ("b", 500), ("c", 500), ("d", 4_500)):
        books.spend(name, tokens)
    allowance = books.opened(dict.fromkeys("abcd", True))

    assert begun(allowance) == 1  # of the 4,000 left, which two of the mean of 1,500 would leave uncovered


def test_rejected_dialogues_do_not_make_others_look_cheap(desk):
    books = desk(tokens=10_000)
    allowance = books.opened()
    for name in ("a", "b"):
        allowance.begin(name)
        books.spend(name, 10)
        allowance.end(name, is_accepted=False)

    assert begun(allowance) == FIRST
    assert allowance.spent_on_ended.tokens == 20


def test_dialogues_of_earlier_starts_tell_what_one_takes(desk):
    books = desk(cost=0.0025)
    books.spend("a", 1_000)
    allowance = books.opened({"a": True, "b": False})

    assert begun(allowance) == 1
    assert allowance.shortage == (
        "the limit of $0.0025 (--max-cost) is reached: $0.0010 used, $0.0015 left, and another dialogue is expected to "
        "take $0.0020; raise it and run the same command again to go on"
    )


def test_a_dialogue_that_the_time_left_is_too_short_for_does_not_begin(desk):
    books = desk(seconds=100)
    allowance = books.opened()
    allowance.begin("a")
    books.now = 40.0
    allowance.end("a", is_accepted=True)
    assert begun(allowance) == 100

    books.now = 61.0
    assert not allowance.admits()
    assert allowance.shortage == (
        "the limit of 1 min 40 s (--max-time) is reached, since another dialogue is expected to take 40 s; run the "
        "same command again to go on"
    )


def test_dialogues_in_play_are_known_by_what_they_took(desk):
    books = desk()
    allowance = books.opened()
    allowance.begin("a")
    books.spend("a", 70)
    books.spend("b", 5)

    assert allowance.spent_in_play.tokens == 70
