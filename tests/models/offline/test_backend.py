import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from agents.engine import DialogueFailed, play
from planners.toolflow import PlanOptions, plan_dialogue
from tests.fakes import ListeningBackend, play_offline, sample_of
from toolgraph.dialogue.spoken import find_said, today_in
from toolgraph.errors import AnswerError
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.requests import AssistantRequest, PlanRequest, ToolRequest, UserRequest
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import load_tools

ROOT = Path(__file__).parents[3]
DIGEST = """
import hashlib, sys
from tests.fakes import play_offline
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools
tools = load_tools([data_dir() / "tools"])
texts = [play_offline(tools[n : n + 4], id=f"d{n}").model_dump_json() for n in range(0, 40, 4)]
sys.stdout.write(hashlib.sha256("".join(texts).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def shipped():
    return load_tools([data_dir() / "tools"])


def played(tools, plan_style, number, seed=7):
    """A dialogue, and every request that led to it."""
    backend, sample = ListeningBackend(OfflineBackend(seed)), sample_of(tools)
    options = PlanOptions(plan_style=plan_style)
    blueprint = plan_dialogue(sample, id=f"d{number}", seed=number, backend=backend, options=options)
    return play(blueprint, sample.tools, backend=backend), backend.requests


@pytest.mark.parametrize("plan_style", ["grounded", "intents", "none"])
def test_the_same_request_gets_the_same_answer_whenever_it_is_asked(shipped, plan_style):
    asked = []
    for number in range(6):
        asked += played(shipped[number * 7 : number * 7 + 4], plan_style, number)[1]
    first = [OfflineBackend(7).complete(request) for request in asked]

    backwards = [OfflineBackend(7).complete(request) for request in reversed(asked)]

    assert first == backwards[::-1]
    made = {PlanRequest, UserRequest, AssistantRequest, ToolRequest}
    assert {type(request) for request in asked} == made - ({PlanRequest} if plan_style == "none" else set())


def test_another_seed_gives_other_answers(shipped):
    _, asked = played(shipped[:5], "grounded", 1)

    differing = [
        request for request in asked if OfflineBackend(7).complete(request) != OfflineBackend(8).complete(request)
    ]

    assert len(differing) > len(asked) / 2


def test_a_request_that_was_written_and_read_gets_the_same_answer(shipped):
    for request in played(shipped[20:24], "grounded", 1)[1]:
        copy = type(request).model_validate_json(request.model_dump_json())

        assert OfflineBackend(7).complete(copy) == OfflineBackend(7).complete(request)


def test_an_answer_is_of_the_class_the_request_names(shipped):
    for request in played(shipped[20:24], "none", 1)[1]:
        answer = OfflineBackend(7).complete(request).answer

        assert isinstance(answer, request.answer)
        assert request.answer.model_validate(answer.model_dump()) == answer


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_other_hashes_makes_the_same_dialogues(shipped, hash_seed):
    texts = [play_offline(shipped[n : n + 4], id=f"d{n}").model_dump_json() for n in range(0, 40, 4)]
    here = hashlib.sha256("".join(texts).encode()).hexdigest()

    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    there = subprocess.run(
        [sys.executable, "-c", DIGEST], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert there.stdout == here


@pytest.mark.parametrize("plan_style", ["grounded", "intents", "none"])
@pytest.mark.parametrize("name", ["apibank.jsonl", "bfcl.jsonl", "rapidapi.jsonl.gz", "sgd.jsonl", "toucan_mcp.jsonl"])
def test_nearly_all_samples_of_tools_nobody_here_wrote_make_dialogues_that_pass_every_check(corpora, name, plan_style):
    tools = tools_of(corpora / "catalogs" / name)
    tried, good = 60, 0

    for number in range(tried):
        first = rng(2, name, number).randrange(len(tools))
        try:
            dialogue = play_offline(
                tools[first : first + 4], id=f"d{number}", options=PlanOptions(plan_style=plan_style)
            )
        except (DialogueFailed, AnswerError):
            continue  # rejected, as is a dialogue with findings
        good += findings_in(dialogue) == ()

    assert good >= 0.9 * tried


# --- beside a model -------------------------------------------------------------------------------------------------


def test_a_user_of_rules_answers_a_question_that_only_a_model_would_ask(shipped):
    _, asked = played(shipped[:4], "grounded", 1)
    request = next(
        one
        for one in asked
        if isinstance(one, UserRequest) and one.turn.steps and not one.turn.withheld
        and any(argument.source == "user" for argument in one.turn.steps[0].calls[0].arguments)
    )  # fmt: skip
    value = next(one.value for one in request.turn.steps[0].calls[0].arguments if one.source == "user")

    answer = OfflineBackend(7).complete(request.model_copy(update={"asked_back": True})).answer

    assert find_said(value, answer.text, today_in(request.messages[0].content))


def test_an_assistant_of_rules_says_that_it_needs_planned_calls(shipped):
    _, asked = played(shipped[:4], "grounded", 1)
    request = next(one for one in asked if isinstance(one, AssistantRequest) and one.turn.steps)
    needs_only = request.model_copy(update={"turn": request.turn.model_copy(update={"steps": ()})})

    with pytest.raises(AnswerError, match="plan grounded turns"):
        OfflineBackend(7).complete(needs_only)


@cache
def tools_of(path):
    return load_tools([path], rename_duplicates=True)
