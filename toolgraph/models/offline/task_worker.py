"""The worker on a compositional task: which calls are due, and what is known of those that were made."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedCondition
from toolgraph.dialogue.messages import ToolCall
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.clauses import clause
from toolgraph.models.offline.composed import Composed, Part
from toolgraph.models.offline.entries import entry_figure, entry_name
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import pick_entry, superlative
from toolgraph.models.offline.spoken_values import spoken_value
from toolgraph.models.offline.task_rules import words_of
from toolgraph.models.offline.transcript import Transcript
from toolgraph.models.offline.user import thing
from toolgraph.models.requests import AssistantRequest, PlainCall
from toolgraph.tools.fields import Field

_SIDES = re.compile(
    r"\b(?:no |at )?(?:less than|more than|fewer than|better than|higher than|lower than|longer than|shorter than|"
    r"later than|earlier than|under|over|below|above|most|least|within) (?=\{value\})"
)
"""The words of a question that compare; without them, and with the figure found, it states the answer."""

_COMPARATIVES = {
    "cheapest": "cheaper", "best-rated": "better-rated", "nearest": "nearer", "largest": "larger",
    "shortest": "shorter", "earliest": "earlier", "latest": "later", "longest": "longer", "smallest": "smaller",
}  # fmt: skip
"""Of two, one is the cheaper."""


class Pick(NamedTuple):
    """The entry of a list that the task goes on with."""

    name: str
    """What the entry is called."""
    why: str
    """What makes it the one: "the cheapest", or "the first"."""
    noun: str
    """What kind of thing it is."""
    figure: str
    """The figure by which it stands out: "21 USD"; empty where there is none."""
    entries: list[Any]
    """All it was taken from."""
    is_of_one_list: bool
    """Whether these are the entries of one list."""
    level: tuple[str, ...]
    """The names of others that have the same figure."""


class Done(NamedTuple):
    """A call that was made."""

    planned: PlannedCall
    """As it was planned; a repeated one with the number of its entry behind its id."""
    outcome: Outcome


class Worker(Transcript):
    """Works on one task; the results in the transcript tell it how far it is."""

    def __init__(self, request: AssistantRequest, seed: int) -> None:
        super().__init__(request, seed)
        assert request.task is not None
        system = request.messages[0].content if request.messages else ""
        key = request.key.split("/")[0].split("#")[0]
        self.told = words_of(request.task, system, seed=seed, id=key)
        self.composed: Composed = self.told.composed
        self.phrases = load_words("tasks")
        self.calls: dict[str, ToolCall] = {call.id: call for message in request.messages for call in message.tool_calls}

    # --- calls that are due -------------------------------------------------------------------------------------

    def due(self, calls: Sequence[PlannedCall]) -> Iterator[PlainCall]:
        """Yield the calls that a planned step comes to: those whose condition holds, the repeated ones for each entry.

        Each is given the name it is known by afterwards.
        """
        for call in calls:
            if call.condition is not None and self.holds(call.condition) != call.condition.holds:
                continue
            repeated = next((one for one in call.arguments if one.pick == "each"), None)
            if repeated is None:
                yield PlainCall(tool=call.tool, arguments=self.arguments(call), planned=call.id)
                continue
            for number in range(len(self.entries(repeated))):
                yield PlainCall(
                    tool=call.tool, arguments=self.arguments(_for_entry(call, number)), planned=f"{call.id}@{number}"
                )

    def holds(self, condition: PlannedCondition) -> bool:
        """Say whether the answer to a question about a result is yes."""
        found = self.found(condition)
        if condition.test == "is":
            return bool(found == condition.value)
        return bool(found < condition.value if condition.test == "below" else found > condition.value)

    def found(self, condition: PlannedCondition) -> Any:
        """Return the value that a condition asks about."""
        return self.looked_up(
            PlannedArgument(pointer="", source="result", call=condition.call, path=condition.path, pick=condition.pick)
        )

    def decided(self, part: Part) -> tuple[str, bool]:
        """Return what was found about the thing in question, as a clause, and whether the answer is yes."""
        assert part.condition is not None
        assert part.test is not None
        condition = part.condition
        call = self.composed.call(condition.call)
        field = next(one for one in self.composed.tools[call.tool].return_fields if one.pointer == condition.path)
        fact = _fact(self.found(condition), condition, part.test.says, field)
        before = [self.picked(one.call) for one in call.arguments if one.source == "result"]
        pick = self.picked(call.id) or next((one for one in before if one is not None), None)
        if pick is not None:
            fact = re.sub(r"^it('s)?\b", lambda start: f"{pick.name} is" if start[1] else pick.name, fact)
        return fact, self.holds(condition)

    # --- calls that were made -----------------------------------------------------------------------------------

    def planned(self, call: ToolCall) -> str:
        """Return the id under which a call was planned."""
        return next(one for one, actual in self.actual.items() if actual == call.id)

    def done(self, call: PlannedCall) -> Iterator[Done]:
        """Yield what a planned call brought; several where it was repeated, none where it was not made."""
        for one, actual in self.actual.items():
            if one == call.id or one.startswith(f"{call.id}@"):
                made = self.calls[actual]
                outcome = Outcome(self.composed.tools[call.tool], made.parsed(), self.result_of(one), self.today)
                yield Done(call.model_copy(update={"id": one}), outcome)

    def picked(self, planned: str) -> Pick | None:
        """Return the entry that later calls take from the list that a call returned, if it is one and has a name."""
        for part in self.composed.parts:
            for call in part.calls:
                for one in call.arguments:
                    is_pick = one.call == planned and one.pick not in ("", "each")
                    if is_pick and self.actual.keys() >= {one.call, *one.among}:
                        return self._pick(one)
        return None

    def _pick(self, argument: PlannedArgument) -> Pick | None:
        entries = self.entries(argument)
        place = pick_entry(entries, argument.pick)
        entry, name = entries[place], entry_name(entries[place])
        adjective, field = superlative(argument.pick), argument.pick.rpartition("/")[2]
        tool = self.composed.tools[self.composed.call(argument.call).tool]
        figure = entry_figure(entry, field, tool, self.today) if adjective else ""
        others = [one for number, one in enumerate(entries) if number != place and adjective]
        level = tuple(entry_name(one) for one in others if one.get(field) == entry.get(field) and entry_name(one))
        why = _COMPARATIVES.get(adjective, adjective) if len(entries) == 2 else adjective
        noun = thing(argument, None).removesuffix(" id")
        if not name:
            return None
        return Pick(name, f"the {why or 'first'}", noun, figure, entries, not argument.among, level)

    def filled(self, kind: str, /, **values: str) -> str:
        """Return a phrase of a kind with its slots filled."""
        text: str = self.random.choice(self.phrases[kind])
        for slot, value in values.items():
            text = text.replace(f"{{{slot}}}", value)
        return text


def listed(result: Any) -> list[Any]:
    """Return the entries of a result that is a list in an object."""
    entries: list[Any] = next(one for one in result.values() if isinstance(one, list))
    return entries


def _for_entry(call: PlannedCall, number: int) -> PlannedCall:
    """A repeated call for one entry of its list."""
    arguments = tuple(
        one.model_copy(update={"pick": str(number)}) if one.pick == "each" else one for one in call.arguments
    )
    return call.model_copy(update={"arguments": arguments})


def _fact(found: Any, condition: PlannedCondition, says: str, field: Field) -> str:
    """Return what was found about the thing in question as a clause, in the words of the question."""
    if condition.test == "is":
        if isinstance(found, bool) or found == condition.value:
            return says if found == condition.value else _negated(says)
        return clause(field.name, found, field, None)
    if _SIDES.search(says):
        is_so = found < condition.value if condition.test == "below" else found > condition.value
        stated = _SIDES.sub("", says).replace("{value}", spoken_value(found, field, None))
        side = "under" if condition.test == "below" else "above"
        return f"{stated}, {'' if is_so else 'not '}{side} {condition.value}"
    return f"{clause(field.name, found, field, None)} against {condition.value}"


def _negated(says: str) -> str:
    verbs = (
        (" are ", " are not "), (" is ", " is not "), ("it's ", "it's not "), (" has ", " does not have "),
        (" can ", " cannot "), (" takes ", " does not take "),
    )  # fmt: skip
    for verb, negated in verbs:
        if verb in f" {says}" or says.startswith(verb):
            return (
                says.replace(verb.strip() + " ", negated.lstrip(), 1)
                if says.startswith(verb.strip())
                else (says.replace(verb, negated, 1))
            )
    return f"it is not the case that {says}"
