"""Names, descriptions and effects of the operations of an OpenAPI document."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from toolgraph.tools.importers.texts import plain_text, tidied
from toolgraph.tools.inference import COMPUTE, SEARCH, name_parts
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import Effects

MAX_NAME = 64
"""The longest name that model servers accept for a function."""
MAX_DESCRIPTION = 1000
_CALLABLE = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_NAME}}}")
_READING = SEARCH | COMPUTE | frozenset("get fetch retrieve read describe lookup preview".split())
_EFFECTS: dict[str, Effects] = {
    "get": "reads", "head": "reads", "options": "reads", "trace": "reads", "query": "reads", "delete": "deletes",
}  # fmt: skip
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^\s{0,3}(?:#(?=\s+[A-Z])|#{2,6}(?=\s))\s+|^\s{0,3}(?:-{3,}|={3,}|\*{3,})\s*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{2,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])")
_ITALIC = re.compile(r"(?<!\w)_(?=\S)([^_\n]*\s[^_\n]*)(?<=\S)_(?!\w)")
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)")


class Name(NamedTuple):
    """The name of a tool."""

    text: str
    repair: str
    """Why it is not the owner's, or empty."""


def tool_name(operation: Mapping[str, Any], verb: str, path: str, taken: set[str]) -> Name:
    """Return a name that a model can call, unlike all in `taken`: the `operationId`, else one of verb and path."""
    given = operation.get("operationId")
    given = given.strip() if isinstance(given, str) else ""
    callable_name = _callable(given)
    base = callable_name or _callable(_words_of_path(verb, path))
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base[: MAX_NAME - len(str(number)) - 1]}_{number}"
    if not callable_name:
        return Name(name, f"the operation has no name that can be called; it was named '{name}' after its path")
    if name == given:
        return Name(name, "")
    if name != base:
        return Name(name, f"the name '{given}' is that of another operation too; it became '{name}'")
    return Name(name, f"the name '{given}' cannot be called as it is; it became '{name}'")


def effects_of_operation(verb: str, path: str, name: str) -> Effects:
    """Return what a call changes: the verb says it, and for POST also a name such as `search`, which reads.

    >>> effects_of_operation("post", "/flights/search", "")
    'reads'
    """
    if verb == "post":
        last = next((part for part in reversed(path.split("/")) if part and "{" not in part), "")
        words = split_words(last).split()
        if name_parts(name).verb in _READING or (words and words[0] in SEARCH | COMPUTE):
            return "reads"
    return _EFFECTS.get(verb, "writes")


def description_of(operation: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return summary and description of an operation as one text without markup, and what was repaired in it."""
    summary, description = (
        text.strip() if isinstance(text := operation.get(key), str) else "" for key in ("summary", "description")
    )
    plain_summary, plain = without_markup(summary), without_markup(description)
    repairs = ["markup was removed from the description"] if (plain_summary, plain) != (summary, description) else []
    if plain_summary and not _starts_with(plain, plain_summary):
        plain = f"{_as_sentence(plain_summary)} {plain}" if plain else plain_summary
    if operation.get("deprecated") is True:
        repairs.append("the operation is deprecated; it was kept, and its description says so")
        plain = plain if "deprecated" in plain.lower() else f"Deprecated. {plain}".strip()
    bounded = shortened(plain, MAX_DESCRIPTION)
    if bounded != plain:
        repairs.append(f"the description of {len(plain):,} characters was shortened")
    return bounded, tuple(repairs)


def without_markup(text: str) -> str:
    """Return a text without HTML tags, and without the links, headings and emphasis of Markdown."""
    plain = plain_text(text)
    plain = _ITALIC.sub(r"\1", _HEADING.sub("", _LINK.sub(r"\1", plain)))
    plain = _EMPHASIS.sub(r"\2", plain)
    return text if plain == text else tidied(plain)


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut after a sentence where one ends in its second half."""
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: limit + 1]) if limit // 2 < match.end() <= limit]
    return text[: ends[-1]] if ends else text[: limit - 1].rpartition(" ")[0].rstrip() + "…"


def _starts_with(text: str, start: str) -> bool:
    return text.lower().startswith(start.lower().rstrip(". "))


def _as_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "。")) else f"{text}."


def _callable(name: str) -> str:
    """`name` itself where it can be called, else what is left of it, or nothing."""
    if _CALLABLE.fullmatch(name):
        return name
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:MAX_NAME].strip("_")


def _words_of_path(verb: str, path: str) -> str:
    """`get_pets_by_pet_id` for GET /pets/{petId}."""
    words = [verb.lower()]
    for part in path.strip("/").split("/"):
        for piece in re.findall(r"\{[^{}]*\}|[^{}]+", part):
            plain = split_words(re.sub(r"[^A-Za-z0-9]+", " ", piece)).replace(" ", "_")
            words += ([f"by_{plain}"] if piece.startswith("{") else [plain]) if plain else []
    return "_".join(words)
