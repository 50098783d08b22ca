import pytest
import yaml

from toolgraph.errors import ConfigError
from toolgraph.models.online.prices import FILE_NAME, Price, Prices
from toolgraph.resources import data_dir


def test_shipped_prices_say_from_when_they_are():
    table = yaml.safe_load((data_dir() / FILE_NAME).read_text(encoding="utf-8"))

    assert len(table) >= 12
    assert all(Price.model_validate(entry).as_of for entry in table.values())


def test_a_million_tokens_cost_their_price():
    assert Price(prompt=2.5, completion=10).of(1_000_000, 0) == 2.5
    assert Price(prompt=2.5, completion=10).of(1_000, 1_000) == pytest.approx(0.0125)


def test_a_price_that_is_not_known_is_none():
    assert Prices.load().of("qwen3-8b") is None
    assert Prices.load().unknown(["qwen3-8b", "gpt-4o", "qwen3-8b", "a"]) == ("a", "qwen3-8b")


def test_a_dated_variant_costs_what_its_model_costs():
    prices = Prices.load(["mine=1/2"])

    assert prices.of("gpt-4o-2024-08-06") == prices.of("gpt-4o")
    assert prices.of("claude-haiku-4-5-20251001") == prices.of("claude-haiku-4-5")
    assert prices.of("mine-2026-01-31") == Price(prompt=1, completion=2)


@pytest.mark.parametrize("name", ["gpt-4o-audio", "gpt-4o-2024", "gpt-4o-mini-high", "gpt-4", "gpt-4o:free", "gpt-4o-"])
def test_another_model_does_not_cost_what_a_similar_name_costs(name):
    assert Prices.load().of(name) is None


def test_a_variant_may_have_a_price_of_its_own():
    prices = Prices.load()

    assert prices.of("gpt-4o-2024-05-13") != prices.of("gpt-4o")


def test_what_is_given_goes_before_what_is_listed_and_a_name_before_all():
    prices = Prices.load(["1/2", "gpt-4o=3/4", "org/model=of=mine = 0.5 / 6"])

    assert prices.of("gpt-4o") == Price(prompt=3, completion=4)
    assert prices.of("gpt-4o-mini") == prices.of("anything") == Price(prompt=1, completion=2)
    assert prices.of("org/model=of=mine") == Price(prompt=0.5, completion=6)


@pytest.mark.parametrize(
    "text", ["", "1", "gpt-4o", "gpt-4o=1", "a=1/2/3", "a=-1/2", "a=nan/1", "a=1/inf", "=1/2", "a=$1/$2"]
)
def test_a_price_written_otherwise_is_one_clear_sentence(text):
    with pytest.raises(ConfigError, match="cannot be read; write MODEL=IN/OUT"):
        Prices.load([text])
