"""ModelOptions: the keys of a configuration that say which models make a run, and within what limits."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from toolgraph.errors import ConfigError
from toolgraph.models.online.opening import OFFLINE
from toolgraph.models.online.prices import Prices

UNSTORED = ("concurrency", "timeout", "patience", "price", "max_cost", "max_tokens", "max_time", "cache")
"""Keys that change the time and the money a run takes, and not its data."""
IDLE = ("concurrency", "timeout", "patience", "price", "cache")
"""Keys that may be set in a run without a model: they have no say in it then, and nobody is misled."""

_SPAN = re.compile(r"^(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m)?\s*(?:(\d+(?:\.\d+)?)s?)?$")
_OURS = frozenset({
    "model", "messages", "tools", "tool_choice", "functions", "function_call", "response_format", "stream",
    "stream_options", "n", "seed", "temperature", "max_tokens", "max_completion_tokens",
})  # fmt: skip
"""What a request holds anyway; set from outside it would break every answer, or have no say."""


def _as_names(value: Any) -> Any:
    """One name, or several with commas between, stand for a list."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return value
    return [name.strip() for part in parts for name in part.split(",")]


def _as_seconds(value: Any) -> Any:
    """`90m` and `1h30m` stand for seconds."""
    spans = _SPAN.match(value.strip()) if isinstance(value, str) and value.strip() else None
    if spans is None:
        return value
    return sum(float(count or 0) * unit for count, unit in zip(spans.groups(), (3600, 60, 1), strict=True))


Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_as_names)]
"""Names of models; several are drawn from, one per dialogue."""
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_as_seconds)]
"""A time span: a number of seconds, or text such as `90m` or `1h30m`."""

Fill = Literal["offered", "catalogue", "none"]
"""Which tools a model completes."""


class ModelOptions(BaseModel):
    """Which models make the dialogues; without one it is the offline rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Names = ()
    """Who plays every role that has no model of its own; none stands for an offline run."""
    user_model: Names = ()
    """Who plays the user."""
    tool_model: Names = ()
    """Who plays the tools."""
    judge_model: Names = ()
    """Who judges accepted dialogues; none leaves them unjudged."""
    base_url: str | None = Field(None, min_length=1)
    """Address of the server; none stands for `OPENAI_BASE_URL`, and without that for OpenAI's."""
    temperature: float | None = Field(None, ge=0, le=2)
    """How freely models choose their words; none leaves it to the server."""
    extra: Mapping[str, Any] = {}
    """Fields that are sent with every request beside our own."""
    reasoning: bool = Field(False, strict=True)
    """Whether the assistant writes down its reasoning, in a field of its own."""
    fill: Fill = "offered"
    """Which tools the model completes that lack a description or a return schema: those that a dialogue offers, the
    whole catalogue before it is linked, or none, so that rules guess what they return."""
    confirm: int = Field(500, ge=1, strict=True)
    """With edges `confirmed`, how many of them are tried or the model is asked about, the most promising first."""
    min_score: int | None = Field(None, ge=1, le=5, strict=True)
    """What the lowest of the judge's four scores must reach; a dialogue below it, or without a verdict, is rejected."""
    concurrency: int = Field(64, ge=1, strict=True)
    """How many requests may be in flight to a model at once."""
    timeout: Seconds = 600
    """Seconds after which a request is given up and sent again."""
    patience: Seconds = 300
    """Seconds a server may give no answer at all before the run stops."""
    price: Names = ()
    """Dollars per million tokens of prompts and answers, as in `MODEL=0.5/1.5`."""
    max_cost: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Dollars at which the run stops with what is done."""
    max_tokens: int | None = Field(None, ge=1, strict=True)
    """Tokens at which the run stops with what is done."""
    max_time: Seconds | None = None
    """Time after which the run stops with what is done."""
    cache: str | None = Field(None, min_length=1)
    """File of responses; none stands for one in the directory of the run."""

    @property
    def asks_model(self) -> bool:
        """Whether anybody but the offline rules is asked, so that something may be paid."""
        return any(name != OFFLINE for name in (*self.model, *self.user_model, *self.tool_model, *self.judge_model))

    @property
    def fills_offered(self) -> bool:
        """Whether a model completes the tools of a dialogue that lack something."""
        return self.fill == "offered" and any(name != OFFLINE for name in self.model)

    @field_validator("price")
    @classmethod
    def _can_be_read(cls, prices: tuple[str, ...]) -> tuple[str, ...]:
        try:
            Prices.load(prices)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return prices

    @field_validator("extra", mode="before")
    @classmethod
    def _can_be_sent(cls, fields: Any) -> Any:
        try:
            json.dumps(fields, allow_nan=False)
        except TypeError as error:
            raise ValueError("is no JSON") from error
        if isinstance(fields, Mapping) and _OURS & fields.keys():
            raise ValueError("a request has these fields already")
        return fields


EXPECTED: dict[str, str] = {
    "model": "the name of a model, or a list of names",
    "user_model": "the name of a model, or a list of names",
    "tool_model": "the name of a model, or a list of names",
    "judge_model": "the name of a model, or a list of names",
    "base_url": "the address of a server, as in http://localhost:8000/v1",
    "temperature": "a number between 0 and 2",
    "extra": f"fields of a request and their JSON values, none of them {', '.join(sorted(_OURS))}",
    "reasoning": "true or false",
    "fill": "one of offered, catalogue, none",
    "confirm": "a whole number of at least 1",
    "min_score": "a whole number from 1 to 5",
    "concurrency": "a whole number of at least 1",
    "timeout": "a time above 0: seconds, or text such as 90s or 10m",
    "patience": "a time above 0: seconds, or text such as 90s or 10m",
    "price": "prices in dollars per million tokens read and written, as in MODEL=0.5/1.5",
    "max_cost": "an amount of dollars above 0",
    "max_tokens": "a whole number of at least 1",
    "max_time": "a time above 0: seconds, or text such as 90m or 2h",
    "cache": "the path of a file",
}
"""What each key must hold, in the words of an error message."""
