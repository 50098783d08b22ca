"""Domains: what the offline rules know of a field of life, out of which they make BUTTON's tasks and functions.

A domain (`data/domains/*.yaml`) has attributes of its entities, the functions that act on them, what may be asked of
their results, and scenarios (`data/scenarios/*.yaml`) with the words in which somebody would begin. Functions are put
together from attributes, so that what one returns is, field by field, what another takes.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from toolgraph.models.offline.banks import load_yaml
from toolgraph.resources import data_dir
from toolgraph.tools.spec import Effects, Origin, ToolSpec

FOLDER = "data/domains"
"""Where the tools of a domain say that they come from."""
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class ResultTest(BaseModel):
    """A question about a result, answered with yes or no, that decides what happens next."""

    model_config = _FROZEN

    field: str
    """The attribute asked about."""
    test: Literal["below", "above", "is"]
    values: tuple[Any, ...] = Field(min_length=1)
    """What it may be compared with; one is drawn."""
    says: str
    """How it reads after "if", with `{value}` where the test compares: "it costs less than {value} a night"."""


class Total(BaseModel):
    """What can be worked out over the entries of a list, or over several results of one function."""

    model_config = _FROZEN

    field: str
    """The attribute it is worked out from, a number."""
    kind: Literal["sum", "mean", "min", "max"]
    says: str
    """How it reads after "tell me": "what they come to altogether"."""
    tells: str
    """The sentence that states it, with `{value}`, and `{name}` of the entry where `kind` is min or max."""


class DomainFunction(BaseModel):
    """A function, put together from attributes, and the words in which people ask for it."""

    model_config = _FROZEN

    description: str
    takes: tuple[str, ...]
    """Attributes it takes; a `?` behind one makes it optional."""
    returns: tuple[str, ...] = ()
    """Attributes its result holds."""
    lists: dict[str, tuple[str, ...]] = Field(default={}, max_length=1)
    """Instead of `returns`: the name of a list, and the attributes of an entry."""
    effects: Effects
    asks: tuple[str, ...] = Field(min_length=4)
    details: dict[str, tuple[str, ...]] = {}
    item: str = ""
    reports: tuple[str, ...] = Field(min_length=2)
    tests: tuple[ResultTest, ...] = ()
    totals: tuple[Total, ...] = ()


class DomainScenario(BaseModel):
    """A situation in which somebody needs what the functions do."""

    model_config = _FROZEN

    text: str
    """The situation in at most ten words, without numbers and items."""
    starts: tuple[str, ...] = Field(min_length=1)
    """Functions that somebody in it would need first."""
    openings: tuple[str, ...] = Field(min_length=2)
    """Sentences with which he would begin."""


class Domain(BaseModel):
    """One field of life."""

    model_config = _FROZEN

    domain: str
    attributes: dict[str, dict[str, Any]]
    """JSON Schema of each attribute, by name."""
    functions: dict[str, DomainFunction] = Field(min_length=4)
    scenarios: tuple[DomainScenario, ...] = Field(min_length=1)

    def tool(self, name: str) -> ToolSpec:
        """Return a function as a tool with full schemas."""
        function = self.functions[name]
        if function.lists:
            ((entries, attributes),) = function.lists.items()
            items = self._object(attributes, required=attributes)
            listed = {"type": "array", "description": f"The {entries.replace('_', ' ')} found", "items": items}
            returns = {"type": "object", "properties": {entries: listed}, "required": [entries]}
        else:
            returns = self._object(function.returns, required=function.returns)
        taken = tuple(one.removesuffix("?") for one in function.takes)
        required = tuple(one for one in function.takes if not one.endswith("?"))
        return ToolSpec(
            name=name, description=function.description, effects=function.effects, returns=returns,
            parameters={**self._object(taken, required=required), "additionalProperties": False},
            origin=Origin(file=f"{FOLDER}/{self.domain}.yaml", api=self.domain, licence="Apache-2.0"),
        )  # fmt: skip

    def _object(self, attributes: tuple[str, ...], *, required: tuple[str, ...]) -> dict[str, Any]:
        properties = {name: self.attributes[name] for name in attributes}
        return {"type": "object", "properties": properties, "required": list(required)}


@cache
def domains() -> Mapping[str, Domain]:
    """Return the domains that ship with toolgraph, by name."""
    paths = sorted((data_dir() / "domains").glob("*.yaml"))
    return {path.stem: read_domain(path) for path in paths}


def read_domain(path: Path) -> Domain:
    """Return the domain in a file, with its scenarios, which stand in a file of the same name in `scenarios/`.

    Files that do not hold one are a mistake of ours and raise ValidationError.
    """
    return Domain.model_validate({**load_yaml(path), **load_yaml(path.parent.parent / "scenarios" / path.name)})


@cache
def domain_tool(domain: str, function: str) -> ToolSpec:
    """Return a function of a domain as a tool, always the same one."""
    return domains()[domain].tool(function)


def domain_tools(domain: str) -> tuple[ToolSpec, ...]:
    """Return every function of a domain as a tool."""
    return tuple(domain_tool(domain, name) for name in domains()[domain].functions)
