"""What a command may print of words that others wrote."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    r"""Return a text without terminal escapes and control characters; line feeds and tabs stay.

    What turns the direction of writing around goes as well: it lets a text show as something else.

    >>> clean("a\x1b[31mred\x1b[0m\x07 b")
    'ared b'
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", text))
