"""OpenAI `tools`: `{"type": "function", "function": {"name", "description", "parameters"}}`."""

from collections.abc import Mapping
from typing import Any


def matches(entry: Mapping[str, Any]) -> bool:
    """The function stands inside the entry; a bare function is plain JSON Schema."""
    return isinstance(entry.get("function"), Mapping)


def read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, description and parameters of the function inside."""
    function = entry["function"]
    fields = {key: function[key] for key in ("name", "description", "parameters") if function.get(key) is not None}
    returns = function.get("returns") or function.get("response")
    return {**fields, "returns": returns} if isinstance(returns, Mapping) else fields
