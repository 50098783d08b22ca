"""OpenAI `tools`: `{"type": "function", "function": {"name", "description", "parameters"}}`."""

from collections.abc import Mapping
from typing import Any

from toolgraph.tools.importers.properties import is_object_schema

_KEYS = frozenset({"type", "name", "description", "parameters", "strict", "returns", "response"})


def matches(entry: Mapping[str, Any]) -> bool:
    """The function stands inside the entry; a bare function is plain JSON Schema."""
    return isinstance(entry.get("function"), Mapping)


def read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, description and parameters of the function inside, or of the function that the entry is."""
    function = entry["function"] if matches(entry) else entry
    fields = {key: function[key] for key in ("name", "description", "parameters") if function.get(key) is not None}
    returns = function.get("returns") or function.get("response")
    return {**fields, "returns": returns} if isinstance(returns, Mapping) else fields


class ToldOpenai:
    """OpenAI's functions where somebody says that they are: also those that stand alone."""

    @staticmethod
    def matches(entry: Mapping[str, Any]) -> bool:
        """The function may be the entry, which holds nothing else then."""
        parameters = entry.get("parameters") or {"type": "object"}
        is_function = "name" in entry and entry.keys() <= _KEYS
        return matches(entry) or (is_function and isinstance(parameters, Mapping) and is_object_schema(parameters))

    read = staticmethod(read)
