"""Phrases of a message: a list, a number of things, a text on one line or cut short."""

from collections.abc import Sequence


def listed(parts: Sequence[str]) -> str:
    """Return parts as one list.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def counted(number: int, noun: str) -> str:
    """Return how many there are of something whose plural ends in -s.

    >>> counted(1, "edge"), counted(0, "edge"), counted(1200, "edge")
    ('1 edge', '0 edges', '1,200 edges')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def on_one_line(text: str) -> str:
    r"""Return a text on one line that can be written: a model, or a tool, may spell half a character.

    >>> on_one_line(" no\n such \ud800 room")
    'no such ? room'
    """
    return " ".join(text.split()).encode(errors="replace").decode()


def shortened(text: str, most: int) -> str:
    """Return a text, cut where it has more than `most` characters.

    >>> shortened("hotel", 5), shortened("hotels", 5)
    ('hotel', 'hote…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
