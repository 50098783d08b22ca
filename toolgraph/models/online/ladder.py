"""The ladder: what an endpoint can do, found out once, remembered, and learned from refusals at work."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from toolgraph.errors import EndpointError
from toolgraph.models.online.abilities import Abilities, Rung, admitted, lesson, names
from toolgraph.models.online.exchange import Body, Exchange, Purpose, Reply, ServerRefusal
from toolgraph.models.online.probes import Probes

__all__ = ["Abilities", "Ladder", "Rung", "probe_abilities"]

MOST_LESSONS = 6
"""How many parameters one request may lose before the server is taken at its word."""
MOST_REMEMBERED = 500
"""How many schemas are remembered that the server does not take."""


def probe_abilities(exchange: Exchange, model: str, *, extra: Mapping[str, Any] | None = None) -> Abilities:
    """Return what a model can do, found out by three to twelve small requests.

    What fails is asked once more in other words, unless the server refuses it, so that one bad answer does not lower a
    whole run. No probe asks for JSON where the server is to see to it, so that one that ignores `response_format` is
    seen; and a word that stands in a result alone tells whether results reach the model.

    Raises:
        EndpointError: the server cannot be used, or the model gives structured answers in no way.
        BudgetReached: nothing more may be spent.
    """
    ladder = Ladder(exchange, model=model, extra=extra)
    ladder.learn(Abilities())
    found = Probes(ladder.ask, model).findings()
    return ladder.abilities().model_copy(update=found)


class Ladder:
    """What one endpoint can do: probed by the first thread that asks, remembered for all, and learned at work."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        model: str,
        extra: Mapping[str, Any] | None = None,
        load: Callable[[], str | None] | None = None,
        save: Callable[[str], None] | None = None,
    ) -> None:
        """Take the exchange to probe over.

        Args:
            exchange: answers the bodies.
            model: the model's name, as the server knows it.
            extra: parameters sent with every request, the user's own; they are never left out.
            load: returns what `save` was given in an earlier start, or none.
            save: keeps a text for the next start.
        """
        self._exchange, self.model, self._extra = exchange, model, dict(extra or {})
        self._load, self._save = load, save
        self._lock = threading.Lock()
        self._known: Abilities | None = None
        self._failed: EndpointError | None = None

    def abilities(self) -> Abilities:
        """Return what the endpoint can do; the first call probes it and the others wait.

        Raises:
            EndpointError: the server cannot be used, or the model gives structured answers in no way.
            BudgetReached: nothing more may be spent.
        """
        if self._known is None:
            with self._lock:
                if self._failed is not None:
                    raise self._failed
                if self._known is None:
                    self._known = self._remembered() or self._probed()
        return self._known

    def learn(self, abilities: Abilities) -> None:
        """Remember from now on that this is what the endpoint can do."""
        with self._lock:
            self._known = abilities
            self._keep()

    def lower(self, digest: str, to: str) -> None:
        """Remember that a schema, or a set of tools, is not to be sent, and what to use in its place."""
        with self._lock:
            known = self._known or Abilities()
            if len(known.lowered) < MOST_REMEMBERED and known.lowered.get(digest) != to:
                self._known = known.model_copy(update={"lowered": {**known.lowered, digest: to}})
                self._keep()

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Send a body as this endpoint takes it; a parameter it refuses is left out now and from now on.

        `is_probe` and `attempts` are those of `Transport.send`.

        Raises:
            ServerRefusal: the server refuses the request for another reason.
            EndpointError: the server cannot be used, or refuses a parameter that the user wants sent.
            BudgetReached: nothing more may be spent.
        """
        for _ in range(MOST_LESSONS):
            known = self._known or Abilities()
            sent = {**admitted(body, known), **self._extra}
            try:
                return self._exchange.ask(sent, purpose, is_probe=is_probe, attempts=attempts)
            except ServerRefusal as refusal:
                self._check_extra(refusal)
                change = lesson(refusal, sent)
                if not change:
                    raise
                with self._lock:
                    known = self._known or Abilities()
                    left_out = dict.fromkeys([*known.left_out, *change.pop("left_out", ())])
                    self._known = known.model_copy(update={**change, "left_out": tuple(left_out)})
                    self._keep()
        sent = {**admitted(body, self._known or Abilities()), **self._extra}
        return self._exchange.ask(sent, purpose, is_probe=is_probe, attempts=attempts)

    def _check_extra(self, refusal: ServerRefusal) -> None:
        for name in self._extra:
            if names(refusal, name):
                raise EndpointError(
                    f"{self.model} does not take '{name}', which every request is to carry: {refusal}; leave it out"
                ) from refusal

    def _remembered(self) -> Abilities | None:
        text = self._load() if self._load else None
        try:
            return Abilities.model_validate_json(text) if text else None
        except ValidationError:  # written by another version: probed again
            return None

    def _probed(self) -> Abilities:
        try:
            known = probe_abilities(self._exchange, self.model, extra=self._extra)
        except EndpointError as error:
            self._failed = error
            raise
        if self._save:
            self._save(known.model_dump_json())
        return known

    def _keep(self) -> None:
        if self._save and self._known is not None:
            self._save(self._known.model_dump_json())
