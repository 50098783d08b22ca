"""Scenarios: the situations that tasks are made from, extracted from conversations, expanded, and freed of duplicates.

This is the first stage of BUTTON (arXiv 2410.12952). Nothing is lost: what is not kept comes back with its reason, and
a duplicate with the scenario it repeats.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.messages import Message
from toolgraph.errors import AnswerError
from toolgraph.graph.embedding import Vectors
from toolgraph.models.offline.scenarios import plain
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.request import Backend
from toolgraph.models.tasks import ExpansionRequest, ExtractionRequest, ScenarioAnswer
from toolgraph.quality.duplicates import find_twins

SIMILARITY = 0.8
"""The cosine above which two scenarios count as the same, unless another is asked for.

Measured with all-MiniLM-L6-v2: what says the same in other words lies at 0.79 to 0.88 ("planning a wedding" and
"organising a wedding" at 0.85), and no two scenarios of our bank, nine or ten to a domain, lie above 0.78.
"""
MOST_WORDS = 10
"""How long a scenario may be that a model or a rule writes."""

EmbedTexts = Callable[[Sequence[str]], Vectors]
"""Gives the vectors of texts, of length 1 each."""
Source = Literal["bank", "file", "seed", "expanded"]


class Scenario(BaseModel):
    """A situation in everyday life, and where it came from; or, with a reason, one that is not used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    """The situation; empty where a conversation gave none."""
    source: Source
    """Our own bank, a file of the user's, a seed conversation, or another scenario."""
    domain: str = ""
    """The domain of ours that it belongs to, where that is known."""
    file: str = ""
    """The file it was read from, or its conversation."""
    line: int = 0
    """Its line in that file, from 1; 0 where it has none."""
    dialogue: str = ""
    """Id of the seed conversation."""
    parent: str = ""
    """The scenario it was expanded from."""
    twin: str = ""
    """The kept scenario that it repeats."""
    similarity: float | None = None
    """How similar the two are: the cosine of their embeddings."""
    reason: str = ""
    """Why it is not used; empty where it is."""

    @property
    def is_kept(self) -> bool:
        """Whether tasks are made from it."""
        return not self.reason

    @property
    def place(self) -> str:
        """The file and line, for messages to people."""
        return f"{self.file}, line {self.line}" if self.line else self.file or self.source


def without_duplicates(
    scenarios: Sequence[Scenario], embed_texts: EmbedTexts, *, most: float = SIMILARITY, kept: Sequence[Scenario] = ()
) -> tuple[tuple[Scenario, ...], tuple[Scenario, ...]]:
    """Return which of `scenarios` are kept, and which are not, with their twins; both in the order given.

    A scenario is a duplicate where its similarity to one that was kept before it is above `most`. Those of `kept` were,
    and are taken as they are. With `most` 1 only the very same text is a duplicate.
    """
    everything = (*kept, *scenarios)
    if not scenarios:
        return (), ()
    vectors = embed_texts([plain(one.text) for one in everything])
    twins = find_twins(vectors, most=most, before=range(len(kept)))
    remaining: list[Scenario] = []
    dropped: list[Scenario] = []
    seen = {plain(one.text): one.text for one in kept}
    for one, twin in zip(scenarios, twins[len(kept) :], strict=True):
        if twin is not None:
            dropped.append(_repeats(one, everything[twin.place].text, twin.similarity))
        elif plain(one.text) in seen:
            dropped.append(_repeats(one, seen[plain(one.text)], 1.0))
        else:
            seen[plain(one.text)] = one.text
            remaining.append(one)
    return tuple(remaining), tuple(dropped)


def extract_scenario(
    messages: Sequence[Message], origin: Scenario, *, key: str, backend: Backend, attempts: int = 3
) -> Scenario:
    """Return the scenario behind a conversation; `origin` says where that comes from.

    Where nobody says anything no request is made, and where no usable answer comes the scenario has a reason.
    """
    if not any(message.role == "user" and message.content.strip() for message in messages):
        return origin.model_copy(update={"reason": "holds no conversation: the user says nothing in it"})
    request = ExtractionRequest(key=key, messages=tuple(messages))
    return _asked(request, origin, backend, attempts, lambda answer: form_errors(answer.scenario))


def expand_scenario(parent: Scenario, *, key: str, backend: Backend, attempts: int = 3) -> Scenario:
    """Return a scenario that is substantially different from `parent`; where none could be had it has a reason."""
    origin = Scenario(text="", source="expanded", parent=parent.text)

    def errors(answer: ScenarioAnswer) -> Iterator[str]:
        yield from form_errors(answer.scenario)
        if plain(answer.scenario) == plain(parent.text):
            yield "it is the scenario it was to be different from"

    return _asked(ExpansionRequest(key=key, scenario=parent.text), origin, backend, attempts, errors)


def form_errors(text: str, *, most_words: int = MOST_WORDS, allows_numbers: bool = False) -> Iterator[str]:
    """Yield what is wrong with the form of a scenario: one line of a few words, with no numbers."""
    if not re.search(r"[^\W\d_]", text):
        yield "it holds no words"
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        yield "it holds half a character (a lone surrogate)"
    if len(text.strip().splitlines()) > 1:
        yield "it is more than one line"
    if (words := len(text.split())) > most_words:
        yield f"it has {words} words, where at most {most_words} are allowed"
    if not allows_numbers and re.search(r"\d", text):
        yield "it holds a number"


RequestT = TypeVar("RequestT", ExtractionRequest, ExpansionRequest)


def _asked(
    request: RequestT, origin: Scenario, backend: Backend, attempts: int,
    errors: Callable[[ScenarioAnswer], Iterator[str]],
) -> Scenario:  # fmt: skip
    """Ask until there is nothing wrong with the answer; one that says why there is no scenario is taken at its word."""
    reason = ""
    for attempt in range(attempts):
        again = {"key": f"{request.key}#{attempt}", "complaint": reason} if attempt else {}
        try:
            answer = backend.complete(request.model_copy(update=again)).answer
        except ServerRefusal as error:  # asking again would not change it
            return origin.model_copy(update={"reason": str(error)})
        except AnswerError as error:
            reason = str(error)
            continue
        if not answer.scenario.strip() and answer.reason.strip():
            return origin.model_copy(update={"reason": answer.reason.strip()})
        wrong = list(errors(answer))
        if not wrong:
            return origin.model_copy(update={"text": answer.scenario.strip()})
        reason = f"the scenario '{_shown(answer.scenario)}' cannot be used: {'; '.join(wrong)}"
    return origin.model_copy(update={"reason": reason})


def _repeats(scenario: Scenario, twin: str, similarity: float) -> Scenario:
    reason = f"repeats '{twin}' (similarity {similarity:.2f})"
    return scenario.model_copy(update={"twin": twin, "similarity": round(similarity, 4), "reason": reason})


def _shown(text: str) -> str:
    """A text in a message: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:80]}…"
