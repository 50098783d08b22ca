"""What the calls of a trial show of an edge: whether values that were seen fare better than made-up ones."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolgraph.phrases import listed, on_one_line, shortened
from toolgraph.run.look_alikes import is_number
from toolgraph.run.seen_values import texts_in
from toolgraph.tools import pointers
from toolgraph.tools.edges import Confirmation, Edge, Verdict
from toolgraph.tools.live import LiveResult, holds_nothing

FAILS, EMPTY, ANSWERS = range(3)
"""What a call comes to."""
ENOUGH_ERRORS, ENOUGH_EMPTY = 2, 3
"""Values that must fail, or come back empty, for a refusal: a customer may have no orders, but hardly each of three."""
LONGEST_VALUE, LONGEST_ERROR, LONGEST_REASON = 60, 100, 300


@dataclass(frozen=True, slots=True)
class TriedCall:
    """A call with a value, and what came of it."""

    value: str | int
    arguments: dict[str, Any]
    result: LiveResult

    @property
    def weight(self) -> int:
        """Whether it failed, came back empty, or was answered."""
        value = self.result.value
        if self.result.is_error or (isinstance(value, dict) and value.get("error")):
            return FAILS
        return EMPTY if holds_nothing(value, self.arguments) else ANSWERS

    @property
    def masked(self) -> str:
        """What came of it as text, without the value."""
        return json.dumps(self.result.told, ensure_ascii=False, sort_keys=True).replace(str(self.value), "…")

    @property
    def said(self) -> str:
        """What the tool did, in words."""
        if self.result.is_error:
            return f"said '{shown(self.result.error, LONGEST_ERROR)}'"
        told = json.dumps(self.result.value, ensure_ascii=False)
        return "brought nothing" if self.weight == EMPTY else f"brought {shown(told, LONGEST_ERROR)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The calls of an edge, made with the same other arguments."""

    edge: Edge
    real: Sequence[TriedCall]
    """With values that the source has returned."""
    beside: Mapping[str, Collection[str]]
    """By value the texts that were seen beside it, and beside no other id of such a thing."""
    made_up: tuple[TriedCall, TriedCall]
    """With a value near the real ones, and with one far from them."""
    rivals: Sequence[TriedCall] = ()
    """With ids of other things, where each of the real values is one of theirs as well."""
    is_blind: bool = False
    """Whether the ids of such a thing are all among the real ones, so that nothing can tell them apart."""

    def verdict(self) -> Confirmation | None:
        """Judge the edge; return none where no real value is answered, so that it may have to be refused."""
        lost = next((call.result for call in (*self.real, *self.made_up, *self.rivals) if call.result.is_last), None)
        near, far = self.made_up
        if lost:
            return tell(self.edge, "undecided", f"the trial ended early: {lost.error}")
        if self._weight == ANSWERS:
            return tell(self.edge, "undecided", f"{self.edge.target} answered a made-up {shown(far.value)} as well")
        good = [call for call in self.real if self.is_answered(call)]
        if not good:
            return None
        answered = f"{self._returned}; {self.edge.target} answered"
        if len(good) < len(self.real) and (len(good) == 1 or is_number(far.value)):
            return tell(self.edge, "undecided", f"{answered} {len(good)} of them")
        like = next((call for call in (near, *self.rivals) if self.is_answered(call)), None)
        if (like or self.is_blind) and not self._agrees(good):
            why = f"{shown(like.value)} as well" if like else "them, but all are ids of something else, too"
            return tell(self.edge, "undecided", f"{answered} {why}")
        which = "" if len(good) == len(self.real) else f"{len(good)} of "
        return tell(self.edge, "confirmed", f"{answered} {which}them, and for a made-up {shown(far.value)} {far.said}")

    def refusal(self, known: TriedCall | None, again: TriedCall | None) -> Confirmation:
        """Judge an edge none of whose values is answered, by a call that once was, and a real one made after it."""
        enough = ENOUGH_EMPTY if any(call.weight == EMPTY for call in self.real) else ENOUGH_ERRORS
        if known is None or again is None or not self.is_answered(known):
            return tell(self.edge, "undecided", f"{self.refused}, and nothing is known that it answers")
        if not all(self._is_alike(call) for call in self.real):  # a result that is too large fails as well
            return tell(self.edge, "undecided", f"{self.refused}, and for a made-up value {self.made_up[1].said}")
        if len({call.value for call in self.real}) < enough or self.is_answered(again) or again.result.is_last:
            return tell(self.edge, "undecided", f"{self.refused}, which is too little to tell")
        return tell(self.edge, "refused", f"{self.refused}, but answers {shown(known.value)}")

    def is_answered(self, call: TriedCall) -> bool:
        """Say whether a call brought more than those with made-up values."""
        return call.weight > self._weight and call.masked != self.made_up[1].masked

    @property
    def refused(self) -> str:
        """What was returned, and not answered, in words."""
        return f"{self._returned}; {self.edge.target} {self.real[0].said}"

    def _is_alike(self, call: TriedCall) -> bool:
        """Whether a call came to what one with a made-up value did: nothing, or an error in the same words."""
        far = self.made_up[1]
        return call.weight == far.weight == EMPTY or call.masked == far.masked

    @property
    def _weight(self) -> int:
        """What made-up values come to; a tool that says the same of two of them has refused both."""
        near, far = self.made_up
        return FAILS if near.masked == far.masked and far.weight == ANSWERS else far.weight

    @property
    def _returned(self) -> str:
        values = listed([shown(value) for value in dict.fromkeys(call.value for call in self.real)])
        return f"{self.edge.source} returned {_name(self.edge.source_field)} {values}"

    def _agrees(self, good: Sequence[TriedCall]) -> bool:
        """Whether each answer says what is said of the very thing that its value is an id of, and of no other such."""
        answers = {str(call.value): texts_in(call.result.value) for call in good}
        return len(answers) > 1 and all(not said.isdisjoint(self.beside[value]) for value, said in answers.items())


def tell(edge: Edge, verdict: Verdict, reason: str) -> Confirmation:
    """Return what a trial says of an edge."""
    return Confirmation(edge, verdict, shown(reason, LONGEST_REASON), by="trial")


def shown(value: Any, longest: int = LONGEST_VALUE) -> str:
    """Return a value as one short line."""
    return shortened(on_one_line(str(value)), longest)


def _name(pointer: str) -> str:
    return next((key for key in reversed(pointers.split(pointer)) if key != pointers.ANY_ITEM), pointer)
