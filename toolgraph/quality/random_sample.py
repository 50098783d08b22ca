"""A random sample of a stream that depends on what is in the stream, and not on its order."""

import hashlib
import heapq
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class RandomSample(Generic[ItemT]):
    """Items in a random order, up to a limit on their sizes together; with a limit of 0 none.

    The order is that of a digest of each item's key, and of equal keys that of their coming, so that nothing has to be
    drawn. Only those before the limit are kept; the last one of them may reach beyond it.

    >>> sample = RandomSample[str](2)
    >>> for word in ("one", "two", "three", "four"):
    ...     sample.add(word, word, 1)
    >>> len(sample.items()), sample.seen
    (2, 4)
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen = 0
        """The sizes of all items together, those that were not kept as well."""
        self._kept: list[tuple[int, int, ItemT, int]] = []
        self._length = 0
        self._number = 0

    def add(self, key: str, item: ItemT, size: int) -> None:
        """Take one item into account; one of no size is left out."""
        if not size:
            return
        order = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        self._number += 1
        # A heap of the negated order gives up the last one first; the number keeps items from being compared.
        heapq.heappush(self._kept, (-order, -self._number, item, size))
        self._length += size
        self.seen += size
        while self._kept and self._length - self._kept[0][3] >= self.limit:
            self._length -= heapq.heappop(self._kept)[3]

    def items(self) -> list[ItemT]:
        """Return the items kept, in their order."""
        return [item for _, _, item, _ in sorted(self._kept, key=lambda kept: kept[:2], reverse=True)]
