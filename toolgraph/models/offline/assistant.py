"""The assistant's rule: carry out the planned step with values from the transcript.

It asks for what is missing, and tells the outcome.
"""

import json
import random
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep
from toolgraph.dialogue.messages import system_in
from toolgraph.dialogue.spoken import today_in
from toolgraph.errors import AnswerError
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.derived import label, wording_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.flows import flows_between
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.real import is_shortfall, tell_real
from toolgraph.models.offline.speech import capitalised, pick_entry, superlative
from toolgraph.models.offline.telling import tell
from toolgraph.models.offline.wordings import dotted
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, PlainCall
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.spec import ToolSpec

ASK_LEAD, REPORT_LEAD, OFFER, CLOSING = 0.5, 0.25, 0.22, 0.12
"""Chances: words before a question, words before a report, an offer after it, or else a closing sentence."""
ONLY_THE_PICK = 0.45
"""Chance that of a list on the way only the entry taken is told, and not all the others."""
_STARTERS = frozenset("At The There There's It In Here Here's Altogether My That You You've This These They We".split())
_TONES = (
    (
        "wait",
        re.compile(
            (
                r"sorry|excuse|forgive|pardon|apolog|bear with|hold on|hang on|\bwait\b|one sec|moment|"
                r"pause|interrupt|typing|typos|keyboard|slow"
            ),
            re.I,
        ),
    ),
    ("question", re.compile(r"\?\s*$")),
    (
        "praise",
        re.compile(
            (
                r"you're|you are|with you|I like|quick|fast|nice|eas(y|ier)|handy|convenien|pleasure|"
                r"comfort|beats|satisf|impressed|efficien|good pace|practical|smooth"
            ),
            re.I,
        ),
    ),
)
"""What a passing remark asks for: patience, an answer, or a word of thanks; anything else is mood."""
_OWNER = re.compile(r"^(?:(?:an?|the) )?(?:users )?(?=\w)")
"""What a name says of an owner before it names the thing: `a users playback`."""
_ORDINAL_WORDS = {"0": "the first", "1": "the second", "-1": "the last"}


def assist(request: AssistantRequest, seed: int) -> AssistantAnswer:
    """Return the assistant's next message: the next planned step, a question, or words."""
    assistant = Assistant(request, seed)
    turn = request.turn
    if turn.kind == "chitchat":
        return AssistantAnswer(text=assistant.small_talk(), calls=(), reasoning="")
    if not turn.steps:
        raise AnswerError("the offline assistant follows planned calls, and there are none; plan grounded turns")
    made = dict(request.call_ids)
    for number, step in enumerate(turn.steps):
        if all(call.id in made for call in step.calls):
            continue
        if number == 0 and turn.withheld and assistant.user_messages_in_turn() < 2:
            return AssistantAnswer(text=assistant.question(), calls=(), reasoning="")
        possible = assistant.possible(step)
        if not possible and request.is_real and number:
            return AssistantAnswer(text=assistant.report_of(turn.steps[:number], is_cut_short=True))
        if possible and made.keys() >= possible.keys():
            continue
        calls = possible.values() or map(assistant.plain_call, step.calls)
        return AssistantAnswer(text="", calls=tuple(calls), reasoning="")
    return AssistantAnswer(text=assistant.report(), calls=(), reasoning="")


class Made(NamedTuple):
    """A call that was made in this turn, and its outcome."""

    planned: PlannedCall
    outcome: Outcome


class Assistant:
    """Composes one message of the assistant."""

    def __init__(self, request: AssistantRequest, seed: int) -> None:
        self.request = request
        self.seed = seed
        self.words = load_words("assistant")
        self.tools = {tool.name: tool for tool in request.tools}
        self.actual = dict(request.call_ids)
        self.results = {message.tool_call_id: message for message in request.messages if message.role == "tool"}
        self.today = today_in(system_in(request.messages))

    @cached_property
    def random(self) -> random.Random:
        """Where the choices of words come from; a message that makes calls takes none."""
        return rng(self.seed, "assistant", self.request.key, *self.tools)

    # --- acting -------------------------------------------------------------------------------------------------

    def user_messages_in_turn(self) -> int:
        """Return how often the user spoke in this turn."""
        return sum(message.role == "user" for message in self.request.messages[self.request.turn_start :])

    def arguments(self, call: PlannedCall) -> dict[str, Any]:
        """The arguments of a planned call, references looked up in the results they name."""
        arguments: dict[str, Any] = {}
        for argument in call.arguments:
            value = self.looked_up(argument) if argument.source == "result" else argument.value
            pointers.put(arguments, argument.pointer, value)
        return arguments

    def plain_call(self, call: PlannedCall) -> PlainCall:
        """Return a planned call as it is made.

        Raises:
            AnswerError: the results hold nothing for one of its arguments.
        """
        return PlainCall(tool=call.tool, arguments=self.arguments(call))

    def possible(self, step: PlannedStep) -> dict[str, PlainCall]:
        """Return by id the calls of a step that the results hold something for: the first of two, in a list of one."""
        found: dict[str, PlainCall] = {}
        for call in step.calls:
            with suppress(AnswerError):
                found[call.id] = self.plain_call(call)
        return found

    def looked_up(self, argument: PlannedArgument) -> Any:
        """Return the value that an argument takes from results.

        Raises:
            AnswerError: there is no such result, or it holds nothing there.
        """
        try:
            if pointers.ANY_ITEM in argument.path:
                entries = self.entries(argument)
                _, _, rest = argument.path.partition(f"/{pointers.ANY_ITEM}")
                return pointers.get(entries[pick_entry(entries, argument.pick)], rest)
            return pointers.get(self.result_of(argument.call), argument.path)
        except (LookupError, TypeError) as error:
            raise AnswerError(
                f"the result of {argument.call} holds nothing at {argument.path} ({argument.pick or 'single'})"
            ) from error

    def entries(self, argument: PlannedArgument) -> list[Any]:
        """Return the entries that an argument picks from: of one list, or of all that are looked through."""
        head, _, _ = argument.path.partition(f"/{pointers.ANY_ITEM}")
        return [
            entry for call in (argument.call, *argument.among) for entry in pointers.get(self.result_of(call), head)
        ]

    def result_of(self, planned: str) -> Any:
        """Return the result of a planned call.

        Raises:
            AnswerError: it was not made.
        """
        message = self.results.get(self.actual.get(planned, ""))
        if message is None:
            raise AnswerError(f"planned call {planned} has no result to read from")
        return json.loads(message.content)

    # --- asking -------------------------------------------------------------------------------------------------

    def question(self) -> str:
        """Ask for the values the user withheld."""
        call = self.request.turn.steps[0].calls[0]
        tool = self.tools[call.tool]
        wording = wording_of(tool)
        questions = []
        for pointer in self.request.turn.withheld:
            field = next((field for field in tool.parameter_fields if pointers.matches(field.pointer, pointer)), None)
            written = wording.ask_back.get(dotted(pointer))
            thing = f"the {label(field)}" if field else "that"
            questions.append(self.random.choice(written or self.words["ask_back_generic"]).replace("{thing}", thing))
        lead = [self.random.choice(self.words["ask_back_leads"])] if self.random.random() < ASK_LEAD else []
        return " ".join([*lead, *questions])

    def small_talk(self) -> str:
        """Answer a remark or thanks."""
        is_last = self.request.turns_left == 0 and "hank" in self.request.turn.intent
        if is_last:
            return str(self.random.choice(self.words["thanks_replies"]))
        said = next((message.content for message in reversed(self.request.messages) if message.role == "user"), "")
        tone = next((tone for tone, pattern in _TONES if pattern.search(said)), "mood")
        return str(self.random.choice(self.words["remark_replies"][tone]))

    # --- reporting ----------------------------------------------------------------------------------------------

    def report(self) -> str:
        """Tell what the calls of this turn brought, and what could come next."""
        return self.report_of(self.request.turn.steps)

    def report_of(self, planned: Sequence[PlannedStep], *, is_cut_short: bool = False) -> str:
        """Tell what the calls of some steps brought; `is_cut_short` says that more were planned and cannot be made."""
        steps = [[self._made(call) for call in step.calls if call.id in self.actual] for step in planned]
        falls_short = self.request.is_real and any(is_shortfall(one.outcome) for step in steps for one in step)
        sentences: list[str] = []
        if len(steps) > 1:
            sentences += self._way_there(steps)
        last = steps[-1]
        if len(last) < len(planned[-1].calls):
            sentences.append(self.random.choice(self.words["real_only_one"]))
        used: set[str] = set()
        for made in last:
            told = self._tell(made.outcome, used)
            about = self._which(made, last) if len(last) > 1 else ""
            sentences.append(f"For {about}: {_lowered(told)}" if about and about not in told else told)
        if is_cut_short and not falls_short:
            sentences.append(self.random.choice(self.words["real_no_such"]))
        if is_cut_short or falls_short:
            return " ".join(sentences)
        lead = self._lead(last[0].outcome, is_alone=len(steps) == 1)
        ending = self._ending(last[-1].planned)
        return " ".join([*lead, *sentences, *ending])

    def _tell(self, outcome: Outcome, used: set[str] | None = None) -> str:
        return (tell_real if self.request.is_real else tell)(outcome, self.random, used, asked=self._asked())

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
        """What the earlier steps of the turn brought, and which entry was taken on."""
        told: list[str] = []
        for number, (made, following) in enumerate(pairwise(steps)):
            for one in made:
                used = [
                    argument for later in following for argument in later.planned.arguments
                    if argument.source == "result" and argument.call == one.planned.id
                ]  # fmt: skip
                picks = list(dict.fromkeys(argument.pick for argument in used if argument.pick))
                sentences = [self._tell(one.outcome)] if number == 0 or not picks else []
                picked = self._picked(one, used[0]) if len(picks) == 1 else []
                told += picked if picked and self.random.random() < ONLY_THE_PICK else [*sentences, *picked]
        return told

    def _picked(self, made: Made, argument: PlannedArgument) -> list[str]:
        """Which entry of a list the assistant went on with."""
        head, _, _ = argument.path.partition(f"/{pointers.ANY_ITEM}")
        entries = pointers.get(made.outcome.result, head)
        if len(entries) < 2:
            return []
        name = entry_name(entries[pick_entry(entries, argument.pick)])
        adjective = superlative(argument.pick)
        why = f"the {adjective}" if adjective else _ORDINAL_WORDS.get(argument.pick, "the first")
        if not name or sum(entry_name(entry) == name for entry in entries) > 1:
            return []
        return [capitalised(self.random.choice(self.words["picked"]).replace("{label}", name).replace("{why}", why))]

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
                head, _, _ = argument.path.partition(f"/{pointers.ANY_ITEM}")
                entries = pointers.get(self.result_of(argument.call), head)
                return entry_name(entries[pick_entry(entries, argument.pick)])
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
        """Something another tool could do with what was found."""
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


def _lowered(sentence: str) -> str:
    """A sentence after a colon: a first word that is no name begins small."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower()} {rest}" if first in _STARTERS else sentence


def _for_the_user(ask: str) -> str:
    """The user's words in the assistant's mouth: "show me my bookings" becomes "show you your bookings"."""
    swaps = {"me": "you", "my": "your", "mine": "yours", "myself": "yourself"}
    return re.sub(r"\b(me|my|mine|myself)\b", lambda found: swaps[found[1]], ask)
