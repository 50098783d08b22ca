"""The answer to a compositional task: what each part brought, in order, and what was decided and worked out."""

import re
from collections.abc import Iterator
from typing import Any

from toolgraph.dialogue.blueprint import PlannedCondition
from toolgraph.models.offline.composed import Part, price_of
from toolgraph.models.offline.facts import clause, entry_name, spoken_value, tell
from toolgraph.models.offline.speech import capitalised, join_phrases
from toolgraph.models.offline.task_worker import Done, Pick, Worker, listed
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field

FEW, TELL_ALL = 3, 0.4
"""Up to so many entries of a list are told, with that chance, where only one of them was wanted."""


def answer_to(worker: Worker) -> str:
    """Return the final words."""
    return " ".join(_Answer(worker).sentences())


class _Answer:
    """Tells the outcome of one task."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.composed, self.random = worker, worker.composed, worker.random
        self.used: set[str] = set()

    def sentences(self) -> list[str]:
        told: list[str] = []
        for part in self.composed.parts:
            if part.addressee:  # what a note says need not be said twice
                told.append(self._note(part, told.pop()))
            else:
                told += [text for text in self._about(part) if text]
        return told

    def _about(self, part: Part) -> Iterator[str]:
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
                for done in self.worker.done(call):
                    yield self._outcome(done)

    # --- results ------------------------------------------------------------------------------------------------

    def _outcome(self, done: Done) -> str:
        """What a call brought; of a list from which one entry was taken, often that one alone."""
        pick = self.worker.picked(done.planned.id)
        if pick is not None and (len(pick.entries) > FEW or self.random.random() >= TELL_ALL):
            return self._chosen(pick)
        told = tell(done.outcome, self.random, self.used, asked=self._asked())
        return f"{told} {self._chosen(pick._replace(figure=''))}" if pick is not None else told

    def _chosen(self, pick: Pick) -> str:
        """Which entry of a list was taken."""
        if not pick.why or len(pick.entries) < 2:
            kind = "chosen_first"
        else:
            kind = "chosen"
        count, figure = str(len(pick.entries)), f", {pick.figure}" if pick.figure else ""
        return capitalised(self.worker.filled(kind, name=pick.name, why=pick.why, count=count, figure=figure))

    def _one_like_the_other(self, part: Part) -> Iterator[str]:
        """What each of several calls brought, all told in the same way, and with what is worked out from them."""
        total = next((one.total for one in self.composed.parts if one.total and part.id in one.needs), None)
        state = self.random.getstate()
        for done in self.worker.done(part.calls[0]):
            self.random.setstate(state)
            yield tell(done.outcome, self.random, set(), asked=self._asked(), about=total.field if total else "")

    def _asked(self) -> str:
        return " ".join(message.content for message in self.worker.request.messages if message.role == "user")

    # --- own work -----------------------------------------------------------------------------------------------

    def _decision(self, part: Part) -> str:
        assert part.condition is not None
        assert part.test is not None
        field = self._field(part.condition)
        fact = _fact(self.worker.found(part.condition), part.condition, part.test.says, field)
        branches = {one.branch for one in self.composed.parts if one.branch}
        refused = "decided_no" if "else" in branches else "decided_no_alternative"
        return capitalised(
            self.worker.filled("decided_yes" if self.worker.holds(part.condition) else refused, fact=fact)
        )

    def _field(self, condition: PlannedCondition) -> Field:
        tool = self.composed.tools[self.composed.call(condition.call).tool]
        return next(field for field in tool.return_fields if field.pointer == condition.path)

    def _total(self, part: Part) -> str:
        """What comes out over the results of a repeated call."""
        assert part.total is not None
        source = next(one for one in self.composed.parts if one.id in part.needs)
        results = [done.outcome.result for call in source.calls for done in self.worker.done(call)]
        entries = results if source.is_repeated else listed(results[0])
        fields = self.composed.tools[source.calls[0].tool].return_fields
        field = next(one for one in fields if one.name == part.total.field)
        figures = [entry[part.total.field] for entry in entries]
        if part.total.kind in ("min", "max"):
            return self._best(part, entries, figures, field)
        value = sum(figures) / (len(figures) if part.total.kind == "mean" else 1)
        told = part.total.tells.replace("{value}", spoken_value(_rounded(value), field, self.worker.today))
        if len(figures) < 2:
            return told
        shown = [spoken_value(figure, field, self.worker.today) for figure in figures]
        how = " + ".join(shown) if part.total.kind == "sum" else f"the average of {join_phrases(shown)}"
        return f"{told[:-1]} ({how})."

    def _best(self, part: Part, entries: list[Any], figures: list[Any], field: Field) -> str:
        """Which of several is the one with most or least, and with which others it is level."""
        assert part.total is not None
        value = min(figures) if part.total.kind == "min" else max(figures)
        first, *others = [entry_name(entry) for entry, figure in zip(entries, figures, strict=True) if figure == value]
        said = spoken_value(value, field, self.worker.today)
        told = part.total.tells.replace("{value}", said).replace("{name}", first)
        return (
            f"{told} {capitalised(join_phrases(others))} {'is' if len(others) == 1 else 'are'} level with that."
            if (others)
            else told
        )

    def _left(self, part: Part) -> str:
        """What is left of a budget after a price was paid."""
        call = next(one for one in self.composed.parts if one.id in part.needs).calls[-1]
        price = price_of(self.composed.tools[call.tool])
        assert price is not None
        paid = pointers.get(self.worker.result_of(call.id), price.pointer)
        left = f"{part.budget - paid:.2f}".removesuffix(".00")
        said = spoken_value(paid, price, self.worker.today)
        return self.worker.filled("left", budget=str(part.budget), paid=said, value=left)

    def _note(self, part: Part, told: str) -> str:
        """A message to somebody else that says what came of it all."""
        whom = re.sub(r"^my\b", "your", part.addressee)
        text = re.sub(r"\byour\b", "our", re.sub(r"\bYour\b", "Our", told))
        return self.worker.filled("noted", whom=whom, text=text)


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
    verbs = (
        (" are ", " are not "), (" is ", " is not "), ("it's ", "it is not "), (" has ", " does not have "),
        (" can ", " cannot "), (" takes ", " does not take "),
    )  # fmt: skip
    for verb, negated in verbs:
        if verb in says:
            return says.replace(verb, negated, 1)
    return f"it is not the case that {says}"
