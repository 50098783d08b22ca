"""RunConfig: everything that decides what a run produces, given by a YAML file, by flags, or in Python."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from toolgraph.dialogue.blueprint import Mode, PlanStyle
from toolgraph.errors import ConfigError
from toolgraph.formats.files import dialogue_file
from toolgraph.graph import rules
from toolgraph.graph.graph import EdgesRule
from toolgraph.graph.sampling import parse_range
from toolgraph.graph.strategies.named import CHOICES, nearest_strategy, require_strategy_name
from toolgraph.models.offline.composing import LONGEST_CHAIN
from toolgraph.models.online.opening import OFFLINE
from toolgraph.resources import data_dir
from toolgraph.run import button_options, execute_options, model_options
from toolgraph.run.button_options import TaskOptions, as_paths
from toolgraph.run.execute_options import ExecuteOptions
from toolgraph.run.model_options import ModelOptions

UNSTORED = ("workers", *model_options.UNSTORED)
"""What leaves no trace in a run: it is not written down, so that a run's bytes do not depend on it."""

TOOLFLOW_KEYS = ("tools", "rename_duplicates", "strategy", "distinct", "tools_per_dialogue", "turns", "plan", "edges",
                 "threshold", "fill", "confirm", *ExecuteOptions.model_fields)  # fmt: skip
"""What has no say in button mode."""

_SECRET = re.compile(r"(?i)^key$|api[_-]?key$|secret|password|authorization|(?:api|auth|access)[_-]?token$")
"""Names under which people write down keys."""


def _as_text(value: Any) -> Any:
    """YAML reads `turns: 4` as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Range = Annotated[str, BeforeValidator(_as_text)]
"""A range of whole numbers, as in `2-6`, or one number."""


class RunConfig(ModelOptions, TaskOptions, ExecuteOptions):
    """The configuration of one run."""

    mode: Mode = "toolflow"
    """How dialogues are planned: from a sample of linked tools, or from a task composed for a scenario."""
    tools: Annotated[tuple[str, ...], BeforeValidator(as_paths)] = ()
    """Files, directories and patterns of tools, relative to the working directory, or `-` for standard input; none
    stands for the catalogue we ship."""
    rename_duplicates: bool | None = Field(None, strict=True)
    """Whether different tools of one name are kept apart as NAME_2; none decides by where they come from."""
    n: int = Field(20, ge=1, strict=True)
    """How many accepted dialogues are wanted."""
    seed: int = Field(0, strict=True)
    """Where every random choice derives from."""
    strategy: str = "dataflow"
    """How the tools of a dialogue are sampled."""
    distinct: bool = Field(False, strict=True)
    """Whether no set of tools is used for more than one dialogue that is tried."""
    tools_per_dialogue: Range = "2-6"
    """How many tools a dialogue offers; each number of the range is equally likely."""
    turns: Range = "3-6"
    """How many messages the user writes."""
    plan: PlanStyle = "grounded"
    """What is decided before anyone speaks: calls with the sources of their arguments, needs only, or nothing."""
    edges: EdgesRule = rules.DEFAULT
    """What links tools: evidence that fields belong together, or as published the cosine of their texts alone, or
    evidence that a model, or calls of tools that run, have confirmed."""
    threshold: float = Field(rules.THRESHOLDS[rules.DEFAULT], ge=0, le=1, strict=True)
    """The score above which there is an edge; what is not set is the rule's own, 0.5 or for toolflow 0.82."""
    embedder: str = Field("embedded", min_length=1)
    """The embedding model: `embedded`, or a name or path for SentenceTransformer."""
    workers: int = Field(0, ge=0, strict=True)
    """How many processes, or threads with a model, make dialogues; 0 chooses. It changes nothing but the time."""
    max_tries: int | None = Field(None, ge=1, strict=True)
    """After how many dialogues tried the run gives up; none stands for 20 per dialogue wanted and 100 more."""

    @model_validator(mode="before")
    @classmethod
    def _with_threshold(cls, values: Any) -> Any:
        if not isinstance(values, Mapping) or "threshold" in values:
            return values
        own = rules.THRESHOLDS.get(str(values.get("edges", rules.DEFAULT)))
        return values if own is None else {**values, "threshold": own}

    @field_validator("strategy")
    @classmethod
    def _is_strategy(cls, name: str) -> str:
        try:
            require_strategy_name(name)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return name

    @field_validator("tools_per_dialogue", "turns")
    @classmethod
    def _is_range(cls, text: str) -> str:
        try:
            low, high = parse_range(text)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return f"{low}-{high}" if low < high else str(low)

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files and directories the tools are read from, or in button mode the scenarios."""
        if self.mode == "button":
            own = () if self.scenarios is None else (Path(self.scenarios).expanduser(),)
            seeds = (dialogue_file(Path(path).expanduser()) for path in self.seeds)
            return (*own, *seeds) or tuple(sorted((data_dir() / "domains").iterdir()))
        given = tuple(Path(path).expanduser() for path in self.tools)
        return given if given or self.mcp else (data_dir() / "tools",)

    @property
    def tries(self) -> int:
        """After how many dialogues tried the run gives up."""
        return self.max_tries or 20 * self.n + 100


EXPECTED: dict[str, str] = {
    "mode": "toolflow or button",
    "tools": "a list of files and directories",
    "rename_duplicates": "true or false",
    "n": "a whole number of at least 1",
    "seed": "a whole number",
    "strategy": f"one of {CHOICES}",
    "distinct": "true or false",
    "tools_per_dialogue": "a range of whole numbers from 1 up, as in 2-6, or one number",
    "turns": "a range of whole numbers from 1 up, as in 3-6, or one number",
    "plan": "one of grounded, intents, none",
    "edges": f"one of {', '.join(rules.RULES)}",
    "threshold": "a number between 0 and 1",
    "embedder": "embedded, or the name or path of a model",
    "workers": "a whole number of at least 0, where 0 leaves the choice to toolgraph",
    "max_tries": "a whole number of at least 1",
    **button_options.EXPECTED,
    **execute_options.EXPECTED,
    **model_options.EXPECTED,
}
"""What each key must hold, in the words of an error message."""


def make_config(values: Mapping[str, Any], *, where: str = "") -> RunConfig:
    """Return the configuration that `values` describe; `where` opens the message of an error.

    Raises:
        ConfigError: a key is unknown, or its value is not what the key expects.
    """
    opening = f"{where}: " if where else ""
    for key in (*values, *_names_in(values.get("extra"))):
        if _SECRET.search(str(key)):
            raise ConfigError(
                f"{opening}'{key}' has no place in a configuration, which is written down; "
                "put the key into the environment variable OPENAI_API_KEY"
            )
    for key in values:
        if key not in EXPECTED:
            near = difflib.get_close_matches(str(key), EXPECTED, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"expected one of {', '.join(EXPECTED)}"
            raise ConfigError(f"{opening}unknown key '{key}'; {hint}")
    try:
        return RunConfig.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        meant = nearest_strategy(values[key]) if key == "strategy" and isinstance(values[key], str) else None
        hint = f"; did you mean '{meant}'?" if meant else ""
        raise ConfigError(f"{opening}{key}: got {_got(key, values[key])}; expected {EXPECTED[key]}{hint}") from error


def read_config(path: Path) -> dict[str, Any]:
    """Return the values a YAML file sets, checked.

    Raises:
        ConfigError: the file cannot be read, is not a mapping, or sets something impossible.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({_reason(error)})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{place}: is not valid YAML ({getattr(error, 'problem', None) or error})") from error
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values, as in 'n: 50', found {type(values).__name__}")
    make_config(values, where=str(path))
    return values


def require_consistent(config: RunConfig) -> None:
    """See to it that no key asks for what another one rules out; a file may hold a part, so this is for the whole.

    Raises:
        ConfigError: a key belongs to another mode, or needs a model, or a judge, that is not there.
    """
    _require_own_keys(config)
    if config.min_score is not None and not config.judge_model:
        raise ConfigError("min_score is set and nobody judges; name a judge with --judge-model NAME")
    if OFFLINE in config.judge_model:
        raise ConfigError(f"judge_model is {OFFLINE}, and the offline rules judge nothing; name a language model")
    if config.fill == "catalogue" and config.model and set(config.model) == {OFFLINE}:
        raise ConfigError(f"fill is catalogue and model is {OFFLINE}, which writes nothing; name a language model")
    if not config.asks_model and config.compositions.get("chain") and config.depth > LONGEST_CHAIN:
        raise ConfigError(
            f"depth is {config.depth}, and the offline rules make chains of at most {LONGEST_CHAIN}; lower it, or name "
            "a language model with --model NAME"
        )
    _require_executable(config)
    if config.edges == "confirmed" and not config.execute and set(config.model) <= {OFFLINE}:
        raise ConfigError(
            "edges is confirmed and nobody confirms them; name a language model with --model NAME, or let tools be run "
            "with --execute"
        )
    if config.model and config.edges != "confirmed" and config.confirm != RunConfig().confirm:
        raise ConfigError(f"confirm is set and edges is {config.edges}; set edges to confirmed, or leave it out")
    if config.model:
        return
    defaults = RunConfig()
    idle = (*model_options.IDLE, *(["confirm"] if config.edges == "confirmed" else []))
    for key in ModelOptions.model_fields:
        if key not in idle and getattr(config, key) != getattr(defaults, key):
            raise ConfigError(f"{key} is set and no model is; name one with --model NAME, or --model {OFFLINE}")


def _require_executable(config: RunConfig) -> None:
    """See to it that what is said of real tools goes together.

    Raises:
        ConfigError: it does not.
    """
    if config.execute and not config.asks_model and config.plan != "grounded":
        raise ConfigError(
            f"plan is {config.plan}, and without a model only grounded plans can be executed; leave it out"
        )
    if config.execute and not (config.mcp or config.tools):
        raise ConfigError("execute is set and there is nothing to run; name a server with --mcp, or Python files")
    if config.allow_writes and not config.execute:
        raise ConfigError("allow_writes has a say only where calls are real; set --execute too, or leave it out")
    if config.env and not (config.mcp or config.execute):
        raise ConfigError("env is set and no tools are run that it could be for; name a server with --mcp")


def _require_own_keys(config: RunConfig) -> None:
    """See to it that no key is set that has no say in the mode.

    Raises:
        ConfigError: one is.
    """
    foreign, other = (TOOLFLOW_KEYS, "toolflow") if config.mode == "button" else (TaskOptions.model_fields, "button")
    defaults = RunConfig()
    for key in foreign:
        if getattr(config, key) != getattr(defaults, key):
            if key in ExecuteOptions.model_fields:
                raise ConfigError(
                    f"{key} has no say in mode button, which invents its functions, so that there is nothing to run; "
                    "leave it out, or set --mode toolflow"
                )
            raise ConfigError(f"{key} has no say in mode {config.mode}; leave it out, or set --mode {other}")


def write_config(config: RunConfig) -> str:
    """Return the configuration as YAML text that `read_config` reads.

    What it says nothing of, models or real tools, is left out.
    """
    optional = {**ModelOptions.model_fields, **ExecuteOptions.model_fields}
    unset = {key for key, field in optional.items() if getattr(config, key) == field.default}
    foreign = TOOLFLOW_KEYS if config.mode == "button" else TaskOptions.model_fields
    values = config.model_dump(mode="json", exclude={*UNSTORED, *unset, *foreign})
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def _names_in(value: Any) -> Iterator[str]:
    """Every key in a JSON value, however deep."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _names_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names_in(inner)


def _got(key: str, value: Any) -> str:
    """What a key was given, in the words of an error message, which repeats nothing that may be a secret."""
    if key == "mcp" and isinstance(value, str) and value:
        return "what holds a secret"
    return "what may hold a secret" if key == "env" and "=" in str(value) else _shown(value)


def _shown(value: Any) -> str:
    """A value as its user wrote it: flags that may be repeated give tuples."""
    text = ", ".join(map(repr, value)) if isinstance(value, tuple) and value else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
