"""Phrases for the calls of one step: requests with their values in them, and what is too much for one sentence."""

import random
import re

from toolgraph.dialogue.provenance import implies
from toolgraph.models.offline.derived import claimed, label, wording_of
from toolgraph.models.offline.entities import is_id_name
from toolgraph.models.offline.speech import agreeing, capitalised, join_phrases
from toolgraph.models.offline.styles import VALUE_END, VALUE_START, protect
from toolgraph.models.offline.wordings import Template, dotted
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

TOO_MANY = 4
"""Values that no longer fit behind a request and get a sentence of their own; "from Lisbon" always fits."""
_SPEAKER_ACTS = re.compile(
    r"\b(I|I'd|I'm|I'll|I've|we|we're|let's|let us|me|my|us|our|plan is|time|goal|task)\b(?!.*\byou\b)", re.I
)
_FOR_ME = (
    ("show me", "see"), ("tell me", "find out"), ("give me", "get"), ("find me", "find"), ("get me", "get"),
    ("send me", "get"), ("let me know", "find out"), ("bring me", "get"), ("book me", "book"), ("read me", "read"),
    ("remind me", "recall"),
)  # fmt: skip
_RUNS_ON = re.compile(rf"(from|to|in|at|on|for|until|into|between|by|as|coming back) (?!{VALUE_START}?\")|about ")
_ONE = re.compile(rf"(?<=\b1{VALUE_END} )(people|[a-z]+[^su]s)\b")
"""What stands behind a 1."""
_POINTED = re.compile(rf'"((?:that|this|the) [^"{VALUE_START}]+)"')
"""What only points at a value is not quoted as one is."""
_NO_FIELD = Field("", "", "", {}, False)


class Phrasing:
    """Calls of one tool in one step, and what is said for their arguments."""

    def __init__(self, tool: ToolSpec, fills: dict[str, str], is_beside: bool) -> None:
        self.tool, self.fills, self.is_beside = tool, fills, is_beside
        self.unsaid: frozenset[str] | None = None
        """The slots that were said, where the others were too many for one sentence."""

    def ask(self, chooser: random.Random) -> str:
        """A verb phrase with every value in it."""
        wording = wording_of(self.tool)
        fitting = [ask for ask in wording.asks if ask.slots <= self.fills.keys()]
        things = {slot for slot in self.fills if is_id_name(slot.rpartition(".")[2])}
        naming = [ask for ask in fitting if ask.slots & things]
        telling = naming or ([ask for ask in fitting if ask.slots] if things or wording.is_derived else [])
        fitting = telling or fitting or [Template("use this", frozenset())]
        ask = chooser.choices(fitting, [1 + 3 * len(ask.slots) for ask in fitting])[0]
        rest, self.unsaid = self.rest(chooser, ask.slots)
        return f"{self.filled(ask)}{rest}"

    def rest(self, chooser: random.Random, already: frozenset[str]) -> tuple[str, frozenset[str] | None]:
        """What the values not said yet add to a phrase; where they are too many, also which slots are said then."""
        slots = [slot for slot in self.fills if slot not in already]
        fragments = dict(zip(slots, self.details(chooser, already), strict=True))
        running = {slot: fragment for slot, fragment in fragments.items() if _RUNS_ON.match(fragment)}
        if len(fragments) - len(running) < TOO_MANY:
            return tail(list(fragments.values())), None
        return tail(list(running.values())), already | running.keys()

    def named_values(self, already: frozenset[str]) -> list[str]:
        """The values not said yet, each after what it is called."""
        fields = {dotted(field.pointer).replace(".*", ""): field for field in self.tool.parameter_fields}
        named = []
        for slot, text in self.fills.items():
            if slot not in already:
                name = label(fields[slot]) if slot in fields else split_words(slot.rpartition(".")[2])
                if len(text.split()) > 3 and kind_of(fields.get(slot, _NO_FIELD)) not in ("date", "datetime", "time"):
                    text = f'"{text}"'
                if text.startswith(("that ", "this ")) and not is_id_name(slot.rpartition(".")[2]):
                    named.append(f"the same {name}")
                    continue
                yes_or_no = {"true": "yes", "false": "no"}.get(text, text)
                named.append(text if is_id_name(slot.rpartition(".")[2]) and " " in text else f"{name} {yes_or_no}")
        return named

    def says_what(self) -> bool:
        """Whether one of the values is the very thing the request is about."""
        return any(is_id_name(slot.rpartition(".")[2]) for slot in self.fills)

    def filled(self, said: Template) -> str:
        """A phrase with its values, the verbs beside a plural one agreeing with it."""
        text = said.text
        for slot in said.slots:
            if _is_plural(self.fills[slot]) and is_id_name(slot.rpartition(".")[2]):
                text = agreeing(text, slot)
        return Template(text, said.slots).fill(self.fills)

    def details(self, chooser: random.Random, already: frozenset[str]) -> list[str]:
        """Fragments for the values not said yet."""
        wording = wording_of(self.tool)
        fragments: list[str] = []
        for slot, text in self.fills.items():
            if slot in already:
                continue
            options = wording.details.get(slot) or ()
            if text in ("true", "false"):
                fragments.append(protect(self._claim(slot, text, options, chooser)))
            elif options:
                said = chooser.choice(options).fill(self.fills)
                fragments.append(_ONE.sub(_singular, _POINTED.sub(r"\1", said)))
            else:
                name = split_words(slot.split(".")[-1])
                fragments.append(f"with {text} as the {name}")
        return fragments

    def _claim(self, slot: str, text: str, options: tuple[Template, ...], chooser: random.Random) -> str:
        """A boolean in words that imply it: those written for it, if they do, else its name."""
        field = next((field for field in self.tool.parameter_fields if dotted(field.pointer) == slot), None)
        if text == "false":
            bare = _bare(slot)
            return f"{'not' if re.fullmatch('[a-z]+[ai]ble', bare) else 'without'} {bare}"
        implying = [
            option.text
            for option in options
            if not option.slots and field is not None and implies(option.text, True, field)
        ]
        return chooser.choice(implying) if implying else f"with {_bare(slot)}"


def _singular(found: re.Match[str]) -> str:
    return "person" if found[0] == "people" else found[0][:-1]


def _is_plural(text: str) -> bool:
    return " and " in text or text.startswith(("the first two ", "two of the "))


def tail(fragments: list[str]) -> str:
    """Fragments behind a verb phrase: a short one or two run on, more are listed."""
    running = [fragment for fragment in fragments if _RUNS_ON.match(fragment) and len(fragment.split()) < 7]
    others = [fragment for fragment in fragments if fragment not in running]
    text = "".join(f" {fragment}" for fragment in running)
    held = [fragment.removeprefix("with ") for fragment in others if fragment.startswith("with ")]
    if len(held) > 1:
        others = [*(fragment for fragment in others if not fragment.startswith("with ")), f"with {join_phrases(held)}"]
    if not others:
        return text
    if len(others) == 1:
        return f"{text}{'' if others[0].startswith('with ') and not running else ','} {others[0]}"
    return f"{text}, {join_phrases(others)}"


def framed(frame: str, ask: str) -> str:
    """Return a frame with a request in it."""
    return capitalised(frame.replace("{Ask}", capitalised(ask)).replace("{ask}", ask))


def as_speaker(ask: str, frame: str) -> str:
    """Where the speaker does it himself, "show me" becomes "see"."""
    before = frame.partition("{ask}")[0]
    if "{ask}" in frame and _SPEAKER_ACTS.search(before):
        for theirs, own in _FOR_ME:
            if ask.startswith(f"{theirs} "):
                return own + ask[len(theirs) :]
    return ask


def _bare(slot: str) -> str:
    return claimed(split_words(slot.split(".")[-1]))
