"""Button mode: scenarios become tasks, and tasks dialogues; the counterpart of linking and sampling tools."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from agents.engine import play
from planners.button import ButtonOptions, TaskFailed, TaskPlan, plan_task
from planners.function_library import EmbedTexts, FunctionLibrary
from planners.scenarios import Scenario
from planners.task_uniqueness import KeptTasks
from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Dialogue, Verdict
from toolgraph.graph.embedding import Vectors, embed, load_encoder
from toolgraph.graph.vector_cache import default_cache
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.online.opening import Models
from toolgraph.models.request import Backend
from toolgraph.quality.checks import run_checks
from toolgraph.quality.judge import judge
from toolgraph.quality.tasks import TASK, task_findings
from toolgraph.run.button_options import counts_in
from toolgraph.run.clock import Clock
from toolgraph.run.config import RunConfig
from toolgraph.run.directory import RunDirectory
from toolgraph.run.making import make_dialogues
from toolgraph.run.models import models_of
from toolgraph.run.outcome import Rejection, id_of, line_of
from toolgraph.run.preparing import Preparation
from toolgraph.run.progress import Progress
from toolgraph.run.scenarios import SCENARIOS, prepare_scenarios, read_scenarios, write_scenarios
from toolgraph.run.tasks import TASKS, Tasks, scenario_at
from toolgraph.run.workshop import Workshop
from toolgraph.tools.edges import ToolSample

EmbedWith = Callable[[RunConfig, Progress], EmbedTexts]
"""Gives what embeds texts as a configuration wants it."""


def embed_with(config: RunConfig, progress: Progress) -> EmbedTexts:
    """Return what embeds texts with the model of `config` and the user's cache; the model is loaded when it is needed.

    Raises:
        EmbeddingError: the embedding model is not installed.
    """
    encoder, model_id = load_encoder(config.embedder)

    def embed_texts(texts: Sequence[str]) -> Vectors:
        return embed(texts, encoder, model_id, default_cache())

    return embed_texts


def scenario_file(config: RunConfig) -> Path | None:
    """Return the file of scenarios, where one is given."""
    return None if config.scenarios is None else Path(config.scenarios).expanduser()


def seed_files(config: RunConfig) -> tuple[Path, ...]:
    """Return the files of seed conversations."""
    return tuple(Path(path).expanduser() for path in config.seeds)


def make_from_tasks(
    config: RunConfig, run: RunDirectory, models: Models | None, *, progress: Progress, clock: Clock,
    embed_with: EmbedWith,
) -> str:  # fmt: skip
    """Make what is missing in a run of button mode; return why it stopped early, if it did.

    Raises:
        InputError: the scenarios cannot be used.
        EmbeddingError: the embedding model cannot be used.
        EndpointError: a model's server cannot be used.
        BudgetReached: nothing more may be spent.
        GenerationError: something cannot be written, or the models bring nothing that is accepted.
    """
    backend: Backend = models.backend if models else OfflineBackend(config.seed)
    embed_texts = embed_with(config, progress)
    with clock("scenarios"):
        scenarios = _scenarios(config, run, models, backend, embed_texts, progress)
    with clock("workshop"):
        tasks = _opened(config, run, embed_texts)
    try:
        plan = partial(_plan, config=config, scenarios=scenarios, backend=backend)
        workshop = _workshop(config, tasks, models, backend)
        with clock("dialogues"):
            return make_dialogues(config, run, workshop, progress, models, Preparation(tasks, plan))
    finally:
        tasks.close()


def _scenarios(
    config: RunConfig, run: RunDirectory, models: Models | None, backend: Backend, embed_texts: EmbedTexts,
    progress: Progress,
) -> tuple[Scenario, ...]:  # fmt: skip
    """The scenarios of the run, as an earlier start of it has written them down or as they are made now."""
    path = run.path / SCENARIOS
    if path.exists():
        return read_scenarios(path).kept
    prepared = prepare_scenarios(
        scenarios=scenario_file(config), seeds=seed_files(config), expand=config.expand,
        similarity=config.scenario_similarity, backend=backend, embed_texts=embed_texts, seed=config.seed,
        is_offline=not config.asks_model, workers=config.concurrency if models else 1, progress=progress,
        at_error=lambda error: models.budget.close(str(error)) if models else None,
    )  # fmt: skip
    run.journal.begin_with(_refusal(number, one) for number, one in enumerate(prepared.rejected))
    write_scenarios(path, prepared)
    return prepared.kept


def _refusal(number: int, scenario: Scenario) -> str:
    """The line in the file of rejections that tells why a scenario is not used."""
    place = f"{scenario.place}: " if scenario.place else ""
    refused = Rejection(
        id=f"s{number:06d}", index=-1, stage="scenario", reason=f"{place}{scenario.reason}", raw=scenario.text
    )
    return line_of(refused)


def _opened(config: RunConfig, run: RunDirectory, embed_texts: EmbedTexts) -> Tasks:
    """The tasks prepared so far. Rules define a function the same whenever they need it, so words tell enough there."""
    is_paid = config.asks_model
    return Tasks(
        run.path / TASKS, library=FunctionLibrary(embed_texts=embed_texts if is_paid else None), seed=config.seed,
        kept=KeptTasks(embed_texts, most=config.task_similarity, by_words=not is_paid), is_paid=is_paid,
        distractors=counts_in(config.distractors), done=run.journal.fates(),
    )  # fmt: skip


def _plan(index: int, *, config: RunConfig, scenarios: Sequence[Scenario], backend: Backend) -> TaskPlan:
    options = ButtonOptions(compositions=config.compositions, depth=config.depth, parallel=config.parallel)
    scenario = scenario_at(index, scenarios, seed=config.seed).text
    return plan_task(scenario, id=id_of(index), seed=config.seed, index=index, backend=backend, options=options)


def _workshop(config: RunConfig, tasks: Tasks, models: Models | None, backend: Backend) -> Workshop:
    """What makes dialogues of tasks that are prepared: no sampling, and no planning any more."""

    def planned(sample: ToolSample, name: str, index: int) -> Blueprint:
        failure = tasks.failure(index)
        if failure is not None:
            raise TaskFailed(
                failure.reason, stage=failure.stage, check=failure.check, raw=failure.raw, usage=failure.usage
            )
        return tasks.blueprint(index)

    def check(dialogue: Dialogue) -> tuple[Verdict, ...]:
        return (*run_checks(dialogue), task_verdict(dialogue, tasks.blueprint(int(dialogue.id[1:]))))

    if models is None:
        return Workshop(sample=tasks.sample, plan=planned, play=partial(play, backend=backend), check=check)
    return Workshop(
        sample=tasks.sample, plan=planned, check=check, play=partial(play, backend=backend, checks_steps=True),
        judge=partial(judge, backend=models.judge) if models.judge else None, min_score=config.min_score,
        models=partial(models_of, models),
    )  # fmt: skip


def task_verdict(dialogue: Dialogue, blueprint: Blueprint) -> Verdict:
    """Return whether a dialogue does the task of its blueprint."""
    assert blueprint.task is not None
    findings = tuple(
        task_findings(
            blueprint.task, is_parallel=blueprint.is_parallel, messages=dialogue.messages, tools=dialogue.tools
        )
    )
    return Verdict(check=TASK, passed=not findings, findings=findings)
