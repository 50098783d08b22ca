"""What models cost: a small table that ships with toolgraph, and what `--price` says."""

import re
from collections.abc import Iterable, Mapping, Sequence

import yaml
from pydantic import BaseModel, ConfigDict, Field

from toolgraph.errors import ConfigError
from toolgraph.resources import data_dir

FILE_NAME = "prices.yaml"
EVERY_MODEL = ""
"""The name under which a price for all models is kept."""
MILLION = 1_000_000
_DATED = re.compile(r"(?P<model>.+)-(\d{4}-\d{2}-\d{2}|20\d{6})")


class Price(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0, allow_inf_nan=False)
    """For tokens read."""
    completion: float = Field(ge=0, allow_inf_nan=False)
    """For tokens written."""
    as_of: str = ""
    """The month in which the provider's list said so; empty for a price the user gave."""

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        """Return the cost in dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / MILLION


class Prices:
    """Prices by model. One that is not known is not zero: it is none."""

    def __init__(self, listed: Mapping[str, Price], given: Mapping[str, Price] | None = None) -> None:
        self._listed = dict(listed)
        self._given = dict(given or {})

    @classmethod
    def load(cls, given: Sequence[str] = ()) -> "Prices":
        """Return the shipped prices and those given as `MODEL=IN/OUT`, or `IN/OUT` for every model.

        Raises:
            ConfigError: a price is not written so.
        """
        table = yaml.safe_load((data_dir() / FILE_NAME).read_text(encoding="utf-8"))
        return cls({name: Price.model_validate(entry) for name, entry in table.items()}, dict(map(_parsed, given)))

    def of(self, model: str) -> Price | None:
        """Return a model's price: one given for it, for all, or listed; a dated variant has that of its model.

        >>> Prices.load().of("gpt-4o-2024-08-06") == Prices.load().of("gpt-4o")
        True
        """
        plain = _undated(model)
        candidates = (
            self._given.get(model), self._given.get(plain), self._given.get(EVERY_MODEL),
            self._listed.get(model), self._listed.get(plain),
        )  # fmt: skip
        return next((price for price in candidates if price is not None), None)

    def unknown(self, models: Iterable[str]) -> tuple[str, ...]:
        """Return those of the models whose price is not known, sorted."""
        return tuple(sorted({model for model in models if self.of(model) is None}))


def _parsed(text: str) -> tuple[str, Price]:
    model, equals, amounts = text.strip().rpartition("=")
    prompt, _, completion = amounts.partition("/")
    try:
        if equals and not model.strip():
            raise ValueError("no model is named")
        return model.strip() or EVERY_MODEL, Price.model_validate(
            {"prompt": prompt.strip(), "completion": completion.strip()}
        )
    except ValueError as error:
        raise ConfigError(
            f"the price '{text}' cannot be read; write MODEL=IN/OUT, in dollars per million tokens read and written, "
            "such as qwen3=0.1/0.4"
        ) from error


def _undated(model: str) -> str:
    match = _DATED.fullmatch(model)
    return match["model"] if match else model
