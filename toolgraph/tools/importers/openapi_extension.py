"""`x-toolgraph`: what OpenAPI has no words for, as toolgraph's own export says it of an operation.

`effects` says what the verb only hints at, and `origin` is there where operations differ in it. `arguments` is `"body"`
where the body is the whole arguments object, or the keywords of that object beside the parameters of a query.
`definitions` says what `$defs` of the parameters and of the returns call a component that has another name.
"""

from collections.abc import Mapping
from typing import Any, get_args

from toolgraph.tools.references import local_path, reference_to, rewritten
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
    fields = {**fields, **told}
    names = extension.get("definitions")
    for side in ("parameters", "returns"):
        given = names.get(side) if isinstance(names, Mapping) else None
        if isinstance(given, Mapping) and isinstance(fields.get(side), Mapping):
            fields[side] = _with_names(fields[side], given)
    return fields


def _with_names(schema: Mapping[str, Any], names: Mapping[str, Any]) -> Mapping[str, Any]:
    """`schema` with its definitions called as `names` say, as long as no two are called the same."""
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, Mapping):
        return schema
    called = {name: names[name] if isinstance(names.get(name), str) else name for name in definitions}
    if not called or len(set(called.values())) < len(called):
        return schema

    def place(reference: str) -> str:
        path = local_path(reference)
        if not path or path[0] != "$defs" or len(path) < 2 or called.get(path[1], path[1]) == path[1]:
            return reference
        return reference_to(("$defs", called[path[1]], *path[2:]))

    moved = rewritten(schema, place)
    return {**moved, "$defs": {called[name]: child for name, child in moved["$defs"].items()}}
