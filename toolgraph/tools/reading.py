"""Reading: the tools in a file, whatever its format, with what was repaired, left out, or could not be used."""

import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import Document, documents_in, read_documents
from toolgraph.tools.foreign_files import seems_to_be
from toolgraph.tools.importers import COLLECTIONS, DOCUMENTS, IMPORTERS, Entry, Importer, json_schema, native, openai
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.mending import mend
from toolgraph.tools.importers.mistakes import without_mistakes
from toolgraph.tools.importers.naming import callable_names
from toolgraph.tools.importers.shapes import any_object
from toolgraph.tools.sources import File, standard_input
from toolgraph.tools.spec import ToolSpec

MAX_REFUSED = 10_000
"""After how many entries that are no tools, and none that is, a file is given up."""
_NAMED_BY_KEY = "its name is the key under which it stood"
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


ALIASES = {
    "swagger": "openapi", "oas": "openapi", "openai-tools": "openai", "functions": "openai", "function": "openai",
    "claude": "anthropic", "google": "gemini", "jsonschema": "json-schema", "schema": "json-schema",
    "py": "python", "rapidapi": "toolbench", "api-bank": "apibank", "sealtools": "seal-tools", "native": "toolgraph",
}  # fmt: skip
"""Other words for formats, as people type them; case, spaces and underscores say nothing."""


def format_named(name: str) -> str:
    """Return the format that a name stands for.

    >>> format_named("Swagger"), format_named("json_schema")
    ('openapi', 'json-schema')

    Raises:
        ToolSpecError: there is no such format.
    """
    plain = "-".join(re.split(r"[\s_-]+", name.strip().lower()))
    known = ALIASES.get(plain, plain)
    if known in format_names():
        return known
    near = difflib.get_close_matches(plain, [*format_names(), *ALIASES], n=1)
    meant = f"did you mean '{near[0]}'? There are" if near else "choose one of"
    raise ToolSpecError(f"there is no format '{name}'; {meant} {', '.join(format_names())}")


def read_file(file: File, *, format: str | None = None, allow_remote: bool = False) -> Iterator[Item]:
    """Yield what stands in a file, in its order; the format is seen from each document if it is not given.

    Raises:
        ToolSpecError: the file cannot be read or parsed, or nothing in a document of its format can be used.
    """
    refused, is_catalogue = 0, False
    context = Context(path=file.path, allow_remote=allow_remote, root=file.root)
    for item in _items_of(file, format, context):
        refused += isinstance(item, Refused)
        is_catalogue = is_catalogue or isinstance(item, Read)
        yield item
        if refused >= MAX_REFUSED and not is_catalogue:
            return


def refusal_of(file: File, reason: str) -> ToolSpecError:
    """Return the error that a file holds no tools: what it seems to be, or else the reason, which names the file."""
    kind = seems_to_be(file.path) if file.path is not None else ""
    advice = "; leave it out, or name its directory, where such files are passed by" if file.is_named else ""
    return ToolSpecError(f"{file.path}: holds no tools; it looks like {kind}{advice}" if kind else reason)


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
    """Whether names, texts and schemas are mended; what somebody was shown is left as it was."""


def read_plain(document: Any, where: str, way: Way = Way()) -> Iterator[Read | Refused]:  # noqa: B008 -- immutable
    """Yield the tools of a document that is a tool, a list of them, or an object with `tools` or `functions`."""
    shared: dict[str, str] = {"file": where.split(", line ")[0]}
    if isinstance(document, Mapping):
        inner = next((document[key] for key in ("tools", "functions") if isinstance(document.get(key), list)), None)
        if isinstance(document.get("result"), Mapping):
            inner = document["result"].get("tools")
        if inner is None:
            yield from _alone(document, where, shared, way)
            return
        shared |= {key: document[key] for key in ("api", "category", "licence") if isinstance(document.get(key), str)}
        document = inner
    if not isinstance(document, list):
        yield Refused(where, f"expected a tool or a list of tools, found {type(document).__name__}")
        return
    places = ((f"{where}, entry {number}", entry) for number, entry in enumerate(document, start=1))
    yield from _plain(places, shared, way)


def _alone(document: Entry, where: str, shared: Mapping[str, str], way: Way) -> Iterator[Read | Refused]:
    """Read an object that is a tool, or a map of tools by their names."""
    inner = next((document[key] for key in ("tools", "functions") if isinstance(document.get(key), Mapping)), document)
    named = [] if _is_plain(inner) else json_schema.by_name(inner)
    if named:
        places = ((f"{where}, tool '{name}'", entry) for name, entry in zip(inner, named, strict=True))
        for item in _plain(places, shared, way):
            yield item._replace(repairs=(*item.repairs, _NAMED_BY_KEY)) if isinstance(item, Read) else item
    elif way.is_mended and where == shared["file"] and _is_something_else(document):
        yield Refused(
            where, 'has a name but nothing else of a tool; expected "parameters", or else a description alone'
        )
    else:
        yield from _plain([(where, document)], shared, way)


def _is_something_else(document: Entry) -> bool:
    """Whether a whole file has a name as tools do, and as packages and people do, and nothing more of a tool."""
    return not native.matches(document) and "name" in document and not json_schema.is_described(document)


def read_found(items: Iterable[Found | Skipped], *, where: str, format: str) -> Iterator[Read | Skipped]:
    """Yield what an importer of documents, or a live server, has found, as tools; `where` is put before each place."""
    for item in items:
        place = f"{where}, {item.where}" if item.where else where
        if isinstance(item, Skipped):
            yield item._replace(where=place)
            continue
        fields, repairs = _corrected(item.fields)
        try:
            tool = _tool(fields, place, {"file": where.split(", line ")[0]})
        except ToolSpecError as error:
            yield Skipped(place, str(error).removeprefix(f"{place}: "))
        else:
            yield Read(place, tool, format, (*item.repairs, *repairs), item.is_collected or format in COLLECTIONS)


def _documents(file: File, *, as_text: bool) -> Iterator[Document]:
    if file.path is not None:
        yield from read_documents(file.path, as_text=as_text)
    else:
        yield from documents_in(io.BytesIO(standard_input()), None, as_text=as_text)


def _items(document: Document, context: Context, format: str | None) -> Iterator[Item]:
    where, value = document.where, document.value
    name = next((name for name, importer in DOCUMENTS.items() if importer.matches(value)), None)
    if format is not None and format != name:
        yield from _as_told(document, context, format, name)
    elif name is None:
        yield from read_plain(value, where, Way(is_mended=True))
    else:
        yield from _read_document(document, context, name)


def _read_document(document: Document, context: Context, format: str) -> Iterator[Read | Skipped]:
    try:
        found = DOCUMENTS[format].read(document.value, context)
        yield from read_found(found, where=document.where, format=format)
    except ToolSpecError as error:
        raise ToolSpecError(f"{document.where}: {error}") from error


def _as_told(document: Document, context: Context, format: str, seen: str | None) -> Iterator[Item]:
    """Read a document in a format that does not show in it; where that gives no tool, the format is wrong."""
    where, value = document.where, document.value
    items: list[Item] = []
    importers: Mapping[str, Importer] = {name: IMPORTERS[name] for name in (format,) if name in IMPORTERS}
    if format == "openai" and seen is None:
        importers = {format: openai.ToldOpenai()}
    try:
        if importers:
            items += read_plain(value, where, Way(importers, is_mended=True))
        else:
            items += _read_document(document, context, format)
    except (ToolSpecError, AttributeError, LookupError, TypeError, ValueError):
        items = []  # whatever an importer makes of what was never its own
    is_of_format = bool(importers) and any_object(value, importers[format].matches, "tools", "functions")
    if is_of_format or any(isinstance(item, Read) for item in items) or value == []:
        yield from items
        return
    if seen is None and any_object(value, _is_plain, "tools", "functions"):
        seen = "openai" if any_object(value, openai.matches, "tools", "functions") else "json-schema"
    looks = f"it looks like '{seen}'; " if seen else ""
    yield Refused(where, f"cannot be read as '{format}'; {looks}leave out --format, and it is seen from the content")


def _is_plain(entry: Entry) -> bool:
    return any(importer.matches(entry) for importer in IMPORTERS.values())


class _Entry(NamedTuple):
    """An entry of a list of tools, and the fields that its importer takes from it."""

    where: str
    given: Entry
    format: str
    fields: dict[str, Any]


def _plain(places: Iterable[tuple[str, Any]], shared: Mapping[str, str], way: Way) -> Iterator[Read | Refused]:
    """Read entries, each with its place; names are made for those that need one, unlike all others of the list."""
    entries = [_entry(entry, where, way) for where, entry in places]
    made: Mapping[str, str] = {}
    if way.is_mended:
        made = callable_names(name.strip() for one in entries if isinstance(one, _Entry) and (name := _name(one)))
    for one in entries:
        try:
            yield _read(one, shared, way, made) if isinstance(one, _Entry) else one
        except ToolSpecError as error:
            yield Refused(one.where, str(error).removeprefix(f"{one.where}: "))
        except RecursionError:
            yield Refused(one.where, "is nested too deeply")


def _entry(entry: Any, where: str, way: Way) -> _Entry | Refused:
    if not isinstance(entry, Mapping):
        return Refused(where, f"expected a tool (an object), found {type(entry).__name__}")
    name = next((name for name, importer in way.importers.items() if importer.matches(entry)), None)
    if name is None:
        return Refused(where, 'is not a tool; expected an object with "name" and "parameters"')
    return _Entry(where, entry, name, way.importers[name].read(entry))


def _name(entry: _Entry) -> str:
    """The name of a tool that may be mended: toolgraph's own went through this when they were imported."""
    name = entry.fields.get("name")
    return name if isinstance(name, str) and name.strip() and IMPORTERS[entry.format] is not native else ""


def _read(entry: _Entry, shared: Mapping[str, str], way: Way, made: Mapping[str, str]) -> Read:
    fields, repairs = entry.fields, tuple[str, ...]()
    if way.is_mended and _name(entry):
        fields, told = mend(fields, made)
        fields, more = _corrected(fields)
        repairs = (*told, *more, *(["its parameters stood without the object around them"] if _was_bare(entry) else ()))
    tool = _tool(fields, entry.where, shared)
    is_certain = _is_certain(entry.given, is_whole_file=entry.where == shared["file"])
    return Read(entry.where, tool, entry.format, repairs, is_collected="source" in entry.given, is_certain=is_certain)


def _was_bare(entry: _Entry) -> bool:
    """Whether the importer has put an object around the parameters, which it gives as they are otherwise."""
    given = [entry.given[key] for key in json_schema.INPUTS if isinstance(entry.given.get(key), Mapping)]
    return entry.format == "json-schema" and bool(given) and entry.fields["parameters"] is not given[0]


def _corrected(fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of a tool without mistakes in its schemas, and what those were."""
    repairs: list[str] = []
    corrected = {
        key: without_mistakes(value, repairs) if key in ("parameters", "returns") else value
        for key, value in fields.items()
    }
    return corrected, tuple(repairs)


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
