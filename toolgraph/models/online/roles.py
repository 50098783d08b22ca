"""Which model answers which request: by the role it plays, and where a role has several, drawn per dialogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toolgraph.models.online.exchange import UNBOUND, Role
from toolgraph.models.online.wires import WIRES
from toolgraph.models.request import AnswerT, Backend, Completion, Request
from toolgraph.seeds import rng


@dataclass(frozen=True, slots=True)
class NamedBackend:
    """A backend with the name its model goes by; `offline` is the name of the rules."""

    name: str
    backend: Backend


class RoleBackend:
    """A backend made of others, one or several for each role.

    Where a role has several, a dialogue keeps to one of them, whichever thread plays it and in whatever order; tools
    that are filled in, and scenarios, belong to no dialogue, and are shared out among them.
    """

    def __init__(self, models: Mapping[Role, Sequence[NamedBackend]], *, seed: int) -> None:
        self._models = {role: tuple(backends) for role, backends in models.items() if backends}
        self._seed = seed

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Answer one request with the model of its role and dialogue.

        Raises:
            AnswerError: no usable answer could be had.
        """
        wire = WIRES[type(request)]
        unit = request.key if wire.stage in UNBOUND else dialogue_of(request.key)
        return self._drawn(wire.role, unit).backend.complete(request)

    def model_of(self, role: Role, dialogue: str) -> str:
        """Return the name of the model that plays a role in a dialogue."""
        return self._drawn(role, dialogue).name

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that there is a model for."""
        return tuple(self._models)

    def _drawn(self, role: Role, dialogue: str) -> NamedBackend:
        backends = self._models[role]
        return backends[0] if len(backends) == 1 else rng(self._seed, "model", role, dialogue).choice(backends)


def dialogue_of(key: str) -> str:
    """Return the id of the dialogue that a request's key begins with.

    >>> dialogue_of("d000012/4#1")
    'd000012'
    """
    return key.partition("/")[0].partition("#")[0]
