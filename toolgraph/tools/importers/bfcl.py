"""Berkeley Function-Calling Leaderboard: questions with their functions, and function documents with `response`."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_map
from toolgraph.tools.importers.shapes import Entry, all_objects, listed, text_of

TITLE = "BFCL questions with functions, and function documents with response"
_DOCUMENTED = frozenset({"name", "description", "parameters", "response"})
_CLASSES = "involved_classes"


def matches(document: Any) -> bool:
    """Questions that hold `function` or name classes, or functions that have a `response` and nothing foreign."""
    return all_objects(document, _is_question) or all_objects(document, _is_documented)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the functions of all questions; what several questions repeat is yielded once."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    for number, entry in enumerate(listed(document), start=1):
        where = f"entry {number}"
        if not isinstance(entry, Mapping):
            yield Skipped(where, "is no question and no function (an object)")
        elif not _is_question(entry):
            yield _function(entry, where)
        elif "function" in entry:
            yield from _functions(entry, where)
        else:
            classes = ", ".join(name for name in listed(entry[_CLASSES]) if isinstance(name, str))
            yield Skipped(where, f"names classes of functions ({classes}); import their function documents")


def _functions(question: Entry, where: str) -> Iterator[Found | Skipped]:
    where = f"question {question['id']}" if text_of(question.get("id")) else where
    functions = question["function"]
    entries = functions if isinstance(functions, list) else [functions]
    return read_each(entries, _function, place=f"{where}, function", what="function")


def _function(entry: Entry, where: str) -> Found:
    repairs: list[str] = []
    fields: dict[str, Any] = {"name": entry.get("name"), "description": entry.get("description") or ""}
    fields["parameters"] = from_map(entry.get("parameters") or {}, repairs, required=False)
    if isinstance(entry.get("response"), Mapping):
        fields["returns"] = from_map(entry["response"], repairs, required=False)
    return Found(where, fields, tuple(repairs))


def _is_question(entry: Entry) -> bool:
    return "question" in entry and ("function" in entry or _CLASSES in entry)


def _is_documented(entry: Entry) -> bool:
    return isinstance(entry.get("response"), Mapping) and "name" in entry and entry.keys() <= _DOCUMENTED
