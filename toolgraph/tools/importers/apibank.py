"""API-Bank: APIs with `input_parameters` and `output_parameters`, and the shorter form its models were given."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped, read_each
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.properties import from_map
from toolgraph.tools.importers.shapes import Entry, any_object, listed, text_of

TITLE = "API-Bank: input_parameters and output_parameters, or apiCode"


def matches(document: Any) -> bool:
    """One of the entries says `input_parameters` or is named by `apiCode`."""
    return any_object(document, _is_api, "apis", "tools")


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield the APIs; each of their parameters must be given, since none is said to be optional."""
    return mended(read_each(listed(document, "apis", "tools"), _api, what="API"))


def _api(entry: Entry, where: str) -> Found:
    repairs: list[str] = []
    given: Any = next((entry[key] for key in ("input_parameters", "parameters") if entry.get(key) is not None), {})
    returned = next((entry[key] for key in ("output_parameters", "response") if entry.get(key)), None)
    fields: dict[str, Any] = {
        "name": text_of(entry.get("name")) or text_of(entry.get("apiCode")),
        "description": entry.get("description") or "",
        "parameters": from_map(given, repairs, required=True),
    }
    if isinstance(returned, Mapping | list):
        fields["returns"] = from_map(returned, repairs, required=False)
    return Found(where, fields, tuple(repairs))


def _is_api(entry: Entry) -> bool:
    return "apiCode" in entry or ("input_parameters" in entry and "name" in entry)
