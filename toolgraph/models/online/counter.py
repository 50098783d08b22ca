"""The one counter every request of a run passes: first the cache, then the budget, the wire and the books."""

from dataclasses import dataclass

from toolgraph.models.online.budget import Budget
from toolgraph.models.online.cache import ResponseCache, request_key
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Body, Purpose, Reply, Transport
from toolgraph.models.online.ledger import Ledger


@dataclass(frozen=True, slots=True)
class CountingExchange:
    """Asks one endpoint, once for each request.

    An answer is in the books and in the cache before it is used, in this order: a process killed in between asks again
    and books both, as the server does. A request that is refused is booked nowhere, since nobody charges for it. Two
    that ask the same at the same moment both ask, and go on with the answer that was stored first; as the salt tells
    dialogues apart, only two runs that share a cache do so. Probes are neither looked up nor stored: they ask what a
    server can do now, and whoever mends his server wants to be asked again.
    """

    transport: Transport
    endpoint: Endpoint
    cache: ResponseCache
    ledger: Ledger
    budget: Budget

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Return the reply to a body; what was answered once is not asked again.

        Raises:
            ServerRefusal: the server refuses this request for good.
            EndpointError: the server cannot be used at all.
            BudgetReached: nothing more may be spent.
        """
        if is_probe:
            return self._paid(body, purpose, is_probe=True, attempts=attempts)
        key = request_key(self.endpoint, body, purpose.salt)
        known = self.cache.get(key)
        if known is not None:
            return known
        reply = self._paid(body, purpose, is_probe=False, attempts=attempts)
        return self.cache.put(key, reply, self.endpoint)

    def _paid(self, body: Body, purpose: Purpose, *, is_probe: bool, attempts: int | None) -> Reply:
        with self.budget.reserved(purpose.role, self.endpoint.model, body):
            reply = self.transport.send(body, is_probe=is_probe, attempts=attempts)
            self.ledger.record(self.endpoint, purpose, reply)
            return reply
