"""Which tool has which field texts: the table that ties tools to rows and columns of the similarities."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from toolgraph.tools.fields import Field

IntArray = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class FieldTable:
    """The fields of all tools, parameters or returns, tool after tool.

    The fields of tool `i` are `offsets[i]` to `offsets[i + 1]`; `texts` holds the number of each field's text, below
    `text_count`.
    """

    offsets: IntArray
    texts: IntArray
    text_count: int

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]], text_count: int) -> "FieldTable":
        """Return the table of tools given as lists of text numbers."""
        lists = list(rows)
        offsets = np.zeros(len(lists) + 1, np.int32)
        np.cumsum([len(texts) for texts in lists], out=offsets[1:])
        return cls(offsets, np.fromiter((text for texts in lists for text in texts), np.int32), text_count)

    @property
    def tool_count(self) -> int:
        """How many tools it has rows for."""
        return len(self.offsets) - 1

    def names(self, fields_of: Callable[[int], Sequence[Field]]) -> list[str]:
        """Return the name of a field that has each text; `fields_of` gives the fields of a tool by its place."""
        found = [""] * self.text_count
        for tool in range(self.tool_count):
            for text, field in zip(self.texts_of(tool), fields_of(tool), strict=True):
                found[text] = field.name
        return found

    def texts_of(self, tool: int) -> IntArray:
        """Return the text of each field of a tool, in the order of its fields."""
        return self.texts[self.offsets[tool] : self.offsets[tool + 1]]

    @cached_property
    def tools(self) -> IntArray:
        """The tool of each field."""
        return np.repeat(np.arange(self.tool_count, dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def holders(self) -> Any:
        """The fields of each text: a CSR matrix, texts x fields, of truths."""
        size = len(self.texts)
        where = (self.texts, np.arange(size, dtype=np.int32))
        return sparse.coo_array((np.ones(size, bool), where), shape=(self.text_count, size)).tocsr()

    @cached_property
    def incidence(self) -> Any:
        """Whether a tool has a text: a CSR matrix, tools x texts, of truths."""
        shape = (self.tool_count, self.text_count)
        matrix = sparse.coo_array((np.ones(len(self.texts), bool), (self.tools, self.texts)), shape=shape).tocsr()
        matrix.sum_duplicates()
        return matrix

    def only(self, is_wanted: Callable[[int, int], bool]) -> "FieldTable":
        """Return the table without the fields that are not wanted, given as tool and place among its fields."""
        rows = (
            [text for field, text in enumerate(self.texts_of(tool).tolist()) if is_wanted(tool, field)]
            for tool in range(self.tool_count)
        )
        return FieldTable.of(rows, self.text_count)

    def take(self, tools: Sequence[int]) -> "FieldTable":
        """Return the table of some tools, in the order given."""
        return FieldTable.of((self.texts_of(tool).tolist() for tool in tools), self.text_count)
