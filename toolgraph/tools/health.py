"""Health: how well a catalogue describes its tools, counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolgraph.tools.languages import ENGLISH, language_of
from toolgraph.tools.near_duplicates import SAME_DEFINITION, find_twins
from toolgraph.tools.spec import EFFECTS, ToolSpec
from toolgraph.tools.standard import TYPES

SHORTEST = 8
"""Characters a description must have to say anything."""
CALLABLE = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Names that model servers accept for a function."""
EXAMPLES = 3
_TAGS = re.compile(r"<[^<>]*>|&\w+;|https?://\S+")
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_\u0000-\u2e7f]")  # two letters, or one of a script that writes words with one


@dataclass(frozen=True, slots=True)
class Measure:
    """One count."""

    name: str
    count: int
    of: int | None = None
    """What the count is a part of; none where it is a number of its own."""
    examples: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """The count as a share, none where there is nothing to share."""
        return self.count / self.of if self.of else None


def measure_health(tools: Iterable[ToolSpec], *, merged: int = 0, renamed: int = 0) -> tuple[Measure, ...]:
    """Return the counts that say what a catalogue is good for, of tools and of their parameters.

    Args:
        tools: The catalogue.
        merged: How many identical tools of one name were left out when it was read.
        renamed: How many share a name with a different tool.
    """
    tools = tuple(tools)
    return (*_of_tools(tools, merged, renamed), *_of_parameters(tools))


def fault_of_description(text: str) -> str:
    """Say why a description tells nothing, or return an empty text if it may tell something.

    >>> fault_of_description("<p></p>"), fault_of_description("-"), fault_of_description("Tell the time.")
    ('markup only', 'shorter than 8 characters', '')
    """
    if not text.strip():
        return "empty"
    plain = " ".join(_TAGS.sub(" ", text).split())
    if not plain:
        return "markup only"
    if len(plain) < SHORTEST and not re.search(r"[^\W\d_\u0000-\u2e7f]{3}", plain):
        return f"shorter than {SHORTEST} characters"
    return "" if _WORD.search(plain) else "no words"


def _of_tools(tools: Sequence[ToolSpec], merged: int, renamed: int) -> Iterator[Measure]:
    number = len(tools)
    described = [tool for tool in tools if tool.description.strip()]
    faults = {tool.name: fault_of_description(tool.description) for tool in tools}
    languages = Counter(language_of(tool.description) for tool in described if not faults[tool.name])
    twins = list(find_twins(tools))
    yield Measure("tools", number)
    yield Measure("with a description", len(described), number)
    for fault in ("markup only", f"shorter than {SHORTEST} characters", "no words"):
        named = [name for name, found in faults.items() if found == fault]
        yield Measure(f"description: {fault}", len(named), number, _few(named))
    yield Measure(
        "description not in English", languages.total() - languages[ENGLISH], languages.total(),
        tuple(f"{name} {count:,}" for name, count in languages.most_common(EXAMPLES + 1) if name != ENGLISH),
    )  # fmt: skip
    refused = [tool.name for tool in tools if not CALLABLE.fullmatch(tool.name)]
    yield Measure("name that servers refuse", len(refused), number, _few(refused))
    yield Measure("without parameters", sum(not tool.parameter_fields for tool in tools), number)
    yield Measure("returns declared", sum(bool(tool.returns) and not tool.returns_inferred for tool in tools), number)
    declared = [tool for tool in tools if tool.effects != "unknown" and EFFECTS not in tool.filled]
    yield Measure("effects declared", len(declared), number)
    yield Measure("identical, left out", merged)
    yield Measure("name shared with a different tool", renamed, number)
    for same in (True, False):
        alike = [f"{twin.name} = {twin.kept}" for twin in twins if (twin.why == SAME_DEFINITION) is same]
        kind = "same definition under another name" if same else "nearly the same as another"
        yield Measure(kind, len(alike), number, _few(alike))


def _of_parameters(tools: Sequence[ToolSpec]) -> Iterator[Measure]:
    fields = [field for tool in tools for field in tool.parameter_fields]
    number = len(fields)
    foreign = Counter(name for tool in tools for name in _foreign_types(tool.parameters))
    yield Measure("parameters", number)
    yield Measure("described", sum(bool(field.description.strip()) for field in fields), number)
    yield Measure("type declared", sum("type" in field.schema for field in fields), number)
    yield Measure("type inferred", sum("type" not in field.schema and bool(field.types) for field in fields), number)
    yield Measure("type unknown", sum(not field.types for field in fields), number)
    yield Measure(
        "types of other languages, mapped", foreign.total(), None,
        tuple(f"{name or 'empty'} {count:,}" for name, count in foreign.most_common(EXAMPLES)),
    )  # fmt: skip
    yield Measure("required", sum(field.is_required for field in fields), number)
    yield Measure("enums", sum("enum" in field.schema for field in fields), number)
    yield Measure("with a default", sum("default" in field.schema for field in fields), number)
    yield Measure("with examples", sum(bool(field.examples) for field in fields), number)


def _foreign_types(schema: Any) -> Iterator[str]:
    """Yield each type in a schema, as given, that JSON Schema does not know."""
    waiting = [schema]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, Mapping):
            continue
        declared = current.get("type")
        for name in declared if isinstance(declared, list) else [declared]:
            if isinstance(name, str) and name not in TYPES:
                yield name[:40]
        for keyword in ("properties", "patternProperties", "$defs", "definitions"):
            if isinstance(children := current.get(keyword), Mapping):
                waiting.extend(children.values())
        for keyword in ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "prefixItems"):
            children = current.get(keyword)
            waiting.extend(children if isinstance(children, list) else [children])


def _few(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names[:EXAMPLES])
