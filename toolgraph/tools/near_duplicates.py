"""Near-duplicates: tools that do the same under another name, or are described in nearly the same words.

Pure text: two tools are twins where a call changes the same, their parameters are the same by name and type, what they
return does not differ, their names are the same but for common words and a version, and their descriptions share
nearly all words that tell something. One word of a name tells apart what is otherwise the same (`start_service`,
`stop_service`), and a tool that hardly says what it does is the twin only of one that is the same but for a number at
the end of its name.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from toolgraph.tools.inference import effects_of
from toolgraph.tools.names import split_words
from toolgraph.tools.schema import types_of
from toolgraph.tools.spec import ToolSpec

ALIKE = 0.9
"""Share of telling words that twins have in common, of those of both (Jaccard)."""
MAX_COMPARED = 200
"""How many kept tools of the same name and parameters one tool is compared with, so that thousands take no longer."""
FEWEST_WORDS = 3
"""How many words a description must have for two to be compared by it."""
SAME_DEFINITION = "has the same definition"
_COMMON = frozenset(
    "a an the this that these those of for to from in on at by with and or is are be it its as into your you use used "
    "using can will which given via return returns get gets fetch fetches retrieve retrieves provide provides api "
    "endpoint tool function please specified specific".split()
)
_WORD = re.compile(r"[^\W_]+")
_VERSION = re.compile(r"(?:^|(?<=[\s_]))v?\d+$", re.IGNORECASE)


class Twin(NamedTuple):
    """A tool that was left out, and the kept one it is like."""

    name: str
    kept: str
    why: str


def without_twins(tools: Iterable[ToolSpec]) -> tuple[tuple[ToolSpec, ...], tuple[Twin, ...]]:
    """Return the tools without those that are like one before them, and what was left out."""
    tools = tuple(tools)
    twins = tuple(find_twins(tools))
    left_out = {twin.name for twin in twins}
    return tuple(tool for tool in tools if tool.name not in left_out), twins


def find_twins(tools: Iterable[ToolSpec]) -> Iterator[Twin]:
    """Yield each tool, of names that are unique, that is identical to one before it but for its name, or nearly so."""
    identical: dict[str, str] = {}
    blocks: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for tool in tools:
        words = _words(tool)
        if len(words) < FEWEST_WORDS and not tool.parameter_fields:
            continue
        definition = json.dumps([effects_of(tool), tool.description, tool.parameters, tool.returns], sort_keys=True)
        if len(words) < FEWEST_WORDS:
            definition = json.dumps([definition, _signature(tool)])  # what says so little must have the same name too
        first = identical.setdefault(definition, tool.name)
        if first != tool.name:
            yield Twin(tool.name, first, SAME_DEFINITION)
        if first != tool.name or len(words) < FEWEST_WORDS:
            continue
        telling = _telling(words)
        kept = blocks.setdefault(_signature(tool), [])
        like = next((name for name, other in kept[-MAX_COMPARED:] if _are_alike(telling, other)), None)
        if like is not None:
            yield Twin(tool.name, like, "has the same parameters and nearly the same words")
        else:
            kept.append((tool.name, telling))


def hardly_described(tools: Iterable[ToolSpec]) -> int:
    """Return of how many tools too little is said to compare them with others by it."""
    return sum(len(_words(tool)) < FEWEST_WORDS for tool in tools)


def _words(tool: ToolSpec) -> set[str]:
    return {word.lower() for word in _WORD.findall(tool.description)}


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _telling(words: Iterable[str]) -> frozenset[str]:
    kept = (word for word in words if word not in _COMMON)
    return frozenset(word[:-1] if word.endswith("s") and len(word) > 3 else word for word in kept)


def _signature(tool: ToolSpec) -> str:
    """What must be the same for tools to be alike: effects, words of the name, parameters with types, returns."""
    named = sorted(_telling(split_words(_VERSION.sub("", tool.name)).split()))
    taken = sorted((field.pointer, *_types(types_of(field.schema))) for field in tool.parameter_fields)
    returned = sorted(field.pointer for field in tool.return_fields)
    return json.dumps([effects_of(tool), named, taken, returned])


def _types(types: Sequence[str]) -> list[str]:
    return sorted({"number" if name == "integer" else name for name in types})
