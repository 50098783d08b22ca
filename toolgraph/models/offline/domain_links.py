"""Links between the functions of a domain: which can begin a task, which can follow which, and which take from two."""

from collections.abc import Sequence, Set
from functools import cache

from toolgraph.models.offline.domains import Domain, DomainFunction, domain_tool, domains
from toolgraph.models.offline.flows import Flow, flows_between
from toolgraph.models.offline.speech import entry_picks, superlative
from toolgraph.tools.inference import effects_of
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.spec import ToolSpec

_UNWANTED = frozenset({"most expensive", "longest", "latest", "earliest", "smallest"})
"""What nobody asks for who has not seen the list."""


class DomainLinks:
    """The functions of one domain, and the flows of ids between them."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.tools = {name: domain_tool(domain.domain, name) for name in domain.functions}
        self._flows = {giver: self._flows_of(giver) for giver in self.tools}
        self._required_ids = {
            name: frozenset(
                field.name for field in tool.parameter_fields if field.is_required and kind_of(field) == "id"
            )
            for name, tool in self.tools.items()
        }

    def _flows_of(self, giver: str) -> dict[str, Flow]:
        found: dict[str, Flow] = {}
        for taker, tool in self.tools.items():
            ids = [flow for flow in flows_between(self.tools[giver], tool) if flow.is_id]
            if taker != giver and ids:
                found[taker] = ids[0]
        return found

    def function(self, name: str) -> DomainFunction:
        """Return what the domain says of a function."""
        return self.domain.functions[name]

    def reads(self, name: str) -> bool:
        """Say whether a function changes nothing."""
        return effects_of(self.tools[name]) == "reads"

    def startable(self) -> tuple[str, ...]:
        """Return the functions that need no id."""
        return tuple(name for name, ids in self._required_ids.items() if not ids)

    def flow(self, giver: str, taker: str) -> Flow | None:
        """Return the flow of an id from one function to another, if there is one."""
        return self._flows[giver].get(taker)

    def takers(self, giver: str) -> tuple[str, ...]:
        """Return the functions that take an id which one returns, also where that only repeats what it was given."""
        return tuple(self._flows[giver])

    def followers(self, giver: str) -> list[str]:
        """Return the functions that can do their work with what one finds, and need nothing that only another finds."""
        return [
            taker for taker, flow in self._flows[giver].items()
            if not flow.is_echo and not self.lacks(taker, {flow.pointer.removeprefix("/")})
        ]  # fmt: skip

    def joins(self, giver: str) -> list[tuple[str, str]]:
        """Return pairs of a function and of another list, where the function takes one thing from each of the two.

        Lists in which something stands out are preferred: nobody wants the first of anything.
        """
        lists = [one for one in self.startable() if one != giver and self.function(one).lists]
        return self._joined(giver, [one for one in lists if self.picks(one)]) or self._joined(giver, lists)

    def _joined(self, giver: str, others: Sequence[str]) -> list[tuple[str, str]]:
        return [
            (taker, other) for other in others for taker, flow in self._flows[giver].items()
            if taker in self._flows[other] and not flow.is_echo
            and len(ids := self.ids_into(taker, giver, other)) > 1 and not self.lacks(taker, ids)
        ]  # fmt: skip

    def ids_into(self, taker: str, *givers: str) -> frozenset[str]:
        """Return the parameters of a function that others give an id for."""
        flows = [self._flows[giver].get(taker) for giver in givers]
        return frozenset(flow.pointer.removeprefix("/") for flow in flows if flow)

    def lacks(self, taker: str, fed: Set[str]) -> bool:
        """Say whether a function requires an id that is not among those it is fed."""
        return not self._required_ids[taker] <= fed

    def picks(self, name: str) -> list[str]:
        """Return the ways of choosing from the list that a function finds, as people wish for them."""
        ((entries, attributes),) = self.function(name).lists.items()
        picks = entry_picks(self.tools[name], f"/{entries}/*/{attributes[0]}")
        return [pick for pick in picks if ":" in pick and superlative(pick) not in _UNWANTED]

    def with_ids(self, name: str, fed: Set[str]) -> ToolSpec:
        """Return a function as one that requires the ids it is fed and has no optional ones beside them."""
        tool = self.tools[name]
        required = [*tool.parameters["required"], *sorted(fed - set(tool.parameters["required"]))]
        left_out = {
            field.name for field in tool.parameter_fields if kind_of(field) == "id" and field.name not in required
        }
        if not fed and not left_out:
            return tool
        kept = {name: schema for name, schema in tool.parameters["properties"].items() if name not in left_out}
        return tool.model_copy(update={"parameters": {**tool.parameters, "properties": kept, "required": required}})


@cache
def links_of(domain: str) -> DomainLinks:
    """Return the links of a domain that ships with toolgraph."""
    return DomainLinks(domains()[domain])
