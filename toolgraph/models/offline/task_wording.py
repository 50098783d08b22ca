"""Wording of tasks: what the sub-tasks of a composition are called, and the whole as one request of a user."""

import random
import re
from collections.abc import Mapping, Sequence

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.composed import Composed, Part
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.domains import Total
from toolgraph.models.offline.entries import PEOPLE
from toolgraph.models.offline.speech import capitalised, describe_pick, join_phrases
from toolgraph.models.offline.styles import VALUE_START, protect
from toolgraph.models.offline.user import Speaker, fields_of, thing
from toolgraph.models.offline.user_phrases import Phrasing, as_speaker, framed
from toolgraph.models.offline.wordings import dotted
from toolgraph.models.requests import UserRequest
from toolgraph.seeds import rng
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words

OPENING, ONE_SENTENCE = 0.8, 0.55
"""Chances: the user begins with the situation; two things that follow each other share a sentence."""

_ON_RELATIVE = re.compile(rf"\bon (?={VALUE_START}(?:next|this|tomorrow|today|the day after)\b)")
"""Nobody says "on next Friday"."""
_GREETING = re.compile(
    r"(?i)(sorry|excuse|okay|ok\b|hey|hi\b|hello|forgive|pardon|listen|look,|oh\b|well\b|anyway|you know|before|"
    r"guess|right\b|show me|thank|so\b|there i was|something|if you)"
)
_COMPANION = re.compile(r"(?<=\w) with(?= the (?:cheapest|best-rated|nearest|largest|shortest) )")
"""What comes along is said after a pause."""


class TaskWords:
    """Speaks of one composition; the phrase for a call is the same wherever it is spoken of."""

    def __init__(self, composed: Composed, *, system: str, seed: int, id: str) -> None:
        self.composed = composed
        self.random = rng(seed, "task words", id)
        request = UserRequest(
            key=id, tools=(), style="plain", turn=PlannedTurn(kind="tool_request"), turn_number=0, turns_left=0,
            asked_back=False, messages=(Message(role="system", content=system),),
        )  # fmt: skip
        self._speaker = Speaker(request, seed)
        self._values: dict[tuple[str, str], str] = {}
        self._named: set[tuple[str, str]] = set()
        self._nouns: set[str] = set()
        self._asks: dict[str, str] = {}
        for part in composed.parts:
            if part.condition is not None and part.condition.pick:
                self._named.add((part.condition.call, part.condition.pick))
            if not part.is_own_work:
                self._asks[part.id] = join_phrases([self._ask(call) for call in part.calls])
        roots = [part for part in composed.parts if not part.needs]
        self.ask_of_all = self._of_all(roots) if _is_one_question(roots) else ""
        """Where the task begins with one question about several things: that question about all of them."""

    def ask(self, part: Part) -> str:
        """Return what a part does as a phrase in base form; its values are marked as such."""
        if part.test is not None:
            return f"see whether {self.question(part)}"
        if part.total is not None:
            return f"work out {part.total.says}"
        if part.budget:
            return f"work out what is left of {protect(_amount(part.budget))}"
        if part.addressee:
            return f"draft a short note about it for {part.addressee}"
        return self._asks[part.id]

    def _of_all(self, parts: Sequence[Part]) -> str:
        """The same question about several things as one phrase."""
        first, *others = [part.calls[0] for part in parts]
        fields = fields_of(self.composed.tools[first.tool])
        joined: dict[str, str] = {}
        for number, argument in enumerate(first.arguments):
            values = [argument, *(other.arguments[number] for other in others)]
            if len({repr(one.value) for one in values}) > 1:
                said = [self._value(one, fields.get(one.pointer)) for one in values]
                joined[dotted(argument.pointer)] = join_phrases(said)
        return self._ask(first, joined)

    def question(self, part: Part) -> str:
        """Return the question of a decision, as it reads behind "if"."""
        assert part.test is not None
        assert part.condition is not None
        said = part.test.says.replace("{value}", protect(str(part.condition.value)))
        if not part.condition.pick:
            return said
        one = describe_pick(part.condition.pick, "", random.Random(0))
        return re.sub(r"^it('s)?\b", lambda found: f"{one} is" if found[1] else one, said)

    def reference(self, argument: PlannedArgument, field: Field | None) -> str:
        """Return how the user points at what an earlier sub-task finds: by what stands out, later by "that"."""
        noun = thing(argument, field)
        if argument.pick == "each":
            return "each of them"
        key = (argument.call, argument.pick)
        if argument.pick and key not in self._named:
            self._named.add(key)
            if argument.pick != "0" and self._is_ambiguous(argument):
                return f"{describe_pick(argument.pick, noun, random.Random(1)).removesuffix(' one')} {noun}".replace(
                    f"{noun} {noun}", noun
                )
            if argument.pick == "0":
                return f"the first {noun} you find"
            return describe_pick(argument.pick, noun, self.random)
        self._nouns.add(noun)
        return f"that {noun}"

    def _is_ambiguous(self, argument: PlannedArgument) -> bool:
        """Whether "the cheapest one" could be of another list as well."""
        lists = {
            one.call
            for part in self.composed.parts for call in part.calls for one in call.arguments
            if one.source == "result" and one.pick
        }  # fmt: skip
        return len(lists) > 1

    def _ask(self, call: PlannedCall, joined: Mapping[str, str] | None = None) -> str:
        tool = self.composed.tools[call.tool]
        fields = fields_of(tool)
        fills: dict[str, str] = {}
        carried: dict[str, str] = {}
        for argument in call.arguments:
            if argument.source == "context" and " " in str(argument.value):
                fills[dotted(argument.pointer)] = "me"
            if argument.source not in ("user", "result"):
                continue
            field, slot = fields.get(argument.pointer), dotted(argument.pointer)
            if argument.source == "result":
                fills[slot] = self.reference(argument, field)
            elif argument.is_carried:
                carried[slot] = self._said_again(argument, field)
            else:
                fills[slot] = self._value(argument, field)
        fills |= joined or {}
        if not any(ask.slots <= fills.keys() for ask in wording_of(tool).asks):
            fills |= carried
        total = self._total_of(call)
        if total is not None and not self._speaks_of(total, call):
            return "look up the details of each of them"
        phrasing = Phrasing(tool, fills, is_beside=False)
        phrase = phrasing.ask(self.random)
        if phrasing.unsaid is not None:
            phrase = f"{phrase}, with {join_phrases(phrasing.named_values(phrasing.unsaid))}"
        phrase = _smoothed(phrase, list(self._nouns))
        is_joined = len({one.call for one in call.arguments if one.source == "result"}) > 1
        return _COMPANION.sub(", with", phrase) if is_joined else phrase

    def _total_of(self, call: PlannedCall) -> Total | None:
        """What is worked out over a call that is repeated."""
        is_repeated = any(one.pick == "each" for one in call.arguments)
        return next((part.total for part in self.composed.parts if part.total and is_repeated), None)

    def _speaks_of(self, total: Total, call: PlannedCall) -> bool:
        """Whether every way of asking for a call is about the field that something is worked out from."""
        about = stems_in(f"{split_words(total.field)} {total.says}")
        asks = wording_of(self.composed.tools[call.tool]).asks
        return all(len(about & stems_in(ask.text)) > 1 for ask in asks)

    def _value(self, argument: PlannedArgument, field: Field | None) -> str:
        key = (argument.pointer, repr(argument.value))
        if key not in self._values:
            self._values[key] = self._speaker.value(argument.model_copy(update={"is_carried": False}), field)
        return self._values[key]

    def _said_again(self, argument: PlannedArgument, field: Field | None) -> str:
        """A value that was said: by "the same", or as before where there is no such word for it."""
        again = {"date": "that day", "time": "that time"}
        schema = field.schema if field else {}
        return again.get(str(schema.get("format", "")), self._value(argument, field))

    # --- the whole ----------------------------------------------------------------------------------------------

    def statement(self, chooser: random.Random, frames: tuple[str, ...], *, has_opening: bool = True) -> str:
        """Return the whole task as a user states it, values marked; `frames` are the ways he asks for something."""
        words = load_words("tasks")
        opening = [chooser.choice(self._openings())] if has_opening and self._openings() else []
        if opening:  # a greeting does not come second
            frames = tuple(frame for frame in frames if not _GREETING.match(frame)) or tuple(words["frames"])
        return " ".join([*opening, *_Statement(self, chooser, frames, words).sentences()])

    def _openings(self) -> tuple[str, ...]:
        """Words to begin with; none where the task begins otherwise than the scenario meant."""
        started = {call.tool for part in self.composed.parts if not part.needs for call in part.calls}
        scenario = self.composed.scenario
        return scenario.openings if started & set(scenario.starts) else ()


class _Statement:
    """Puts the phrases of one composition into sentences."""

    def __init__(
        self, told: TaskWords, chooser: random.Random, frames: tuple[str, ...], words: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.told, self.random, self.frames, self.words = told, chooser, frames, words

    def sentences(self) -> list[str]:
        parts = self.told.composed.parts
        roots = [part for part in parts if not part.needs]
        onward = [part for part in parts if part.needs and not part.is_own_work and not part.branch]
        decision = next((part for part in parts if part.test is not None), None)
        if len(roots) > 1:
            asks = [self.told.ask_of_all] if self.told.ask_of_all else [self.told.ask(root) for root in roots]
            told = [self._framed(self._beside(asks))]
            told += [self._onward(part, "onward") for part in onward[:-1]]
            last = "among" if len(asks) < len(roots) else "both" if len(onward) == 1 else "onward"
            told.append(self._onward(onward[-1], last))
        elif onward and self.random.random() < ONE_SENTENCE and self._is_short(roots[0], onward[0]):
            joined = self._pattern("joined").replace("{a}", self.told.ask(roots[0]))
            told = [self._framed(joined.replace("{b}", self.told.ask(onward[0])))]
            told += [self._onward(part, "onward") for part in onward[1:]]
        else:
            told = [self._framed(self.told.ask(roots[0]))]
            told += [self._onward(part, "onward") for part in onward]
        if decision is not None:
            told.append(self._decided(decision, [part for part in parts if part.branch]))
        told += [self._worked_out(part) for part in parts if part.total is not None or part.budget or part.addressee]
        return told

    def _pattern(self, name: str) -> str:
        return self.random.choice(self.words[name])

    def _framed(self, ask: str) -> str:
        frame = self.random.choice(self.frames)
        return framed(frame, as_speaker(ask, frame))

    def _beside(self, asks: list[str]) -> str:
        first, *others = asks
        for other in others:
            first = self._pattern("beside").replace("{a}", first).replace("{b}", other)
        return first

    def _is_short(self, *parts: Part) -> bool:
        return sum(len(self.told.ask(part).split()) for part in parts) < 32

    def _onward(self, part: Part, pattern: str) -> str:
        return capitalised(self._pattern(pattern).replace("{b}", self.told.ask(part)))

    def _decided(self, decision: Part, branches: list[Part]) -> str:
        asks = {part.branch: self.told.ask(part) for part in branches}
        pattern = self._pattern("decide" if "else" in asks else "decide_once")
        return (
            pattern.replace("{test}", self.told.question(decision))
            .replace("{then}", asks["then"]).replace("{else}", asks.get("else", ""))
        )  # fmt: skip

    def _worked_out(self, part: Part) -> str:
        if part.total is not None:
            return self._pattern("work_out").replace("{says}", part.total.says)
        if part.addressee:
            return self._pattern("note").replace("{whom}", part.addressee)
        return self._pattern("budget").replace("{budget}", protect(_amount(part.budget)))


def _is_one_question(parts: Sequence[Part]) -> bool:
    return len(parts) > 1 and len({call.tool for part in parts for call in part.calls}) == 1


def _smoothed(phrase: str, nouns: Sequence[str]) -> str:
    """A phrase with what people say shorter: "book it" for what was just named, "there", and no "on next Friday"."""
    phrase = _ON_RELATIVE.sub("", phrase)
    phrase = phrase.replace("on that day", "that day")
    for noun in nouns:
        that = f"that {re.escape(noun)}"
        phrase = re.sub(rf"\bat {that}\b(?!')", "there", phrase)
        if not PEOPLE.search(noun):
            phrase = re.sub(rf"^(\w+) {that}\b(?!'| \w+ing\b)", r"\1 it", phrase)
    return phrase


def _amount(value: int) -> str:
    return f"{value:,}" if value >= 10_000 else str(value)
