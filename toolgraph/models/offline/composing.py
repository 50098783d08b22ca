"""Composing: what the offline rules make of a scenario: sub-tasks, the calls that do them, and how they hang together.

The functions of a domain are joined where one returns what another takes. A composition is a pure function of the seed,
the dialogue and what was asked for, so that each of the requests about one task finds the same one.
"""

import re
from collections.abc import Callable, Sequence

from toolgraph.dialogue.blueprint import PlannedCall, PlannedCondition
from toolgraph.dialogue.spoken import today_in
from toolgraph.dialogue.task import Branch, Composition
from toolgraph.errors import AnswerError
from toolgraph.models.offline.banks import load_words, people, person_named_in
from toolgraph.models.offline.composed import Composed, Part, price_of
from toolgraph.models.offline.domain_links import links_of
from toolgraph.models.offline.domains import Domain, DomainScenario, ResultTest, domains
from toolgraph.models.offline.plan_arguments import Setting
from toolgraph.models.offline.scenarios import domain_of
from toolgraph.models.offline.scene import DEFAULT_TODAY
from toolgraph.models.offline.speech import superlative
from toolgraph.models.offline.task_calls import CallPlanner
from toolgraph.seeds import rng

_BETTER_SMALL = re.compile(
    r"price|cost|fee|rate$|deposit|premium|distance|minutes|waiting|wait_|days|weeks|hours_to|mite|weight|age_|size_limit"
)
LONGEST_CHAIN = 5
"""How many sub-tasks the functions of a domain can be chained to."""
SAME_FOR_TWO, LOOK_FIRST = 0.3, 0.45
"""Chances: what goes on at once is one question about two things; a sub-task looks closer at what it found."""


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
    others = [one for one in links_of(name).startable() if one not in fitting]
    starts = [*fitting, *chooser.sample(others, len(others))]
    functions = domain.functions
    starts.sort(key=lambda one: bool(functions[one].lists) and not links_of(name).picks(one))
    for start in starts:
        composer = _Composer(domain, found, system, seed, id, start)
        if composer.has(composition, depth):
            return composer.composed()
    raise AnswerError(
        f"the functions of '{domain.domain}' cannot be composed as {composition}"
        + (f" of {depth} sub-tasks; the offline rules chain at most {LONGEST_CHAIN}" if composition == "chain" else "")
    )


class _Composer:
    """Builds the parts of one composition, one call after the other."""

    def __init__(
        self, domain: Domain, scenario: DomainScenario, system: str, seed: int, id: str, start: str
    ) -> None:  # fmt: skip
        self.domain, self.scenario, self.start = domain, scenario, start
        self.random = rng(seed, "compose", id, start)
        user = person_named_in(system)
        today = today_in(system) or DEFAULT_TODAY
        self.links = links_of(domain.domain)
        setting = Setting(self.random, today, user or self.random.choice(people()), system)
        self.plan = CallPlanner(self.links, setting)
        self.parts: list[Part] = []

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
        return Composed(self.domain, self.scenario, tuple(self.parts), self.plan.used)

    # --- compositions -------------------------------------------------------------------------------------------

    def _sequential(self) -> bool:
        """A, then what takes the outcome of A; in some, A looks closer at what it found, or a third thing follows."""
        followers = self.links.followers(self.start)
        if not followers:
            return False
        readers = [one for one in followers if self.links.reads(one)]
        writers = [one for one in followers if not self.links.reads(one)]
        first = [self.plan.call(self.start)]
        if readers and writers and self.random.random() < LOOK_FIRST:
            first.append(self.plan.call(self.random.choice(readers)))
            second = self.random.choice(writers)
        else:
            second = self.random.choice(followers)
        found = self._part(*first)
        done = self._part(self.plan.call(second), needs=(found.id,))
        if len(first) == 1 and not self.links.reads(second):
            self._go_on(done, self.random.random())
        return True

    def _go_on(self, done: Part, chance: float) -> bool:
        """A third sub-task after something was written: what takes its result, or what is left of a budget."""
        onward = self.links.followers(done.calls[-1].tool)
        if onward and chance < 0.6:
            self._part(self.plan.call(self.random.choice(onward)), needs=(done.id,))
            return True
        return chance < 0.75 and self._budget(done)

    def _parallel(self) -> bool:
        """A and A' at once, and what needs both."""
        if self.random.random() < SAME_FOR_TWO:
            return self._same_for_two() or self._two_lists()
        return self._two_lists() or self._same_for_two()

    def _same_for_two(self) -> bool:
        """One question about two things, and what is done with the best of all that was found."""
        followers = self.links.followers(self.start)
        if not followers:
            return False
        first = self.plan.draft(self.start)
        second = self.plan.about_another(first)
        if second is None:
            return False
        self.plan.remember(first)
        picks = [pick for pick in self.links.picks(first.tool) if superlative(pick) != "nearest"]
        if not picks:  # nobody wants the nearest of two places
            return False
        self.plan.pick(first.id, self.random.choice(picks))
        roots = (self._part(first), self._part(second))
        readers = [one for one in followers if self.links.reads(one)]
        writers = [one for one in followers if not self.links.reads(one)]
        calls = [self.plan.among(self.plan.call(self.random.choice(followers)), first.id, second.id)]
        if self.links.reads(calls[0].tool) and writers and readers:
            calls.append(self.plan.call(self.random.choice(writers)))
        self._part(*calls, needs=tuple(root.id for root in roots))
        return True

    def _two_lists(self) -> bool:
        """Two lists of different things, and what takes one of each."""
        joins = [(other, taker) for taker, other in self.links.joins(self.start)]
        if not joins:
            return False
        other, taker = self.random.choice(joins)
        first, second = self._part(self.plan.call(self.start)), self._part(self.plan.call(other))
        readers = [one for one in self.links.followers(self.start) if self.links.reads(one)]
        calls = [self.plan.call(self.random.choice(readers))] if readers and self.random.random() < 0.4 else []
        done = self._part(
            *calls,
            self.plan.call(taker, fed=self.links.ids_into(taker, self.start, other)),
            needs=(first.id, second.id),
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
            last = self._part(self.plan.call(name), needs=(last.id,) if last else ())
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
                waiting += [(*path, one) for one in self.links.takers(path[-1]) if self._may_follow(path, one)]
        return found

    def _may_follow(self, path: Sequence[str], name: str) -> bool:
        has_written = any(not self.links.reads(one) for one in path)
        if name in path or name in self.links.startable() or (has_written and self.links.flow(self.start, name)):
            return False
        if self.links.lacks(name, self.links.ids_into(name, *path)):
            return False
        flow = self.links.flow(path[-1], name)
        return not (has_written and not self.links.reads(name) and flow is not None and flow.is_echo)

    def _tree(self) -> bool:
        """Two branches, one of which looks closer at what it found, and what needs both."""
        joins = self.links.joins(self.start)
        readers = [one for one in self.links.followers(self.start) if self.links.reads(one)]
        joins = [(taker, other) for taker, other in joins if readers]
        if not joins:
            return False
        taker, other = self.random.choice(joins)
        first = self._part(self.plan.call(self.start))
        second = self._part(self.plan.call(other))
        closer = self._part(self.plan.call(self.random.choice(readers)), needs=(first.id,))
        done = self._part(
            self.plan.call(taker, fed=self.links.ids_into(taker, self.start, other)), needs=(closer.id, second.id)
        )
        if self.random.random() < 0.4:
            self._budget(done)
        return True

    def _conditional(self) -> bool:
        """A result decides what comes next."""
        writers = [one for one in self.links.followers(self.start) if not self.links.reads(one)]
        readers = [
            one
            for one in self.links.followers(self.start)
            if self.links.reads(one) and self.domain.functions[one].tests
        ]
        if not writers:
            return False
        first = self._part(self.plan.call(self.start))
        asked, call = first, first.calls[0]
        tests = self.domain.functions[self.start].tests
        if readers and (not tests or self.random.random() < 0.45):
            call = self.plan.call(self.random.choice(readers))
            asked = self._part(call, needs=(first.id,))
            tests = self.domain.functions[call.tool].tests
        if not tests:
            return False
        test = self.random.choice(tests)
        decision = self._decision(asked, call, test)
        main, *others = sorted(writers, key=self._weight, reverse=True)[:2]
        if others and not _is_good(test):
            main, others = others[0], [main]
        then = main
        known = list(self.plan.memory.known)
        self._part(self.plan.call(then, condition=decision.condition), needs=(decision.id,), branch="then")
        self.plan.memory.known = known  # what was made on the one side is not there on the other
        if others and self.random.random() < 0.75:
            otherwise = decision.condition.model_copy(update={"holds": False}) if decision.condition else None
            self._part(self.plan.call(others[0], condition=otherwise), needs=(decision.id,), branch="else")
        return True

    def _weight(self, name: str) -> int:
        """How much a function does: what takes most is what one would do if all is well."""
        return len(self.links.tools[name].parameter_fields)

    def _decision(self, asked: Part, call: PlannedCall, test: ResultTest) -> Part:
        """The part that answers a question about the result of a call."""
        path, pick = f"/{test.field}", ""
        function = self.domain.functions[call.tool]
        if function.lists:
            path = f"/{next(iter(function.lists))}/*/{test.field}"
            pick = f"{'min' if test.test == 'below' else 'max'}:/{test.field}"
            self.plan.pick(call.id, pick)
        value = self.random.choice(test.values)
        condition = PlannedCondition(call=call.id, path=path, pick=pick, test=test.test, value=value)
        return self._append(
            Part(self._next_id(), needs=(asked.id,), condition=condition, test=test)
        )  # fmt: skip

    def _aggregation(self) -> bool:
        """The same for every entry of a list, and what comes out of it all."""
        readers = [
            one
            for one in self.links.followers(self.start)
            if self.links.reads(one) and self.domain.functions[one].totals
        ]
        if not readers:
            return False
        first = self._part(self.plan.call(self.start))
        self.plan.pick(first.calls[0].id, "each")
        repeated = self._part(self.plan.call(self.random.choice(readers)), needs=(first.id,), is_repeated=True)
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
        price = price_of(self.links.tools[call.tool])
        if price is None:
            return False
        most = price.schema["maximum"]
        step = 10 if most < 100 else 50
        budget = int(-(-most // step) * step + self.random.choice((0, 1, 2)) * step)
        self._append(Part(self._next_id(), needs=(done.id,), budget=budget))
        return True


def _is_good(test: ResultTest) -> bool:
    """Whether a yes is what one hopes for: little of what one pays, waits or walks, and much of anything else."""
    if test.test == "is":
        return True
    return (test.test == "below") == bool(_BETTER_SMALL.search(test.field))
