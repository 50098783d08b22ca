"""What results that were seen tell of the results to come: a schema of what all of them have."""

from collections.abc import Sequence
from typing import Any

from toolgraph.tools.schema import Schema, json_type

DEEPEST, MOST_KEYS, MOST_ENTRIES = 8, 60, 50
"""How far results are looked into. An object of more keys is a table by name or number; the next has others."""


def schema_of_results(values: Sequence[Any], depth: int = 0) -> Schema:
    """Return a schema that `values` meet; where they have no type in common it admits anything.

    >>> schema_of_results([{"id": 1, "tags": []}, {"id": 2.5}])["required"]
    ['id']
    >>> schema_of_results([[{"name": "Ada"}, {"name": None}]])["items"]["properties"]
    {'name': {'type': ['string', 'null']}}
    """
    known = [value for value in values if value is not None]
    types = {json_type(value) for value in known}
    if types == {"integer", "number"}:
        types = {"number"}
    if len(types) != 1 or depth == DEEPEST:
        return {}
    (kind,) = types
    schema: Schema = {"type": kind if len(known) == len(values) else [kind, "null"]}
    if kind == "array":
        entries = [entry for value in known for entry in value[:MOST_ENTRIES]]
        return {**schema, "items": schema_of_results(entries, depth + 1)}
    if kind == "object":
        keys = list(dict.fromkeys(key for value in known for key in value))
        if len(keys) > MOST_KEYS:
            return schema
        seen = {key: [value[key] for value in known if key in value] for key in keys}
        schema["properties"] = {key: schema_of_results(children, depth + 1) for key, children in seen.items()}
        if required := [key for key in keys if len(seen[key]) == len(known)]:
            schema["required"] = required
    return schema
