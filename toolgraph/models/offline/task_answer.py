"""The answer to a compositional task: what each part brought, in order, and what was decided and worked out."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from toolgraph.models.offline.banks import person_named_in
from toolgraph.models.offline.composed import Part, price_of
from toolgraph.models.offline.domains import Total
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.speech import capitalised, join_phrases
from toolgraph.models.offline.spoken_values import plain_label, spoken_value
from toolgraph.models.offline.task_worker import Done, Worker
from toolgraph.models.offline.telling import tell
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field


def answer_to(worker: Worker) -> str:
    """Return the final words: what was wanted in the end first, then how it came about."""
    return " ".join(text for text in _Answer(worker).sentences() if text)


class _Answer:
    """Tells the outcome of one task."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.composed, self.random = worker, worker.composed, worker.random
        self.used: set[str] = set()

    def sentences(self) -> Iterator[str]:
        parts = self.composed.parts
        total = next((part for part in parts if part.total is not None), None)
        if total is not None:
            yield from self._totalled(total)
            return
        made = [done for part in parts for call in part.calls for done in self.worker.done(call)]
        acts = [done for done in made if self._writes(done)]
        acts = acts or [done for done in made if not self._is_list(done)][-1:]
        told = [self._told(done) for done in acts]
        note = next((part for part in parts if part.addressee), None)
        if note is not None:  # what a note says need not be said twice
            told[-1] = self._note(note, told[-1])
        decision = next((part for part in parts if part.test is not None), None)
        if decision is not None:
            yield self._decision(decision)
        yield from told[:-1] if note else told
        if decision is None:  # it has told which one it is about
            yield self._picks(acts, " ".join(told))
        yield from (self._told(done) for done in made if done not in acts and not self._is_list(done))
        yield from (self._left(part) for part in parts if part.budget)
        yield told[-1] if note else ""

    def _is_list(self, done: Done) -> bool:
        return bool(self.composed.domain.functions[done.planned.tool].lists)

    def _writes(self, done: Done) -> bool:
        return self.composed.tools[done.planned.tool].effects != "reads"

    # --- results ------------------------------------------------------------------------------------------------

    def _told(self, done: Done) -> str:
        """What a call brought, and above all what it was made for."""
        asked = self.worker.told.ask(self.composed.owner(done.planned.id.partition("@")[0]))
        user = person_named_in(self.worker.request.messages[0].content)
        return tell(
            done.outcome, self.random, self.used, asked=asked, is_full=True, listener=user.full_name if user else ""
        )

    def _picks(self, acts: Sequence[Done], told: str) -> str:
        """Which entries of the lists were taken, in one sentence; a figure that was told is not said again."""
        calls = [call for part in self.composed.parts for call in part.calls]
        picks = [pick for call in calls for pick in [self.worker.picked(call.id)] if pick is not None]
        picks = list({pick.name: pick for pick in picks}.values())
        if len(picks) > 1:
            taken = [f"{pick.why} {pick.noun} ({', '.join(filter(None, pick[:1] + pick[3:4]))})" for pick in picks]
            return self.worker.filled("taken_both", both=join_phrases(taken))
        if not picks or (len(picks[0].entries) < 2 and not picks[0].figure):
            return ""
        pick = picks[0]
        kind = "taken" if any(self._writes(done) for done in acts) else "looked_at"
        kind = kind if pick.is_of_one_list else "best_of_all"
        is_told = any(number in told for number in re.findall(r"\d[\d.,]*\d|\d", pick.figure))
        figure = f", {pick.figure}" if pick.figure and not is_told else ""
        count = "two" if len(pick.entries) == 2 else str(len(pick.entries))
        said = capitalised(self.worker.filled(kind, name=pick.name, why=pick.why, count=count, figure=figure))
        return f"{said} {_level(pick.level)}" if pick.level else said

    # --- own work -----------------------------------------------------------------------------------------------

    def _decision(self, part: Part) -> str:
        """What was found about the thing in question, and whether that is what the user made it depend on."""
        fact, is_yes = self.worker.decided(part)
        branches = {one.branch for one in self.composed.parts if one.branch}
        refused = "decided_no" if "else" in branches else "decided_no_alternative"
        return capitalised(self.worker.filled("decided_yes" if is_yes else refused, fact=fact))

    def _totalled(self, part: Part) -> Iterator[str]:
        """What comes out over the results of a repeated call, and the results it comes from."""
        assert part.total is not None
        source = next(one for one in self.composed.parts if one.id in part.needs)
        entries = [done.outcome.result for call in source.calls for done in self.worker.done(call)]
        fields = self.composed.tools[source.calls[0].tool].return_fields
        field = next(one for one in fields if one.name == part.total.field)
        figures = [entry[part.total.field] for entry in entries]
        yield (
            self._best(part.total, entries, figures, field)
            if part.total.kind in ("min", "max")
            else self._worked_out(part.total, figures, field)
        )
        yield self._one_by_one(entries, figures, field)

    def _worked_out(self, total: Total, figures: list[Any], field: Field) -> str:
        value = sum(figures) / (len(figures) if total.kind == "mean" else 1)
        told = total.tells.replace("{value}", spoken_value(_rounded(value), field, self.worker.today))
        if len(figures) < 2:
            return told
        shown = [spoken_value(figure, field, self.worker.today) for figure in figures]
        how = " + ".join(shown) if total.kind == "sum" else f"the average of {join_phrases(shown)}"
        return f"{told[:-1]} ({how})."

    def _best(self, total: Total, entries: list[Any], figures: list[Any], field: Field) -> str:
        """Which of several is the one with most or least, and with which others it is level."""
        value = min(figures) if total.kind == "min" else max(figures)
        first, *others = [entry_name(entry) for entry, figure in zip(entries, figures, strict=True) if figure == value]
        said = spoken_value(value, field, self.worker.today)
        told = total.tells.replace("{value}", said).replace("{name}", first)
        if not others:
            return told
        return f"{told} {_level(others)}"

    def _one_by_one(self, entries: list[Any], figures: list[Any], field: Field) -> str:
        """The figure of each entry, as a list in a sentence."""
        named = [(entry_name(entry), figure) for entry, figure in zip(entries, figures, strict=True)]
        if not all(name for name, _ in named):
            return ""
        told = [f"{name} {spoken_value(figure, field, self.worker.today)}" for name, figure in named]
        return self.worker.filled("one_by_one", field=capitalised(plain_label(field)), entries=join_phrases(told))

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


def _level(names: Sequence[str]) -> str:
    """That others have the same figure."""
    return f"{capitalised(join_phrases(names))} {'is' if len(names) == 1 else 'are'} level with that."
