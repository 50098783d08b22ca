"""The user's rule: a planned turn put into words by somebody with a style, a need and a memory of what was said."""

import json
import re
from collections.abc import Sequence
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep
from toolgraph.dialogue.messages import system_in
from toolgraph.dialogue.spoken import today_in
from toolgraph.models.offline.banks import Words, load_words
from toolgraph.models.offline.derived import label, wording_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.flows import CONTACTS, OWN_NAMES
from toolgraph.models.offline.planning import TurnPlanner
from toolgraph.models.offline.small_talk import make_remark
from toolgraph.models.offline.speech import (
    capitalised,
    describe_ends,
    describe_pick,
    describe_unseen,
    entity_noun,
    join_phrases,
    pick_entry,
    plural,
    say,
)
from toolgraph.models.offline.spoken_values import as_claim
from toolgraph.models.offline.styles import apply_style, protect
from toolgraph.models.offline.user_phrases import Phrasing, as_speaker, framed
from toolgraph.models.offline.wordings import dotted
from toolgraph.models.requests import UserAnswer, UserRequest
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

NEED, LEAD, GREETING, SHIFT, INLINE, NAMED = 0.45, 0.4, 0.25, 0.6, 0.6, 0.85
"""Chances: a need is stated instead of a request; a reaction, a greeting, a change of subject comes first; two requests
share a sentence; what was told by its name is named."""
_CURT = frozenset({"terse", "blunt", "hurried"})
"""Styles that do not stop to greet."""
_MANNERS = dict.fromkeys(_CURT, re.compile(r"^(\S+ ?){1,4}$")) | dict.fromkeys(
    ("polite", "formal"), re.compile(r"\{first\}|please|could|would", re.I)
)
"""What a style asks of the words between two requests: few of them, or that they ask."""
_INDEX = re.compile(r"\.\d+(?=\.|$)")
_ANY_INDEX = re.compile(r"/\d+(?=/|$)")
_NO_FIELD = Field("", "", "", {}, False)
_KIND_NOUNS = {
    "email": "email address",
    "phone": "phone number",
    "url": "link",
    "city": "city",
    "person": "person",
    "address": "address",
}
_SAME = {
    "city": ("the same city", "the same place"),
    "date": ("the same day", "that same date"),
    "country": ("the same country",),
}


def speak(request: UserRequest, seed: int) -> UserAnswer:
    """Return what the user says next."""
    speaker = Speaker(request, seed)
    if request.asked_back and request.turn.steps:
        return _said(speaker.give_withheld(), request, speaker)
    if request.turn.kind == "chitchat":
        if request.turns_left == 0 and "hank" in request.turn.intent:
            return _said(speaker.random.choice(speaker.words["thanks"]), request, speaker)
        return _said(make_remark(speaker.words["remarks"], speaker.random), request, speaker)
    steps: tuple[PlannedStep, ...] = ()
    if not request.turn.steps:
        steps = _improvise(request, seed)
        speaker.turn = request.turn.model_copy(update={"steps": steps})
    return _said(speaker.request_text(), request, speaker, steps)


def _said(text: str, request: UserRequest, speaker: "Speaker", meaning: tuple[PlannedStep, ...] = ()) -> UserAnswer:
    return UserAnswer(text=apply_style(text, request.style, speaker.random), meaning=meaning)


def _improvise(request: UserRequest, seed: int) -> tuple[PlannedStep, ...]:
    """The calls in the mind of a user whose plan names only a need, or nothing at all."""
    planner = TurnPlanner(request.tools, system_in(request.messages), seed, f"{request.key}/improvised")
    planner.replay(request.past)
    start = _tool_for(request.turn.intent, request.tools, planner)
    turn = planner.request_turn(request.turn_number, start=start, is_linked=bool(request.turn.intent))
    return turn.steps


def _tool_for(intent: str, tools: Sequence[ToolSpec], planner: TurnPlanner) -> ToolSpec:
    """The tool whose asks share most words with the need; any, where there is no need to go by."""
    if not intent:
        return planner.random.choice(list(tools))
    wanted = set(re.findall(r"[a-z]{3,}", intent.lower()))

    def overlap(tool: ToolSpec) -> float:
        words = set(
            re.findall(r"[a-z]{3,}", " ".join(ask.text for ask in wording_of(tool).asks if not ask.slots).lower())
        )
        return len(wanted & words) / (len(words) or 1)

    return max(tools, key=overlap)


class Speaker:
    """Composes one message."""

    def __init__(self, request: UserRequest, seed: int) -> None:
        self.request, self.turn = request, request.turn
        self.random = rng(seed, "user", request.key, *(tool.name for tool in request.tools))
        bank = load_words("user")
        self.words: Words = bank["styles"].get(request.style) or bank["styles"]["plain"]
        apt = _MANNERS.get(request.style, re.compile(""))
        self.joins: Words = {
            name: [join for join in joins if apt.search(join)] for name, joins in bank["joins"].items()
        }
        self.bank = bank
        self.tools = {tool.name: tool for tool in request.tools}
        self.calls = {call.id: call for turn in request.past for step in turn.steps for call in step.calls}
        self.today = today_in(system_in(request.messages))

    # --- the message --------------------------------------------------------------------------------------------

    def request_text(self) -> str:
        """Return what the user wants in this turn, and before it a word on what came before."""
        self.calls |= {call.id: call for step in self.turn.steps for call in step.calls}
        withheld = set(self.turn.withheld)
        groups = [
            group
            for number, step in enumerate(self.turn.steps)
            for group in self._groups(step, withheld if number == 0 else set())
        ]
        sentences = self._sentences(groups)
        return " ".join([*self._opener(), *sentences])

    def give_withheld(self) -> str:
        """The value the assistant asked for; where nothing was withheld, all that there is to say for the first call.

        The assistant's rule asks for nothing else, but a model may.
        """
        call = self.turn.steps[0].calls[0]
        fields = fields_of(self.tools[call.tool])
        asked_for = [argument for argument in call.arguments if argument.pointer in self.turn.withheld]
        values = [
            self.value(argument, fields.get(argument.pointer))
            for argument in asked_for or [argument for argument in call.arguments if argument.source == "user"]
        ]
        if not values:
            return "I have nothing to add to that."
        return capitalised(self.random.choice(self.words["answers"]).replace("{value}", join_phrases(values)))

    def _opener(self) -> list[str]:
        chance = self.random.random()
        if self.request.turn_number == 0:
            greets = chance < GREETING and self.request.style not in _CURT
            return [self.random.choice(self.bank["greetings"])] if greets else []
        if self._undoes_something():
            return [self.random.choice(self.bank["changed_mind"])] if chance < 0.8 else []
        used = {call.tool for turn in self.request.past for step in turn.steps for call in step.calls}
        is_new = not any(call.tool in used for step in self.turn.steps for call in step.calls)
        if self.turn.link == "transition" and chance < SHIFT and is_new and self._leaves_the_subject():
            return [self.random.choice(self.words["topic_shifts"])]
        if self.turn.link == "entity" and chance < 0.2 and self.request.style not in _CURT:
            return [self.random.choice(self.bank["transitions"])]
        return [self.random.choice(self.words["leads"])] if chance < LEAD else []

    def _leaves_the_subject(self) -> bool:
        """Whether this turn's tools have neither API nor words in common with those of the turn before."""
        before = [
            self.tools[call.tool] for turn in self.request.past[-1:] for step in turn.steps for call in step.calls
        ]
        now = [self.tools[call.tool] for step in self.turn.steps for call in step.calls]
        return not any(
            (one.origin.api and one.origin.api == other.origin.api)
            or set(name_parts(one.name).noun.split()) & set(name_parts(other.name).noun.split())
            for one in before
            for other in now
        )

    def _undoes_something(self) -> bool:
        call = self.turn.steps[0].calls[0]
        if effects_of(self.tools[call.tool]) != "deletes":
            return False
        made = [
            self.calls[argument.call]
            for argument in call.arguments
            if argument.source == "result" and argument.call in self.calls
        ]
        return any(effects_of(self.tools[source.tool]) == "writes" for source in made)

    def _sentences(self, groups: list[Phrasing]) -> list[str]:
        first, *others = groups
        sentences: list[str] = []
        again = self._again(first)
        need = self._need(first) if again is None else None
        if again is not None:
            sentences.append(again)
        elif need is not None:
            sentences.append(need)
        elif others and (self.random.random() < INLINE or self.request.style in _CURT):
            second = others.pop(0)
            join = "{first} and {second}" if second.is_beside else self.random.choice(self.joins["inline"])
            frame = self.random.choice(self.words["frames"])
            one, two = (as_speaker(group.ask(self.random), frame) for group in (first, second))
            sentences.append(framed(frame, join.replace("{first}", one).replace("{second}", two)))
        else:
            frame = self.random.choice(self.words["frames"])
            sentences.append(framed(frame, as_speaker(first.ask(self.random), frame)))
        for group in others:
            frame = self.random.choice(self.joins["also" if group.is_beside else "then"])
            sentences.append(framed(frame, as_speaker(group.ask(self.random), frame)))
        return [*sentences, *(self._listed(group, group.unsaid) for group in groups if group.unsaid is not None)]

    def _again(self, group: Phrasing) -> str | None:
        """The question just asked with one thing changed: "And what about Lyon?", "Only those that are open late"."""
        before = [call for turn in self.request.past[-1:] for step in turn.steps for call in step.calls]
        step = self.turn.steps[0]
        of_tool = [call for call in before if call.tool == group.tool.name]
        if not of_tool or before[:1] != of_tool or len(step.calls) > 1 or self.turn.withheld:
            return None
        old, new = ({one.pointer: (one.value, one.call, one.path, one.pick) for one in call.arguments}
                    for call in (before[0], step.calls[0]))  # fmt: skip
        changed = [pointer for pointer in new if new[pointer] != old.get(pointer)]
        slots = [_INDEX.sub("", dotted(pointer)) for pointer in changed]
        if len(changed) != 1 or not old.keys() <= new.keys() or slots[0] not in group.fills:
            return None
        if changed[0] in old:
            value = group.fills[slots[0]]
            again = self.random.choice(self.bank["again"]).replace("{value}", value)
            return capitalised(again) if value not in ("true", "false") else None
        wish = ", ".join(group.details(self.random, frozenset(group.fills) - {*slots}))
        return capitalised(self.random.choice(self.bank["narrower"]).replace("{wish}", wish))

    def _need(self, group: Phrasing) -> str | None:
        """A statement of need that says as much as possible, and what it leaves out after it."""
        if self.random.random() >= NEED or self.request.style in _CURT:
            return None
        fitting = [need for need in wording_of(group.tool).needs if need.slots <= group.fills.keys()]
        if not fitting:
            return None
        if group.says_what() or wording_of(group.tool).is_derived:
            fitting = [need for need in fitting if need.slots] or fitting
        need = self.random.choices(fitting, [1 + 2 * len(need.slots) for need in fitting])[0]
        rest, unsaid = group.rest(self.random, need.slots)
        said = capitalised(group.filled(need))
        said = f"{said[:-1]}{rest}{said[-1]}"
        return said if unsaid is None else f"{said} {self._listed(group, unsaid)}"

    def _listed(self, group: Phrasing, already: frozenset[str]) -> str:
        """Many values in a sentence of their own, each after its name."""
        parts = group.named_values(already)
        frame = self.random.choice(
            (
                "Here are the details: {rest}.",
                "The details: {rest}.",
            )
        )
        return frame.replace("{rest}", join_phrases(parts))

    # --- calls as phrases ---------------------------------------------------------------------------------------

    def _groups(self, step: PlannedStep, withheld: set[str]) -> list[Phrasing]:
        """The calls of a step, those of one tool spoken of together."""
        by_tool: dict[str, list[PlannedCall]] = {}
        for call in step.calls:
            by_tool.setdefault(call.tool, []).append(call)
        groups = []
        for number, (name, calls) in enumerate(by_tool.items()):
            tool = self.tools[name]
            groups.append(Phrasing(tool, self._fills(tool, calls, withheld), number > 0))
        return groups

    def _fills(self, tool: ToolSpec, calls: list[PlannedCall], withheld: set[str]) -> dict[str, str]:
        """What is said for each parameter, by slot; what the user need not say is left out."""
        fields = fields_of(tool)
        said: dict[str, list[str]] = {}
        for number, call in enumerate(calls):
            for argument in call.arguments:
                if argument.pointer in withheld or argument.source not in ("user", "result"):
                    continue
                slot = _INDEX.sub("", dotted(argument.pointer))
                twin = _twin(argument, calls[0]) if number else None
                if twin is not None and (twin.value, twin.pick, twin.path) == (
                    argument.value,
                    argument.pick,
                    argument.path,
                ):
                    continue
                if not number and _is_said_already(argument, call):
                    continue
                field = fields.get(_ANY_INDEX.sub("/*", argument.pointer)) or fields.get(argument.pointer)
                if twin is not None and argument.pick:
                    said[slot] = [self._both(twin, argument, field)]
                    continue
                text = self.value(argument, field) if argument.source == "user" else self._reference(argument, field)
                if text:
                    said.setdefault(slot, []).append(text)
        return {slot: join_phrases(texts) for slot, texts in said.items()}

    def value(self, argument: PlannedArgument, field: Field | None) -> str:
        """How the user says a value that he gives himself."""
        value = argument.value
        if isinstance(value, list):
            return join_phrases([self._scalar(item, field) for item in value])
        if argument.is_carried and field is not None and self.random.random() < 0.35:
            same = _SAME.get(kind_of(field))
            if same and self._is_the_last_said(value, kind_of(field)):
                return self.random.choice(same)
        if field is not None and kind_of(field) in ("id", "uuid"):
            noun = entity_noun(field.name)
            if not any(char.isdigit() for char in str(value)):
                return protect(str(value))
            return f"{noun if noun and len(noun.split()) < 4 else 'ID'} {protect(str(value))}"
        return self._scalar(value, field)

    def _is_the_last_said(self, value: Any, kind: str) -> bool:
        """Whether "the same" can only mean this value: the one of its kind the user named last, and alone."""
        for turn in reversed(self.request.past):
            said = [
                argument.value
                for step in turn.steps
                for call in step.calls
                for argument in call.arguments
                if argument.source == "user"
                and kind_of(fields_of(self.tools[call.tool]).get(argument.pointer, _NO_FIELD)) == kind
            ]
            if said:
                return all(one == value for one in said)
        return False

    def _scalar(self, value: Any, field: Field | None) -> str:
        claim = as_claim(value, field)
        if claim is not None:
            return "true" if claim else "false"
        return protect(say(value, field, self.today, self.random).text)

    def _reference(self, argument: PlannedArgument, field: Field | None) -> str:
        """How the user points at something in a result: by place, by what stands out, or by its name."""
        noun = thing(argument, field)
        is_it = field is not None and kind_of(field) in OWN_NAMES
        if noun.endswith((" name", " title")):
            noun, is_it = noun.rpartition(" ")[0], True
        if argument.pick:
            name = self._name_of_entry(argument)
            if name and (kind_of(field or _NO_FIELD) in CONTACTS or (is_it and self.random.random() < NAMED)):
                return name
            describe = describe_unseen if self._is_unseen(argument) or ":" in argument.pick else describe_pick
            entry = describe(argument.pick, noun if is_it else "", self.random)
            return entry if is_it else f"{entry}'s {noun}"
        return self.random.choice((f"that {noun}", f"that {noun}", f"this {noun}", f"the {noun}"))

    def _both(self, one: PlannedArgument, other: PlannedArgument, field: Field | None) -> str:
        """How the user points at two entries of a list: by their names, if they were told."""
        names = [self._name_of_entry(argument) for argument in (one, other)]
        if all(names):
            return join_phrases(names)
        if ":" in one.pick:
            return describe_ends(one.pick.partition(":")[2], thing(one, field))
        things = plural(thing(one, field))
        return f"two of the {things}" if self._is_unseen(one) else f"the first two {things}"

    def _is_unseen(self, argument: PlannedArgument) -> bool:
        """Whether the list an argument is taken from is still to come."""
        return any(call.id == argument.call for step in self.turn.steps for call in step.calls)

    def _name_of_entry(self, argument: PlannedArgument) -> str:
        """The name under which the assistant spoke of the entry meant, if it did in an earlier turn."""
        actual = dict(self.request.call_ids).get(argument.call)
        if actual is None:
            return ""
        content = next((message.content for message in self.request.messages if message.tool_call_id == actual), "")
        spoken = "\n".join(message.content for message in self.request.messages if message.role == "assistant")
        head, _, _ = argument.path.partition("/*")
        try:
            entries = pointers.get(json.loads(content), head)
            entry = entries[pick_entry(entries, argument.pick)]
        except (ValueError, LookupError, TypeError):
            return ""
        name = entry_name(entry)
        is_plain = name in spoken and len(name.split()) < 7 and sum(entry_name(other) == name for other in entries) == 1
        label = next((split_words(key) for key, value in entry.items() if value == name), "") if is_plain else ""
        noun = entity_noun(pointers.split(argument.path)[-1])
        if not is_plain or not name:
            return ""
        is_its_own = not noun or {*label.split()} & {*noun.split(), "name", "title", "headline", "subject"}
        return protect(name) if is_its_own else f"the {protect(name)} {noun}"


def thing(argument: PlannedArgument, field: Field | None) -> str:
    """Return what a value stands for: an id for its entity, an e-mail address for itself."""
    name = pointers.split(argument.pointer)[-1]
    if field is None:
        return split_words(name)
    if kind_of(field) in ("id", "uuid"):
        return entity_noun(field.name) or entity_noun(pointers.split(argument.path)[-1]) or "one"
    if split_words(name).endswith(" name"):
        return label(field)
    return _KIND_NOUNS.get(kind_of(field)) or re.sub(r"^\w+ed by$", "person", label(field))


def _twin(argument: PlannedArgument, call: PlannedCall) -> PlannedArgument | None:
    return next((other for other in call.arguments if other.pointer == argument.pointer), None)


def _is_said_already(argument: PlannedArgument, call: PlannedCall) -> bool:
    """Whether a call takes the same value twice under one name, in its path and in its body: that is said once."""
    name = argument.pointer.rpartition("/")[2]
    before = call.arguments[: call.arguments.index(argument)]
    return not name.isdigit() and any(
        other.source == argument.source == "user"
        and other.value == argument.value
        and other.pointer.rpartition("/")[2] == name
        for other in before
    )


def fields_of(tool: ToolSpec) -> dict[str, Field]:
    """Return the parameters of a tool by pointer, lists by that of the whole as well."""
    fields = {field.pointer: field for field in tool.parameter_fields}
    return fields | {field.pointer.removesuffix("/*"): field for field in tool.parameter_fields}
