import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.online.paid import KEY, endpoint, purpose, reply
from toolgraph.errors import GenerationError, RunDirectoryError
from toolgraph.models.online.ledger import Account, Ledger, Total
from toolgraph.models.online.prices import Prices

PRICES = Prices.load(["small=1/2", "large=10/20"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "usage.jsonl"


@pytest.fixture
def ledger(path):
    ledger = Ledger(path)
    yield ledger
    ledger.close()


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_answer_is_one_line_that_says_what_it_consumed_and_for_whom(ledger, path):
    ledger.record(endpoint(), purpose("tool", dialogue="d000007"), reply(prompt=120, completion=9, is_estimated=True))

    (line,) = lines(path)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "role": "tool", "stage": "dialogue", "model": "small", "host": "localhost:8000", "dialogue": "d000007",
        "prompt_tokens": 120, "completion_tokens": 9, "is_estimated": True, "seconds": 0.25,
    }  # fmt: skip


accounts = st.tuples(
    st.sampled_from(["user", "assistant", "tool"]), st.sampled_from(["probe", "dialogue"]), st.sampled_from(["a", "b"])
)
amounts = st.tuples(accounts, st.integers(0, 10**6), st.integers(0, 10**6), st.booleans())


@given(st.lists(amounts, max_size=20), st.integers(0, 20))
def test_totals_are_the_sum_of_the_lines_also_after_a_second_start(tmp_path_factory, entries, first):
    path = tmp_path_factory.mktemp("run") / "usage.jsonl"
    for part in (entries[:first], entries[first:]):
        ledger = Ledger(path)
        for (role, stage, model), prompt, completion, is_estimated in part:
            paid = reply(prompt=prompt, completion=completion, is_estimated=is_estimated)
            ledger.record(endpoint(model), purpose(role, stage), paid)
        ledger.close()

    sums = Counter()
    for line in lines(path):
        account = Account(line["role"], line["stage"], line["model"])
        for name, amount in (
            ("requests", 1), ("prompt_tokens", line["prompt_tokens"]),
            ("completion_tokens", line["completion_tokens"]), ("estimated", int(line["is_estimated"])),
        ):  # fmt: skip
            sums[account, name] += amount
    names = ("requests", "prompt_tokens", "completion_tokens", "estimated")
    expected = {account: Total(*(sums[account, name] for name in names)) for account, _ in sums}
    assert ledger.totals() == expected
    assert sum(total.requests for total in expected.values()) == len(entries)


def test_a_line_cut_short_is_cut_off_and_the_next_one_is_whole(path):
    ledger = Ledger(path)
    ledger.record(endpoint(), purpose(), reply(prompt=5))
    ledger.close()
    with path.open("ab") as file:
        file.write(path.read_bytes()[:40])

    ledger = Ledger(path)
    ledger.record(endpoint(), purpose(), reply(prompt=7))

    assert [line["prompt_tokens"] for line in lines(path)] == [5, 7]
    assert sum(ledger.totals().values(), Total()).prompt_tokens == 12
    ledger.close()


def test_many_threads_write_whole_lines(ledger, path):
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(lambda number: ledger.record(endpoint(), purpose(), reply(prompt=number)), range(500)))

    assert sorted(line["prompt_tokens"] for line in lines(path)) == list(range(500))
    assert sum(ledger.totals().values(), Total()).prompt_tokens == sum(range(500))


def test_a_file_of_something_else_is_one_clear_sentence(path):
    path.write_text('{"a": 1}\n', encoding="utf-8")

    with pytest.raises(RunDirectoryError, match=r"usage.jsonl, line 1: was not written by a run"):
        Ledger(path)
    assert path.read_text(encoding="utf-8") == '{"a": 1}\n'


def test_what_cannot_be_written_is_not_counted(ledger):
    ledger.close()

    with pytest.raises(GenerationError, match="make room and start the same command again"):
        ledger.record(endpoint(), purpose(), reply())
    assert ledger.totals() == {}


def test_a_full_disk_leaves_whole_lines(tmp_path):
    ledger = Ledger(tmp_path / "usage.jsonl")
    ledger.record(endpoint(), purpose(), reply(prompt=5))
    ledger._file = _FullDisk(ledger._file)

    with pytest.raises(GenerationError, match="no space left"):
        ledger.record(endpoint(), purpose(), reply(prompt=7))
    ledger.close()

    assert [line["prompt_tokens"] for line in lines(tmp_path / "usage.jsonl")] == [5]


class _FullDisk:
    """Takes ten bytes and no more."""

    def __init__(self, file):
        self._file = file
        self.truncate, self.close = file.truncate, file.close

    def write(self, line):
        return self._file.write(line[:10])


def test_metrics_say_what_each_role_stage_and_model_consumed_and_cost(ledger):
    ledger.record(endpoint("small"), purpose("user"), reply(prompt=1_000, completion=100))
    ledger.record(endpoint("large"), purpose("assistant"), reply(prompt=2_000, completion=200))
    ledger.record(endpoint("large"), purpose("planner", "plan"), reply(prompt=500, completion=500, is_estimated=True))

    metrics = ledger.as_metrics(PRICES)

    assert metrics["requests"] == 3
    assert (metrics["prompt_tokens"], metrics["completion_tokens"]) == (3_500, 800)
    assert metrics["cost"] == pytest.approx(0.0012 + 0.024 + 0.015)
    assert metrics["unknown_prices"] == []
    assert metrics["by_role"]["assistant"] == {
        "requests": 1, "prompt_tokens": 2_000, "completion_tokens": 200, "estimated_requests": 0, "cost": 0.024,
    }  # fmt: skip
    assert metrics["by_stage"]["plan"]["estimated_requests"] == 1
    assert metrics["by_model"]["large"]["cost"] == pytest.approx(0.039)
    for group in ("by_role", "by_stage", "by_model"):
        assert sum(member["requests"] for member in metrics[group].values()) == 3
        assert sum(member["cost"] for member in metrics[group].values()) == pytest.approx(metrics["cost"])


def test_a_cost_that_is_not_known_is_none_and_not_zero(ledger):
    ledger.record(endpoint("small"), purpose("user"), reply())
    ledger.record(endpoint("mine"), purpose("tool"), reply())

    metrics = ledger.as_metrics(PRICES)

    assert metrics["cost"] is None
    assert metrics["unknown_prices"] == ["mine"]
    assert metrics["by_role"]["tool"]["cost"] is None
    assert metrics["by_role"]["user"]["cost"] > 0
    assert json.dumps(metrics)


def test_the_tokens_of_the_last_minute_are_those_of_its_answers(path):
    now = 100.0
    ledger = Ledger(path, clock=lambda: now)
    ledger.record(endpoint(), purpose(), reply(prompt=5, completion=1))
    now = 130.0
    ledger.record(endpoint(), purpose(), reply(prompt=7, completion=1))

    assert ledger.tokens_last_minute() == 14
    now = 160.0
    assert ledger.tokens_last_minute() == 8
    now = 190.0
    assert ledger.tokens_last_minute() == 0
    ledger.close()


def test_the_books_do_not_hold_the_key(ledger, path):
    ledger.record(endpoint(), purpose(), reply(f"Your key is {KEY}."))

    assert KEY not in path.read_text(encoding="utf-8")
