"""OpenAPI 3.0 and 3.1 and Swagger 2.0: every operation is a tool."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Context, Doubt, Found, Skipped
from toolgraph.tools.importers.openapi_extension import is_exported, restored
from toolgraph.tools.importers.openapi_lacks import VERBS, cut_of, lack_of
from toolgraph.tools.importers.openapi_parameters import Placed, parameters_of
from toolgraph.tools.importers.openapi_references import MAX_STEPS, References
from toolgraph.tools.importers.openapi_responses import returns_of
from toolgraph.tools.importers.openapi_schemas import Schemas
from toolgraph.tools.importers.openapi_security import Security
from toolgraph.tools.importers.openapi_text import description_of, effects_of_operation, tool_name

TITLE = "OpenAPI 3.0 and 3.1, Swagger 2.0"


def matches(document: Any) -> bool:
    """An OpenAPI document says so with its version."""
    return isinstance(document, Mapping) and any(
        isinstance(document.get(key), str | int | float) for key in ("openapi", "swagger")
    )


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield a tool for every operation, and every operation and webhook that is none with its reason.

    A document whose references lead nowhere more often than by mistake says so at the end.

    Raises:
        ToolSpecError: it is of another version, has no operations that can be read, or is the first part of a document.
    """
    references = References(document, context)
    document = references.document
    _require_version(document)
    webhooks, paths = document.get("webhooks"), document.get("paths")
    for name in webhooks if isinstance(webhooks, Mapping) else ():
        yield Skipped(f"webhook {name}", "the API makes this call itself; it is no tool")
    if not isinstance(paths, Mapping) or not paths:
        if isinstance(webhooks, Mapping) and webhooks:
            return
        lack = "its 'paths' is empty" if paths == {} else "it has no 'paths'"
        raise ToolSpecError(f"the OpenAPI document holds no operations: {lack}; is a part of the file missing?")
    reader, skipped, is_any_read = _Reader(references), None, False
    for item in reader.read(paths):
        is_any_read = is_any_read or isinstance(item, Found)
        skipped = skipped or (item if isinstance(item, Skipped) else None)
        yield item
    if not is_any_read:
        such_as = f"such as {skipped.where}: {skipped.reason}" if skipped else "since its paths hold none"
        raise ToolSpecError(f"no operation of the OpenAPI document can be read, {such_as}; is a part of it missing?")
    cut = cut_of(document, references.dangling)
    if cut:
        raise ToolSpecError(f"the OpenAPI document is a part of one: {cut}; is the rest of the file missing?")
    lack = lack_of(document, references.dangling)
    if lack:
        yield Doubt("", f"looks like a part of a document: {lack}; is the rest of the file missing?")


read_openapi = read
"""For documents that stand inside other documents."""


class _Reader:
    """The reading of one document."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._schemas = Schemas(references)
        self._security = Security(references.document, references)
        self._origin = _origin(references.document)
        self._names: set[str] = set()

    def read(self, paths: Mapping[str, Any]) -> Iterator[Found | Skipped]:
        for path, item in paths.items():
            if path.startswith("x-"):
                continue
            try:
                layers = self._layers(item)
            except ToolSpecError as error:
                yield Skipped(path, str(error))
                continue
            inherited = [(layer.get("parameters"), base) for layer, base in layers]
            operations = {verb: (layer[verb], base) for layer, base in layers for verb in VERBS if verb in layer}
            for verb, operation in operations.items():
                where = f"{verb.upper()} {path}"
                try:
                    yield self._tool(where, verb, path, operation, inherited)
                except ToolSpecError as error:
                    yield Skipped(where, str(error))

    def _layers(self, item: Any) -> list[tuple[Mapping[str, Any], str]]:
        """A path item: what its `$ref` leads to, and what stands beside that."""
        layers: list[tuple[Mapping[str, Any], str]] = []
        base = self._references.base
        while isinstance(item, Mapping) and isinstance(item.get("$ref"), str):
            if len(layers) > MAX_STEPS:
                raise ToolSpecError(f"the reference '{item['$ref']}' comes back to itself")
            layers.insert(0, ({key: value for key, value in item.items() if key != "$ref"}, base))
            _, item, base = self._references.follow(item["$ref"], base)
        if not isinstance(item, Mapping):
            raise ToolSpecError(f"the path is described by {_kind(item)}, not by an object with operations")
        return [(item, base), *layers]

    def _tool(self, where: str, verb: str, path: str, placed: Placed, inherited: list[Placed]) -> Found:
        operation, base = self._references.resolve(*placed)
        if not isinstance(operation, Mapping):
            raise ToolSpecError(f"the operation is {_kind(operation)}, not an object")
        parameters, of_parameters = parameters_of((operation, base), inherited, path, self._schemas, self._security)
        returns, of_returns = returns_of(operation, base, self._schemas)
        description, of_description = description_of(operation)
        name = tool_name(operation, verb, path, self._names)
        self._names.add(name.text)
        given = operation.get("operationId")
        fields: dict[str, Any] = {
            "name": name.text,
            "description": description,
            "parameters": parameters,
            "effects": effects_of_operation(verb, path, given if isinstance(given, str) else ""),
            "origin": {**self._origin, **_category(operation)},
        }
        if returns is not None:
            fields["returns"] = returns
        repairs = () if is_exported(operation) else (name.repair, *of_description, *of_parameters, *of_returns)
        fields = restored(fields, operation)
        return Found(where, fields, tuple(dict.fromkeys(repair for repair in repairs if repair)))


def _require_version(document: Mapping[str, Any]) -> None:
    key = "openapi" if "openapi" in document else "swagger"
    version = str(document[key])
    if version.split(".")[0] not in (("3",) if key == "openapi" else ("2", "3")):
        raise ToolSpecError(
            f"{key} {version} is not read, only {TITLE}; convert the document, for example with swagger-converter"
        )


def _origin(document: Mapping[str, Any]) -> dict[str, str]:
    info = document.get("info")
    info = info if isinstance(info, Mapping) else {}
    licence = info.get("license")
    licence = licence.get("name") if isinstance(licence, Mapping) else licence
    found = {"api": info.get("title"), "licence": licence}
    return {key: text.strip() for key, text in found.items() if isinstance(text, str) and text.strip()}


def _category(operation: Mapping[str, Any]) -> dict[str, str]:
    tags = operation.get("tags")
    first = tags[0] if isinstance(tags, list) and tags else None
    return {"category": first} if isinstance(first, str) else {}


def _kind(value: Any) -> str:
    return "empty" if value is None else "a list" if isinstance(value, list) else f"'{str(value)[:40]}'"
