import contextlib
import json
import shutil
import threading
from dataclasses import dataclass, field

import pytest
from run_fakes import MODEL, FakeModels

from tests.fakes import word_vectors
from toolgraph.dialogue.record import Usage
from toolgraph.errors import ConfigError, EndpointError, GenerationError, RunDirectoryError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.budget import Budget, Limits
from toolgraph.models.online.prices import Prices
from toolgraph.models.online.roles import dialogue_of
from toolgraph.models.request import AnswerFailed, Completion
from toolgraph.models.tasks import CompositionRequest, FilterAnswer, FilterRequest
from toolgraph.run.config import RunConfig, make_config, read_config
from toolgraph.run.dry_run import estimate
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.tools.catalogue import load_tools

KINDS = {"sequential": 1.0, "parallel": 1.0, "chain": 1.0, "tree": 1.0, "conditional": 1.0, "aggregation": 1.0}


def embed_with(config, progress):
    return word_vectors


OFFLINE = Pipeline(embed_with=embed_with)


def config(**changes):
    return RunConfig(
        **{"mode": "button", "n": 10, "workers": 1, "distractors": "0-2", "compositions": KINDS, **changes}
    )


def lines(path):
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run without a model, made at once."""
    path = tmp_path_factory.mktemp("button") / "run"
    generate(config(n=16), path, pipeline=OFFLINE)
    return path


def test_a_run_makes_as_many_dialogues_as_asked_for_and_writes_everything_down(whole):
    dialogues, rejected = lines(whole / "dialogues.jsonl"), lines(whole / "rejected.jsonl")
    tried = sorted(one["id"] for one in (*dialogues, *rejected))

    assert len(dialogues) == 16
    assert tried == [f"d{index:06d}" for index in range(len(tried))]
    assert [one["id"] for one in lines(whole / "tasks.jsonl")] == tried
    library = {tool.name: tool for tool in load_tools([whole / "library.jsonl"])}
    for one in dialogues:
        assert {tool["name"] for tool in one["tools"]} <= library.keys()
        assert (one["meta"]["mode"], one["meta"]["index"]) == ("button", int(one["id"][1:]))
        assert "strategy" not in one["meta"]
        assert "task" in {verdict["check"] for verdict in one["verdicts"]}
    assert read_config(whole / "config.yaml").keys() >= {"mode", "compositions", "depth"}
    assert not read_config(whole / "config.yaml").keys() & {"tools", "turns", "strategy", "threshold"}
    assert make_config(read_config(whole / "config.yaml")) == config(n=16, workers=0)


def test_metrics_tell_what_kind_of_tasks_there_are(whole):
    metrics = json.loads((whole / "metrics.json").read_text())["tasks"]
    dialogues = lines(whole / "dialogues.jsonl")
    assistant = [message for one in dialogues for message in one["messages"] if message["role"] == "assistant"]

    assert sum(metrics["compositions"].values()) == 16
    assert metrics["compositions"].keys() == KINDS.keys()
    assert metrics["assistant_messages_per_dialogue"] == len(assistant) / 16
    with_parallel = [
        one for one in dialogues if any(len(message.get("tool_calls", ())) > 1 for message in one["messages"])
    ]
    assert metrics["parallel_dialogue_share"] == len(with_parallel) / 16 > 0
    assert "per_accepted" not in metrics


def test_the_number_of_workers_leaves_no_trace(whole, tmp_path, contents):
    generate(config(n=16, workers=3), tmp_path / "run", pipeline=OFFLINE)

    assert contents(tmp_path / "run") == contents(whole)


def test_a_run_grown_in_steps_is_the_run_made_at_once(whole, tmp_path, contents):
    for n in (2, 9, 16):
        generate(config(n=n), tmp_path / "run", pipeline=OFFLINE)

    assert contents(tmp_path / "run") == contents(whole)


@pytest.mark.parametrize(
    ("tasks", "dialogues"), [(0.0, 0.0), (0.4, 0.0), (0.97, 0.0), (1.0, 0.3), (1.0, 0.99), (1.0, 1.0)]
)
def test_a_run_that_was_stopped_anywhere_ends_with_the_same_bytes(whole, tmp_path, contents, tasks, dialogues):
    path = tmp_path / "run"
    shutil.copytree(whole, path)
    for name in ("metrics.json", "library.jsonl"):
        (path / name).unlink()
    for name, share in {"tasks": tasks, "dialogues": dialogues, "blueprints": dialogues, "rejected": dialogues}.items():
        text = (path / f"{name}.jsonl").read_bytes()
        (path / f"{name}.jsonl").write_bytes(text[: int(share * len(text))])

    generate(config(n=16), path, pipeline=OFFLINE)

    assert contents(path) == contents(whole)


def test_with_parallel_calls_off_no_message_holds_two(tmp_path):
    generate(config(parallel=0.0, compositions={"parallel": 1.0}, n=6), tmp_path / "run", pipeline=OFFLINE)

    for one in lines(tmp_path / "run" / "dialogues.jsonl"):
        assert one["meta"]["parallel"] is False
        assert all(len(message.get("tool_calls", ())) < 2 for message in one["messages"])


def test_scenarios_may_be_the_users_own(tmp_path):
    (tmp_path / "mine.txt").write_text("Planning a family camping holiday in the countryside\n")
    own = config(scenarios=str(tmp_path / "mine.txt"), n=3)

    generate(own, tmp_path / "run", pipeline=OFFLINE)
    assert {one["meta"]["scenario"] for one in lines(tmp_path / "run" / "dialogues.jsonl")} == {
        "Planning a family camping holiday in the countryside"
    }

    (tmp_path / "mine.txt").write_text("Going camping with friends and no gear\n")
    with pytest.raises(RunDirectoryError, match="the scenarios have changed in content"):
        generate(own, tmp_path / "run", pipeline=OFFLINE)


def test_scenarios_that_cannot_be_used_are_counted_with_their_place_and_reason(tmp_path):
    (tmp_path / "mine.txt").write_text("Ein Wochenende in den Bergen\nGoing camping with friends and no gear\n")
    own = config(scenarios=str(tmp_path / "mine.txt"), n=2, compositions={"sequential": 1.0})

    summary = generate(own, tmp_path / "run", pipeline=OFFLINE)
    generate(config(scenarios=str(tmp_path / "mine.txt"), n=3, compositions={"sequential": 1.0}), tmp_path / "run",
             pipeline=OFFLINE)  # fmt: skip

    refused = [one for one in lines(tmp_path / "run" / "rejected.jsonl") if one["stage"] == "scenario"]
    assert [one["raw"] for one in refused] == ["Ein Wochenende in den Bergen"]
    assert "mine.txt, line 1: " in refused[0]["reason"]
    assert summary.rejected["scenario"] == 1
    assert summary.metrics["tried"] == summary.tried == len(lines(tmp_path / "run" / "tasks.jsonl")) - 1


def test_a_chain_that_rules_cannot_make_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(ConfigError, match="depth is 8, and the offline rules make chains of at most 5; lower it"):
        generate(config(depth=8), tmp_path / "run", pipeline=OFFLINE)

    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("change", [{"turns": "3-4"}, {"tools": ("x.json",)}, {"plan": "none"}, {"fill": "none"}])
def test_keys_of_the_other_mode_are_refused(tmp_path, change):
    with pytest.raises(ConfigError, match=f"^{next(iter(change))} has no say in mode button; leave it out, or set"):
        generate(config(**change), tmp_path / "run", pipeline=OFFLINE)
    with pytest.raises(ConfigError, match=r"^depth has no say in mode toolflow; leave it out, or set --mode button$"):
        generate(RunConfig(depth=5), tmp_path / "run", pipeline=OFFLINE)

    assert not (tmp_path / "run").exists()


# --- with a model ---------------------------------------------------------------------------------------------------


@dataclass
class Rules:
    """The rules as a model: each answer costs something, is booked, and is remembered by its key."""

    failing: dict[type, object] = field(default_factory=dict)
    """For a class of requests, what is answered or raised for dialogues with an even index."""
    lost_after: int = 10**9
    """After how many requests the server is gone."""
    keys: list[str] = field(default_factory=list)
    known: dict[str, object] = field(default_factory=dict)
    """What the cache of responses holds; it costs nothing."""
    models: FakeModels | None = None
    lock: object = field(default_factory=threading.Lock)

    def complete(self, request):
        asked = request.model_dump_json()
        with self.lock:
            if asked in self.known:
                return self.known[asked]
            if len(self.keys) >= self.lost_after:
                raise EndpointError("the server is gone")
            self.keys.append(request.key)
            self.models.budget.check()
            self.models.book(dialogue_of(request.key), 25)
        answer = OfflineBackend(0).complete(request).answer
        wrong = self.failing.get(type(request))
        if wrong is not None and int(request.key[1:7]) % 2 == 0:
            if isinstance(wrong, Exception):
                raise wrong
            answer = wrong
        usage = Usage(requests=1, prompt_tokens=100, completion_tokens=4)
        return self.known.setdefault(asked, Completion(answer=answer, usage=usage))


def pipeline(rules):
    @contextlib.contextmanager
    def open_models(config, directory):
        models = FakeModels(directory, backend=rules)
        models.budget = Budget(models.ledger, Prices.load(), [], limits=Limits(tokens=config.max_tokens))
        rules.models = models
        with contextlib.closing(models.ledger):
            yield models

    return Pipeline(embed_with=embed_with, open_models=open_models)


def with_model(**changes):
    return config(model=(MODEL,), price=("tiny=1/1",), **{"compositions": {"sequential": 1.0}, **changes})


def test_with_a_model_the_set_does_not_depend_on_timing(tmp_path):
    for workers in (1, 4):
        generate(with_model(workers=workers, n=8), tmp_path / str(workers), pipeline=pipeline(Rules()))

    first, second = (sorted((tmp_path / name / "dialogues.jsonl").read_text().splitlines()) for name in ("1", "4"))
    assert first == second
    assert (tmp_path / "1" / "tasks.jsonl").read_bytes() == (tmp_path / "4" / "tasks.jsonl").read_bytes()


def test_what_a_model_consumed_is_told_per_accepted_dialogue(tmp_path):
    rules = Rules()
    metrics = generate(with_model(n=5), tmp_path / "run", pipeline=pipeline(rules)).metrics["tasks"]

    assert metrics["per_accepted"]["requests"] == len(rules.keys) / 5
    assert metrics["per_accepted"]["prompt_tokens"] == 100 * len(rules.keys) / 5
    questions = [key.split("/")[1] for key in rules.keys if key.startswith("d000000/")]
    assert questions[:4] == ["atomic_task", "composition", "filter", "functions"]


def test_rejections_are_counted_by_stage(tmp_path):
    no = FilterAnswer(is_consistent=True, is_compatible=True, is_realistic=False, reason="nobody asks for that")
    rules = Rules({FilterRequest: no})

    summary = generate(with_model(n=4), tmp_path / "run", pipeline=pipeline(rules))

    assert summary.rejected == {"filter/realistic": summary.tried - 4}
    rejected = lines(tmp_path / "run" / "rejected.jsonl")
    assert [one["index"] for one in rejected] == list(range(0, summary.tried, 2))
    assert all(one["usage"]["requests"] == 3 for one in rejected)
    assert summary.metrics["tasks"]["rejected_by_stage"] == {"filter": len(rejected)}


def test_a_model_that_composes_nothing_is_given_up_early(tmp_path):
    class Hopeless(Rules):
        def complete(self, request):
            if isinstance(request, CompositionRequest):
                self.keys.append(request.key)
                raise AnswerFailed("I cannot compose", check="answer_shape", raw="hm")
            return super().complete(request)

    rules = Hopeless()
    with pytest.raises(
        GenerationError, match="50 dialogues in a row were rejected, 50 of them by composition/answer_shape"
    ):
        generate(with_model(n=400), tmp_path / "run", pipeline=pipeline(rules))

    assert len({dialogue_of(key) for key in rules.keys}) == 50


def test_a_lost_server_keeps_what_was_prepared_and_nothing_is_asked_again(tmp_path):
    rules = Rules(lost_after=30)
    with pytest.raises(EndpointError):
        generate(with_model(n=6, workers=1), tmp_path / "run", pipeline=pipeline(rules))
    prepared = lines(tmp_path / "run" / "tasks.jsonl")
    assert prepared

    rules.lost_after = 10**9
    rules.known = {}
    before = set(rules.keys)
    generate(with_model(n=6, workers=1), tmp_path / "run", pipeline=pipeline(rules))
    generate(with_model(n=6, workers=1), tmp_path / "whole", pipeline=pipeline(Rules()))

    asked_twice = before & set(rules.keys[len(before) :])
    stages = ("atomic_task", "composition", "filter", "functions")
    assert not {f"{one['id']}/{stage}" for one in prepared for stage in stages} & asked_twice
    for name in ("tasks", "dialogues"):
        assert (tmp_path / "run" / f"{name}.jsonl").read_bytes() == (tmp_path / "whole" / f"{name}.jsonl").read_bytes()


def test_a_budget_ends_the_run_early_and_more_of_it_brings_the_same_set(tmp_path):
    rules = Rules()
    summary = generate(with_model(n=12, max_tokens=6000), tmp_path / "run", pipeline=pipeline(rules))

    assert summary.stopped
    assert 0 < summary.accepted < 12
    spent = rules.models.ledger.totals()
    assert sum(total.tokens for total in spent.values()) < 6600
    dialogues = {dialogue_of(key) for key in rules.keys}
    assert len(dialogues) <= summary.tried + 2  # hardly anything is prepared that nobody can play

    generate(with_model(n=12), tmp_path / "run", pipeline=pipeline(rules))
    generate(with_model(n=12), tmp_path / "whole", pipeline=pipeline(Rules()))
    first, second = (
        sorted((tmp_path / name / "dialogues.jsonl").read_text().splitlines()) for name in ("run", "whole")
    )
    assert first == second


def test_a_dry_run_reckons_with_the_making_of_tasks(tmp_path):
    rules = Rules()
    found = estimate(with_model(n=30), tmp_path / "run", pipeline=pipeline(rules))

    assert (found.tried, found.accepted) == (3, 3)
    assert found.tokens.expected == pytest.approx(104 * len(rules.keys) * 10)
    summary = generate(with_model(n=5), tmp_path / "run", pipeline=pipeline(rules))
    assert summary.made == 2
