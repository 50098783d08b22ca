"""Small real implementations that tests use in place of models, and the shortest way from tools to a dialogue."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from agents.engine import play
from planners.toolflow import PlanOptions, plan_dialogue
from toolgraph.dialogue.record import Dialogue, Usage
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.request import AnswerT, Backend, Completion, Request
from toolgraph.seeds import derived_seed
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.live import LiveResult
from toolgraph.tools.returns import with_returns
from toolgraph.tools.spec import ToolSpec


class ScriptedBackend:
    """Gives the answers it was given, in order, and remembers what it was asked; an exception among them is raised."""

    def __init__(self, answers: Iterable[Any]) -> None:
        self._answers = list(answers)
        self.requests: list[Request[Any]] = []

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Return the next answer, which must be of the class that the request asks for."""
        self.requests.append(request)
        assert self._answers, f"nobody expected another request: {type(request).__name__}"
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, request.answer), f"the script has {answer!r} where {type(request).__name__} comes"
        return Completion(answer=answer, usage=Usage(requests=1, prompt_tokens=10, completion_tokens=3))

    @property
    def is_finished(self) -> bool:
        """Whether every answer was asked for."""
        return not self._answers


class ListeningBackend:
    """Passes every request on to another backend and remembers it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.requests: list[Request[Any]] = []

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Return what the other backend answers."""
        self.requests.append(request)
        return self._backend.complete(request)


class RecordedTools:
    """Real tools that answer as a function says, and remember what they were asked."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], LiveResult]) -> None:
        self._answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.open = 0

    @contextmanager
    def session(self) -> Iterator["RecordedTools"]:
        """Count those that are open."""
        self.open += 1
        yield self
        self.open -= 1

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Return what the function answers."""
        self.calls.append((name, dict(arguments)))
        return self._answer(name, arguments)


def sample_of(tools: Sequence[ToolSpec], id: str = "s1") -> ToolSample:
    """Return a sample of exactly these tools, their returns inferred where they have none, as the pipeline does."""
    return ToolSample(id, "random", tuple(with_returns(tool) for tool in tools))


def play_offline(tools: Sequence[ToolSpec], *, id: str, options: PlanOptions | None = None, seed: int = 7) -> Dialogue:
    """Return the dialogue that the offline backend makes of a sample, planned and played as the pipeline does."""
    sample, backend = sample_of(tools), OfflineBackend(seed)
    blueprint = plan_dialogue(
        sample, id=id, seed=derived_seed(seed, "dialogue", id), backend=backend, options=options or PlanOptions()
    )
    return play(blueprint, sample.tools, backend=backend)


def word_vectors(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors of texts that are alike as far as they have the same words."""
    vectors = np.array([_sum_of_words(text) for text in texts], np.float32).reshape(-1, 256)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _sum_of_words(text: str) -> np.ndarray:
    """Each word has a direction of its own, and nearly no two have anything in common."""
    seeds = (int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") for word in text.casefold().split())
    return sum((np.random.default_rng(seed).standard_normal(256) for seed in seeds), np.full(256, 1e-6))
