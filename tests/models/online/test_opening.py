import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import SMALL_CATALOGUE
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.spool import Spool, telling
from toolgraph.errors import BudgetReached, ConfigError, EndpointError, ToolgraphError
from toolgraph.models.online.ledger import Total
from toolgraph.models.online.opening import OFFLINE, OnlineSettings, open_models
from toolgraph.models.online.roles import RoleBackend
from toolgraph.models.requests import ToolRequest
from toolgraph.tools.catalogue import parse_tools

SEARCH, *_ = parse_tools(SMALL_CATALOGUE, where="test")


@pytest.fixture
def spool():
    spool = Spool()
    with telling(spool):
        yield spool


@pytest.fixture
def server(spool, monkeypatch):
    with ChatServer(spool, models=(MODEL, "rules-2")) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        yield server


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "run"


def opened(folder, *, seed=7, **settings):
    folder.mkdir(exist_ok=True)
    return open_models(OnlineSettings(**{"model": (MODEL,), **settings}), directory=folder, seed=seed)


def search(city="Oslo", dialogue=1):
    key = f"d{dialogue:06}/2"
    return ToolRequest(key=key, tool=SEARCH, arguments={"city": city}, facts=(), system="You are helpful.")


def test_a_request_passes_through_everything_to_the_server_and_back(server, folder):
    with opened(folder) as models:
        probes = server.answered
        completion = models.backend.complete(search())

    assert completion.answer.result["hotels"]
    assert probes > 0
    assert server.answered == probes + 1
    (line,) = [line for line in lines(folder) if line["stage"] != "probe"]
    assert (line["role"], line["model"], line["dialogue"]) == ("tool", MODEL, "d000001")


def test_a_second_start_probes_and_asks_nothing_again(server, folder):
    with opened(folder) as models:
        first = models.backend.complete(search())
    asked = server.requests

    with opened(folder) as models:
        again = models.backend.complete(search())

    assert server.requests == asked
    assert again == first


def test_the_books_agree_with_the_servers(server, folder):
    with opened(folder) as models, ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: models.backend.complete(search(dialogue=number)), range(50)))
        total = sum(models.ledger.totals().values(), Total())

    assert (total.requests, total.prompt_tokens, total.completion_tokens) == (
        server.answered, server.prompt_tokens, server.completion_tokens,
    )  # fmt: skip
    assert server.asked_again == 0


def test_roles_and_names_that_mean_one_model_share_its_client_and_its_probes(server, folder):
    with opened(folder, user_model=(f"{MODEL}@{server.base_url}/",), judge_model=(MODEL,)) as models:
        assert len(models.clients) == 1
        shared = server.answered
    with opened(folder.with_name("other")):
        pass

    assert server.answered == 2 * shared


def test_each_role_has_its_model_and_draws_one_of_several_per_dialogue(server, folder):
    with opened(folder, model=(MODEL, "rules-2"), tool_model=("rules-2",), user_model=(OFFLINE,)) as models:
        dialogues = [f"d{number:06}" for number in range(40)]
        drawn = {
            role: {models.model_of(role, dialogue) for dialogue in dialogues} for role in ("assistant", "tool", "user")
        }

        models.backend.complete(search())

    assert drawn == {"assistant": {MODEL, "rules-2"}, "tool": {"rules-2"}, "user": {OFFLINE}}
    assert [body["model"] for body in server.bodies][-1] == "rules-2"


def test_tools_are_filled_in_by_language_models_where_there_are_some(server, folder):
    with opened(folder, model=(OFFLINE, MODEL)) as models:
        assert {models.model_of("filler", f"fill/tool_{number}") for number in range(20)} == {MODEL}
        assert {models.model_of("planner", f"d{number:06}") for number in range(20)} == {OFFLINE, MODEL}


def test_offline_asks_no_server_and_wants_no_key(folder, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    with opened(folder, model=(OFFLINE,), max_cost=1.0) as models:
        assert models.backend.complete(search()).answer.result["hotels"]
        status = models.status()

    assert (status.tokens, status.limit, status.cost) == (0, 0, 0.0)


def test_there_is_a_judge_only_if_one_is_named(server, folder):
    with opened(folder) as models:
        assert models.judge is None
        assert models.filler is not None
    with opened(folder, judge_model=("rules-2",)) as models:
        assert isinstance(models.judge, RoleBackend)
        assert models.model_of("judge", "d000001") == "rules-2"


def test_the_status_tells_what_was_consumed(server, folder):
    with opened(folder, most_in_flight=8, prices=("1000/1000",)) as models:
        models.backend.complete(search())
        status = models.status()

    assert status.tokens == server.prompt_tokens + server.completion_tokens == status.tokens_per_minute
    assert status.cost == pytest.approx(status.tokens / 1_000)
    assert (status.in_flight, status.refused) == (0, 0)
    assert 0 < status.limit <= 8


def test_a_cost_that_is_not_known_is_none(server, folder):
    with opened(folder) as models:
        assert models.status().cost is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"max_cost": 5.0}, "--max-cost cannot be kept, since the price of rules-1 is not known"),
        ({"prices": ("cheap",)}, "the price 'cheap' cannot be read"),
        ({"base_url": "localhost"}, "is no address"),
        ({"user_model": ("gpt-4o@https://api.openai.com/v1",)}, "set OPENAI_API_KEY_API_OPENAI_COM"),
        ({"max_tokens": -1}, "must not be negative"),
    ],
)
def test_what_cannot_work_is_one_clear_sentence_before_anything_is_asked(server, folder, settings, sentence):
    with pytest.raises(ConfigError) as refusal, opened(folder, **settings):
        pass

    assert sentence in str(refusal.value)
    assert server.requests == 0


@pytest.mark.parametrize("settings", [{"model": ("rules-9",)}, {"tool_model": ("rules-9",)}])
def test_a_model_that_does_not_exist_is_found_out_before_any_dialogue(server, folder, settings):
    with pytest.raises(EndpointError, match="rules-9"), opened(folder, **settings):
        pytest.fail("the models must not open")


def test_a_wrong_key_is_found_out_before_any_dialogue_and_shown_nowhere(server, folder, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-the-wrong-one-123456")

    with pytest.raises(EndpointError, match="OPENAI_API_KEY") as refusal, opened(folder):
        pytest.fail("the models must not open")

    assert "sk-the-wrong-one-123456" not in str(refusal.value)


def test_a_limit_spent_by_an_earlier_start_stops_before_anything_is_asked(server, folder):
    with opened(folder) as models:
        models.backend.complete(search())
    asked = server.requests

    with opened(folder, max_tokens=1) as models:
        assert models.backend.complete(search()).answer.result["hotels"]  # which is paid for
        with pytest.raises(BudgetReached, match="--max-tokens"):
            models.backend.complete(search(dialogue=2))

    assert server.requests == asked


def test_two_runs_may_share_a_cache(server, folder):
    shared = folder.with_name("shared.sqlite")
    with opened(folder, cache=shared) as models:
        models.backend.complete(search())
    asked = server.requests

    with opened(folder.with_name("other"), cache=shared) as models:
        models.backend.complete(search())

    assert server.requests == asked
    assert not (folder / "responses.sqlite").exists()
    assert lines(folder.with_name("other")) == []


def test_answers_under_way_when_a_run_stops_are_booked_and_stored(spool, folder, monkeypatch):
    with ChatServer(spool, key="", seconds=0.2) as slow, ThreadPoolExecutor(4) as threads:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with opened(folder, base_url=slow.base_url) as models:
            asked = slow.requests
            waiting = [threads.submit(models.backend.complete, search(dialogue=number)) for number in range(4)]
            while slow.requests < asked + 4:
                time.sleep(0.01)
        assert all(future.result(10).answer.result["hotels"] for future in waiting)

        with opened(folder, base_url=slow.base_url) as models:
            for number in range(4):
                models.backend.complete(search(dialogue=number))

        assert slow.requests == asked + 4
        assert len(lines(folder)) == slow.answered


def test_an_interrupt_waits_for_nobody(spool, folder, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def interrupted_while_asking(slow, threads):
        with opened(folder, base_url=slow.base_url) as models:
            asked = slow.requests
            waiting.append(threads.submit(models.backend.complete, search()))
            while slow.requests < asked + 1:
                time.sleep(0.01)
            raise KeyboardInterrupt

    waiting = []
    with ChatServer(spool, key="", seconds=0.5) as slow, ThreadPoolExecutor(1) as threads:
        with pytest.raises(KeyboardInterrupt):
            interrupted_while_asking(slow, threads)

        assert not waiting[0].done()
        with pytest.raises(ToolgraphError):
            waiting[0].result(10)


def test_once_closed_nothing_goes_out(server, folder):
    with opened(folder) as models:
        pass
    asked = server.requests

    with pytest.raises(BudgetReached, match="the run has ended"):
        models.backend.complete(search())
    assert server.requests == asked


def test_no_file_of_a_run_holds_the_key(server, folder):
    with opened(folder) as models:
        models.backend.complete(search(city=f"the city of {KEY}"))
        held = [path.read_bytes() for path in folder.iterdir()]
    held += [path.read_bytes() for path in folder.iterdir()]

    assert len(held) >= 4
    assert not any(KEY.encode() in content for content in held)


def lines(folder):
    return [json.loads(line) for line in (folder / "usage.jsonl").read_text(encoding="utf-8").splitlines()]
