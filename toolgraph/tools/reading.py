"""Reading: the tools in a file, whatever its format, with what was repaired, left out, or could not be used."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import Document, documents_in, read_documents
from toolgraph.tools.importers import COLLECTIONS, DOCUMENTS, IMPORTERS, Entry, Importer, json_schema, native, openai
from toolgraph.tools.importers.items import Context, DocumentImporter, Found, Skipped
from toolgraph.tools.importers.mending import described
from toolgraph.tools.sources import File
from toolgraph.tools.spec import ToolSpec

MAX_REFUSED = 10_000
"""After how many entries that are no tools, and none that is, a file is given up."""
_TEXT_FORMATS = frozenset({"python"})


class Read(NamedTuple):
    """A tool, where it stands, and how it was read."""

    where: str
    tool: ToolSpec
    format: str
    repairs: tuple[str, ...] = ()
    is_collected: bool = False
    """Whether it says which collection it was gathered from, where names were never unique."""
    is_certain: bool = True
    """Whether it is a tool by more than its name."""


class Refused(NamedTuple):
    """An entry of a list of tools that cannot be used: a mistake, unlike what is `Skipped` for being no tool."""

    where: str
    reason: str


Item = Read | Skipped | Refused


def format_names() -> tuple[str, ...]:
    """Return the names of all formats, most particular first."""
    return (*DOCUMENTS, *IMPORTERS)


def require_format(name: str | None) -> None:
    """Refuse the name of a format that there is not.

    Raises:
        ToolSpecError: there is no such format.
    """
    if name is not None and name not in format_names():
        raise ToolSpecError(f"there is no format '{name}'; choose one of {', '.join(format_names())}")


def read_file(file: File, *, format: str | None = None, allow_remote: bool = False) -> Iterator[Item]:
    """Yield what stands in a file, in its order; the format is seen from each document if it is not given.

    Raises:
        ToolSpecError: the file cannot be read or parsed, or nothing in a document of its format can be used.
    """
    refused, is_catalogue = 0, False
    for item in _items_of(file, format, Context(path=file.path, allow_remote=allow_remote)):
        refused += isinstance(item, Refused)
        is_catalogue = is_catalogue or isinstance(item, Read)
        yield item
        if refused >= MAX_REFUSED and not is_catalogue:
            return


def _items_of(file: File, format: str | None, context: Context) -> Iterator[Item]:
    for document in _documents(file, as_text=format in _TEXT_FORMATS):
        if document.fault:
            yield Refused(document.where, document.fault)
            continue
        try:
            yield from _items(document, context, format)
        except RecursionError:
            yield Refused(document.where, "is nested too deeply")


class Way(NamedTuple):
    """How entries are read that are tools of their own."""

    importers: Mapping[str, Importer] = IMPORTERS
    is_mended: bool = False
    """Whether texts are made plain and parameters described by them; what somebody was shown is left as it was."""


def read_plain(document: Any, where: str, way: Way = Way()) -> Iterator[Read | Refused]:  # noqa: B008 -- immutable
    """Yield the tools of a document that is a tool, a list of them, or an object with `tools` or `functions`."""
    shared: dict[str, str] = {"file": where.split(", line ")[0]}
    if isinstance(document, Mapping):
        inner = next((document[key] for key in ("tools", "functions") if isinstance(document.get(key), list)), None)
        if isinstance(document.get("result"), Mapping):
            inner = document["result"].get("tools")
        if inner is None:
            yield _plain_item(document, where, shared, way)
            return
        shared |= {key: document[key] for key in ("api", "category", "licence") if isinstance(document.get(key), str)}
        document = inner
    if not isinstance(document, list):
        yield Refused(where, f"expected a tool or a list of tools, found {type(document).__name__}")
        return
    for number, entry in enumerate(document, start=1):
        yield _plain_item(entry, f"{where}, entry {number}", shared, way)


def read_found(items: Iterable[Found | Skipped], *, where: str, format: str) -> Iterator[Read | Skipped]:
    """Yield what an importer of documents, or a live server, has found, as tools; `where` is put before each place."""
    for item in items:
        place = f"{where}, {item.where}" if item.where else where
        if isinstance(item, Skipped):
            yield Skipped(place, item.reason)
            continue
        try:
            tool = _tool(item.fields, place, {"file": where.split(", line ")[0]})
        except ToolSpecError as error:
            yield Skipped(place, str(error).removeprefix(f"{place}: "))
        else:
            yield Read(place, tool, format, item.repairs, format in COLLECTIONS)


def _documents(file: File, *, as_text: bool) -> Iterator[Document]:
    if file.path is not None:
        yield from read_documents(file.path, as_text=as_text)
        return
    import sys

    yield from documents_in(sys.stdin.buffer, None, as_text=as_text)


def _items(document: Document, context: Context, format: str | None) -> Iterator[Item]:
    where, value = document.where, document.value
    if format in IMPORTERS:
        yield from read_plain(value, where, Way({format: IMPORTERS[format]}, is_mended=True))
        return
    name = format or next((name for name, importer in DOCUMENTS.items() if importer.matches(value)), None)
    if name is None:
        yield from read_plain(value, where, Way(is_mended=True))
        return
    found = _found(DOCUMENTS[name], value, context, where, is_told=format is not None)
    yield from read_found(found, where=where, format=name)


def _found(
    importer: DocumentImporter, value: Any, context: Context, where: str, *, is_told: bool
) -> Iterator[Found | Skipped]:
    try:
        yield from importer.read(value, context)
    except ToolSpecError as error:
        raise ToolSpecError(f"{where}: {error}") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        if not is_told or importer.matches(value):
            raise
        raise ToolSpecError(f"{where}: cannot be read as {importer.TITLE}") from error


def _plain_item(entry: Any, where: str, shared: Mapping[str, str], way: Way) -> Read | Refused:
    try:
        return _plain(entry, where, shared, way)
    except ToolSpecError as error:
        return Refused(where, str(error).removeprefix(f"{where}: "))
    except RecursionError:
        return Refused(where, "is nested too deeply")


def _plain(entry: Any, where: str, shared: Mapping[str, str], way: Way) -> Read:
    if not isinstance(entry, Mapping):
        raise ToolSpecError(f"{where}: expected a tool (an object), found {type(entry).__name__}")
    importers = way.importers
    name = next((name for name, importer in importers.items() if importer.matches(entry)), None)
    if name is None:
        raise ToolSpecError(f'{where}: is not a tool; expected an object with "name" and "parameters"')
    fields: dict[str, Any] = importers[name].read(entry)
    repairs: tuple[str, ...] = ()
    if (
        way.is_mended and importers[name] is not native
    ):  # toolgraph's own tools went through this when they were imported
        fields, repairs = described(fields)
    tool = _tool(fields, where, shared)
    is_certain = _is_certain(entry, is_whole_file=where == shared["file"])
    return Read(where, tool, name, repairs, is_collected="source" in entry, is_certain=is_certain)


def _is_certain(entry: Entry, *, is_whole_file: bool) -> bool:
    """Say whether an entry is a tool by more than its name, which people, packages and parameters have as well."""
    if native.matches(entry) or openai.matches(entry):
        return True
    if any(isinstance(entry.get(key), Mapping) for key in json_schema.INPUTS):
        return True
    return not is_whole_file and isinstance(entry.get("description"), str) and "in" not in entry


def _tool(fields: Mapping[str, Any], where: str, shared: Mapping[str, str]) -> ToolSpec:
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ToolSpecError(f'{where}: the tool has no name; add "name"')
    _require_schema(fields.get("parameters"), f"{where}: tool '{name}'", "parameters")
    origin = fields.get("origin")
    origin = {**shared, **(origin if isinstance(origin, Mapping) else {})}
    try:
        return ToolSpec.model_validate({**fields, "origin": origin})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ToolSpecError(f"{where}: tool '{name}' has an invalid '{place}' ({first['msg']})") from error


def _require_schema(schema: Any, where: str, name: str) -> None:
    """Refuse what no reading could turn into an object schema; quirks of real catalogues pass."""
    if schema is None:
        return
    if not isinstance(schema, Mapping):
        raise ToolSpecError(f"{where}: '{name}' must be a JSON Schema object, found {type(schema).__name__}")
    properties = schema.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        raise ToolSpecError(f"{where}: 'properties' must be an object, found {type(properties).__name__}")
    for parameter, child in (properties or {}).items():
        if not isinstance(child, Mapping | bool):
            raise ToolSpecError(
                f"{where}: parameter '{parameter}' must be a JSON Schema object, found {type(child).__name__}"
            )
        if isinstance(child, Mapping) and not isinstance(child.get("type"), str | list | None):
            raise ToolSpecError(
                f"{where}: parameter '{parameter}' has an invalid 'type'; expected text such as \"string\""
            )
