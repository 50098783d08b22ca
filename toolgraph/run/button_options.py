"""TaskOptions: the keys of a configuration that say what tasks a run in button mode makes, and from what."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from planners.button import COMPOSITIONS, DEPTH
from planners.scenarios import SIMILARITY as SCENARIO_SIMILARITY
from planners.task_uniqueness import SIMILARITY as TASK_SIMILARITY
from toolgraph.dialogue.task import Composition

KINDS: tuple[str, ...] = get_args(Composition)
LEAST_DEPTH, MOST_DEPTH = 3, 8
_RANGE = re.compile(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", re.ASCII)
_SWITCH = {"on": 1.0, "off": 0.0, "true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


def _as_weights(value: Any) -> Any:
    """`sequential:0.7,parallel:0.3` stands for a mapping, and names alone for equal weights."""
    if isinstance(value, Mapping):
        return {str(kind): weight for kind, weight in value.items()}
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return value
    pairs = [entry.partition(":") for part in parts for entry in part.split(",")]
    if len({kind.strip() for kind, _, _ in pairs}) < len(pairs):
        raise ValueError("a kind stands there twice")
    return {kind.strip(): weight.strip() if colon else 1.0 for kind, colon, weight in pairs}


def _as_share(value: Any) -> Any:
    """`on` and `off` stand for all and none."""
    if isinstance(value, bool):
        return float(value)
    return _SWITCH.get(value.strip().lower(), value) if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """YAML reads `distractors: 4` as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_path(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def as_paths(value: Any) -> Any:
    """One path stands for a list of one."""
    paths = [value] if isinstance(value, str | Path) else value
    return (
        [str(path) if isinstance(path, Path) else path for path in paths] if isinstance(paths, list | tuple) else paths
    )


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class TaskOptions(BaseModel):
    """What tasks are made of and what they are like, in button mode."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    compositions: Annotated[Mapping[Composition, float], BeforeValidator(_as_weights)] = COMPOSITIONS
    """How sub-tasks make one task, and how often each kind comes, relative to the others."""
    depth: int = Field(DEPTH, ge=LEAST_DEPTH, le=MOST_DEPTH, strict=True)
    """How many sub-tasks follow each other in a chain."""
    parallel: Annotated[Share, BeforeValidator(_as_share)] = 1.0
    """The share of dialogues in which several calls may be made at once: all (on), none (off), or a part of them."""
    distractors: Annotated[str, BeforeValidator(_as_text)] = "0"
    """How many functions that no sub-task takes are offered beside the others: a number or a range."""
    scenarios: Annotated[str | None, BeforeValidator(_as_path)] = Field(None, min_length=1)
    """A file of scenarios; without one, and without seeds, those that ship with toolgraph are used."""
    seeds: Annotated[tuple[str, ...], BeforeValidator(as_paths)] = ()
    """Files of conversations that scenarios are extracted from."""
    expand: int = Field(0, ge=0, strict=True)
    """How many further scenarios are made out of those."""
    scenario_similarity: Share = Field(SCENARIO_SIMILARITY, strict=True)
    """The cosine above which two scenarios are the same."""
    task_similarity: Share = Field(TASK_SIMILARITY, strict=True)
    """The cosine above which two tasks are the same."""

    @field_validator("compositions")
    @classmethod
    def _can_be_drawn(cls, weights: Mapping[Composition, float]) -> Mapping[Composition, float]:
        if (
            not weights
            or any(not 0 <= weight < float("inf") for weight in weights.values())
            or not sum(weights.values())
        ):
            raise ValueError("nothing can be drawn")
        return weights

    @field_validator("distractors")
    @classmethod
    def _is_count(cls, text: str) -> str:
        low, high = counts_in(text)
        return f"{low}-{high}" if low < high else str(low)


def counts_in(text: str) -> tuple[int, int]:
    """Return the ends of a range of whole numbers, which may be 0.

    >>> counts_in("0-3"), counts_in("2")
    ((0, 3), (2, 2))

    Raises:
        ValueError: the text is no such range.
    """
    match = _RANGE.fullmatch(text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if low > high:
        raise ValueError("is no range")
    return low, high


EXPECTED: dict[str, str] = {
    "compositions": f"kinds and their weights, as in sequential:0.7,parallel:0.3; the kinds are {', '.join(KINDS)}",
    "depth": f"a whole number from {LEAST_DEPTH} to {MOST_DEPTH}",
    "parallel": "on, off, or the share of dialogues with it on, between 0 and 1",
    "distractors": "a whole number, or a range as in 0-3",
    "scenarios": "the path of a file",
    "seeds": "a list of files of conversations",
    "expand": "a whole number of at least 0",
    "scenario_similarity": "a number between 0 and 1",
    "task_similarity": "a number between 0 and 1",
}
"""What each key must hold, in the words of an error message."""
