"""Composing: what the offline rules make of a scenario: sub-tasks, the calls that do them, and how they hang together.

The functions of a domain are joined where one returns what another takes. A composition is a pure function of the seed,
the dialogue and what was asked for, so that each of the requests about one task finds the same one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedCondition
from toolgraph.dialogue.spoken import today_in
from toolgraph.dialogue.task import Branch, Composition
from toolgraph.errors import AnswerError
from toolgraph.models.offline.banks import load_words, people
from toolgraph.models.offline.domains import Domain, DomainScenario, ResultTest, Total, domain_tool, domains
from toolgraph.models.offline.flows import Flow, flows_between
from toolgraph.models.offline.plan_arguments import CallBuilder, Setting
from toolgraph.models.offline.plan_memory import Memory
from toolgraph.models.offline.planning import DEFAULT_TODAY
from toolgraph.models.offline.scenarios import domain_of
from toolgraph.models.offline.scene import new_scene
from toolgraph.models.offline.speech import entry_picks, superlative
from toolgraph.models.offline.values import make_value
from toolgraph.seeds import rng
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

LONGEST_CHAIN = 5
"""How many sub-tasks the functions of a domain can be chained to."""
_UNWANTED = frozenset({"most expensive", "longest", "latest", "earliest", "smallest"})
SAME_FOR_TWO, LOOK_FIRST = 0.3, 0.45
"""Chances: what goes on at once is one question about two things; a sub-task looks closer at what it found."""


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


def compose(
    scenario: str, *, composition: Composition, depth: int, system: str, seed: int, id: str
) -> Composed:  # fmt: skip
    """Return the composition of one dialogue.

    Raises:
        AnswerError: no domain fits the scenario, or none of its functions can be composed so.
    """
    name = domain_of(scenario)
    if name is None:
        raise AnswerError(
            f"the offline rules know no field of life for the scenario '{scenario[:80]}'; name a model with --model"
        )
    domain = domains()[name]
    found = next((one for one in domain.scenarios if one.text == scenario), None) or rng(seed, "scenario", id).choice(
        domain.scenarios
    )
    chooser = rng(seed, "start", id)
    fitting = chooser.sample(found.starts, len(found.starts))
    others = [one for one in startable(domain) if one not in fitting]
    for start in (*fitting, *chooser.sample(others, len(others))):
        composer = _Composer(domain, found, system, seed, id, start)
        if composer.has(composition, depth):
            return composer.composed()
    raise AnswerError(
        f"the functions of '{domain.domain}' cannot be composed as {composition}"
        + (f" of {depth} sub-tasks; the offline rules chain at most {LONGEST_CHAIN}" if composition == "chain" else "")
    )


def startable(domain: Domain) -> tuple[str, ...]:
    """Return the functions that need no id."""
    return _startable(domain.domain)


@cache
def _startable(domain: str) -> tuple[str, ...]:
    found = domains()[domain]
    return tuple(
        name for name in found.functions
        if not any(field.is_required and kind_of(field) == "id" for field in domain_tool(domain, name).parameter_fields)
    )  # fmt: skip


@cache
def _links(domain: str) -> dict[str, dict[str, Flow]]:
    """For each function of a domain, what it gives to which other: the first flow of an id."""
    tools = {name: domain_tool(domain, name) for name in domains()[domain].functions}
    return {
        giver: {
            taker: flows[0] for taker in tools if taker != giver
            for flows in [[flow for flow in flows_between(tools[giver], tools[taker]) if flow.is_id]] if flows
        }
        for giver in tools
    }  # fmt: skip


class _Composer:
    """Builds the parts of one composition, one call after the other."""

    def __init__(
        self, domain: Domain, scenario: DomainScenario, system: str, seed: int, id: str, start: str
    ) -> None:  # fmt: skip
        self.domain, self.scenario, self.start = domain, scenario, start
        self.random = rng(seed, "compose", id, start)
        user = next((person for person in people() if person.full_name in system), None)
        today = today_in(system) or DEFAULT_TODAY
        self.setting = Setting(self.random, today, user or self.random.choice(people()), system)
        self.memory = Memory()
        self.parts: list[Part] = []
        self.tools: dict[str, ToolSpec] = {}
        self.links = _links(domain.domain)
        self.count = 0

    def has(self, composition: Composition, depth: int) -> bool:
        """Make the parts of a composition; say whether the functions of the domain allow it."""
        makers: dict[Composition, Callable[[], bool]] = {
            "sequential": self._sequential,
            "parallel": self._parallel,
            "chain": lambda: self._chain(depth),
            "tree": self._tree,
            "conditional": self._conditional,
            "aggregation": self._aggregation,
        }
        return makers[composition]()

    def composed(self) -> Composed:
        return Composed(self.domain, self.scenario, tuple(self.parts), self.tools)

    # --- compositions -------------------------------------------------------------------------------------------

    def _sequential(self) -> bool:
        """A, then what takes the outcome of A; in some, A looks closer at what it found, or a third thing follows."""
        followers = self._followers(self.start)
        if not followers:
            return False
        readers = [one for one in followers if self._reads(one)]
        writers = [one for one in followers if not self._reads(one)]
        first = [self._call(self.start)]
        if readers and writers and self.random.random() < LOOK_FIRST:
            first.append(self._call(self.random.choice(readers)))
            second = self.random.choice(writers)
        else:
            second = self.random.choice(followers)
        found = self._part(*first)
        done = self._part(self._call(second), needs=(found.id,))
        if len(first) == 1 and not self._reads(second):
            self._go_on(done, self.random.random())
        return True

    def _go_on(self, done: Part, chance: float) -> bool:
        """A third sub-task after something was written: what takes its result, or what is left of a budget."""
        onward = self._followers(done.calls[-1].tool)
        if onward and chance < 0.6:
            self._part(self._call(self.random.choice(onward)), needs=(done.id,))
            return True
        return chance < 0.75 and self._budget(done)

    def _parallel(self) -> bool:
        """A and A' at once, and what needs both."""
        if self.random.random() < SAME_FOR_TWO:
            return self._same_for_two() or self._two_lists()
        return self._two_lists() or self._same_for_two()

    def _same_for_two(self) -> bool:
        """One question about two things, and what is done with the best of all that was found."""
        followers = self._followers(self.start)
        if not followers:
            return False
        first = self._built(self.start)
        second = self._about_another(first)
        if second is None:
            return False
        self._remember(first)
        picks = [pick for pick in self._picks_of(first) if superlative(pick) != "nearest"]
        if not picks:  # nobody wants the nearest of two places
            return False
        self._pick(first.id, self.random.choice(picks))
        roots = (self._part(first), self._part(second))
        readers = [one for one in followers if self._reads(one)]
        writers = [one for one in followers if not self._reads(one)]
        calls = [self._among(self._call(self.random.choice(followers)), first.id, second.id)]
        if self._reads(calls[0].tool) and writers and readers:
            calls.append(self._call(self.random.choice(writers)))
        self._part(*calls, needs=tuple(root.id for root in roots))
        return True

    def _two_lists(self) -> bool:
        """Two lists of different things, and what takes one of each."""
        joins = [(other, taker) for taker, other in self._joins(self.start)]
        if not joins:
            return False
        other, taker = self.random.choice(joins)
        first, second = self._part(self._call(self.start)), self._part(self._call(other))
        readers = [one for one in self._followers(self.start) if self._reads(one)]
        calls = [self._call(self.random.choice(readers))] if readers and self.random.random() < 0.4 else []
        done = self._part(
            *calls, self._call(taker, fed=self._ids_into(taker, self.start, other)), needs=(first.id, second.id)
        )
        if not calls and self.random.random() < 0.25:
            self._budget(done)
        return True

    def _chain(self, depth: int) -> bool:
        """As many sub-tasks as are asked for, each of which needs the one before."""
        paths = [path for path in self._paths(depth) if depth - 1 <= len(path) <= depth]
        self.random.shuffle(paths)
        longest = max(paths, key=len, default=())
        return bool(longest) and self._chained(longest, depth)

    def _chained(self, path: Sequence[str], depth: int) -> bool:
        last: Part | None = None
        for name in path:
            last = self._part(self._call(name), needs=(last.id,) if last else ())
        assert last is not None
        if len(path) < depth and not self._budget(last):
            addressee = self.random.choice(load_words("tasks")["addressees"])
            self._append(Part(self._next_id(), needs=(last.id,), addressee=addressee))
        return True

    def _paths(self, longest: int) -> list[tuple[str, ...]]:
        """Ways through the functions: things are looked at before they are changed, and nothing comes twice."""
        found: list[tuple[str, ...]] = []
        waiting: list[tuple[str, ...]] = [(self.start,)]
        while waiting:
            path = waiting.pop()
            found.append(path)
            if len(path) < longest:
                waiting += [(*path, one) for one in self.links[path[-1]] if self._may_follow(path, one)]
        return found

    def _may_follow(self, path: Sequence[str], name: str) -> bool:
        has_written = any(not self._reads(one) for one in path)
        if name in path or name in startable(self.domain) or (has_written and name in self.links[self.start]):
            return False
        fed = {self.links[one][name].pointer.removeprefix("/") for one in path if name in self.links[one]}
        if self._lacking(name, fed):
            return False
        return not (has_written and not self._reads(name) and self.links[path[-1]][name].is_echo)

    def _tree(self) -> bool:
        """Two branches, one of which looks closer at what it found, and what needs both."""
        joins = self._joins(self.start)
        readers = [one for one in self._followers(self.start) if self._reads(one)]
        joins = [(taker, other) for taker, other in joins if readers]
        if not joins:
            return False
        taker, other = self.random.choice(joins)
        first = self._part(self._call(self.start))
        second = self._part(self._call(other))
        closer = self._part(self._call(self.random.choice(readers)), needs=(first.id,))
        done = self._part(self._call(taker, fed=self._ids_into(taker, self.start, other)), needs=(closer.id, second.id))
        if self.random.random() < 0.4:
            self._budget(done)
        return True

    def _conditional(self) -> bool:
        """A result decides what comes next."""
        writers = [one for one in self._followers(self.start) if not self._reads(one)]
        readers = [one for one in self._followers(self.start) if self._reads(one) and self.domain.functions[one].tests]
        if not writers:
            return False
        first = self._part(self._call(self.start))
        asked, call = first, first.calls[0]
        tests = self.domain.functions[self.start].tests
        if readers and (not tests or self.random.random() < 0.45):
            call = self._call(self.random.choice(readers))
            asked = self._part(call, needs=(first.id,))
            tests = self.domain.functions[call.tool].tests
        if not tests:
            return False
        test = self.random.choice(tests)
        decision = self._decision(asked, call, test)
        then, *others = self.random.sample(writers, min(2, len(writers)))
        known = list(self.memory.known)
        self._part(self._call(then, decided=decision), needs=(decision.id,), branch="then")
        self.memory.known = known  # what was made on the one side is not there on the other
        if others and self.random.random() < 0.75:
            self._part(self._call(others[0], decided=decision, holds=False), needs=(decision.id,),
                       branch="else")  # fmt: skip
        return True

    def _decision(self, asked: Part, call: PlannedCall, test: ResultTest) -> Part:
        """The part that answers a question about the result of a call."""
        path, pick = f"/{test.field}", ""
        function = self.domain.functions[call.tool]
        if function.lists:
            path = f"/{next(iter(function.lists))}/*/{test.field}"
            pick = f"{'min' if test.test == 'below' else 'max'}:/{test.field}"
            self._pick(call.id, pick)
        value = self.random.choice(test.values)
        condition = PlannedCondition(call=call.id, path=path, pick=pick, test=test.test, value=value)
        return self._append(
            Part(self._next_id(), needs=(asked.id,), condition=condition, test=test)
        )  # fmt: skip

    def _aggregation(self) -> bool:
        """The same for every entry of a list, and what comes out of it all."""
        readers = [one for one in self._followers(self.start) if self._reads(one) and self.domain.functions[one].totals]
        if not readers:
            return False
        first = self._part(self._call(self.start))
        self._pick(first.calls[0].id, "each")
        repeated = self._part(self._call(self.random.choice(readers)), needs=(first.id,), is_repeated=True)
        totals = self.domain.functions[repeated.calls[0].tool].totals
        self._append(Part(self._next_id(), needs=(repeated.id,), total=self.random.choice(totals)))
        return True

    # --- parts and calls ----------------------------------------------------------------------------------------

    def _part(
        self, *calls: PlannedCall, needs: tuple[str, ...] = (), branch: Branch = "", is_repeated: bool = False
    ) -> Part:
        """Add a sub-task that makes calls; it needs the ones whose results its calls use, whatever else it needs."""
        used = [argument.call for call in calls for argument in call.arguments if argument.source == "result"]
        givers = [part.id for part in self.parts for call in part.calls if call.id in used]
        return self._append(
            Part(
                self._next_id(), tuple(calls), needs=tuple(dict.fromkeys((*givers, *needs))), branch=branch,
                is_repeated=is_repeated,
            )
        )  # fmt: skip

    def _append(self, part: Part) -> Part:
        self.parts.append(part)
        return part

    def _next_id(self) -> str:
        return f"s{len(self.parts) + 1}"

    def _budget(self, done: Part) -> bool:
        """Own work: what is left of a budget after something was paid, where the result tells a price."""
        call = done.calls[-1]
        price = price_of(self.tools[call.tool])
        if price is None:
            return False
        most = price.schema["maximum"]
        step = 10 if most < 100 else 50
        budget = int(-(-most // step) * step + self.random.choice((0, 1, 2)) * step)
        self._append(Part(self._next_id(), needs=(done.id,), budget=budget))
        return True

    def _call(
        self, name: str, *, fed: frozenset[str] = frozenset(), decided: Part | None = None, holds: bool = True
    ) -> PlannedCall:
        """Plan a call of a function, fed by what was found before, and take it into account."""
        call = self._built(name, fed)
        if decided is not None and decided.condition is not None:
            condition = decided.condition.model_copy(update={"holds": holds})
            call = call.model_copy(update={"condition": condition})
        self._remember(call)
        return call

    def _built(self, name: str, fed: frozenset[str] = frozenset()) -> PlannedCall:
        """A call whose values are those said before where they are of the same attribute."""
        tool = self.tools.setdefault(name, domain_tool(self.domain.domain, name))
        self.count += 1
        call = CallBuilder(
            _with_ids(tool, fed), call_id=f"c{self.count}", turn=0, setting=self.setting, memory=self.memory,
            is_linked=True,
        ).build()  # fmt: skip
        arguments = []
        for argument in call.arguments:
            said = self.memory.said.get(split_words(argument.pointer.rpartition("/")[2]))
            if argument.source == "user" and said is not None and not isinstance(argument.value, bool | list):
                argument = argument.model_copy(update={"value": said[0], "is_carried": True})
            arguments.append(argument)
        return call.model_copy(update={"arguments": tuple(arguments)})

    def _remember(self, call: PlannedCall) -> None:
        """Take a call into account; who has not seen a list yet can only ask for the entry that stands out in it."""
        self.memory.remember(call, self.tools[call.tool], 0)
        if self.domain.functions[call.tool].lists:
            self._pick(call.id, self.random.choice(self._picks_of(call) or ["0"]))

    def _picks_of(self, call: PlannedCall) -> list[str]:
        ((entries, attributes),) = self.domain.functions[call.tool].lists.items()
        return _superlatives(self.tools[call.tool], f"/{entries}/*/{attributes[0]}")

    def _pick(self, call: str, pick: str) -> None:
        """Decide which entry of the list of a call all that follows goes on with."""
        for known in self.memory.known:
            if known.call.id == call:
                known.pick = pick

    def _among(self, call: PlannedCall, first: str, second: str) -> PlannedCall:
        """A call that picks from what two calls found."""
        arguments = tuple(
            argument.model_copy(update={"among": (second,)}) if argument.call == first else argument
            for argument in call.arguments
        )
        changed = call.model_copy(update={"arguments": arguments})
        for known in self.memory.known:
            if known.call.id == call.id:
                known.call = changed
        return changed

    def _about_another(self, call: PlannedCall) -> PlannedCall | None:
        """The same call with another place, person or kind of thing; none where it names nothing of that sort."""
        fields = {field.pointer: field for field in self.tools[call.tool].parameter_fields}
        named = [one for one in call.arguments if one.source == "user" and _names_a_thing(fields[one.pointer], one)]
        if not named:
            return None
        chosen, scene = named[0], new_scene(self.random, self.setting.today, self.setting.person)
        for _ in range(8):
            value = make_value(fields[chosen.pointer], scene)
            if value != chosen.value:
                self.count += 1
                arguments = tuple(
                    one.model_copy(update={"value": value}) if one is chosen else one for one in call.arguments
                )
                return call.model_copy(update={"id": f"c{self.count}", "arguments": arguments})
        return None

    # --- functions ----------------------------------------------------------------------------------------------

    def _reads(self, name: str) -> bool:
        return effects_of(domain_tool(self.domain.domain, name)) == "reads"

    def _followers(self, name: str) -> list[str]:
        """Functions that can do their work with what one returns, and with nothing that only another returns."""
        return [
            taker for taker, flow in self.links[name].items()
            if not flow.is_echo and not self._lacking(taker, {flow.pointer.removeprefix("/")})
        ]  # fmt: skip

    def _joins(self, name: str) -> list[tuple[str, str]]:
        """Pairs of a function and of another list, where the function takes one thing from each list."""
        others = [one for one in startable(self.domain) if one != name and self.domain.functions[one].lists]
        return [
            (taker, other) for other in others for taker in self.links[name]
            if taker in self.links[other] and not self.links[name][taker].is_echo
            and len(ids := self._ids_into(taker, name, other)) > 1 and not self._lacking(taker, ids)
        ]  # fmt: skip

    def _ids_into(self, taker: str, *givers: str) -> frozenset[str]:
        return frozenset(self.links[giver][taker].pointer.removeprefix("/") for giver in givers)

    def _lacking(self, taker: str, fed: "frozenset[str] | set[str]") -> bool:
        """Whether a function requires an id that nothing gives it."""
        return any(
            field.is_required and kind_of(field) == "id" and field.name not in fed
            for field in domain_tool(self.domain.domain, taker).parameter_fields
        )


def _superlatives(tool: ToolSpec, path: str) -> list[str]:
    """The ways of choosing from a list that people wish for: nobody asks for the most expensive or the worst."""
    picks = [pick for pick in entry_picks(tool, path) if ":" in pick]
    return [pick for pick in picks if superlative(pick) not in _UNWANTED]


def _with_ids(tool: ToolSpec, fed: frozenset[str]) -> ToolSpec:
    """A tool that requires the ids it is fed with, and has no optional ones beside them: nobody would think of any."""
    properties: dict[str, Any] = tool.parameters["properties"]
    required = [*tool.parameters["required"], *sorted(fed - set(tool.parameters["required"]))]
    optional_ids = {
        field.name for field in tool.parameter_fields if kind_of(field) == "id" and field.name not in required
    }
    if not fed and not optional_ids:
        return tool
    kept = {name: schema for name, schema in properties.items() if name not in optional_ids}
    return tool.model_copy(update={"parameters": {**tool.parameters, "properties": kept, "required": required}})


def _names_a_thing(field: Field, argument: PlannedArgument) -> bool:
    return (
        isinstance(argument.value, str) and not field.schema.get("enum") and not field.schema.get("format")
        and kind_of(field) not in ("id", "date", "time", "datetime", "message", "text")
    )  # fmt: skip


def price_of(tool: ToolSpec) -> Field | None:
    """Return the field of a result that tells what was paid, if there is one."""
    return next((field for field in tool.return_fields if _is_price(field)), None)


def _is_price(field: Field) -> bool:
    words = set(split_words(field.name).split())
    return "maximum" in field.schema and not words.isdisjoint({"total"})


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
