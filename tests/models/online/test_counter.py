import pytest

from tests.models.online.paid import RuledTransport, body, endpoint, purpose, reply
from toolgraph.errors import BudgetReached, EndpointError
from toolgraph.models.online.budget import Budget, Limits
from toolgraph.models.online.cache import ResponseCache
from toolgraph.models.online.counter import CountingExchange
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.online.ledger import Ledger, Total
from toolgraph.models.online.prices import Prices


class Shop:
    """A counter with everything behind it, in one directory."""

    def __init__(self, directory, transport, **limits):
        self.transport = transport
        self.cache = ResponseCache(directory / "responses.sqlite")
        self.ledger = Ledger(directory / "usage.jsonl")
        self.budget = Budget(self.ledger, Prices.load(), ["small"], limits=Limits(**limits))
        self.counter = CountingExchange(transport, endpoint(), self.cache, self.ledger, self.budget)

    @property
    def booked(self):
        return sum(self.ledger.totals().values(), Total())

    def close(self):
        self.cache.close()
        self.ledger.close()


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, RuledTransport())
    yield shop
    shop.close()


def failing(error):
    def rule(_):
        raise error

    return rule


def test_what_was_answered_once_is_not_asked_again(shop):
    first = shop.counter.ask(body(), purpose())
    second = shop.counter.ask(body(), purpose())

    assert len(shop.transport.sent) == 1
    assert (first.is_cached, second.is_cached) == (False, True)
    assert (second.body, second.usage) == (first.body, first.usage)
    assert shop.booked.requests == 1


def test_nor_by_the_next_process(tmp_path):
    first = Shop(tmp_path, RuledTransport())
    first.counter.ask(body(), purpose())
    first.close()
    second = Shop(tmp_path, RuledTransport())

    assert second.counter.ask(body(), purpose()).is_cached
    assert second.transport.sent == []
    second.close()


def test_another_dialogue_asks_for_itself(shop):
    shop.counter.ask(body(), purpose(salt=1))
    shop.counter.ask(body(), purpose(salt=2))

    assert len(shop.transport.sent) == 2


def test_the_books_hold_what_the_server_answered(tmp_path):
    rule = iter([reply(prompt=100, completion=10), reply(prompt=200, completion=20), reply(prompt=300, completion=30)])
    shop = Shop(tmp_path, RuledTransport(lambda _: next(rule)))

    for salt in (1, 2, 1, 2, 3):
        shop.counter.ask(body(), purpose(salt=salt))

    assert shop.booked == Total(requests=3, prompt_tokens=600, completion_tokens=60)
    shop.close()


def test_an_answer_is_booked_and_stored_before_it_is_used(tmp_path):
    shop = Shop(tmp_path, RuledTransport())

    shop.counter.ask(body(), purpose())

    # a second pair of eyes sees both at once, though nothing was closed
    other = Shop(tmp_path, RuledTransport())
    assert other.booked.requests == 1
    assert other.counter.ask(body(), purpose()).is_cached
    other.close()
    shop.close()


@pytest.mark.parametrize("error", [ServerRefusal("no such schema", status=400), EndpointError("gone")])
def test_a_refused_request_is_booked_nowhere_and_asked_again(tmp_path, error):
    shop = Shop(tmp_path, RuledTransport(failing(error)))

    for _ in range(2):
        with pytest.raises(type(error), match=str(error)):
            shop.counter.ask(body(), purpose())

    assert len(shop.transport.sent) == 2
    assert shop.booked == Total()
    assert shop.budget.under_way == 0
    shop.close()


def test_a_probe_is_booked_but_neither_looked_up_nor_stored(shop):
    shop.counter.ask(body(), purpose(stage="probe"), is_probe=True)
    shop.counter.ask(body(), purpose(stage="probe"), is_probe=True)
    shop.counter.ask(body(), purpose(stage="probe"))

    assert len(shop.transport.sent) == 3
    assert shop.booked.requests == 3


def test_a_spent_budget_still_gives_what_was_paid_for(tmp_path):
    shop = Shop(tmp_path, RuledTransport(lambda _: reply(prompt=900, completion=0)), tokens=1_000)
    shop.counter.ask(body(), purpose(salt=1))

    with pytest.raises(BudgetReached):
        shop.counter.ask(body(), purpose(salt=2))

    assert shop.counter.ask(body(), purpose(salt=1)).is_cached
    assert len(shop.transport.sent) == 1
    shop.close()
