"""The assistant's rule for a compositional task: thought, calls step by step, and one answer for the whole."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedCondition
from toolgraph.dialogue.messages import ToolCall
from toolgraph.errors import AnswerError
from toolgraph.models.offline.assistant import Assistant
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.composed import Composed, Part, price_of
from toolgraph.models.offline.facts import Outcome, clause, entry_name, spoken_value, tell
from toolgraph.models.offline.speech import capitalised, join_phrases, pick_entry, superlative
from toolgraph.models.offline.styles import unprotect
from toolgraph.models.offline.task_rules import words_of
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, PlainCall
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field

_IDENTIFIER = re.compile(r"\w*_")
FEW = 3
"""Up to so many entries of a list are told where only one of them was wanted."""


def follow(request: AssistantRequest, seed: int) -> AssistantAnswer:
    """Return the next step of the task, or the answer when all is done.

    Raises:
        AnswerError: the plan has no calls, or counts on a field that a result lacks.
    """
    assistant = _Worker(request, seed)
    if not request.turn.steps:
        raise AnswerError("the offline assistant follows planned calls, and this task has none")
    for step in request.turn.steps:
        calls = [call for call in assistant.due(step.calls) if call.planned not in assistant.actual]
        if calls:
            now = tuple(calls if request.is_parallel else calls[:1])
            return AssistantAnswer(calls=now, reasoning=assistant.thought(now))
    return AssistantAnswer(text=assistant.answer(), reasoning=assistant.closing_thought())


class Done(NamedTuple):
    """A call that was made."""

    planned: PlannedCall
    """As it was planned; a repeated one with the number of its entry behind its id."""
    outcome: Outcome


class _Worker(Assistant):
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

    # --- acting -------------------------------------------------------------------------------------------------

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
            PlannedArgument(
                pointer="", source="result", call=condition.call, path=condition.path, pick=condition.pick
            )
        )  # fmt: skip

    # --- thoughts -----------------------------------------------------------------------------------------------

    def thought(self, calls: Sequence[PlainCall]) -> str:
        """Return what is thought before calls: at first a plan, later what came back and what is next."""
        if not self.actual:
            return self._filled("plans", wants=self._wants(), plan=self._plan())
        functions = join_phrases(list(dict.fromkeys(call.tool for call in calls)))
        times = f" for each of the {len(calls)}" if len(calls) > 1 and len({call.tool for call in calls}) == 1 else ""
        return self._filled("next", seen=self._seen(), functions=functions, purpose=times).replace("  ", " ")

    def closing_thought(self) -> str:
        """Return what is thought before the answer."""
        return self._filled("last", seen=self._seen())

    def _wants(self) -> str:
        parts = [part for part in self.composed.parts if not part.is_own_work and not part.branch]
        return join_phrases([unprotect(self.told.ask(part)) for part in parts[:2]])

    def _plan(self) -> str:
        """The functions in their order, and what is done without one."""
        told: list[str] = []
        for number, step in enumerate(self.request.turn.steps):
            names = join_phrases(
                list(dict.fromkeys(call.tool for call in step.calls)), "or" if _decides(step.calls) else "and"
            )
            is_repeated = any(one.pick == "each" for call in step.calls for one in call.arguments)
            told.append(f"{'then ' if number else 'first '}{names}{' for each entry' if is_repeated else ''}")
        own = [unprotect(self.told.ask(part)) for part in self.composed.parts if part.is_own_work and not part.test]
        decision = next((part for part in self.composed.parts if part.test is not None), None)
        if decision is not None:
            told.insert(-1, f"see whether {unprotect(self.told.question(decision))}")
        return ", ".join([*told, *(f"and finally {text}" for text in own)])

    def _seen(self) -> str:
        """What the last results brought, in one sentence."""
        last = next(message.tool_calls for message in reversed(self.request.messages) if message.tool_calls)
        if len({call.name for call in last}) < len(last):
            return self._filled("seen_all", function=last[0].name, count=str(len(last)))
        told = join_phrases([self._noticed(call) for call in last[:2]])
        return f"{told if _IDENTIFIER.match(told) else capitalised(told)}."

    def _noticed(self, call: ToolCall) -> str:
        planned = next(one for one, actual in self.actual.items() if actual == call.id)
        name = self.composed.call(planned.partition("@")[0]).tool
        if not self.composed.domain.functions[name].lists:
            is_read = self.composed.tools[name].effects == "reads"
            return self._filled("seen_details" if is_read else "seen_done", function=call.name)
        count, taken = str(len(_listed(self._result(planned)))), self._entry_taken(planned)
        if taken is None:
            return self._filled("seen_list", function=call.name, count=count)
        return self._filled("seen_pick", function=call.name, count=count, name=taken[0], why=taken[1])

    def _entry_taken(self, planned: str) -> tuple[str, str] | None:
        """The name of the entry that later calls take from a list, and what makes it the one."""
        for one in self._picking(planned):
            entries = self.entries(one)
            name = entry_name(entries[pick_entry(entries, one.pick)])
            return (name, f"the {superlative(one.pick) or 'first'}") if name else None
        return None

    def _picking(self, planned: str) -> Iterator[PlannedArgument]:
        """The arguments of later calls that take one entry of the list that a call returned, and of no other."""
        for part in self.composed.parts:
            for call in part.calls:
                for one in call.arguments:
                    if one.call == planned and one.pick not in ("", "each") and not one.among:
                        yield one

    # --- the answer ---------------------------------------------------------------------------------------------

    def answer(self) -> str:
        """Return the final words: what each part brought, in order."""
        sentences: list[str] = []
        used: set[str] = set()
        for part in self.composed.parts:
            if part.addressee:  # what a note says need not be said twice
                sentences.append(self._note(part, sentences.pop()))
            else:
                sentences += [text for text in self._about(part, used) if text]
        return " ".join(sentences)

    def _about(self, part: Part, used: set[str]) -> Iterator[str]:
        if part.test is not None:
            yield self._decision(part)
        elif part.total is not None:
            yield self._total(part)
        elif part.budget:
            yield self._left(part)
        elif part.is_repeated:
            yield from self._one_like_the_other(part)
        else:
            for call in part.calls:
                for done in self._done(call):
                    yield self._outcome(done, used)

    def _one_like_the_other(self, part: Part) -> Iterator[str]:
        """What each of several calls brought, all told in the same way, and with what is worked out from them."""
        total = next((one.total for one in self.composed.parts if one.total and part.id in one.needs), None)
        state = self.random.getstate()
        for done in self._done(part.calls[0]):
            self.random.setstate(state)
            yield tell(done.outcome, self.random, set(), asked=self._asked(), about=total.field if total else "")

    def _done(self, call: PlannedCall) -> Iterator[Done]:
        ids = [one for one in self.actual if one == call.id or one.startswith(f"{call.id}@")]
        for one in ids:
            made = self.calls[self.actual[one]]
            outcome = Outcome(self.composed.tools[call.tool], made.parsed(), self._result(one), self.today)
            yield Done(call.model_copy(update={"id": one}), outcome)

    def _outcome(self, done: Done, used: set[str]) -> str:
        """What a call brought; of a list from which one entry was taken, often that one alone."""
        picked = self._picked_entry(done)
        if picked and (len(picked[1]) > FEW or self.random.random() < 0.5):
            return picked[0]
        told = tell(done.outcome, self.random, used, asked=self._asked())
        return f"{told} {picked[0]}" if picked else told

    def _picked_entry(self, done: Done) -> tuple[str, list[Any]] | None:
        """The sentence that tells which entry of a list was taken, and the list."""
        for one in self._picking(done.planned.id):
            entries = self.entries(one)
            return self._chosen(entries[pick_entry(entries, one.pick)], entries, one.pick), entries
        return None

    def _chosen(self, entry: Any, entries: list[Any], pick: str) -> str:
        name = entry_name(entry)
        if not name or len(entries) < 2:
            return ""
        adjective = superlative(pick)
        why = f"the {adjective}" if adjective else "the first"
        return capitalised(self.random.choice(self.words["picked"]).replace("{label}", name).replace("{why}", why))

    def _decision(self, part: Part) -> str:
        assert part.condition is not None
        assert part.test is not None
        is_yes = self.holds(part.condition)
        fact = _fact(self.found(part.condition), part.condition, part.test.says, self._field(part))
        branches = {one.branch for one in self.composed.parts if one.branch}
        name = "decided_yes" if is_yes else "decided_no" if "else" in branches else "decided_no_alternative"
        return capitalised(self._filled(name, fact=fact))

    def _field(self, part: Part) -> Field:
        assert part.condition is not None
        tool = self.composed.tools[self.composed.call(part.condition.call).tool]
        return next(field for field in tool.return_fields if field.pointer == part.condition.path)

    def _total(self, part: Part) -> str:
        """What comes out over all entries, or over the results of a repeated call."""
        assert part.total is not None
        source = next(one for one in self.composed.parts if one.id in part.needs)
        results = [done.outcome.result for call in source.calls for done in self._done(call)]
        entries = results if source.is_repeated else _listed(results[0])
        figures = [entry[part.total.field] for entry in entries]
        field = next(one for one in self.composed.tools[source.calls[0].tool].return_fields if one.name == part.total.field)
        name = ""
        if part.total.kind in ("min", "max"):
            value = min(figures) if part.total.kind == "min" else max(figures)
            name = entry_name(entries[figures.index(value)])
        else:
            value = sum(figures) / (len(figures) if part.total.kind == "mean" else 1)
        said = spoken_value(_rounded(value), field, self.today)
        told = part.total.tells.replace("{value}", said).replace("{name}", name)
        if part.total.kind in ("min", "max") or len(figures) < 2:
            return told
        shown = [spoken_value(figure, field, self.today) for figure in figures]
        how = " + ".join(shown) if part.total.kind == "sum" else f"the average of {join_phrases(shown)}"
        return f"{told[:-1]} ({how})."

    def _left(self, part: Part) -> str:
        call = next(one for one in self.composed.parts if one.id in part.needs).calls[-1]
        price = price_of(self.composed.tools[call.tool])
        assert price is not None
        paid = pointers.get(self._result(call.id), price.pointer)
        left = f"{part.budget - paid:.2f}".removesuffix(".00")
        return self._filled("left", budget=str(part.budget), paid=spoken_value(paid, price, self.today), value=left)

    def _note(self, part: Part, told: str) -> str:
        """A message to somebody else that says what came of it all."""
        whom = re.sub(r"^my\b", "your", part.addressee)
        text = re.sub(r"\byour\b", "our", re.sub(r"\bYour\b", "Our", told))
        return self._filled("noted", whom=whom, text=text)

    def _filled(self, kind: str, /, **values: str) -> str:
        text: str = self.random.choice(self.phrases[kind])
        for slot, value in values.items():
            text = text.replace(f"{{{slot}}}", value)
        return text


def _decides(calls: Sequence[PlannedCall]) -> bool:
    return any(call.condition is not None for call in calls)


def _for_entry(call: PlannedCall, number: int) -> PlannedCall:
    """A repeated call for one entry of its list."""
    arguments = tuple(
        one.model_copy(update={"pick": str(number)}) if one.pick == "each" else one for one in call.arguments
    )
    return call.model_copy(update={"arguments": arguments})


def _listed(result: Any) -> list[Any]:
    return next(entries for entries in result.values() if isinstance(entries, list))


def _rounded(value: float) -> float | int:
    rounded = round(value, 2)
    return int(rounded) if float(rounded).is_integer() and abs(value - rounded) < 1e-9 else rounded


def _fact(found: Any, condition: PlannedCondition, says: str, field: Field) -> str:
    """What was found about the thing in question, as a clause."""
    if condition.test == "is" and isinstance(found, bool):
        return says if found == condition.value else _negated(says)
    stated = clause(field.name, found, field, None)
    if condition.test == "is":
        return stated
    side = "under" if condition.test == "below" else "above"
    is_so = found < condition.value if condition.test == "below" else found > condition.value
    return f"{stated}, {'' if is_so else 'not '}{side} {condition.value}"


def _negated(says: str) -> str:
    for verb, negated in ((" are ", " are not "), (" is ", " is not "), ("it's ", "it is not "), (" has ", " has no "),
                          (" can ", " cannot ")):  # fmt: skip
        if verb in says:
            return says.replace(verb, negated, 1)
    return f"it is not the case that {says}"
