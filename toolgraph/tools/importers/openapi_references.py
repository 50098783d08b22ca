"""References of an OpenAPI document: followed inside it, into files beside it, and elsewhere only where allowed."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import parse_document
from toolgraph.tools.importers.items import Context

MAX_BYTES = 32_000_000
"""How large one file that a reference leads to may be."""
MAX_TOTAL_BYTES = 200_000_000
"""How much all of them may hold together."""
MAX_NODES = 5_000_000
"""How many values a document may hold once its YAML aliases are written out; more is a bomb."""
MAX_DEPTH = 200
MAX_STEPS = 50
"""How many references may lead to one another before something that is none."""
TIMEOUT_SECONDS = 20.0
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:")


class Target(NamedTuple):
    """What a reference leads to."""

    key: str
    """Its address, one for each place: the address of its document and, after `#`, the JSON Pointer."""
    value: Any
    base: str
    """The address of the document it stands in, from which its own references start."""


class References:
    """The documents that an entry document refers to, each read once and no sooner than it is needed."""

    def __init__(self, document: Any, context: Context) -> None:
        from referencing import Registry, Specification

        self._context = context
        self._directory = _directory_of(context)
        self._opaque: Specification[Any] = Specification.OPAQUE
        self.base = "" if context.path is None else context.path.resolve().as_uri()
        self.document = plain_json(document)
        resource = self._opaque.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(self.base, resource)
        self.dangling: dict[str, None] = {}
        """The references seen that lead nowhere in the entry document."""
        self._refused: dict[str, str] = {}
        self._bytes = 0

    def follow(self, reference: str, base: str) -> Target:
        """Return what `reference`, as written in the document at `base`, leads to.

        Raises:
            ToolSpecError: it leads nowhere, or to something that may not be read.
        """
        from referencing.exceptions import Unresolvable

        self._require_relative(reference, base)
        address, fragment = urldefrag(urljoin(base, reference))
        address = address or base
        self._require_document(address, reference)
        try:
            value = self._registry.resolver(base_uri=address).lookup(f"#{fragment}").contents
        except (Unresolvable, LookupError, ValueError, TypeError) as error:
            if address == self.base:
                self.dangling[reference] = None
            raise ToolSpecError(f"the reference '{reference}' leads nowhere") from error
        return Target(f"{address}#{unquote(fragment)}", value, address)

    def resolve(self, value: Any, base: str) -> tuple[Any, str]:
        """Return `value` with its own `$ref` followed to the end, texts beside it winning, and where that stands.

        Raises:
            ToolSpecError: as in `follow`, or the references go round in a circle.
        """
        beside: dict[str, str] = {}
        for _ in range(MAX_STEPS):
            if not isinstance(value, Mapping) or not isinstance(value.get("$ref"), str):
                return ({**value, **beside} if beside and isinstance(value, Mapping) else value), base
            texts = {key: text for key, text in value.items() if key != "$ref" and isinstance(text, str)}
            beside = {**texts, **beside}
            _, value, base = self.follow(value["$ref"], base)
        raise ToolSpecError(f"the reference '{value['$ref']}' comes back to itself")

    def last(self, value: Any, base: str) -> Target | None:
        """Return the object that the `$ref` of `value` leads to in the end; none where there is none."""
        target: Target | None = None
        for _ in range(MAX_STEPS):
            if not isinstance(value, Mapping) or not isinstance(value.get("$ref"), str):
                break
            try:
                target = self.follow(value["$ref"], base)
            except ToolSpecError:
                return None
            value, base = target.value, target.base
        return target if target is not None and isinstance(target.value, Mapping) else None

    def _require_relative(self, reference: str, base: str) -> None:
        if _SCHEME.match(reference) or reference.startswith("//"):
            is_web = urlsplit(reference).scheme in ("http", "https") or reference.startswith("//")
            if not is_web:
                raise ToolSpecError(f"the reference '{reference}' was not followed: only relative files may be read")
            if not self._context.allow_remote:
                raise ToolSpecError(
                    f"the reference '{reference}' was not followed: it leads to another host; "
                    "allow that with --allow-remote-refs"
                )
        elif reference.startswith(("/", "\\")) and not base.startswith("http"):
            raise ToolSpecError(f"the reference '{reference}' was not followed: only relative files may be read")

    def _require_document(self, address: str, reference: str) -> None:
        if address in self._registry:
            return
        if address not in self._refused:
            try:
                document = self._load(address, reference)
            except ToolSpecError as error:
                self._refused[address] = str(error)
            else:
                resource = self._opaque.create_resource(document)
                self._registry = self._registry.with_resource(address, resource)
                return
        raise ToolSpecError(self._refused[address])

    def _load(self, address: str, reference: str) -> Any:
        is_web = urlsplit(address).scheme in ("http", "https")
        content = _fetched(address) if is_web else self._read(address, reference)
        self._bytes += len(content)
        if self._bytes > MAX_TOTAL_BYTES:
            raise ToolSpecError(
                f"the reference '{reference}' was not followed: the files referred to hold more than "
                f"{MAX_TOTAL_BYTES // 1_000_000} MB together"
            )
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ToolSpecError(f"the reference '{reference}' leads to a file that is not UTF-8 text") from error
        return parse_document(text, urlsplit(address).path, where=f"the file '{urldefrag(reference).url}'")

    def _read(self, address: str, reference: str) -> bytes:
        refused = f"the reference '{reference}' was not followed: "
        if self._directory is None:
            raise ToolSpecError(f"{refused}the document came without a directory; give the path of its file")
        path = Path(unquote(urlsplit(address).path)).resolve()
        if urlsplit(address).scheme != "file" or not path.is_relative_to(self._directory):
            raise ToolSpecError(
                f"{refused}it leads out of '{self._directory.name}'; import a directory that holds both"
            )
        if not path.is_file():
            raise ToolSpecError(f"the reference '{reference}' leads to a file that does not exist")
        if path.stat().st_size > MAX_BYTES:
            raise ToolSpecError(f"{refused}the file is larger than {MAX_BYTES // 1_000_000} MB")
        try:
            return path.read_bytes()
        except OSError as error:
            raise ToolSpecError(f"{refused}the file cannot be read ({error.strerror})") from error


def _directory_of(context: Context) -> Path | None:
    """The directory in which files may be read: that which was pointed at, else that of the document."""
    if context.path is None:
        return None
    own = context.path.resolve().parent
    root = None if context.root is None else context.root.resolve()
    return root if root is not None and own.is_relative_to(root) else own


def plain_json(document: Any) -> Any:
    """Return a copy of what any YAML loader gives in the values of JSON: keys are texts, and so are dates.

    Raises:
        ToolSpecError: it holds itself, is nested endlessly, or unfolds to millions of values.
    """
    return _Copy().of(document, 0)[0]


class _Copy:
    """One copying of a document: what YAML aliases share stays shared, and is counted as often as it is used."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[Any, int]] = {}
        self._above: set[int] = set()

    def of(self, value: Any, depth: int) -> tuple[Any, int]:
        if not isinstance(value, Mapping | list | tuple | set):
            return _plain_leaf(value), 1
        if id(value) in self._done:
            return self._done[id(value)]
        if id(value) in self._above:
            raise ToolSpecError("the document holds itself by a YAML alias; write that part as a $ref")
        if depth > MAX_DEPTH:
            raise ToolSpecError(f"the document is nested more than {MAX_DEPTH} levels deep")
        self._above.add(id(value))
        plain, inside = self._mapping(value, depth) if isinstance(value, Mapping) else self._list(value, depth)
        nodes = inside + 1
        if nodes > MAX_NODES:
            raise ToolSpecError(f"the document unfolds to more than {MAX_NODES:,} values by its YAML aliases")
        self._above.discard(id(value))
        self._done[id(value)] = (plain, nodes)
        return plain, nodes

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> tuple[Any, int]:
        copies = {str(_plain_leaf(key)): self.of(child, depth + 1) for key, child in value.items()}
        return {key: copy for key, (copy, _) in copies.items()}, sum(count for _, count in copies.values())

    def _list(self, value: Any, depth: int) -> tuple[Any, int]:
        copies = [self.of(child, depth + 1) for child in value]
        return [copy for copy, _ in copies], sum(count for _, count in copies)


def _plain_leaf(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _fetched(address: str) -> bytes:
    """What another host answers, up to the size of a file."""
    import httpx2

    content = bytearray()
    try:
        with httpx2.stream("GET", address, timeout=TIMEOUT_SECONDS, follow_redirects=True) as response:
            response.raise_for_status()
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_BYTES:
                    raise ToolSpecError(f"'{address}' answers with more than {MAX_BYTES // 1_000_000} MB")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise ToolSpecError(f"the reference to '{address}' cannot be fetched ({reason})") from error
    return bytes(content)
