"""Tally: what the metrics are made of, counted dialogue by dialogue in memory that does not grow with their length."""

import hashlib
import heapq
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from toolgraph.dialogue.messages import Message, Turn, turns_of
from toolgraph.dialogue.provenance import Provenance, resolve
from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.known import stands_in
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
    """The words of dialogues in a random order that depends on the dialogues alone, up to a number of tokens.

    The order is that of a digest of each dialogue's words; only those before the limit are kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: list[tuple[int, str, int]] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Take the words of one dialogue into account."""
        length = sum(1 for _ in TOKEN.finditer(text))
        if not length:
            return
        order = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        # A heap of the negated order gives up the last one first.
        heapq.heappush(self._kept, (-order, text, length))
        self._length += length
        while self._length - self._kept[0][2] >= self.limit:
            self._length -= heapq.heappop(self._kept)[2]

    def tokens(self) -> list[str]:
        """Return the tokens, lower-cased, at most as many as the limit."""
        texts = [text for _, text, _ in sorted(self._kept, key=lambda kept: (-kept[0], kept[1]))]
        return [token for text in texts for token in TOKEN.findall(text.lower())][: self.limit]


class Tally:
    """What has been counted so far."""

    def __init__(self, tokens: int) -> None:
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
        self.called: set[str] = set()
        self.words = {"user": WordSample(tokens), "assistant": WordSample(tokens)}

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

    def _add_messages(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self.called.update(call.name for call in message.tool_calls)
            self.calls += len(message.tool_calls)
            self.steps += bool(message.tool_calls)
            self.parallel_steps += len(message.tool_calls) >= 2
            self.assistant_messages += message.role == "assistant" and bool(message.content)
        for role, sample in self.words.items():
            sample.add("\n".join(message.content for message in messages if message.role == role))

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
            made = [call for message in turn.messages for call in message.tool_calls]
            if not made:
                continue
            self.call_turns += 1
            before = messages[: turn.start + 1]
            self.multi_step_turns += any(
                entry.message > turn.start and not _occurs(_value(call.arguments, entry.pointer), before)
                for call in made
                for entry in by_call.get(call.id, ())
            )


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
