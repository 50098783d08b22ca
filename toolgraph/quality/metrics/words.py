"""Words: how varied the language of a data set is.

H and D-3 depend on how much they are taken of, so they compare at equal numbers of tokens only. Each takes how many
tokens of each speaker are to be looked at; a speaker with fewer has no figure then.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from toolgraph.quality.metrics.figures import entropy_in_bits, share
from toolgraph.quality.tally import Tally

At = Mapping[str, int]
"""A number of tokens for each speaker that a tally has words of: `user`, `assistant`, `both`."""


def entropy(tally: Tally, at: At | None = None) -> dict[str, float | None]:
    """H: entropy in bits of the token frequencies of each speaker, -sum p log2 p (ToolFlow, table 2).

    Tokens are lower-cased words and single punctuation marks, of dialogues in a random order. They are as many as `at`
    says, else all that were kept.
    """
    return {name: entropy_in_bits(Counter(words).values()) for name, words in _texts(tally, at).items()}


def distinct_trigrams(tally: Tally, at: At | None = None) -> dict[str, float | None]:
    """D-3: distinct token trigrams, of all trigrams, of each speaker (ToolFlow, table 2; Li et al., arXiv 1510.03055).

    The tokens are those of `entropy`.
    """
    return {name: _distinct_trigrams(words) for name, words in _texts(tally, at).items()}


def tokens(tally: Tally, at: At | None = None) -> dict[str, int]:
    """How many tokens H and D-3 were taken of; they compare with others only at equal numbers."""
    return {name: len(words) for name, words in _texts(tally, at).items()}


def equal_tokens(tallies: Iterable[Tally]) -> dict[str, int]:
    """Return how many tokens of each speaker every set has that has any: there they can be compared."""
    found: dict[str, list[int]] = {}
    for tally in tallies:
        for name, count in tokens(tally).items():
            found.setdefault(name, []).append(count)
    return {name: min(filter(None, counts), default=0) for name, counts in found.items()}


def top_opening(tally: Tally) -> dict[str, Any]:
    """The most frequent first four words of user messages, and the share of messages that begin so."""
    return _top(tally.openings, tally.user_messages)


def top_frame(tally: Tally) -> dict[str, Any]:
    """The most frequent sentence of users, values and numbers left open, and the share of messages that hold it."""
    return _top(tally.frames, tally.user_messages)


def _texts(tally: Tally, at: At | None) -> dict[str, list[str]]:
    texts = {name: sample.tokens() for name, sample in tally.words.items()}
    if at is None:
        return texts
    return {name: words[: at[name]] if len(words) >= at[name] else [] for name, words in texts.items()}


def _top(counts: Counter[str], whole: int) -> dict[str, Any]:
    """The most frequent, the first in the alphabet among equals."""
    if not counts:
        return {"text": "", "count": 0, "share": None}
    (text, count), = heapq.nsmallest(1, counts.items(), key=lambda item: (-item[1], item[0]))  # fmt: skip
    return {"text": text, "count": count, "share": share(count, whole)}


def _distinct_trigrams(words: list[str]) -> float | None:
    bigrams = list(pairwise(words))
    trigrams = [(*first, second[1]) for first, second in pairwise(bigrams)]
    return share(len(set(trigrams)), len(trigrams))
