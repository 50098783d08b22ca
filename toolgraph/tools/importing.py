"""Importing: tools read from anywhere, with a report of what was read, repaired and left out, file by file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from toolgraph.errors import ToolSpecError
from toolgraph.tools.catalogue import settle_names
from toolgraph.tools.documents import STANDARD_INPUT
from toolgraph.tools.importers.items import Skipped
from toolgraph.tools.near_duplicates import Twin, without_twins
from toolgraph.tools.reading import Item, Read, Refused, read_file, read_found, require_format
from toolgraph.tools.sources import File, files_of
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.tallies import Kind, Tally

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


def import_tools(
    sources: Iterable[str | Path], *, format: str | None = None, allow_remote: bool = False,
    servers: Iterable[str] = (), execute: bool = False, dedupe: bool = False, rename_duplicates: bool | None = None,
) -> ImportReport:  # fmt: skip
    """Read the tools of files, directories, patterns, standard input (`-`) and live MCP servers, and report on it.

    Unlike `load_tools`, which insists on every entry of a list, this leaves out what cannot be used and says why.
    A file that is pointed at itself and holds nothing like a tool is an error all the same.

    Args:
        sources: What to read.
        format: The name of the format, where it shall not be seen from each document.
        allow_remote: Whether references to other hosts are followed.
        servers: Live MCP servers: a command that starts one, or the address of one.
        execute: Whether Python files are run, and modules by their name, so that also what only exists then is read.
        dedupe: Whether tools that do the same under another name are merged into the first.
        rename_duplicates: As for `load_tools`.

    Raises:
        ToolSpecError: something pointed at cannot be read, or two different tools have one name.
    """
    require_format(format)
    gathered = _Gathered()
    for source in sources:
        left_out = Tally()
        if execute and _is_module(source):
            gathered.add(str(source), _executed(source))
            continue
        for file in files_of(source):
            if isinstance(file, Skipped):
                left_out.add(file.reason, file.where)
            elif execute and file.path is not None and file.path.suffix == ".py":
                gathered.add(str(file.path), _executed(file.path))
            else:
                _gather(file, gathered, left_out, format=format, allow_remote=allow_remote)
        if left_out:
            gathered.reports.append(SourceReport(str(source), {}, skipped=tuple(left_out.kinds())))
    for server in servers:
        gathered.add(server, _served(server))
    settled = settle_names(gathered.read, rename_duplicates)
    tools, twins = without_twins(settled.tools) if dedupe else (settled.tools, ())
    return ImportReport(tools, tuple(gathered.reports), settled.merged, settled.renamed, twins)


class _Gathered:
    """The tools read so far and the reports on their sources."""

    def __init__(self) -> None:
        self.read: list[Read] = []
        self.reports: list[SourceReport] = []

    def add(self, source: str, items: Iterable[Item]) -> None:
        """Take in what stands in one source."""
        formats: Counter[str] = Counter()
        repaired, skipped = Tally(), Tally()
        for item in items:
            if isinstance(item, Read):
                self.read.append(item)
                formats[item.format] += 1
                for repair in item.repairs:
                    repaired.add(repair, item.where)
            else:
                skipped.add(item.reason, item.where)
        self.reports.append(SourceReport(source, dict(formats), tuple(repaired.kinds()), tuple(skipped.kinds())))


def _gather(file: File, gathered: _Gathered, left_out: Tally, *, format: str | None, allow_remote: bool) -> None:
    """Read one file; one that was found in a directory, and cannot be read or holds no tools, is left out."""
    name = STANDARD_INPUT if file.path is None else str(file.path)
    try:
        items = list(read_file(file, format=format, allow_remote=allow_remote))
    except ToolSpecError as error:
        if file.is_named:
            raise
        left_out.add(str(error).removeprefix(name).lstrip(":, "), name)
        return
    read = [item for item in items if isinstance(item, Read)]
    refused = [item for item in items if isinstance(item, Refused)]
    if file.is_named and refused and not read:
        raise ToolSpecError(f"{refused[0].where}: {refused[0].reason}")
    if file.is_named or format is not None or any(one.is_certain for one in read) or _is_document(items):
        gathered.add(name, items)
    else:
        left_out.add("holds no tools", name)


def _is_document(items: list[Item]) -> bool:
    """Whether the format of a file is known and only its content is of no use."""
    return any(isinstance(item, Skipped) for item in items)


def _served(server: str) -> Iterator[Item]:
    """The tools of a live MCP server; its SDK is wanted only here."""
    from toolgraph.tools.live_mcp import list_tools

    return read_found(list_tools(server, timeout=SERVER_TIMEOUT), where=server, format="mcp")


def _executed(source: str | Path) -> Iterator[Item]:
    """The tools of a Python file or module that is run."""
    from toolgraph.tools.live_python import imported_tools

    return read_found(imported_tools(source), where=str(source), format="python")


def _is_module(source: str | Path) -> bool:
    """Whether a source is the name of a module, and of no file."""
    return not Path(source).exists() and all(part.isidentifier() for part in str(source).split("."))
