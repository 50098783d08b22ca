"""Importing: tools read from anywhere, with a report of what was read, repaired and left out, file by file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolgraph.errors import LiveError, ToolSpecError
from toolgraph.tools.catalogue import settle_names
from toolgraph.tools.documents import STANDARD_INPUT
from toolgraph.tools.importers.items import Doubt, Skipped
from toolgraph.tools.near_duplicates import Twin, hardly_described, without_twins
from toolgraph.tools.reading import Item, Read, Refused, format_named, read_file, read_found, refusal_of
from toolgraph.tools.sources import File, files_of
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.tallies import Kind, Tally
from toolgraph.tools.targets import WITHOUT_SECRET, holds_secret

SERVER_TIMEOUT = 30.0
"""Seconds a live server has to list its tools."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source: a file, a live server, or the files of a directory that hold no tools."""

    source: str
    formats: dict[str, int]
    """How many tools were read in each format."""
    repaired: tuple[Kind, ...] = ()
    skipped: tuple[Kind, ...] = ()
    doubts: tuple[str, ...] = ()
    """What seems to be missing from it as a whole."""
    is_rest: bool = False
    """Whether it stands for the files of a directory or pattern that hold no tools, beside those that do."""

    @property
    def tools(self) -> int:
        """How many tools were read."""
        return sum(self.formats.values())


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Tools with names of their own, and how they came about."""

    tools: tuple[ToolSpec, ...]
    sources: tuple[SourceReport, ...]
    merged: int = 0
    """Tools left out for being identical to one of the same name."""
    renamed: int = 0
    """Tools that share a name with a different one and were given a number."""
    twins: tuple[Twin, ...] = ()
    """Tools left out by `dedupe`, each with the one it was merged into."""
    hardly_described: int = 0
    """Tools of which too little is said for `dedupe` to compare them by it."""


def import_tools(
    sources: Iterable[str | Path], *, format: str | None = None, allow_remote: bool = False,
    servers: Iterable[str] = (), environment: Sequence[str] = (), execute: bool = False, dedupe: bool = False,
    rename_duplicates: bool | None = None,
) -> ImportReport:  # fmt: skip
    """Read the tools of files, directories, patterns, standard input (`-`) and live MCP servers, and report on it.

    Unlike `load_tools`, which insists on every entry of a list, this leaves out what cannot be used and says why.
    A file that is pointed at itself and holds nothing like a tool is an error all the same.

    Args:
        sources: What to read.
        format: The name of the format, where it shall not be seen from each document.
        allow_remote: Whether references to other hosts are followed.
        servers: Live MCP servers: a command that starts one, or the address of one.
        environment: Names of environment variables that servers and executed Python get beside the few that every
            program needs.
        execute: Whether Python files are run, and modules by their name, so that also what only exists then is read.
        dedupe: Whether tools that do the same under another name are merged into the first.
        rename_duplicates: As for `load_tools`.

    Raises:
        ToolSpecError: something pointed at cannot be read, two different tools have one name, or the target of a server
            holds a password, which every tool would carry in its origin.
    """
    format = None if format is None else format_named(format)
    servers = tuple(servers)
    _require_no_secrets(servers)
    gathered = _Gathered()
    for source in sources:
        left_out = Tally()
        if execute and _is_module(source):
            gathered.add(str(source), _executed(source, environment))
            continue
        for file in files_of(source):
            if isinstance(file, Skipped):
                left_out.add(file.reason, file.where)
            elif execute and file.path is not None and file.path.suffix == ".py":
                _gather(file, _executed(file.path, environment), gathered, left_out)
            else:
                found = read_file(file, format=format, allow_remote=allow_remote)
                _gather(file, found, gathered, left_out, is_told=format is not None)
        if left_out:
            gathered.reports.append(SourceReport(str(source), {}, skipped=tuple(left_out.kinds()), is_rest=True))
    for server in servers:
        gathered.add(server, _served(server, environment))
    settled = settle_names(gathered.read, rename_duplicates)
    tools, twins = without_twins(settled.tools) if dedupe else (settled.tools, ())
    return ImportReport(
        tools, tuple(gathered.reports), settled.merged, settled.renamed, twins,
        hardly_described=hardly_described(tools) if dedupe else 0,
    )  # fmt: skip


class _Gathered:
    """The tools read so far and the reports on their sources."""

    def __init__(self) -> None:
        self.read: list[Read] = []
        self.reports: list[SourceReport] = []

    def add(self, source: str, items: Iterable[Item]) -> None:
        """Take in what stands in one source."""
        formats: Counter[str] = Counter()
        repaired, skipped = Tally(), Tally()
        doubts: list[str] = []
        for item in items:
            if isinstance(item, Read):
                self.read.append(item)
                formats[item.format] += 1
                for repair in item.repairs:
                    repaired.add(repair, item.where)
            elif isinstance(item, Doubt):
                doubts.append(item.reason)
            else:
                skipped.add(item.reason, item.where)
        kinds = tuple(repaired.kinds()), tuple(skipped.kinds())
        self.reports.append(SourceReport(source, dict(formats), *kinds, tuple(doubts)))


def _gather(file: File, found: Iterable[Item], gathered: _Gathered, left_out: Tally, *, is_told: bool = False) -> None:
    """Take in one file; one that was found in a directory, and cannot be read or holds no tools, is left out."""
    name = STANDARD_INPUT if file.path is None else str(file.path)
    try:
        items = list(found)
    except LiveError as error:
        if file.is_named:
            raise
        left_out.add(_without(name, error), name)
        return
    except ToolSpecError as error:
        refusal = refusal_of(file, str(error))
        if file.is_named:
            raise refusal from error
        left_out.add(_without(name, refusal), name)
        return
    read = [item for item in items if isinstance(item, Read)]
    refused = [item for item in items if isinstance(item, Refused)]
    if file.is_named and refused and not read:
        raise refusal_of(file, f"{refused[0].where}: {refused[0].reason}")
    if file.is_named and not items:
        items = [Skipped(name, "lists no tools")]
    if file.is_named or (is_told and read) or any(one.is_certain for one in read) or _is_document(items):
        gathered.add(name, items)
    else:
        reason = refused[0].reason if is_told and refused else "holds no tools"
        left_out.add(_without(name, refusal_of(file, reason)), name)


def _without(name: str, error: Exception) -> str:
    """What an error says of a file, without the name of it."""
    return str(error).removeprefix(name).lstrip(":, ")


def _is_document(items: list[Item]) -> bool:
    """Whether the format of a file is known and only its content is of no use."""
    return any(isinstance(item, Skipped) for item in items)


def _require_no_secrets(servers: Iterable[str]) -> None:
    if any(map(holds_secret, servers)):
        from toolgraph.tools.live_mcp import TOKEN

        raise ToolSpecError(
            f"mcp: got what holds a secret; expected {WITHOUT_SECRET}; a server behind a URL is sent the environment "
            f"variable {TOKEN} as its bearer token"
        )


def _served(server: str, environment: Sequence[str]) -> Iterator[Item]:
    """The tools of a live MCP server; its SDK is wanted only here."""
    from toolgraph.tools.live_mcp import list_tools

    found = list_tools(server, timeout=SERVER_TIMEOUT, environment=environment)
    return read_found(found, where=server, format="mcp")


def _executed(source: str | Path, environment: Sequence[str]) -> Iterator[Item]:
    """The tools of a Python file or module that is run."""
    from toolgraph.tools.live_python import imported_tools

    return read_found(imported_tools(source, environment=environment), where=str(source), format="python")


def _is_module(source: str | Path) -> bool:
    """Whether a source is the name of a module, and of no file."""
    return not Path(source).exists() and all(part.isidentifier() for part in str(source).split("."))
