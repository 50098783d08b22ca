"""Names, descriptions and effects of the operations of an OpenAPI document."""

import html
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

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
_TAGS = (
    "a abbr b blockquote br center code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p "
    "pre s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul"
)
_HTML = re.compile(rf"</?(?:{'|'.join(_TAGS.split())})(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d+|#x[0-9a-fA-F]+|[lr]squo|[lr]dquo|[mn]dash|hellip);")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+|^\s{0,3}(?:-{3,}|={3,}|\*{3,})\s*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{2,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])")
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
    bounded = shortened(plain, MAX_DESCRIPTION)
    if bounded != plain:
        repairs.append(f"the description of {len(plain):,} characters was shortened")
    return bounded, tuple(repairs)


def without_html(text: str) -> str:
    """Return a text without HTML tags; anything else in angle brackets stays.

    >>> without_html("<p>The id, as <id>.</p>")
    'The id, as <id>.'
    """
    if not _HTML.search(text):
        return text
    return _tidy(html.unescape(_HTML.sub(" ", text)))


def without_markup(text: str) -> str:
    """Return a text without HTML tags, and without the links, headings and emphasis of Markdown."""
    plain = html.unescape(_HTML.sub(" ", text)) if _HTML.search(text) or _ENTITY.search(text) else text
    plain = _EMPHASIS.sub(r"\2", _HEADING.sub("", _LINK.sub(r"\1", plain)))
    return text if plain == text else _tidy(plain)


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut after a sentence where one ends in its second half."""
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: limit + 1]) if limit // 2 < match.end() <= limit]
    return text[: ends[-1]] if ends else text[: limit - 1].rpartition(" ")[0].rstrip() + "…"


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    tidy = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return re.sub(r" +([.,;:!?])(?=\s|$)", r"\1", tidy)


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
