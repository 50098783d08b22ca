"""Metrics: numbers over a data set, taken in one pass and the same whatever the order of the dialogues.

A metric is a function of a `Tally`, what has been counted so far. Shares are fractions of 1; what cannot be said
of a data set, such as the share of chitchat where no plan tells it, is none.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.tally import Numbers, Tally

TOKENS = 20_000
"""Tokens at which H and D-3 are taken; both depend on the size of what they are taken of."""


def measure(dialogues: Iterable[Dialogue]) -> dict[str, Any]:
    """Return every metric of a data set, by name; the dialogues are looked at once and not kept."""
    tally = Tally(TOKENS)
    for dialogue in dialogues:
        tally.add(dialogue)
    return {name: metric(tally) for name, metric in METRICS.items()}


def dialogues(tally: Tally) -> int:
    """How many dialogues there are."""
    return tally.dialogues


def user_turns(tally: Tally) -> dict[str, float]:
    """User messages per dialogue: mean, least and most."""
    return _spread(tally.user_turns)


def calls(tally: Tally) -> int:
    """How many calls were made."""
    return tally.calls


def call_turns(tally: Tally) -> int:
    """How many user turns led to at least one call."""
    return tally.call_turns


def calls_per_dialogue(tally: Tally) -> float:
    """Calls per dialogue."""
    return _share(tally.calls, tally.dialogues) or 0.0


def call_turns_per_dialogue(tally: Tally) -> float:
    """Turns with calls per dialogue."""
    return _share(tally.call_turns, tally.dialogues) or 0.0


def assistant_messages(tally: Tally) -> int:
    """How many messages of the assistant hold words."""
    return tally.assistant_messages


def parallel_step_share(tally: Tally) -> float | None:
    """Steps of two or more calls, of all steps."""
    return _share(tally.parallel_steps, tally.steps)


def multi_step_share(tally: Tally) -> float | None:
    """True multi-step turns, of all turns with calls.

    In such a turn some argument equals an output of an earlier call of that turn and occurred nowhere before
    (ToolWeave, arXiv 2605.12521).
    """
    return _share(tally.multi_step_turns, tally.call_turns)


def chitchat_share(tally: Tally) -> float | None:
    """Chitchat, of the user messages of which `meta["turn_kinds"]` says the kind."""
    return _share(tally.turn_kinds["chitchat"], tally.turn_kinds.total())


def provenance_mix(tally: Tally) -> dict[str, float]:
    """Share of argument leaves by source."""
    return _mix(tally.sources)


def transform_mix(tally: Tally) -> dict[str, float]:
    """Share of argument leaves by the rewriting between source and value; `none` where they are the same."""
    return _mix(tally.transforms)


def entropy(tally: Tally) -> dict[str, float | None]:
    """H: entropy in bits of the token frequencies in 20,000 tokens of each speaker (ToolFlow, table 2)."""
    return {role: _entropy(texts.tokens()) for role, texts in tally.words.items()}


def distinct_trigrams(tally: Tally) -> dict[str, float | None]:
    """D-3: distinct token trigrams, of all trigrams in 20,000 tokens of each speaker (ToolFlow, table 2)."""
    return {role: _distinct_trigrams(texts.tokens()) for role, texts in tally.words.items()}


def tokens(tally: Tally) -> dict[str, int]:
    """How many tokens H and D-3 were taken of; they compare with others only at equal numbers."""
    return {role: len(texts.tokens()) for role, texts in tally.words.items()}


def top_opening(tally: Tally) -> dict[str, Any]:
    """The most frequent first four words of user messages, and the share of messages that begin so."""
    return _top(tally.openings, tally.user_messages)


def top_frame(tally: Tally) -> dict[str, Any]:
    """The most frequent sentence of users, values and numbers left open, and the share of messages that hold it."""
    return _top(tally.frames, tally.user_messages)


def tool_coverage(tally: Tally) -> float | None:
    """Distinct tools called, of the distinct tools offered."""
    return _share(len(tally.called & tally.offered), len(tally.offered))


def words_per_user_turn(tally: Tally) -> dict[str, float]:
    """Words in a user message: mean, least and most."""
    return _spread(tally.user_words)


Metric = Callable[[Tally], Any]

METRICS: dict[str, Metric] = {
    "dialogues": dialogues,
    "user_turns": user_turns,
    "calls": calls,
    "call_turns": call_turns,
    "calls_per_dialogue": calls_per_dialogue,
    "call_turns_per_dialogue": call_turns_per_dialogue,
    "assistant_messages": assistant_messages,
    "parallel_step_share": parallel_step_share,
    "multi_step_share": multi_step_share,
    "chitchat_share": chitchat_share,
    "provenance_mix": provenance_mix,
    "transform_mix": transform_mix,
    "entropy": entropy,
    "distinct_trigrams": distinct_trigrams,
    "tokens": tokens,
    "top_opening": top_opening,
    "top_frame": top_frame,
    "tool_coverage": tool_coverage,
    "words_per_user_turn": words_per_user_turn,
}
"""Every metric, by the name it has in `metrics.json`."""


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _spread(numbers: Numbers) -> dict[str, float]:
    return {"mean": _share(numbers.total, numbers.count) or 0.0, "min": numbers.least, "max": numbers.most}


def _mix(counts: Counter[str]) -> dict[str, float]:
    whole = counts.total()
    return {name: round(counts[name] / whole, 4) for name in sorted(counts, key=lambda name: (-counts[name], name))}


def _top(counts: Counter[str], whole: int) -> dict[str, Any]:
    """The most frequent, the first in the alphabet among equals."""
    if not counts:
        return {"text": "", "count": 0, "share": None}
    (text, count), = heapq.nsmallest(1, counts.items(), key=lambda item: (-item[1], item[0]))  # fmt: skip
    return {"text": text, "count": count, "share": _share(count, whole)}


def _entropy(words: list[str]) -> float | None:
    if not words:
        return None
    counts = sorted(Counter(words).values())
    return round(-math.fsum(n / len(words) * math.log2(n / len(words)) for n in counts), 4)


def _distinct_trigrams(words: list[str]) -> float | None:
    bigrams = list(pairwise(words))
    trigrams = [(*first, second[1]) for first, second in pairwise(bigrams)]
    return _share(len(set(trigrams)), len(trigrams))
