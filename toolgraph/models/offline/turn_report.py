"""The report of a turn: what its calls brought, what was chosen on the way, and what could come next."""

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.entities import object_lists
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.flows import flows_between
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.real import is_shortfall, tell_real
from toolgraph.models.offline.speech import capitalised, join_phrases, outstanding, pick_entry
from toolgraph.models.offline.telling import tell
from toolgraph.models.offline.transcript import Transcript
from toolgraph.tools import pointers
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.spec import ToolSpec

REPORT_LEAD, OFFER, CLOSING = 0.2, 0.2, 0.06
"""Chances: words before a report, an offer after it, or else a closing sentence."""
_STARTERS = frozenset("A An At Here In It On The There They These This We You Your".split())
"""Words that begin many a report, whatever names begin with them as well."""
_WANTS_LIST = re.compile(r"\b(list|show|tell|see|check|which|what|when|who|how)\b", re.I)
"""What is said by somebody who wants to know, and not only to get something done."""
MOST_ENTRIES = 5
"""Entries of several lists that one message tells in full; of more the last ones are told by their names."""
_OWNER = re.compile(r"^(?:(?:an?|the) )?(?:users )?(?=\w)")
"""What a name says of an owner before it names the thing: `a users playback`."""


class Made(NamedTuple):
    """A call that was made in this turn, and its outcome."""

    planned: PlannedCall
    outcome: Outcome


class TurnReport(Transcript):
    """Composes what the assistant tells at the end of a turn."""

    _is_brief = False
    """Whether several lists are to be told, of which the ends are told by names."""

    def report(self) -> str:
        """Tell what the calls of this turn brought, and what could come next."""
        return self.report_of(self.request.turn.steps)

    def report_of(self, planned: Sequence[PlannedStep], *, is_cut_short: bool = False) -> str:
        """Tell what the calls of some steps brought; `is_cut_short` says that more were planned and cannot be made."""
        steps = [[self._made(call) for call in step.calls if call.id in self.actual] for step in planned]
        falls_short = self.request.is_real and any(is_shortfall(one.outcome) for step in steps for one in step)
        listed = [number for step in steps for one in step if (number := _entries_in(one.outcome.result))]
        self._is_brief = len(listed) > 1 and sum(listed) > MOST_ENTRIES
        sentences = self._way_there(steps)
        last = steps[-1]
        if len(last) < len(planned[-1].calls):
            sentences.append(self.random.choice(self.words["real_only_one"]))
        used: set[str] = set()
        for made in last:
            told = self._tell(made.outcome, sentences, used)
            about = self._which(made, last) if len(last) > 1 else self._picked_for(made)
            before = sentences[-1][:-1].split(". ")[-1] if sentences else ""
            is_known = about in before and not any(name in before for name in self._beside(made) if name not in about)
            is_clear = is_known or about.casefold() in told.casefold()
            sentences.append(told if is_clear else f"For {_as_told(about, sentences)}, {_lowered(told, made.outcome)}")
        if is_cut_short and not falls_short:
            sentences.append(self.random.choice(self.words["real_no_such"]))
        if is_cut_short or falls_short:
            return _joined(sentences)
        lead = self._lead(last[0].outcome, is_alone=len(steps) == 1)
        return _joined([*lead, *sentences, *self._ending(last[-1].planned)])

    def _tell(self, outcome: Outcome, before: Sequence[str] = (), used: set[str] | None = None) -> str:
        teller = tell_real if self.request.is_real else tell
        return teller(outcome, self.random, used, asked=self._asked(), is_brief=self._is_brief, said=" ".join(before))

    def _asked(self) -> str:
        """What the user said in this turn."""
        return " ".join(
            message.content for message in self.request.messages[self.request.turn_start :] if message.role == "user"
        )

    def _made(self, call: PlannedCall) -> Made:
        tool = self.tools[call.tool]
        actual = self.actual[call.id]
        arguments = next(
            json.loads(made.arguments)
            for message in self.request.messages
            for made in message.tool_calls
            if made.id == actual
        )
        return Made(call, Outcome(tool, arguments, self.result_of(call.id), self.today))

    def _lead(self, outcome: Outcome, *, is_alone: bool) -> list[str]:
        if not is_alone or self.random.random() >= REPORT_LEAD:
            return []
        return [
            self.random.choice(self.words["report_leads" if effects_of(outcome.tool) == "reads" else "write_leads"])
        ]

    def _way_there(self, steps: list[list[Made]]) -> list[str]:
        """What the earlier steps of the turn brought, and which entry was taken on, where that is more than its place.

        A list on the way to a change is a means, unless somebody asks to see it: only the entry taken is told of it.
        """
        told: list[str] = []
        for made, following in pairwise(steps):
            changes = any(effects_of(later.outcome.tool) != "reads" for later in following)
            is_means = changes and not _WANTS_LIST.search(self._asked())
            for one in made:
                used = [
                    argument for later in following for argument in later.planned.arguments
                    if argument.source == "result" and argument.call == one.planned.id
                ]  # fmt: skip
                picks = {argument.pick for argument in used if argument.pick}
                picked = self._picked(used[0], is_of_told=not is_means) if len(picks) == 1 else ""
                if not (picked and is_means):
                    told.append(self._tell(one.outcome, told))
                told += [picked] if picked else []
        return told

    def _picked(self, argument: PlannedArgument, *, is_of_told: bool) -> str:
        """Which entry of a list is the cheapest, say, that was asked for; of several that are level all are named.

        `is_of_told` says that the list has just been told, and "of these" points at it.
        """
        why, entries = outstanding(argument.pick), self.entries(argument)
        place = pick_entry(entries, argument.pick)
        name, figure = entry_name(entries[place]), _figure(entries[place], argument)
        level = [entry_name(entry) for entry in entries if _figure(entry, argument) == figure]
        if not why or len(entries) < 2 or not all(level) or level.count(name) > 1:
            return ""
        if len(level) > 1:
            others = join_phrases([one for one in level if one != name])
            return f"{capitalised(why)} is {name}, level with {others}."
        frame = self.random.choice([*self.words["picked"], *(self.words["picked_of_told"] if is_of_told else ())])
        return capitalised(frame.replace("{label}", name).replace("{why}", why))

    def _picked_for(self, made: Made) -> str:
        """The name of the entry that a call was made for, where it was taken from a list."""
        argument = _picking(made)
        if argument is None:
            return ""
        entries = self.entries(argument)
        return entry_name(entries[pick_entry(entries, argument.pick)])

    def _beside(self, made: Made) -> list[str]:
        """The names in the list that a call's entry was taken from."""
        argument = _picking(made)
        return [name for entry in self.entries(argument) if (name := entry_name(entry))] if argument else []

    def _which(self, made: Made, beside: list[Made]) -> str:
        """What one of several outcomes is about; empty where it speaks for itself."""
        if len({one.planned.tool for one in beside}) > 1:
            stated = [
                argument.value
                for argument in made.planned.arguments
                if argument.source == "user" and isinstance(argument.value, str)
            ]
            if stated and stated[0][:1].isupper() and len(stated[0]) < 40 and "?" not in stated[0]:
                return stated[0]
            noun = _OWNER.sub("", name_parts(made.planned.tool).noun)
            return f"the {noun}" if wording_of(made.outcome.tool).is_derived and 0 < len(noun.split()) < 4 else ""
        for argument in made.planned.arguments:
            if argument.pick:
                return self._picked_for(made)
            others = [
                other
                for one in beside
                if one is not made
                for other in one.planned.arguments
                if other.pointer == argument.pointer
            ]
            if (
                argument.source == "user"
                and isinstance(argument.value, str)
                and all(other.value != argument.value for other in others)
            ):
                return argument.value
        return ""

    def _ending(self, call: PlannedCall) -> list[str]:
        chance = self.random.random()
        if chance < OFFER and self.request.turns_left:
            offer = self._offer(self.tools[call.tool])
            if offer:
                return [offer]
        if chance < OFFER + CLOSING:
            return [self.random.choice(self.words["closings"])]
        return []

    def _offer(self, tool: ToolSpec) -> str:
        """Something another tool could do with what was found; nothing where what there was is gone."""
        if effects_of(tool) == "deletes":
            return ""
        used = {made.name for message in self.request.messages for made in message.tool_calls}
        others = [
            other
            for other in self.request.tools
            if other.name not in used and any(flow.is_id for flow in flows_between(tool, other))
        ]
        asks = [
            ask.text
            for other in others
            for ask in wording_of(other).asks
            if effects_of(other) != "deletes" and not ask.slots and not re.search(r"\b(I|we|us|our)\b", ask.text)
        ]
        if not asks:
            return ""
        return capitalised(
            self.random.choice(self.words["offers"]).replace("{ask}", _for_the_user(self.random.choice(asks)))
        )


def _as_told(name: str, sentences: Sequence[str]) -> str:
    """A name with the quotes that it was told in."""
    told = re.search(rf"[“\"]{re.escape(name)}[”\"]", " ".join(sentences))
    return told[0] if told else name


def _picking(made: Made) -> PlannedArgument | None:
    """The argument of a call that was taken from an entry of a list."""
    return next((one for one in made.planned.arguments if one.source == "result" and one.pick), None)


def _lowered(told: str, outcome: Outcome) -> str:
    """A report behind what it is about: its first word begins small, unless it is a name or "I"."""
    first = told.partition(" ")[0].strip(",:;.")
    is_value = re.search(rf"\b{re.escape(first)}\b", f"{outcome.arguments} {outcome.result}")
    is_word = first in _STARTERS or (first[1:].islower() and not is_value)
    return f"{told[:1].lower()}{told[1:]}" if is_word else told


def _joined(sentences: Sequence[str]) -> str:
    """Sentences in one paragraph, but for a list on lines, after which the next one begins."""
    text = ""
    for sentence in sentences:
        text += f"{chr(10) * 2 if '- ' in text.rpartition(chr(10))[2][:2] else ' '}{sentence}" if text else sentence
    return text


def _figure(entry: Any, argument: PlannedArgument) -> Any:
    """What of an entry a pick goes by; nothing for one that goes by the place."""
    inner = argument.pick.partition(":")[2]
    return pointers.get(entry, inner) if inner else None


def _entries_in(result: Any) -> int:
    return sum(map(len, object_lists(result)))


def _for_the_user(ask: str) -> str:
    """The user's words in the assistant's mouth: "show me my bookings" becomes "show you your bookings"."""
    swaps = {"me": "you", "my": "your", "mine": "yours", "myself": "yourself"}
    return re.sub(r"\b(me|my|mine|myself)\b", lambda found: swaps[found[1]], ask)
