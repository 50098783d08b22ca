"""Writing: the language of a text, which nobody who writes the text has to state."""

import re
from functools import lru_cache
from typing import Any

from toolgraph.tools.definition import Definition
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_LANGUAGE = re.compile(r"\b(?:lang|languages?|locale)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:targets?|to|into|output|destination|desired|prefer\w*|translat\w+|results?|respon\w+|returned|reply|replies)\b",
    re.IGNORECASE,
)
"""What is said of a language that is not the text's own but one to come."""
_TEXT = re.compile(
    r"\b(?:texts?|sentences?|content|body|messages?|documents?|paragraphs?|essay|comment|transcript|review|article|words?)$",
    re.IGNORECASE,
)
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}|[0-9]{3}))*")
_IS_ENGLISH = re.compile(r"(?i:english(?:\W.*)?|en|eng|en[-_](?:[a-z]{2}|001))")
_COMMON = frozenset(
    "the and that this is are was with for you my me it of to in on at a an i have has not be can could would please "
    "what how which from there some want need".split()
)
_ENOUGH = 3
"""So many different common words show that a message is in English."""
_WORDS = re.compile(r"[^\W\d_]+")


def names_language(field: Field) -> bool:
    """Say whether a field names a language or a locale."""
    return bool(_LANGUAGE.search(split_words(field.name)))


def is_locale(value: Any) -> bool:
    """Say whether a value looks like the code of a language, which nobody says: `en`, `pt-BR`."""
    return isinstance(value, str) and _LOCALE.fullmatch(value) is not None


def names_own_language(field: Field, tool: ToolSpec) -> bool:
    """Say whether a field names the language of a text that its tool is given, and not one to translate it into."""
    if not names_language(field) or _OTHER.search(split_words(field.name)) or _OTHER.search(field.description):
        return False
    return _takes_text(Definition(tool))


def is_english(language: Any) -> bool:
    """Say whether a value is the name or a code of the language that users write: `English`, `en-US`."""
    return isinstance(language, str) and _IS_ENGLISH.fullmatch(language.strip()) is not None


def is_written_in(language: Any, text: str) -> bool:
    """Say whether a text is plainly in a language, given by its name or its code; English is the one that is known.

    >>> is_written_in("en-US", "Please check this for me: I has a dog.")
    True
    >>> is_written_in("English", "Lisboa")
    False
    """
    return is_english(language) and len(_COMMON.intersection(_WORDS.findall(text.casefold()))) >= _ENOUGH


@lru_cache(maxsize=4096)
def _takes_text(definition: Definition) -> bool:
    fields = definition.tool.parameter_fields
    return any(
        "string" in field.types and "enum" not in field.schema and _TEXT.search(split_words(field.name))
        for field in fields
    )
