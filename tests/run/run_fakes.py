"""A pipeline without models: a graph from hashed texts, and dialogues of four messages, some of which fail.

Run as a program it makes a run, slowly if wanted, so that it can be killed.
"""

import contextlib
import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from pydantic import SecretStr

from agents.engine import DialogueFailed
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.record import Dialogue, EndReason, Finding, Usage, Verdict
from toolgraph.errors import AnswerError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import build_graph
from toolgraph.graph.sampling import parse_range, sample_once
from toolgraph.models.judging import JudgeAnswer, JudgeRequest
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.budget import Budget, Limits
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Purpose, Reply
from toolgraph.models.online.ledger import Ledger
from toolgraph.models.online.prices import Prices
from toolgraph.models.request import AnswerFailed, Completion
from toolgraph.quality.judge import judge
from toolgraph.run.config import RunConfig
from toolgraph.run.models import models_of
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.run.progress import Progress
from toolgraph.run.workshop import Workshop
from toolgraph.seeds import rng
from toolgraph.tools.edges import ToolSample
from toolgraph.tools.spec import ToolSpec

MODEL = "tiny@http://127.0.0.1:1/v1"
"""A model that is named and never asked."""


def hashed_vectors(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors that are equal for equal texts and far apart for others."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
    vectors = np.array([np.random.default_rng(seed).normal(size=32) for seed in seeds], np.float32).reshape(-1, 32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def link(tools: Sequence[ToolSpec], config: RunConfig, progress: Progress) -> ToolGraph:
    return build_graph(tools, hashed_vectors, edges=config.edges, threshold=config.threshold, model_id="hashed")


class FakeAgents:
    """Plans and plays by rote; index 5 of 11 has no plan, 3 of 7 no dialogue, 6 of 13 fails a check."""

    def __init__(self, config: RunConfig, graph: ToolGraph, seconds: float = 0.0, *, is_hopeless: bool = False) -> None:
        self.config, self.graph, self.seconds, self.is_hopeless = config, graph, seconds, is_hopeless

    def sample(self, index: int) -> ToolSample:
        sizes = parse_range(self.config.tools_per_dialogue)
        return sample_once(self.graph, strategy=self.config.strategy, sizes=sizes, seed=self.config.seed, i=index)

    def plan(self, sample: ToolSample, name: str, index: int) -> Blueprint:
        time.sleep(self.seconds)
        if index % 11 == 5:
            raise AnswerError("the planner had no idea")
        names = tuple(tool.name for tool in sample.tools)
        return Blueprint(id=name, seed=rng(self.config.seed, index).getrandbits(32), tools=names, style="plain")

    def play(self, blueprint: Blueprint, tools: tuple[ToolSpec, ...]) -> Dialogue:
        index = int(blueprint.id[1:])
        said = (Message(role="user", content=f"Line one of {index}.\u2028Still mine: {blueprint.seed}."),)
        if self.is_hopeless or index % 7 == 3:
            raise DialogueFailed(
                reason=EndReason.STEP_FAILED, stage="assistant", check="valid_arguments", detail="city is missing",
                raw='{"calls": [', messages=said,
            )  # fmt: skip
        call = ToolCall(id="call_1", name=tools[0].name, arguments="{}")
        messages = (
            *said,
            Message(role="assistant", tool_calls=(call,)),
            Message(role="tool", content='{"ok": true}', tool_call_id="call_1"),
            Message(role="assistant", content="Done."),
        )
        meta = {"style": blueprint.style, "plan": blueprint.plan_style, "turn_kinds": ["tool_request"]}
        return Dialogue(id=blueprint.id, blueprint=blueprint.id, tools=tools, messages=messages, meta=meta)

    def check(self, dialogue: Dialogue) -> tuple[Verdict, ...]:
        if int(dialogue.id[1:]) % 13 == 6:
            finding = Finding(check="finished", message=3, reason="it ends too soon")
            return (Verdict(check="finished", passed=False, findings=(finding,)),)
        return (Verdict(check="finished", passed=True),)


def fake_pipeline(seconds: float = 0.0, *, is_hopeless: bool = False) -> Pipeline:
    def equip(config: RunConfig, graph: ToolGraph, models: object = None) -> Workshop:
        agents = FakeAgents(config, graph, seconds, is_hopeless=is_hopeless)
        return Workshop(sample=agents.sample, plan=agents.plan, play=agents.play, check=agents.check)

    return Pipeline(link=link, equip=equip)


@dataclass
class FakeModels:
    """Models that nobody asks, since `FakeAgents` need none; they book two responses for each dialogue planned."""

    directory: Path
    scores: tuple[int | None, ...] = ()
    """What the judge gives, in turn by index; None is no verdict, and without any there is no judge."""
    backend: object = None
    filler: object = field(default_factory=lambda: OfflineBackend(0))
    limits: Limits = field(default_factory=Limits)
    closed: list[str] = field(default_factory=list)
    clients: tuple[str, ...] = ("tiny",)
    """Those of the models; without one nobody is asked."""

    def __post_init__(self) -> None:
        self.judge = self if self.scores else None
        self.ledger = Ledger(self.directory / "usage.jsonl")
        self.budget = Budget(self.ledger, Prices.load(), [], limits=self.limits)
        self.budget.close = self.closed.append

    def book(self, dialogue: str, tokens: int) -> None:
        endpoint = Endpoint("http://127.0.0.1:1/v1", "tiny", SecretStr("none"))
        for role, share in (("planner", 1), ("user", 3)):
            usage = Usage(requests=1, prompt_tokens=share * tokens, completion_tokens=share)
            self.ledger.record(endpoint, Purpose(role, "dialogue", dialogue), Reply({}, usage, seconds=0.5))

    def complete(self, request: JudgeRequest) -> Completion[JudgeAnswer]:
        score = self.scores[int(request.key[1:7]) % len(self.scores)]
        if score is None:
            raise AnswerFailed("no scores", raw="4/5")
        names = ("naturalness", "coherence", "helpfulness", "accuracy")
        answer = JudgeAnswer(reason="It is so.", **{**dict.fromkeys(names, 5), "coherence": score})
        return Completion(answer=answer, usage=Usage(requests=1, prompt_tokens=7))

    def model_of(self, role: str, dialogue: str) -> str:
        return f"{role}-{int(dialogue[1:]) % 2}"

    def status(self) -> SimpleNamespace:
        facts = {"in_flight": 2, "limit": 8.0, "refused": 1, "tokens": 900, "tokens_per_minute": 600.0, "cost": 0.5}
        facts["shares"] = {"planner/plan": (900, 0.5)}
        return SimpleNamespace(**facts)


def model_pipeline(
    seconds: float = 0.0,
    *,
    scores: tuple[int | None, ...] = (),
    failing: dict[int, Exception] | None = None,
    opened: list[FakeModels] | None = None,
    clients: tuple[str, ...] = ("tiny",),
) -> Pipeline:
    """Fake dialogues made as with models, in threads; the indices of `failing` raise what it holds when planned."""

    @contextlib.contextmanager
    def open_models(config: RunConfig, directory: Path) -> Iterator[FakeModels]:
        limits = Limits(tokens=config.max_tokens, seconds=config.max_time)
        models = FakeModels(directory, scores, limits=limits, clients=clients)
        if opened is not None:
            opened.append(models)
        with contextlib.closing(models.ledger):
            yield models

    def equip(config: RunConfig, graph: ToolGraph, models: FakeModels) -> Workshop:
        agents = FakeAgents(config, graph, seconds)

        def plan(sample: ToolSample, name: str, index: int) -> Blueprint:
            if index in (failing or {}):
                raise failing[index]
            blueprint = agents.plan(sample, name, index)
            models.book(name, 100 + index)
            return blueprint

        return Workshop(
            sample=agents.sample,
            plan=plan,
            play=agents.play,
            check=agents.check,
            min_score=config.min_score,
            judge=partial(judge, backend=models) if models.judge else None,
            models=partial(models_of, models),
        )

    return Pipeline(link=link, equip=equip, open_models=open_models)


def main() -> None:
    """Arguments: tools, directory, n, workers, the seconds a fake dialogue takes, or `real`; and `model` if so."""
    tools, out, n, workers, seconds, *kind = sys.argv[1:]
    config = RunConfig(tools=(tools,), n=int(n), workers=int(workers), model=(MODEL,) if kind else ())
    if kind:
        pipeline = model_pipeline(float(seconds))
    else:
        pipeline = Pipeline(link=link) if seconds == "real" else fake_pipeline(float(seconds))
    generate(config, Path(out), pipeline=pipeline)


if __name__ == "__main__":
    main()
