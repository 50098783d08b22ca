"""A format for tests: a shop, whose goods become tools, repaired and left out by what they are called."""

from collections.abc import Iterator
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Context, Found, Skipped

TITLE = "Shops: goods by name"


def matches(document: Any) -> bool:
    """A shop has goods."""
    return isinstance(document, dict) and "goods" in document


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield a tool for each thing; a bare name is repaired, and what is sold out is left out."""
    if document["goods"] is None:
        raise ToolSpecError("the shop is closed")
    for number, thing in enumerate(document["goods"], start=1):
        where = f"shelf {number}"
        if thing == "sold out":
            yield Skipped(where, "is sold out")
        elif isinstance(thing, str):
            yield Found(where, {"name": f"buy_{thing}"}, (f"the name '{thing}' became 'buy_{thing}'",))
        else:
            yield Found(where, thing)
