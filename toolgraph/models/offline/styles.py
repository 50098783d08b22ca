"""Styles of talking: what each does to a finished text, the values in it left untouched."""

import random
import re
from collections.abc import Callable

from toolgraph.models.offline.banks import load_words
from toolgraph.tools.names import split_words

VALUE_START, VALUE_END = "\x02", "\x03"
"""Marks around a value in a text under construction: nothing between them may be altered."""
_PROTECTED = re.compile(f"{VALUE_START}[^{VALUE_END}]*{VALUE_END}")
_WORD = re.compile(r"\b[a-z]{5,}\b")
_ARTICLE = re.compile(r"(?<=[a-z] )(the|a|an) (?=[a-z])")

_IN_A_VALUE = f"[^{VALUE_START}{VALUE_END}]*{VALUE_END}"
_TWO_ENDS = re.compile(rf"(?<!\.)([.!?](?:{VALUE_END}|(?!{_IN_A_VALUE})))\.(?=\s|$)")
"""A sentence that ends in a value which has a full stop of its own needs no other."""


def styles() -> tuple[str, ...]:
    """Return the names of the styles."""
    return tuple(load_words("user")["styles"])


def manner_of(style: str) -> str:
    """Return what a style is like, as a language model is told it; its name, where nothing more is known.

    >>> manner_of("plain")
    'everyday words and whole sentences; neither curt nor effusive'
    """
    known = load_words("user")["styles"].get(style)
    return "; ".join(known["manner"]) if known else split_words(style)


def protect(text: str) -> str:
    """Mark a value so that no style alters it."""
    return f"{VALUE_START}{text}{VALUE_END}"


def unprotect(text: str) -> str:
    """Remove the marks."""
    return text.replace(VALUE_START, "").replace(VALUE_END, "")


def apply_style(text: str, style: str, chooser: random.Random) -> str:
    """Return the text as somebody of that style would have typed it."""
    change = _CHANGES.get(style)
    changed = change(text, chooser) if change else text
    return unprotect(_TWO_ENDS.sub(r"\1", changed))


def _around_values(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to what stands between the values."""
    pieces = _PROTECTED.split(text)
    values = _PROTECTED.findall(text)
    changed = [change(piece) for piece in pieces]
    return "".join(part for pair in zip(changed, [*values, ""], strict=True) for part in pair)


def _careless(text: str, chooser: random.Random) -> str:
    """No capitals at the start, no full stop at the end, now and then."""
    if chooser.random() < 0.55:
        text = _around_values(
            text, lambda piece: re.sub(r"(?<![A-Z])\b([A-Z])(?=[a-z]+\b)(?!')", lambda found: found[1].lower(), piece)
        )
    if chooser.random() < 0.5 and text.endswith("."):
        text = text[:-1]
    return text


def _typos(text: str, chooser: random.Random) -> str:
    left = chooser.choice((0, 1, 1, 2))

    def slip(found: re.Match[str]) -> str:
        nonlocal left
        word = found[0]
        if left == 0 or chooser.random() > 0.18:
            return word
        left -= 1
        at = chooser.randrange(1, len(word) - 2)
        match chooser.randrange(3):
            case 0:
                return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
            case 1:
                return f"{word[:at]}{word[at + 1 :]}"
            case _:
                return f"{word[:at]}{word[at]}{word[at:]}"

    text = _around_values(text, lambda piece: _WORD.sub(slip, piece))
    return _careless(text, chooser) if chooser.random() < 0.4 else text


def _dropped_articles(text: str, chooser: random.Random) -> str:
    return _around_values(
        text, lambda piece: _ARTICLE.sub(lambda found: "" if chooser.random() < 0.3 else f"{found[1]} ", piece)
    )


_CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "terse": _careless,
    "hurried": _careless,
    "blunt": _careless,
    "typo_prone": _typos,
    "non_native": _dropped_articles,
}
