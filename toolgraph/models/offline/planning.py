"""The planner's rule: turns over a sample of tools, calls first, each argument with its source.

A turn starts from a tool whose required values somebody can give: the user, an earlier result, the system message. It
goes on, step by step, to tools that take what the last result holds; a step may hold several calls. Words come later,
from the user's rule.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from toolgraph.dialogue.blueprint import LinkKind, PlannedCall, PlannedStep, PlannedTurn
from toolgraph.dialogue.spoken import today_in
from toolgraph.models.offline.banks import people, person_named_in
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.flows import Flow, flows_between
from toolgraph.models.offline.plan_arguments import CallBuilder, Setting, is_on_paper
from toolgraph.models.offline.plan_memory import Memory, content_of, said_as
from toolgraph.models.offline.refining import others, refined
from toolgraph.models.offline.scene import DEFAULT_TODAY, new_scene
from toolgraph.models.offline.speech import entry_picks, superlative
from toolgraph.models.offline.values import known_values
from toolgraph.models.requests import PlanAnswer, PlanRequest
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.inference import effects_of, verb_of
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.spec import ToolSpec

CHAIN, THIRD_STEP = 0.98, 0.15
"""Chance that a turn goes on to a second step where one is possible, and from there to a third."""
TWO_VALUES, TWO_TOLD, TWO_UNSEEN, TWO_TOOLS = 0.85, 0.6, 0.38, 0.8
"""Chances of a parallel step: one question for two values, two entries of a list that was told or of one still to come,
two unrelated tools."""
WITHHELD, ASIDE, THANKS = 0.14, 0.1, 0.24
"""Chances: a turn withholds a required value; an aside follows a turn; the dialogue ends in thanks."""
MOST_REQUIRED = 6
"""A tool that requires more values than this is asked for only where there is little else: nobody says ten at once."""
_CHOOSING = frozenset("book reserve order buy purchase rent add schedule request save hold enroll join start".split())
"""What one does with the best of a list without having seen the list."""
KNOWN_NUMBER, UNKNOWN_ID, LISTED_ID = 0.12, 0.03, 0.001
"""What becomes of a tool's weight as a start for an id it lacks: one that people have on paper, one nobody has told, or
one that another tool at hand would find."""
SEARCH_AGAIN, TASK_AGAIN = 0.25, 0.01
"""The same of a tool used before, that something new can follow or not."""
SAME_TASK = 0.75
"""Chance that a tool used before is followed by one used before, while others are left."""
REFINED = 0.15
"""Chance that a turn asks the last question again with one thing changed; nearly sure where no tool is left unused."""
_NUMBER_OF_NAMESAKE = re.compile(r"_\d+$")


def plan(request: PlanRequest, seed: int) -> PlanAnswer:
    """Return the turns of one dialogue; with `intents` the calls are left out again and only the needs remain."""
    planner = TurnPlanner(request.tools, request.system, seed, request.key, is_real=request.is_real)
    is_grounded = request.plan_style == "grounded"
    turns = tuple(planner.turns(request.target_turns, may_withhold=is_grounded))
    if not is_grounded:
        turns = tuple(turn.model_copy(update={"steps": ()}) for turn in turns)
    return PlanAnswer(turns=turns)


class TurnPlanner:
    """Plans turn after turn; what was planned before is its only state."""

    def __init__(self, tools: Sequence[ToolSpec], system: str, seed: int, key: str, *, is_real: bool = False) -> None:
        self.tools = tuple(tools)
        chooser = rng(seed, "plan", key, *(tool.name for tool in tools))
        named = person_named_in(system)
        person = named or chooser.choice(people())
        self.setting = Setting(chooser, today_in(system) or DEFAULT_TODAY, person, system, is_real)
        self.random = chooser
        self.effects = {tool.name: effects_of(tool) for tool in tools}
        self.by_name = {tool.name: tool for tool in tools}
        self.memory = Memory()

    # --- turns --------------------------------------------------------------------------------------------------

    def turns(self, target: int, *, may_withhold: bool = True) -> Iterator[PlannedTurn]:
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
            if left == 1 and not self._has_more_to_ask():
                ends_in_thanks = True
                break
            turn = self.request_turn(number, may_withhold=may_withhold and left > (2 if ends_in_thanks else 1))
            yield turn
            left -= 2 if turn.withheld else 1
            number += 1
        if ends_in_thanks:
            yield PlannedTurn(kind="chitchat", intent="Thank the assistant and say goodbye.", link="transition")

    def _has_more_to_ask(self) -> bool:
        """Whether a tool is left that was not used yet, or can be asked about something else."""
        return any(
            not self.memory.used.get(tool.name) or (self.effects[tool.name] == "reads" and tool.parameter_fields)
            for tool in self.tools
        )

    def request_turn(
        self, number: int, *, may_withhold: bool = False, start: ToolSpec | None = None, is_linked: bool = True
    ) -> PlannedTurn:
        """Plan one turn of calls.

        With `start` it begins with that tool, and without `is_linked` it uses nothing from before.
        """
        again = self._refined(number) if is_linked and start is None else None
        if again is not None:
            start = self.by_name[again.tool]
        chain = (
            self._chain_from(start or self._start(number)) if is_linked else [start or self.random.choice(self.tools)]
        )
        steps: list[PlannedStep] = []
        counter = 0
        said_before = {name: value for name, (value, _) in self.memory.said.items()}
        for position, tool in enumerate(chain):
            first = self._call(tool, f"t{number}c{counter}", number, is_linked)
            beside = chain[position + 1 :]
            calls = self._in_parallel(first, tool, number, position, f"t{number}c{counter + 1}", beside)
            if again is not None and position == 0:
                calls = (again,)
            counter += len(calls)
            steps.append(PlannedStep(calls=calls))
            for call in calls:
                self.memory.remember(call, self.by_name[call.tool], number)
        withheld = self._withheld(steps[0], said_before) if may_withhold and self.random.random() < WITHHELD else ()
        return PlannedTurn(
            kind="missing_parameter" if withheld else "tool_request",
            intent=self._intent(steps), steps=tuple(steps), withheld=withheld, link=self._link(steps, number),
        )  # fmt: skip

    def replay(self, past: Iterable[PlannedTurn]) -> None:
        """Take turns into account that were played before."""
        for number, turn in enumerate(past):
            for step in turn.steps:
                for call in step.calls:
                    if call.tool in self.by_name:
                        self.memory.remember(call, self.by_name[call.tool], number)

    def _refined(self, number: int) -> PlannedCall | None:
        """The question of the turn before, with one thing changed: rarely, or where nothing new is left to ask."""
        chance = REFINED if self._unused(self.tools) else 0.9
        asked = [known for known in self.memory.known if known.turn == number - 1]
        is_plain = asked and all(known.tool.name != asked[0].tool.name for known in asked[1:])
        if not is_plain or self.random.random() >= chance:
            return None
        call = refined(asked[0], f"t{number}c0", self.setting, may_narrow=len(asked) == 1)
        return call if call is not None and content_of(call) not in self.memory.asked else None

    # --- choosing tools -----------------------------------------------------------------------------------------

    def _start(self, number: int) -> ToolSpec:
        """The tool a turn begins with: one not used yet that others can follow, where there is any."""
        weights = [self._weight_as_start(tool, number) for tool in self.tools]
        if self.random.random() < CHAIN:
            weights = [
                weight * (16 if self._followers(tool, [tool]) else 0.05)
                for weight, tool in zip(weights, self.tools, strict=True)
            ]
        return self.random.choices(self.tools, weights)[0]

    def _chain_from(self, start: ToolSpec) -> list[ToolSpec]:
        """The tools of one turn, each taking what the one before it finds."""
        chain = [start]
        while len(chain) < 3 and self.random.random() < (CHAIN if len(chain) == 1 else THIRD_STEP):
            followers = self._followers(chain[-1], chain)
            if not followers:
                break
            fresh = self._unused(followers)
            is_same_again = not fresh and self.memory.used.get(start.name) and self._unused(self.tools)
            if is_same_again and self.random.random() >= SAME_TASK:
                break
            chain.append(self.random.choice(fresh or followers))
        return chain

    def _unused(self, tools: Iterable[ToolSpec]) -> list[ToolSpec]:
        return [tool for tool in tools if not self.memory.used.get(tool.name)]

    def _weight_as_start(self, tool: ToolSpec, number: int) -> float:
        """How natural it is to begin a turn with this tool."""
        uses = self.memory.used.get(tool.name, 0)
        if uses and self.effects[tool.name] != "reads":
            return 0.001
        if uses and not tool.parameter_fields:
            return 0.001
        weight = 1.0
        if uses:
            weight = SEARCH_AGAIN if self._unused(self._followers(tool, [tool])) else TASK_AGAIN
        if sum(field_.is_required for field_ in tool.parameter_fields) > MOST_REQUIRED:
            weight *= 0.05
        reach = self.memory.flows_into(tool, number, only_new=True)
        missing = [
            field_ for field_ in tool.parameter_fields
            if field_.is_required and kind_of(field_) in ("id", "uuid") and field_.pointer not in reach
        ]  # fmt: skip
        if self.setting.is_real:  # an id that the tool gives as an example can be asked for, and no other is known
            missing = 4 * [field_ for field_ in missing if not known_values(field_)]
        for field_ in missing:
            is_listed = any(
                flow.is_id and flow.pointer == field_.pointer
                for other in self.tools if other is not tool for flow in flows_between(other, tool)
            )  # fmt: skip
            weight *= LISTED_ID if is_listed else KNOWN_NUMBER if is_on_paper(field_, tool) else UNKNOWN_ID
        if missing:
            pass
        elif any(flow.is_id for _, flow in reach.values()):
            weight *= 6.0
        elif reach or any(said_as(field_.name, tool) in self.memory.said for field_ in tool.parameter_fields):
            weight *= 2.0
        if self.effects[tool.name] == "deletes" and not reach:
            weight *= 0.5
        return weight

    def _followers(self, tool: ToolSpec, chain: Sequence[ToolSpec]) -> list[ToolSpec]:
        """The tools that can take what `tool` has just returned, in the same turn."""
        found: list[ToolSpec] = []
        if self.effects[tool.name] != "reads":
            return found  # what was just made is neither changed nor asked about in the same breath
        taken = {one.name for one in chain}
        for other in self.tools:
            if other.name in taken or (self.memory.used.get(other.name) and self.effects[other.name] != "reads"):
                continue
            flows = [flow for flow in flows_between(tool, other) if not (flow.is_echo or flow.is_nameless)]
            if self.effects[other.name] != "reads" and not _can_be_told_apart(tool, other, flows):
                continue
            required = {field_.pointer for field_ in other.parameter_fields if field_.is_required}
            if not any(flow.pointer in required for flow in flows):
                continue
            if flows[0].is_id or not any(
                kind_of(field_) in ("id", "uuid") for field_ in other.parameter_fields if field_.is_required
            ):
                found.append(other)
        return found

    # --- calls --------------------------------------------------------------------------------------------------

    def _call(self, tool: ToolSpec, call_id: str, turn: int, is_linked: bool) -> PlannedCall:
        """A call nobody made before; what it shares with an earlier one is given up if need be."""
        for linked in (is_linked, False, False, False):
            call = CallBuilder(
                tool, call_id=call_id, turn=turn, setting=self.setting, memory=self.memory, is_linked=linked
            ).build()
            if content_of(call) not in self.memory.asked:
                break
        return call

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

        A question for two values or two entries ends a turn, since nobody could say which answer to go on with; an
        unrelated question may stand beside any first step.
        """
        is_last = not following
        if self.effects[tool.name] != "reads":
            return (first,)
        picks = {argument.call for argument in first.arguments if argument.pick}
        is_told = picks <= {known.call.id for known in self.memory.known if known.turn < number}
        if is_last and picks and self.random.random() < (TWO_TOLD if is_told else TWO_UNSEEN):
            pick = next(argument.pick for argument in first.arguments if argument.pick)
            here, there = ("0", "1") if is_told else _two_unlike(pick)
            return _picking(first, first.id, here), _picking(first, call_id, there)
        if is_last and not picks and position == 0 and self.random.random() < TWO_VALUES:
            other = self._with_other_value(first, tool, call_id)
            if other is not None:
                return first, other
        if position == 0 and self.random.random() < TWO_TOOLS:
            others = [
                other for other in self.tools
                if _base_name(other) != _base_name(tool) and other.name != tool.name and other not in following
                and self.effects[other.name] == "reads"
                and not self.memory.used.get(other.name) and self._weight_as_start(other, number) >= 0.9
            ]  # fmt: skip
            if others:
                return first, self._call(self.random.choice(others), call_id, number, True)
        return (first,)

    def _with_other_value(self, first: PlannedCall, tool: ToolSpec, call_id: str) -> PlannedCall | None:
        """The same question about another city, person, title ..."""
        if len(first.arguments) > 3 or any(argument.source == "result" for argument in first.arguments):
            return None
        scene = new_scene(self.random, self.setting.today, self.setting.person, is_real=self.setting.is_real)
        carried = {argument.pointer for argument in first.arguments if argument.is_carried}
        new = next((one for one in others(first, tool, scene) if one.pointer not in carried), None)
        if new is None:
            return None
        arguments = tuple(new if old.pointer == new.pointer else old for old in first.arguments)
        return PlannedCall(id=call_id, tool=tool.name, arguments=arguments)

    def _withheld(self, step: PlannedStep, said: Mapping[str, Any]) -> tuple[str, ...]:
        """A required value the user forgets to give: one never said before, of a step that is a single call."""
        if len(step.calls) != 1:
            return ()
        tool = self.by_name[step.calls[0].tool]
        required = {field_.pointer for field_ in tool.parameter_fields if field_.is_required}
        own = [
            argument.pointer for argument in step.calls[0].arguments
            if argument.source == "user" and not argument.is_carried and argument.pointer in required
            and not isinstance(argument.value, list | bool)
            and said.get(said_as(pointers.split(argument.pointer)[-1], tool)) != argument.value
        ]  # fmt: skip
        return (self.random.choice(own),) if own else ()

    def _intent(self, steps: Sequence[PlannedStep]) -> str:
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


def _can_be_told_apart(giver: ToolSpec, taker: ToolSpec, flows: Sequence[Flow]) -> bool:
    """Whether one can ask, unseen, for the very entry to act on: a single thing, or the cheapest to book, say.

    Nobody deletes, pays or rates "the second one" of a list still to come.
    """
    paths = [flow.path for flow in flows if pointers.ANY_ITEM in flow.path]
    if not paths:
        return True
    return verb_of(taker) in _CHOOSING and any(":" in pick for path in paths for pick in entry_picks(giver, path))


def _two_unlike(pick: str) -> tuple[str, str]:
    """Two entries of a list still to come: the cheapest and the most expensive, say, or any two."""
    _, _, inner = pick.partition(":")
    ends = f"min:{inner}", f"max:{inner}"
    words = {superlative(end) for end in ends}
    return ends if inner and not words & {"", "earliest", "latest"} else ("0", "1")


def _base_name(tool: ToolSpec) -> str:
    """A tool's name without the number of a namesake."""
    return _NUMBER_OF_NAMESAKE.sub("", tool.name)


def _picking(call: PlannedCall, call_id: str, pick: str) -> PlannedCall:
    """The same call with another entry of the list."""
    arguments = tuple(
        argument.model_copy(update={"pick": pick}) if argument.pick else argument for argument in call.arguments
    )
    return PlannedCall(id=call_id, tool=call.tool, arguments=arguments)
