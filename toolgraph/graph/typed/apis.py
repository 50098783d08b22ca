"""Which tools belong to one API, or to one section of it, and how much that says."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from toolgraph.graph.field_table import IntArray
from toolgraph.graph.typed.words import namespace_of
from toolgraph.tools.spec import ToolSpec

Floats = NDArray[np.float32]

HOME = 200
"""Tools of an API up to which each is compared with each."""


SMALL = 100
"""Tools up to which catalogues count as one of so many: what two tools of three have is no hub."""


@dataclass(frozen=True, eq=False)
class Apis:
    """The API and the section of each tool of a catalogue, as numbers; -1 is none.

    A group weighs the more the smaller it is in the catalogue: 1 for a pair, 0 for all tools.
    """

    names: tuple[str, ...]
    api: IntArray
    section: IntArray
    api_weight: Floats
    section_weight: Floats

    @classmethod
    def of(cls, tools: Sequence[ToolSpec]) -> "Apis":
        """Return the APIs of a catalogue.

        An API in which a tool is alone says nothing (some catalogues have a file for each tool): what it was filed
        under stands in. Where no tool has an origin, the words before the verb of its name do.
        """
        own, categories = [tool.origin.api for tool in tools], [tool.origin.category for tool in tools]
        if not any(own) and not any(categories):
            own = [namespace_of(tool.name) for tool in tools]
        levels = own, [name.partition("#")[0] for name in own], categories
        first, second, third = (_of_several(names) for names in levels)
        apis = tuple(
            name if name in first else base if base in second else category if category in third else ""
            for name, base, category in zip(*levels, strict=True)
        )
        sections = [f"{api}\n{category}" if api else "" for api, category in zip(apis, categories, strict=True)]
        api, api_weight = _weighed(apis)
        section, section_weight = _weighed(sections)
        return cls(apis, api, section, api_weight, section_weight)

    @cached_property
    def home(self) -> IntArray:
        """The API of each tool, or its section where that is large; -1 where both are, or there is none.

        All pairs of tools at home with each other are looked at.
        """
        of_section = np.where(_sizes(self.section) <= HOME, self.section + len(self.api), -1)
        home = np.where(_sizes(self.api) <= HOME, self.api, of_section)
        return np.where(self.api >= 0, home, -1).astype(np.int32)

    @cached_property
    def at_home(self) -> Floats:
        """The most that `shared` is for a tool and one it is at home with."""
        return np.maximum(self.api_weight, self.section_weight)

    @cached_property
    def among_strangers(self) -> Floats:
        """The most that `shared` is for a tool and one that it is not at home with."""
        is_large = (self.api >= 0) & (_sizes(self.api) > HOME)
        weights = np.where(self.home < 0, self.at_home, self.api_weight)
        return np.where(is_large, weights, np.float32(0))

    def differ(self, left: IntArray, right: IntArray) -> NDArray[np.bool_]:
        """Return whether pairs of tools are known to be of different APIs."""
        different: NDArray[np.bool_] = (
            (self.api[left] != self.api[right]) & (self.api[left] >= 0) & (self.api[right] >= 0)
        )
        return different

    def shared(self, left: IntArray, right: IntArray) -> Floats:
        """Return how much it says of pairs of tools that they are of one API or section; 0 where they are not."""
        same = (self.api[left] == self.api[right]) & (self.api[left] >= 0)
        section = same & (self.section[left] == self.section[right])
        weight = np.where(section, np.maximum(self.api_weight[left], self.section_weight[left]), self.api_weight[left])
        return np.where(same, weight, 0).astype(np.float32)


def scarcity(having: NDArray[np.int64] | int, tools: int) -> Floats:
    """Return how few of the tools of a catalogue some are: 1 for one, 0 for all of them."""
    scarce: Floats = (1 - np.log(np.maximum(having, 1)) / math.log(max(tools, SMALL))).astype(np.float32)
    return scarce


def _sizes(groups: IntArray) -> IntArray:
    """Return for each tool how many are in its group."""
    return np.bincount(groups + 1)[groups + 1].astype(np.int32) if len(groups) else groups


def _of_several(names: Sequence[str]) -> set[str]:
    """Return the names that several tools have."""
    return {name for name, size in Counter(names).items() if name and size > 1}


def _weighed(names: Sequence[str]) -> tuple[IntArray, Floats]:
    """Return the number of each name and what belonging to it weighs."""
    sizes = Counter(names)
    del sizes[""]
    numbers = {name: number for number, name in enumerate(sizes)}
    others = np.array([*sizes.values(), 1], np.int64) - 1
    weights = np.where(others > 0, scarcity(others, len(names)), np.float32(0))
    groups = np.array([numbers.get(name, -1) for name in names], np.int32)
    return groups, weights[groups]
