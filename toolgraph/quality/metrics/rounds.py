"""Rounds: how a request follows from the round before it, by the judgement of models (ToolFlow, table 2)."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from toolgraph.dialogue.messages import turns_of
from toolgraph.dialogue.record import Dialogue
from toolgraph.graph.embedding import MAX_CHARACTERS, Vectors
from toolgraph.quality.random_sample import RandomSample


class RoundPair(NamedTuple):
    """Two rounds that follow each other; each text is cut where models would not read on anyway."""

    premise: str
    """The request of the earlier round and all that the assistant said in reply."""
    hypothesis: str
    """The request of the later round."""


class EntailmentModel(Protocol):
    """Tells whether a premise entails a hypothesis."""

    def entails(self, pairs: Sequence[RoundPair]) -> NDArray[np.bool_]:
        """Return a truth for each pair, shape (n,)."""
        ...


class RoundSample:
    """The pairs of rounds of dialogues in a random order that depends on the dialogues alone, up to a number."""

    def __init__(self, limit: int) -> None:
        self._pairs = RandomSample[list[RoundPair]](limit)

    def add(self, dialogue: Dialogue) -> None:
        """Take the rounds of one dialogue into account."""
        pairs = round_pairs(dialogue)
        self._pairs.add("\n".join("\n".join(pair) for pair in pairs), pairs[: self._pairs.limit], len(pairs))

    @property
    def seen(self) -> int:
        """How many pairs there were."""
        return self._pairs.seen

    def pairs(self) -> list[RoundPair]:
        """Return the pairs, at most as many as the limit."""
        return [pair for pairs in self._pairs.items() for pair in pairs][: self._pairs.limit]


def round_pairs(dialogue: Dialogue) -> list[RoundPair]:
    """Return the pairs of consecutive rounds in which both requests and the reply between them hold words."""
    pairs: list[RoundPair] = []
    for earlier, later in pairwise(turns_of(dialogue.messages)):
        asked, *after = earlier.messages
        replies = [message.content for message in after if message.role == "assistant" and message.content.strip()]
        request = later.messages[0].content
        if asked.content.strip() and replies and request.strip():
            premise = "\n".join((asked.content, *replies))
            pairs.append(RoundPair(premise[:MAX_CHARACTERS], request[:MAX_CHARACTERS]))
    return pairs


def semantic_similarity(
    sets: Sequence[Sequence[RoundPair]], embed_texts: Callable[[Sequence[str]], Vectors]
) -> list[float | None]:
    """SS: the mean cosine, times 100, of each round's request and reply with the next request (ToolFlow, table 2).

    One figure for the pairs of each set; the texts of all are embedded together. `embed_texts` returns unit vectors.
    The paper names no encoder, so figures compare only where it is the same.
    """

    def cosines(pairs: Sequence[RoundPair]) -> NDArray[np.float64]:
        vectors = embed_texts([*(pair.premise for pair in pairs), *(pair.hypothesis for pair in pairs)])
        found: NDArray[np.float64] = np.einsum("ij,ij->i", vectors[: len(pairs)], vectors[len(pairs) :], dtype=float)
        return found

    return _percentages(sets, cosines)


def entailment_rate(sets: Sequence[Sequence[RoundPair]], model: EntailmentModel) -> list[float | None]:
    """EnR: the percentage of pairs in which the earlier round entails the next request (ToolFlow, table 2).

    One figure for the pairs of each set; the model is asked for all together. The paper names no model of natural
    language inference, so figures compare only where it is the same.
    """
    return _percentages(sets, model.entails)


def _percentages(
    sets: Sequence[Sequence[RoundPair]], say: Callable[[Sequence[RoundPair]], NDArray[Any]]
) -> list[float | None]:
    """Return 100 x the mean of what `say` gives for the pairs of each set; none for a set without a pair."""
    pairs = [pair for own in sets for pair in own]
    if not pairs:
        return [None] * len(sets)
    ends = np.cumsum([len(own) for own in sets])[:-1]
    return [round(100 * float(own.mean()), 2) if len(own) else None for own in np.split(say(pairs), ends)]
