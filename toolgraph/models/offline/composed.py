"""Composed: the sub-tasks of a composition, the calls that do them, and the order in which these can be made."""

from collections.abc import Iterator
from dataclasses import dataclass

from toolgraph.dialogue.blueprint import PlannedCall, PlannedCondition
from toolgraph.dialogue.task import Branch
from toolgraph.models.offline.domains import Domain, DomainScenario, ResultTest, Total
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-task: the calls that do it, or the work that needs none."""

    id: str
    calls: tuple[PlannedCall, ...] = ()
    needs: tuple[str, ...] = ()
    condition: PlannedCondition | None = None
    """Own work: the question about a result that is decided, as it stands when the answer is yes."""
    test: ResultTest | None = None
    """The words of that question."""
    total: Total | None = None
    """Own work: what is worked out over the results of the calls of the parts it needs."""
    budget: int = 0
    """Own work: the amount from which the price just paid is subtracted; 0 where there is none."""
    addressee: str = ""
    """Own work: to whom a note about the outcome is drafted; empty where there is none."""
    branch: Branch = ""
    is_repeated: bool = False

    @property
    def is_own_work(self) -> bool:
        """Whether it takes no function."""
        return not self.calls


@dataclass(frozen=True, slots=True)
class Composed:
    """A composition of the functions of one domain."""

    domain: Domain
    scenario: DomainScenario
    parts: tuple[Part, ...]
    tools: dict[str, ToolSpec]
    """The functions used, by name."""

    def owner(self, call: str) -> Part:
        """Return the part that makes a planned call."""
        return next(part for part in self.parts if any(one.id == call for one in part.calls))

    def call(self, call_id: str) -> PlannedCall:
        """Return the planned call of an id."""
        return next(call for part in self.parts for call in part.calls if call.id == call_id)


def steps_of(composed: Composed, *, is_parallel: bool) -> Iterator[tuple[PlannedCall, ...]]:
    """Yield the calls of a composition, step by step: what is independent at once, or each by itself."""
    done: set[str] = set()
    waiting = [part for part in composed.parts]
    while waiting:
        ready = [part for part in waiting if done.issuperset(part.needs)]
        columns = max((len(part.calls) for part in ready), default=0)
        for column in range(columns):
            calls = tuple(part.calls[column] for part in ready if column < len(part.calls))
            if is_parallel or any(call.condition for call in calls):
                yield calls
            else:
                yield from ((call,) for call in calls)
        done |= {part.id for part in ready}
        waiting = [part for part in waiting if part not in ready]


def price_of(tool: ToolSpec) -> Field | None:
    """Return the field of a result that tells what was paid, if there is one."""
    return next((field for field in tool.return_fields if _is_price(field)), None)


def _is_price(field: Field) -> bool:
    words = set(split_words(field.name).split())
    return "maximum" in field.schema and not words.isdisjoint({"total"})
