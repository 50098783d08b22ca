"""`x-toolgraph`: what OpenAPI has no words for, as toolgraph's own export says it of an operation.

`effects` says what the verb only hints at, and `origin` is there where operations differ in it. `arguments` is `"body"`
where the body is the whole arguments object, or the keywords of that object beside the parameters of a query.
"""

from collections.abc import Mapping
from typing import Any, get_args

from toolgraph.tools.spec import Effects

EXTENSION = "x-toolgraph"


def is_exported(operation: Mapping[str, Any]) -> bool:
    """Say whether toolgraph has written an operation, so that nothing in it has to be guessed or repaired."""
    return isinstance(operation.get(EXTENSION), Mapping)


def is_exported_document(document: Mapping[str, Any]) -> bool:
    """Say whether toolgraph has written the operations of a document."""
    paths = document.get("paths")
    items = [item for item in (paths.values() if isinstance(paths, Mapping) else ()) if isinstance(item, Mapping)]
    return any(
        is_exported(operation) for item in items for operation in item.values() if isinstance(operation, Mapping)
    )


def whole_body(operation: Mapping[str, Any]) -> Any:
    """Return the schema of the body where that is the whole arguments object, else none."""
    if not is_exported(operation) or operation[EXTENSION].get("arguments") != "body":
        return None
    here: Any = operation
    for key in ("requestBody", "content", "application/json", "schema"):
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else None


def restored(fields: dict[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields read from an operation with what its extension says of them instead."""
    if not is_exported(operation):
        return fields
    extension = operation[EXTENSION]
    told: dict[str, Any] = {}
    if extension.get("effects") in get_args(Effects):
        told["effects"] = extension["effects"]
    for name, key in (("name", "operationId"), ("description", "description")):
        if isinstance(operation.get(key), str):
            told[name] = operation[key]
    if isinstance(extension.get("arguments"), Mapping):
        told["parameters"] = {**fields["parameters"], **extension["arguments"]}
    if isinstance(extension.get("origin"), Mapping):
        origin = {key: text for key, text in extension["origin"].items() if key in ("api", "licence")}
        told["origin"] = {
            **fields.get("origin", {}),
            **{key: text for key, text in origin.items() if type(text) is str},
        }
    return {**fields, **told}
