"""The planner's rule: turns over a sample of tools, calls first, each argument with its source.

A turn starts from a tool whose required values somebody can give: the user, an earlier result, the system message. It goes on, step by
step, to tools that take what the last result holds; a step may hold several calls. Words come later, from the user's rule.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from toolgraph.dialogue.blueprint import LinkKind, PlannedArgument, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.spoken import find_said, today_in
from toolgraph.models.offline.banks import people
from toolgraph.models.offline.flows import FLOWING_KINDS, Flow, flows_between
from toolgraph.models.offline.shapes import fill, input_shape
from toolgraph.models.offline.speech import entry_picks
from toolgraph.models.offline.values import ends_a_period, fits, make_value, new_scene, note_first_day
from toolgraph.models.requests import PlanAnswer, PlanRequest
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of
from toolgraph.tools.kinds import NAMED_KINDS, kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

CHAIN, THIRD_STEP = 0.88, 0.3
"""Chance that a turn goes on to a second step where one is possible, and from there to a third."""
TWO_VALUES, TWO_ENTRIES, TWO_TOOLS = 0.6, 0.55, 0.75
"""Chances of a parallel step: one question for two values, two entries of a list, two unrelated tools."""
WITHHELD, ASIDE, THANKS = 0.14, 0.1, 0.24
"""Chances that a turn withholds a required value, that an aside follows a turn, and that the dialogue ends in thanks."""
OPTIONAL = 0.3
"""Chance that an optional parameter is given; at most `MOST_OPTIONAL` a call."""
MOST_OPTIONAL = 2
DEFAULT_TODAY = dt.date(2026, 1, 15)
_ASKED_TWICE = NAMED_KINDS - {"title", "username", "first_name", "last_name"} | {"id"}
"""Kinds of which one asks about two at once: two cities, two orders."""
_UNSPEAKABLE = frozenset({"base64", "code", "sql"})


def plan(request: PlanRequest, seed: int) -> PlanAnswer:
    """Return the turns of one dialogue; with `intents` the calls are left out again and only the needs remain."""
    planner = TurnPlanner(request.tools, request.system, seed, request.key)
    turns = tuple(planner.turns(request.target_turns))
    if request.plan_style == "intents":
        turns = tuple(turn.model_copy(update={"steps": (), "withheld": ()}) for turn in turns)
    return PlanAnswer.model_construct(turns=turns)


@dataclass(slots=True)
class Known:
    """A call that was planned, and what its result can give to later ones."""

    turn: int
    call: PlannedCall
    tool: ToolSpec
    pick: str = ""
    """The entry of its list that the dialogue went on with, if it did."""
    is_parallel: bool = False


@dataclass(slots=True)
class _State:
    known: list[Known] = field(default_factory=list)
    said: dict[str, tuple[Any, int]] = field(default_factory=dict)
    """Values the user has given, by the words of the field's name, with the turn."""
    used: dict[str, int] = field(default_factory=dict)
    gone: set[Any] = field(default_factory=set)
    """Ids of what was deleted: nobody speaks of it again."""
    asked: set[tuple[Any, ...]] = field(default_factory=set)
    """Every call planned, so that none is planned twice."""


class TurnPlanner:
    """Plans turn after turn; what was planned before is its only state."""

    def __init__(self, tools: Sequence[ToolSpec], system: str, seed: int, key: str) -> None:
        self.tools = tuple(tools)
        self.system = system
        self.today = today_in(system) or DEFAULT_TODAY
        self.random = rng(seed, "plan", key)
        self.person = next((person for person in people() if person.full_name in system), None) or self.random.choice(
            people()
        )
        self.effects = {tool.name: effects_of(tool) for tool in tools}
        self.by_name = {tool.name: tool for tool in tools}
        self.state = _State()

    # --- turns --------------------------------------------------------------------------------------------------

    def turns(self, target: int) -> Iterator[PlannedTurn]:
        """Yield turns that take `target` user messages together."""
        left = target
        ends_in_thanks = target > 2 and self.random.random() < THANKS
        number = 0
        while left > (1 if ends_in_thanks else 0):
            may_rest = number > 0 and left > (2 if ends_in_thanks else 1)
            if may_rest and self.random.random() < ASIDE:
                yield PlannedTurn(kind="chitchat", intent="Make a passing remark.", link="transition")
                left -= 1
                number += 1
                continue
            turn = self.request_turn(number, may_withhold=left > (2 if ends_in_thanks else 1))
            yield turn
            left -= 2 if turn.withheld else 1
            number += 1
        if ends_in_thanks:
            yield PlannedTurn(kind="chitchat", intent="Thank the assistant and say goodbye.", link="transition")

    def request_turn(
        self, number: int, *, may_withhold: bool = False, start: ToolSpec | None = None, is_linked: bool = True
    ) -> PlannedTurn:
        """Plan one turn of calls; with `start` it begins with that tool, and without `is_linked` uses nothing from before."""
        chain = [start] if start is not None else self._choose_chain(number)
        steps: list[PlannedStep] = []
        counter = 0
        for position, tool in enumerate(chain):
            first = self._call(tool, f"t{number}c{counter}", number, is_linked)
            beside = chain[position + 1 :]
            calls = self._in_parallel(first, tool, number, position, f"t{number}c{counter + 1}", beside)
            counter += len(calls)
            steps.append(PlannedStep.model_construct(calls=calls))
            for call in calls:
                self._remember(call, number, is_parallel=len(calls) > 1)
        withheld = self._withheld(steps[0]) if may_withhold and self.random.random() < WITHHELD else ()
        return PlannedTurn.model_construct(
            kind="missing_parameter" if withheld else "tool_request",
            intent=self._intent(steps), steps=tuple(steps), withheld=withheld, link=self._link(steps, number),
        )  # fmt: skip

    def replay(self, past: Iterable[PlannedTurn]) -> None:
        """Take turns into account that were played before."""
        for number, turn in enumerate(past):
            for step in turn.steps:
                for call in step.calls:
                    if call.tool in self.by_name:
                        self._remember(call, number, is_parallel=len(step.calls) > 1)

    # --- choosing tools -----------------------------------------------------------------------------------------

    def _choose_chain(self, number: int) -> list[ToolSpec]:
        starts = [(self._weight_as_start(tool, number), tool) for tool in self.tools]
        wants_chain = self.random.random() < CHAIN
        if wants_chain:
            longer = [(weight * 8 if self._followers(tool, [tool]) else weight * 0.1, tool) for weight, tool in starts]
            starts = longer if any(weight > 0 for weight, _ in longer) else starts
        total = sum(weight for weight, _ in starts)
        tools = [tool for _, tool in starts]
        weights = [weight for weight, _ in starts] if total > 0 else None
        chain = [self.random.choices(tools, weights)[0]]
        while len(chain) < 3 and wants_chain and (len(chain) == 1 or self.random.random() < THIRD_STEP):
            followers = self._followers(chain[-1], chain)
            if not followers:
                break
            fresh = [tool for tool in followers if not self.state.used.get(tool.name)]
            chain.append(self.random.choice(fresh or followers))
        return chain

    def _weight_as_start(self, tool: ToolSpec, number: int) -> float:
        """How natural it is to begin a turn with this tool."""
        uses = self.state.used.get(tool.name, 0)
        if uses and self.effects[tool.name] != "reads":
            return 0.001
        if uses and not tool.parameter_fields:
            return 0.001
        weight = 1.0 if not uses else 0.3 / uses
        reach = self._flows_into(tool, number, ())
        missing = [
            field_ for field_ in tool.parameter_fields
            if field_.is_required and kind_of(field_) in ("id", "uuid") and field_.pointer not in reach
        ]  # fmt: skip
        if missing:
            weight *= 0.12 ** len(missing)
        elif any(flow.is_id for _, flow in reach.values()):
            weight *= 6.0
        elif reach or any(split_words(field_.name) in self.state.said for field_ in tool.parameter_fields):
            weight *= 2.0
        if self.effects[tool.name] == "deletes" and not reach:
            weight *= 0.5
        return weight

    def _followers(self, tool: ToolSpec, chain: Sequence[ToolSpec]) -> list[ToolSpec]:
        """The tools that can take what `tool` has just returned, in the same turn."""
        found: list[ToolSpec] = []
        if self.effects[tool.name] == "deletes":
            return found
        for other in self.tools:
            if other in chain or (self.state.used.get(other.name) and self.effects[other.name] != "reads"):
                continue
            if self.effects[other.name] == "deletes" and self.effects[tool.name] != "reads":
                continue
            flows = [flow for flow in flows_between(tool, other) if not flow.is_echo]
            required = {field_.pointer for field_ in other.parameter_fields if field_.is_required}
            if not any(flow.pointer in required for flow in flows):
                continue
            if flows[0].is_id or not any(
                kind_of(field_) in ("id", "uuid") for field_ in other.parameter_fields if field_.is_required
            ):
                found.append(other)
        return found

    def _flows_into(self, tool: ToolSpec, number: int, current: Sequence[Known]) -> dict[str, tuple[Known, Flow]]:
        """For each parameter, the latest planned result that can give its value."""
        reach: dict[str, tuple[Known, Flow]] = {}
        for known in reversed(self.state.known):
            if known.tool.name == tool.name:
                continue
            for flow in flows_between(known.tool, tool):
                if "*" in flow.path and known.turn < number - 1 and not known.pick:
                    continue  # nobody says "the second one" of a list two turns ago
                reach.setdefault(flow.pointer, (known, flow))
        return reach

    # --- calls --------------------------------------------------------------------------------------------------

    def _call(self, tool: ToolSpec, call_id: str, number: int, is_linked: bool) -> PlannedCall:
        """A call nobody made before; what it shares with an earlier one is given up if need be."""
        call = _CallBuilder(self, tool, call_id, number, is_linked).build()
        for _ in range(3):
            if _content(call) not in self.state.asked:
                break
            call = _CallBuilder(self, tool, call_id, number, is_linked=False).build()
        return call

    def _remember(self, call: PlannedCall, number: int, *, is_parallel: bool) -> None:
        tool = self.by_name[call.tool]
        self.state.asked.add(_content(call))
        self.state.used[tool.name] = self.state.used.get(tool.name, 0) + 1
        for argument in call.arguments:
            name = split_words(pointers.split(argument.pointer)[-1])
            if argument.source == "user" and not isinstance(argument.value, list):
                self.state.said[name] = (argument.value, number)
            elif argument.source == "result":
                for known in self.state.known:
                    if known.call.id == argument.call and argument.pick:
                        known.pick = known.pick or argument.pick
        if self.effects[tool.name] == "deletes":
            self.state.known = [
                known for known in self.state.known if not any(flow.is_id for flow in flows_between(known.tool, tool))
            ]
            self.state.gone |= {argument.value for argument in call.arguments if isinstance(argument.value, str | int)}
            return
        self.state.known.append(Known(number, call, tool, "", is_parallel))

    def _in_parallel(
        self,
        first: PlannedCall,
        tool: ToolSpec,
        number: int,
        position: int,
        call_id: str,
        following: Sequence[ToolSpec],
    ) -> tuple[PlannedCall, ...]:
        """The calls of a step: the first one, and where it makes sense another beside it.

        A question for two values or two entries ends a turn, since nobody could say which answer to go on with; an unrelated
        question may stand beside any first step.
        """
        is_last = not following
        if self.effects[tool.name] != "reads":
            return (first,)
        picks = {argument.pick for argument in first.arguments if argument.pick}
        if is_last and picks and self.random.random() < TWO_ENTRIES:
            return _picking(first, first.id, "0"), _picking(first, call_id, "1")
        if is_last and not picks and position == 0 and self.random.random() < TWO_VALUES:
            other = self._with_other_value(first, tool, call_id)
            if other is not None:
                return first, other
        if position == 0 and self.random.random() < TWO_TOOLS:
            others = [
                other for other in self.tools
                if other.name != tool.name and other not in following and self.effects[other.name] == "reads"
                and not self.state.used.get(other.name) and self._weight_as_start(other, number) >= 0.9
            ]  # fmt: skip
            if others:
                return first, self._call(self.random.choice(others), call_id, number, True)
        return (first,)

    def _with_other_value(self, first: PlannedCall, tool: ToolSpec, call_id: str) -> PlannedCall | None:
        """The same question about another city, person, title ..."""
        fields = {field_.pointer: field_ for field_ in tool.parameter_fields}
        if any(argument.source == "result" for argument in first.arguments):
            return None
        named = [
            argument for argument in first.arguments
            if argument.source == "user" and not argument.is_carried and argument.pointer in fields
            and isinstance(argument.value, str) and kind_of(fields[argument.pointer]) in _ASKED_TWICE
        ]  # fmt: skip
        for argument in named[:1]:
            scene = new_scene(self.random, self.today, self.person)
            for _ in range(4):
                value = make_value(fields[argument.pointer], scene)
                if (
                    isinstance(value, str)
                    and value.casefold() not in argument.value.casefold()
                    and argument.value.casefold() not in value.casefold()
                ):
                    other = tuple(
                        old.model_copy(update={"value": value}) if old.pointer == argument.pointer else old
                        for old in first.arguments
                    )
                    return PlannedCall.model_construct(id=call_id, tool=tool.name, arguments=other)
        return None

    def _withheld(self, step: PlannedStep) -> tuple[str, ...]:
        """A required value the user forgets to give: one, of a step that is a single call."""
        if len(step.calls) != 1:
            return ()
        required = {
            field_.pointer for field_ in self.by_name[step.calls[0].tool].parameter_fields if field_.is_required
        }
        own = [
            argument.pointer for argument in step.calls[0].arguments
            if argument.source == "user" and not argument.is_carried and argument.pointer in required
            and not isinstance(argument.value, list | bool)
        ]  # fmt: skip
        return (self.random.choice(own),) if own else ()

    def _intent(self, steps: Sequence[PlannedStep]) -> str:
        from toolgraph.models.offline.derived import wording_of

        names = dict.fromkeys(call.tool for step in steps for call in step.calls)
        goals = []
        for name in names:
            asks = wording_of(self.by_name[name]).asks
            plain = [ask for ask in asks if not ask.slots] or list(asks)
            goals.append(plain[0].fill({slot: "what was found" for slot in plain[0].slots}))
        return f"{'; then '.join(goals)[:1].upper()}{'; then '.join(goals)[1:]}."

    def _link(self, steps: Sequence[PlannedStep], number: int) -> LinkKind:
        if number == 0:
            return "opening"
        own = {call.id for step in steps for call in step.calls}
        arguments = [argument for step in steps for call in step.calls for argument in call.arguments]
        if any(argument.source == "result" and argument.call not in own for argument in arguments):
            return "result"
        return "entity" if any(argument.is_carried for argument in arguments) else "transition"


class _CallBuilder:
    """Chooses the arguments of one call."""

    def __init__(self, planner: TurnPlanner, tool: ToolSpec, call_id: str, number: int, is_linked: bool) -> None:
        self.planner, self.tool, self.call_id, self.number, self.is_linked = planner, tool, call_id, number, is_linked
        self.random = planner.random
        self.scene = new_scene(self.random, planner.today, planner.person)
        self.reach = planner._flows_into(tool, number, ()) if is_linked else {}
        self.arguments: list[PlannedArgument] = []
        self.picks: dict[str, str] = {}
        self.optional = 0

    def build(self) -> PlannedCall:
        filled = fill(input_shape(self.tool), self._leaf, self.random, self._wants, (1, 2))
        empty = [_argument(pointer, "default", value) for pointer, value in _empty_containers(filled)]
        return PlannedCall.model_construct(
            id=self.call_id, tool=self.tool.name, arguments=(*_merge_lists(self.arguments), *empty)
        )

    def _wants(self, pointer: str, name: str) -> bool:
        if self.optional >= MOST_OPTIONAL or self.random.random() >= OPTIONAL:
            return False
        self.optional += 1
        return True

    def _leaf(self, field_: Field, pointer: str) -> Any:
        if not pointer:
            return {}
        argument = self._argument(field_, pointer)
        self.arguments.append(argument)
        return argument.value

    def _argument(self, field_: Field, pointer: str) -> PlannedArgument:
        flow = self._from_result(field_, pointer)
        if flow is not None:
            return flow
        kind = kind_of(field_)
        context = self._from_context(field_, kind)
        if context is not None:
            return _argument(pointer, "context", context)
        carried = self._carried(field_, kind)
        if carried is not None:
            return _argument(pointer, "user", carried, is_carried=True)
        default = field_.schema.get("default")
        if (
            default is not None
            and not isinstance(default, list | dict)
            and default != ""
            and fits(default, field_.schema)
        ):
            if kind in _UNSPEAKABLE or self.random.random() < 0.35:
                return _argument(pointer, "default", default)
        if "const" in field_.schema:
            return _argument(pointer, "default", field_.schema["const"])
        if field_.schema.get("enum") and len(field_.schema["enum"]) == 1:
            return _argument(pointer, "default", field_.schema["enum"][0])
        value = make_value(field_, self.scene)
        if isinstance(value, dict | list):
            return _argument(pointer, "default", value)
        if value is None:
            return _argument(pointer, "default", None)
        return _argument(pointer, "user", value)

    def _from_result(self, field_: Field, pointer: str) -> PlannedArgument | None:
        found = self.reach.get(field_.pointer)
        if found is None:
            return None
        known, flow = found
        if not flow.is_id and known.turn != self.number and self.random.random() < 0.5:
            return None
        pick = ""
        if "*" in flow.path:
            pick = self.picks.get(known.call.id) or known.pick or self.random.choice(entry_picks(known.tool, flow.path))
            self.picks[known.call.id] = pick
        return PlannedArgument.model_construct(
            pointer=pointer,
            source="result",
            value=None,
            call=known.call.id,
            path=flow.path,
            pick=pick,
            is_carried=False,
        )

    def _from_context(self, field_: Field, kind: str) -> Any:
        system = self.planner.system
        if kind == "credential":
            value = make_value(field_, self.scene)
            words = split_words(field_.name)
            for line in system.split("\n"):
                if line.casefold().startswith(f"- {words}: "):
                    return line.split(": ", 1)[1]
            return value if find_said(value, system) else None
        if kind in ("person", "email", "phone", "username", "first_name", "last_name") and not field_.schema.get(
            "examples"
        ):
            value = make_value(field_, self.scene)
            if find_said(value, system) and self._is_about_the_user(field_):
                return value
        return None

    def _is_about_the_user(self, field_: Field) -> bool:
        """Whose name or address is meant: mostly the user's own where something is written, and not a recipient's."""
        words = split_words(field_.name)
        others = (
            "recipient",
            "to",
            "cc",
            "author",
            "artist",
            "actor",
            "doctor",
            "player",
            "guest of",
            "attendee",
            "assignee",
        )
        return self.planner.effects[self.tool.name] != "reads" and not any(word in words.split() for word in others)

    def _carried(self, field_: Field, kind: str) -> Any:
        if (
            not self.is_linked
            or self.number == 0
            or kind in ("message", "topic", "boolean", "count_small", "page", "text", "title")
        ):
            return None
        words = split_words(field_.name)
        if kind == "date" and ends_a_period(words):
            return None
        found = self.planner.state.said.get(words)
        if found is None or found[1] == self.number or not fits(found[0], field_.schema):
            return None
        if found[0] in self.planner.state.gone or (
            kind in ("id", "uuid") and self.planner.state.used.get(self.tool.name)
        ):
            return None
        if kind not in FLOWING_KINDS and kind not in ("date", "currency", "language", "time"):
            return None
        if self.random.random() >= 0.75:
            return None
        if kind == "date":
            note_first_day(words, found[0], self.scene)
        return found[0]


def _argument(pointer: str, source: Any, value: Any, is_carried: bool = False) -> PlannedArgument:
    return PlannedArgument.model_construct(
        pointer=pointer, source=source, value=value, call="", path="", pick="", is_carried=is_carried
    )


def _content(call: PlannedCall) -> tuple[Any, ...]:
    """What a call asks, as something to compare."""
    return call.tool, *((one.pointer, repr(one.value), one.call, one.path, one.pick) for one in call.arguments)


def _picking(call: PlannedCall, call_id: str, pick: str) -> PlannedCall:
    """The same call with another entry of the list."""
    arguments = tuple(
        argument.model_copy(update={"pick": pick}) if argument.pick else argument for argument in call.arguments
    )
    return PlannedCall.model_construct(id=call_id, tool=call.tool, arguments=arguments)


def _empty_containers(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Objects and lists without a leaf, which no argument would otherwise bring into being."""
    if value in ({}, []) and isinstance(value, dict | list):
        if pointer:
            yield pointer, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _empty_containers(child, pointers.join(pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _empty_containers(child, pointers.join(pointer, index))


def _merge_lists(arguments: Sequence[PlannedArgument]) -> Iterator[PlannedArgument]:
    """The items of a list of scalars that the user names become one argument with a list for its value."""
    merged: dict[str, list[Any]] = {}
    for argument in arguments:
        head, _, last = argument.pointer.rpartition("/")
        if last.isdigit() and argument.source == "user":
            if head not in merged:
                merged[head] = []
                yield _argument(head, "user", merged[head])
            if argument.value not in merged[head]:
                merged[head].append(argument.value)
        else:
            yield argument
