"""Small talk: passing remarks, kept by what they speak of, and replies that were written for it."""

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache

from toolgraph.models.offline.banks import load_words

ANYTHING = "other"
"""The topic whose replies fit any remark."""
_ALIKE = 0.3
"""Least share of words that a message has in common with the remark it is: styles change some of them."""


def make_remark(remarks: Mapping[str, Sequence[str]], chooser: random.Random) -> str:
    """Return one of a style's remarks, all equally likely."""
    return chooser.choice([remark for of_one_topic in remarks.values() for remark in of_one_topic])


def reply_to(said: str, chooser: random.Random) -> str:
    """Return a reply that was written for what a passing remark speaks of."""
    return str(chooser.choice(load_words("assistant")["remark_replies"][topic_of(said)]))


def topic_of(said: str) -> str:
    """Return what a remark speaks of: the topic of the known remark that shares most words with it.

    >>> topic_of("my coffee has gone cold agian!"), topic_of("Hmm.")
    ('food', 'other')
    """
    words = _words_in(said)
    alike, topic = max((len(words & known) / len(words | known), topic) for known, topic in _known_remarks())
    return topic if alike >= _ALIKE else ANYTHING


@cache
def _known_remarks() -> tuple[tuple[frozenset[str], str], ...]:
    """The words of every remark of every style, with its topic."""
    styles = load_words("user")["styles"].values()
    return tuple(
        (_words_in(remark), topic)
        for style in styles for topic, remarks in style["remarks"].items() for remark in remarks
    )  # fmt: skip


def _words_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w']+", text.casefold()))
