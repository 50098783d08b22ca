"""Stems: what a word has in common with its other forms, so that `rated`, `rating` and `rates` are all of `rate`."""

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    "whether true false should this that with from when which default the and for are was has any all you can".split()
)
_WHOLE = frozenset(
    "evening morning during nothing something anything everything ceiling united news goods always perhaps besides "
    "species series lens does".split()
)
"""Words that only look as if they ended in a suffix."""
_SUFFIX = re.compile(r"(.*[aeiouy].*)(?:ing|ed)")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1")
_SHORT = re.compile(r"[^aeiou]*[aeiouy][b-df-hj-np-tvz]")
"""One short syllable, which doubles its last letter before a suffix: so `rating` is of `rate`, not of `rat`."""


@lru_cache(maxsize=65536)
def stems_in(text: str) -> frozenset[str]:
    """Return the stems of a text's words; two texts speak of the same where these meet.

    A word has several: its first five letters, and what it may be without its endings.

    >>> stems_in("How is it rated?") & stems_in("ratings"), stems_in("rated") & stems_in("rather")
    (frozenset({'rate'}), frozenset())
    """
    return beginnings_in(text) | {base for word in _words(text) for base in _bases(word)}


@lru_cache(maxsize=65536)
def beginnings_in(text: str) -> frozenset[str]:
    """Return the first five letters of each word of a text: the stems alone by which whole descriptions may meet."""
    return frozenset(word[:5] for word in _words(text))


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text.casefold()) if word not in _COMMON)


def _bases(word: str) -> Iterator[str]:
    """What a word may be without a plural, an `-ing` or an `-ed`."""
    yield word
    if word in _WHOLE or not word.isascii():
        return
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
        yield word
        if word.endswith(("xe", "che", "she", "sse")):
            yield word[:-1]
    if word.endswith("ied"):
        yield f"{word[:-3]}y"
    suffixed = _SUFFIX.fullmatch(word)
    base = suffixed[1] if suffixed else ""
    if len(base) < 2 or base[-1] in "aei":
        return
    if _DOUBLED.search(base, len(base) - 2):
        yield base[:-1]
    if not _SHORT.fullmatch(base):
        yield base
    yield f"{base}e"
