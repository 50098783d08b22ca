"""What an operation returns: the schema of its best successful response."""

from collections.abc import Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_budget import BOUNDLESS, bounded
from toolgraph.tools.importers.openapi_extension import is_exported
from toolgraph.tools.importers.openapi_references import References
from toolgraph.tools.importers.openapi_schemas import Collected, Schemas
from toolgraph.tools.schema import Schema

_NOTHING = {"204", "205", "304"}


def returns_of(
    operation: Mapping[str, Any], base: str, schemas: Schemas
) -> tuple[Schema | None, tuple[str, ...]]:  # fmt: skip
    """Return the schema of a result, or none where nothing is said of it, and what was repaired."""
    given = operation.get("responses")
    responses: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    repairs: list[str] = []
    for code in _best_first(responses):
        try:
            response, place = schemas.references.resolve(responses[code], base)
        except ToolSpecError as error:
            repairs.append(f"the response {code} was left out: {error}")
            continue
        found = _schema(response, code, place, schemas.references)
        if found is None:
            continue
        collected = Collected()
        converted = schemas.convert(*found, "out", collected)
        if isinstance(converted, dict) and (converted or is_exported(operation)):
            schema, more = bounded(
                converted, collected, schemas, "out", budget=BOUNDLESS if is_exported(operation) else None
            )
            return schema, (*repairs, *more)
        repairs += [f"the response {code} says nothing of its form: {text}" for text in collected.repairs]
    return None, tuple(repairs)


def schema_of_content(content: Any, base: str, references: References) -> tuple[str, Any, str] | None:
    """Return the media type that is read best (JSON, forms, any other), its schema, and where that stands.

    Raises:
        ToolSpecError: its reference cannot be followed.
    """
    if not isinstance(content, Mapping) or not content:
        return None
    media_type = min(content, key=lambda name: (_rank(name), list(content).index(name)))
    media, base = references.resolve(content[media_type], base)
    return media_type, media.get("schema") if isinstance(media, Mapping) else None, base


def is_json(media_type: str) -> bool:
    """Say whether a media type is JSON, under any of its names."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith(("+json", "/json"))


def _rank(media_type: str) -> int:
    plain = media_type.partition(";")[0].strip().lower()
    if plain == "application/json":
        return 0
    if is_json(plain):
        return 1
    forms = ("*/*", "application/*", "application/x-www-form-urlencoded", "multipart/form-data")
    return 2 + (forms.index(plain) if plain in forms else len(forms))


def _best_first(responses: Mapping[str, Any]) -> list[str]:
    """200, 201, the other successes, `2XX`; `default` only where there is no success, since it is the error then."""
    codes = [code for code in responses if code[:1] == "2" and len(code) == 3]
    if not codes:
        return ["default"] if "default" in responses else []
    ordered = sorted(codes, key=lambda code: (code not in ("200", "201"), not code.isdigit(), code))
    return [code for code in ordered if code not in _NOTHING]


def _schema(response: Any, code: str, base: str, references: References) -> tuple[Any, str] | None:
    if not isinstance(response, Mapping):
        return None
    if code == "default" and "error" in str(response.get("description", "")).lower():
        return None
    if isinstance(response.get("schema"), Mapping):
        return response["schema"], base
    try:
        found = schema_of_content(response.get("content"), base, references)
    except ToolSpecError:
        return None
    return (found[1], found[2]) if found and isinstance(found[1], Mapping) else None
