import json

import pytest
from run_fakes import MODEL, model_pipeline

from toolgraph.errors import BudgetReached, ConfigError, GenerationError
from toolgraph.run.config import RunConfig
from toolgraph.run.dry_run import Spread, estimate
from toolgraph.run.pipeline import generate


@pytest.fixture
def config(catalogue):
    return RunConfig(tools=(str(catalogue),), n=30, model=(MODEL,), price=("tiny=10/100",))


def test_three_dialogues_tell_what_all_will_take(tmp_path, config):
    found = estimate(config, tmp_path / "run", pipeline=model_pipeline())

    # Dialogues 0, 1 and 2 read 4 x 100, 101 and 102 tokens and write 4 each; all three are accepted.
    assert (found.n, found.tried, found.accepted) == (30, 3, 3)
    assert found.tokens == Spread(expected=30 * 408, least=30 * 404, most=30 * 412)
    assert found.cost.expected == pytest.approx(30 * (404 * 10 + 4 * 100) / 1e6)
    assert found.by_role["planner"].prompt_tokens == 30 * 101
    assert found.by_role["user"].requests == 30
    assert sum(share.cost for share in found.by_role.values()) == pytest.approx(found.cost.expected)
    assert found.hours == pytest.approx(30 / 30 / 3600)  # each takes 2 x 0.5 s, and all are in play at once
    assert found.hours_as_tried == pytest.approx(30 / 3 / 3600)


def test_what_is_rejected_is_paid_for_by_what_is_accepted(tmp_path, config):
    generate(config.model_copy(update={"n": 3, "max_tries": 3}), tmp_path / "run", pipeline=model_pipeline())
    config = config.model_copy(update={"n": 8})
    generate(config, tmp_path / "run", pipeline=model_pipeline())  # of 12 tried, 5 has no plan and costs nothing

    found = estimate(config, tmp_path / "run", pipeline=None)

    assert (found.tried, found.accepted) == (12, 8)
    assert found.tokens.expected == sum(4 * (100 + index) + 4 for index in range(12) if index != 5)
    assert found.tokens.least == 0


def test_the_run_goes_on_with_what_was_tried(tmp_path, config, contents):
    estimate(config, tmp_path / "run", pipeline=model_pipeline())
    tried = contents(tmp_path / "run")["dialogues.jsonl"]

    summary = generate(config, tmp_path / "run", pipeline=model_pipeline())

    assert (summary.accepted, summary.made) == (30, 27)
    assert contents(tmp_path / "run")["dialogues.jsonl"].startswith(tried)


def test_a_second_dry_run_asks_nothing(tmp_path, config):
    first = estimate(config, tmp_path / "run", pipeline=model_pipeline())

    assert estimate(config, tmp_path / "run", pipeline=model_pipeline(failing={0: BudgetReached("asked")})) == first


@pytest.mark.parametrize("model", [(), ("offline",)])
def test_without_a_model_there_is_nothing_to_estimate(tmp_path, config, model):
    with pytest.raises(ConfigError, match="name one with --model NAME, for an offline run costs nothing"):
        estimate(config.model_copy(update={"model": model}), tmp_path / "run")

    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("failure", "message"),
    [(BudgetReached("the limit is reached"), "the limit is reached"), (ValueError("x"), "none of 3 dialogues tried")],
)
def test_no_estimate_is_made_of_nothing(tmp_path, config, failure, message):
    with pytest.raises(GenerationError, match=message):
        estimate(config, tmp_path / "run", pipeline=model_pipeline(failing=dict.fromkeys(range(9), failure)))


def test_it_reads_well(tmp_path, config):
    text = estimate(config, tmp_path / "run", pipeline=model_pipeline()).as_text().split("\n")

    assert text[:3] == [
        "3 dialogues tried, 3 accepted; 30 will take about",
        "  tokens  12,200 (12,100 to 12,400)",
        "  money   $0.1332 ($0.1320 to $0.1344)",
    ]
    assert text[3] == "  time    1 s if the server keeps its pace with 64 requests in flight, 10 s at the pace of these"
    assert text[5].split() == ["planner", "30", "3,030", "30", "$0.0333"]
    assert text[-1] == "The same command without --dry-run goes on with these dialogues."


def test_an_unknown_price_is_said_to_be_unknown(tmp_path, config):
    found = estimate(config.model_copy(update={"price": ()}), tmp_path / "run", pipeline=model_pipeline())

    assert "  money   unknown price of tiny; give it with --price tiny=IN/OUT" in found.as_text()
    assert json.loads(json.dumps(found.as_dict()))["cost"] is None
    assert found.by_role["user"].cost is None
