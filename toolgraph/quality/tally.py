"""Tally: what the metrics are made of, counted dialogue by dialogue in memory that does not grow with their length."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from toolgraph.dialogue.messages import Message, Role, Turn, turns_of
from toolgraph.dialogue.provenance import Provenance, resolve
from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.known import stands_in
from toolgraph.quality.random_sample import RandomSample
from toolgraph.quality.reading import Unparsable, parse
from toolgraph.tools import pointers

TOKEN = re.compile(r"\w+|[^\w\s]")
"""A token as H and D-3 count them: a word, or a single punctuation mark."""
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SLOT = "{}"
OPENING = 4
"""Words that make an opening."""
SPEAKERS: dict[str, tuple[Role, ...]] = {"user": ("user",), "assistant": ("assistant",), "both": ("user", "assistant")}
"""Whose words are counted, and the roles of their messages."""


@dataclass(slots=True)
class Numbers:
    """The spread of some numbers."""

    count: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    def add(self, number: int) -> None:
        """Take one more number into account."""
        self.least = min(self.least, number) if self.count else number
        self.most = max(self.most, number)
        self.count += 1
        self.total += number


class WordSample:
    """The words of dialogues in a random order that depends on the dialogues alone, up to a number of tokens."""

    def __init__(self, limit: int) -> None:
        self._texts = RandomSample[str](limit)

    def add(self, text: str) -> None:
        """Take the words of one dialogue into account."""
        self._texts.add(text, text, sum(1 for _ in TOKEN.finditer(text)))

    def tokens(self) -> list[str]:
        """Return the tokens, lower-cased, at most as many as the limit."""
        return [token for text in self._texts.items() for token in TOKEN.findall(text.lower())][: self._texts.limit]


class Tally:
    """What has been counted so far; words are counted of each of `speakers`, keys of `SPEAKERS`."""

    def __init__(self, tokens: int, speakers: Sequence[str] = ("user", "assistant")) -> None:
        self.dialogues = 0
        self.user_messages = 0
        self.user_turns = Numbers()
        self.user_words = Numbers()
        self.assistant_messages = 0
        self.calls = 0
        self.steps = 0
        self.parallel_steps = 0
        self.call_turns = 0
        self.multi_step_turns = 0
        self.turn_kinds: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.transforms: Counter[str] = Counter()
        self.openings: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()
        self.offered: set[str] = set()
        self.called: Counter[str] = Counter()
        self.chains = Numbers()
        self.words = {speaker: WordSample(tokens) for speaker in speakers}

    def add(self, dialogue: Dialogue) -> None:
        """Count one dialogue. Its ledger is used where it has one, and resolved where it has none."""
        ledger = dialogue.provenance or resolve(dialogue.messages, {tool.name: tool for tool in dialogue.tools})
        turns = turns_of(dialogue.messages) if any(said.role == "user" for said in dialogue.messages) else ()
        self.dialogues += 1
        self.user_messages += len(turns)
        self.user_turns.add(len(turns))
        self.offered.update(tool.name for tool in dialogue.tools)
        self.turn_kinds.update(_turn_kinds(dialogue, len(turns)))
        self.sources.update(entry.source for entry in ledger)
        self.transforms.update(entry.transform or "none" for entry in ledger)
        self._add_messages(dialogue.messages)
        self._add_words(dialogue.messages, ledger)
        self._add_turns(dialogue.messages, turns, ledger)
        longest = longest_chain(dialogue.messages, ledger)
        if longest:
            self.chains.add(longest)

    def _add_messages(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self.called.update(call.name for call in message.tool_calls)
            self.calls += len(message.tool_calls)
            self.steps += bool(message.tool_calls)
            self.parallel_steps += len(message.tool_calls) >= 2
            self.assistant_messages += message.role == "assistant" and bool(message.content)
        for speaker, sample in self.words.items():
            sample.add("\n".join(message.content for message in messages if message.role in SPEAKERS[speaker]))

    def _add_words(self, messages: tuple[Message, ...], ledger: tuple[Provenance, ...]) -> None:
        spans: dict[int, list[tuple[int, int]]] = {}
        for entry in ledger:
            if entry.source == "user" and entry.span:
                spans.setdefault(entry.message, []).append(entry.span)
        for index, message in enumerate(messages):
            if message.role != "user":
                continue
            words = _WORD.findall(message.content.lower())
            self.user_words.add(len(words))
            if len(words) >= OPENING:
                self.openings[" ".join(words[:OPENING])] += 1
            self.frames.update(frames_of(message.content, spans.get(index, [])))

    def _add_turns(
        self, messages: tuple[Message, ...], turns: tuple[Turn, ...], ledger: tuple[Provenance, ...]
    ) -> None:
        by_call: dict[str, list[Provenance]] = {}
        for entry in ledger:
            if entry.source == "result":
                by_call.setdefault(entry.call, []).append(entry)
        for turn in turns:
            made = [
                (index, call) for index, message in enumerate(turn.messages, turn.start) for call in message.tool_calls
            ]
            if not made:
                continue
            self.call_turns += 1
            before = messages[: turn.start + 1]
            self.multi_step_turns += any(
                turn.start < entry.message < index and not _occurs(_value(call.arguments, entry.pointer), before)
                for index, call in made
                for entry in by_call.get(call.id, ())
            )


def longest_chain(messages: tuple[Message, ...], ledger: tuple[Provenance, ...]) -> int:
    """Return how many calls the longest chain has, each with an argument from the result of the one before it.

    A call that takes nothing from a result is a chain of 1; without calls it is 0.
    """
    sources: dict[str, list[int]] = {}
    for entry in ledger:
        if entry.source == "result":
            sources.setdefault(entry.call, []).append(entry.message)
    of_call: dict[str, int] = {}
    of_result: dict[int, int] = {}
    longest = 0
    for index, message in enumerate(messages):
        if message.role == "tool":
            of_result[index] = of_call.get(message.tool_call_id, 0)
        for call in message.tool_calls:
            of_call[call.id] = 1 + max((of_result.get(source, 0) for source in sources.get(call.id, ())), default=0)
            longest = max(longest, of_call[call.id])
    return longest


def frames_of(text: str, spans: list[tuple[int, int]]) -> set[str]:
    """Return the sentences of a text with the values at `spans`, and all numbers, left open.

    >>> sorted(frames_of("Hello! A table for 4 in Lisbon, please.", [(24, 30)]))
    ['a table for {} in {}, please.', 'hello!']
    """
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += [text[at:start], _SLOT]
        at = max(at, end)
    pieces.append(text[at:])
    opened = _NUMBER.sub(_SLOT, "".join(pieces).lower())
    sentences = {" ".join(sentence.split()) for sentence in _SENTENCE_END.split(opened)}
    return {sentence for sentence in sentences if _WORD.search(sentence)}


def _turn_kinds(dialogue: Dialogue, turns: int) -> list[str]:
    kinds = dialogue.meta.get("turn_kinds")
    return [str(kind) for kind in kinds[:turns]] if isinstance(kinds, list | tuple) else []


def _value(arguments: str, pointer: str) -> Any:
    parsed = parse(arguments)
    try:
        return None if isinstance(parsed, Unparsable) else pointers.get(parsed, pointer)
    except KeyError:
        return None


def _occurs(value: Any, messages: tuple[Message, ...]) -> bool:
    """Whether a value stands anywhere in some messages, in words, arguments or results."""
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).casefold()
    return any(
        stands_in(text, said.casefold())
        for message in messages
        for said in (message.content, *(call.arguments for call in message.tool_calls))
    )
