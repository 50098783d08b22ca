"""ExecuteOptions: the keys of a configuration that say which real tools there are, and what may be done with them."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from toolgraph.run.model_options import Seconds
from toolgraph.tools.targets import WITHOUT_SECRET, holds_secret

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _as_names(value: Any) -> Any:
    """One name, or several with commas between, stand for a list."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return value
    return [name.strip() for part in parts for name in part.split(",")]


class ExecuteOptions(BaseModel):
    """Which real tools there are, and how they may be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mcp: str | None = Field(None, min_length=1)
    """An MCP server: a command that starts one, or the URL of one. Its tools are used where no others are named."""
    env: Annotated[tuple[str, ...], BeforeValidator(_as_names)] = ()
    """Environment variables that the tools are given beside the few that every program needs; their names are written
    down, their values never."""
    execute: bool = Field(False, strict=True)
    """Whether calls are really made, by the MCP server or the Python files among the tools, instead of imagined."""
    allow_writes: bool = Field(False, strict=True)
    """Whether tools may be offered and called that change something."""
    call_timeout: Seconds = 30
    """How long one call may take, and the start of a server."""
    max_result: int = Field(100_000, ge=100, strict=True)
    """The most bytes of a result; a larger one is an error."""

    @field_validator("mcp")
    @classmethod
    def _holds_no_secret(cls, target: str | None) -> str | None:
        if target is not None and holds_secret(target):
            raise ValueError("holds a secret")
        return target

    @field_validator("env")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_NAME.fullmatch(name) for name in names):
            raise ValueError("is no name of a variable")
        return names


EXPECTED: dict[str, str] = {
    "mcp": f"{WITHOUT_SECRET}; put them into environment variables, and name these with --env NAME",
    "env": "names of environment variables, without their values",
    "execute": "true or false",
    "allow_writes": "true or false",
    "call_timeout": "a number of seconds, or a time as in 90s",
    "max_result": "a whole number of at least 100",
}
"""What each key must hold, in the words of an error message."""
