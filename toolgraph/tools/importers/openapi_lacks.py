"""What is missing from an OpenAPI document that is only the first part of one, and is YAML all the same."""

from collections.abc import Collection, Mapping
from typing import Any

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_MOST_MISSPELT = 2
"""How many references into a section that is there may lead nowhere and be mistakes."""
_SECTIONS = {"openapi": ("components",), "swagger": ("definitions", "parameters", "responses")}
"""Where a document of each kind keeps what its operations refer to."""


def cut_of(document: Mapping[str, Any], dangling: Collection[str]) -> str:
    """Return what shows that a document ends too early, or an empty text.

    Args:
        document: What there is of it; its `paths` hold something.
        dangling: The references in it that lead nowhere.
    """
    sections = _SECTIONS["openapi" if "openapi" in document else "swagger"]
    gone = [
        reference for reference in dangling for name in sections
        if reference.startswith(f"#/{name}/") and not document.get(name)
    ]  # fmt: skip
    if gone:
        return f"{_lead_nowhere(gone)}, since it has no '{gone[0].split('/')[1]}'"
    if list(document)[-1] == "components":
        gone = [reference for reference in dangling if _is_of_missing_kind(reference, document["components"])]
        if len(gone) > _MOST_MISSPELT:
            return f"{_lead_nowhere(gone)}, since its 'components', the last it has, hold no '{gone[0].split('/')[2]}'"
    return _half_operation(document["paths"]) if list(document)[-1] == "paths" else ""


def lack_of(document: Mapping[str, Any], dangling: Collection[str]) -> str:
    """Return what makes it likely that parts are missing from a document that is not cut off, or an empty text."""
    is_section_gone = any(not document.get(reference[2:].split("/")[0]) for reference in dangling)
    return _lead_nowhere(dangling) if is_section_gone or len(dangling) > _MOST_MISSPELT else ""


def _is_of_missing_kind(reference: str, components: Any) -> bool:
    """Whether a reference is to a kind of component, such as parameters, of which there is not one."""
    parts = reference.split("/")
    return parts[:2] == ["#", "components"] and len(parts) > 2 and not components.get(parts[2])


def _lead_nowhere(references: Collection[str]) -> str:
    number, first = len(references), next(iter(references))
    return f"{number:,} {'reference leads' if number == 1 else 'references lead'} nowhere, such as '{first}'"


def _half_operation(paths: Mapping[str, Any]) -> str:
    """The last operation, where nothing stands after it and it lacks the responses that all others have."""
    path, item = list(paths.items())[-1]
    if not isinstance(item, Mapping) or not item:
        return f"its last path, {path}, is empty"
    if list(item)[-1] not in VERBS:
        return ""
    operations = [
        (f"{verb.upper()} {path}", value)
        for path, item in paths.items()
        for verb, value in (item.items() if isinstance(item, Mapping) else ())
        if verb in VERBS
    ]
    have_responses = [isinstance(value, Mapping) and bool(value.get("responses")) for _, value in operations]
    if len(operations) > 1 and all(have_responses[:-1]) and not have_responses[-1] and "$ref" not in operations[-1][1]:
        return f"its last operation, {operations[-1][0]}, has no responses, as all others have"
    return ""
