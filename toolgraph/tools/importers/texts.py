"""Descriptions as they are found: HTML made plain, and parameters that only the text describes."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

from toolgraph.tools.importers.python_docstrings import read_docstring
from toolgraph.tools.schema import Schema

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_ALONE = frozenset("br hr img p li input col wbr".split())
_PAIRED = frozenset(
    "a abbr b big blockquote body center cite code dd del details div dl dt em figure font h1 h2 h3 h4 h5 h6 head html "
    "i ins kbd label mark ol p pre q s samp section small span strike strong style sub summary sup table tbody td "
    "tfoot th thead title tr tt u ul var".split()
)
_BREAKS = frozenset(
    "br p div li ul ol tr table pre blockquote h1 h2 h3 h4 h5 h6 hr dt dd section summary details".split()
)
_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_SECTION = re.compile(
    r"^[ \t]*(?:(?:Args|Arguments|Parameters|Params|Keyword Args):|:param\s|@param\s|Parameters\s*\n\s*-{3,})",
    re.MULTILINE,
)
_SUBSCHEMAS = ("items", "not", "additionalProperties", "contains", "if", "then", "else")
_SCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
_SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_MAX_DEPTH = 60


def plain_text(text: str) -> str:
    """Return a text without HTML: tags removed, line breaks kept, characters for their entities.

    A word in angle brackets that is no tag, or is never closed, is a placeholder and stays.

    >>> plain_text("<p>The <b>city</b> &amp; its <code></p>")
    'The city & its <code>'
    """
    if "<" in text:
        text = _UNSEEN.sub("", text)
        closed = {match[2].lower() for match in _TAG.finditer(text) if match[1]}
        tags = _ALONE | (_PAIRED & closed)
        replaced = _TAG.sub(lambda match: _instead(match, tags), text)
        text = text if replaced == text else tidied(replaced)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def tidied(text: str) -> str:
    """Return a text without the space at the ends of its lines, and with one empty line at most between two others."""
    text = re.sub(r"[ \t\r]*\n[ \t\r]*", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _instead(match: re.Match[str], tags: frozenset[str]) -> str:
    is_closing, tag = bool(match[1]), match[2].lower()
    if tag not in tags:
        return match[0]
    if tag == "li":
        return "" if is_closing else "\n- "
    if tag in ("td", "th"):
        return " "
    return "\n" if tag in _BREAKS else ""


def with_plain_texts(schema: Any, depth: int = 0) -> Any:
    """Return a schema with each description in it made plain; the same object where there was nothing to do."""
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return schema
    changed: dict[str, Any] = {}
    description = schema.get("description")
    if isinstance(description, str) and (plain := plain_text(description)) != description:
        changed["description"] = plain

    def deeper(child: Any) -> Any:
        return with_plain_texts(child, depth + 1)

    for keyword, value in schema.items():
        new = over_children(keyword, value, deeper)
        if new is not value:
            changed[keyword] = new
    return {**schema, **changed} if changed else schema


def over_children(keyword: str, value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with `change` made to each schema in it; the same object where none of them changed."""
    if keyword in _SUBSCHEMAS and isinstance(value, Mapping):
        return change(value)
    if keyword in _SCHEMA_MAPS and isinstance(value, Mapping):
        children = {name: change(child) for name, child in value.items()}
        return children if any(children[name] is not value[name] for name in value) else value
    if keyword in _SCHEMA_LISTS and isinstance(value, list):
        items = [change(child) for child in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def described_from_text(parameters: Schema, text: str) -> tuple[Schema, tuple[str, ...]]:
    """Return parameters with the descriptions that the tool's own text gives them, and which were taken from there.

    The text is read as a docstring ("Args:", ":param", NumPy's "Parameters"). Where the schema describes any parameter
    itself, it is left alone.
    """
    properties = parameters.get("properties")
    if not isinstance(properties, Mapping) or not properties or not _SECTION.search(text):
        return parameters, ()
    if any(not isinstance(child, Mapping) or child.get("description") for child in properties.values()):
        return parameters, ()
    documented = read_docstring(text).parameters
    told = {name: said.text for name, said in documented.items() if name in properties and said.text}
    if not told:
        return parameters, ()
    described = {
        name: {**child, "description": told[name]} if name in told else child for name, child in properties.items()
    }
    return {**parameters, "properties": described}, tuple(told)
