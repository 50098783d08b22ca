"""Catalogues: tools read from files and directories, duplicates settled, and written back as JSON Lines."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolgraph.errors import ToolSpecError
from toolgraph.tools.documents import JSON_SUFFIXES
from toolgraph.tools.importers.items import Skipped
from toolgraph.tools.reading import Item, Read, Refused, read_file, read_plain, refusal_of
from toolgraph.tools.sources import File, files_of
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.tallies import Tally

log = logging.getLogger(__name__)


def load_tools(sources: Iterable[str | Path], *, rename_duplicates: bool | None = None) -> tuple[ToolSpec, ...]:
    """Read the tools of files, directories and patterns, in any format that `toolgraph import` reads.

    Identical tools of one name are merged. Different tools of one name are an error, or are kept apart as `name_2`,
    `name_3` with `rename_duplicates`. By default (none) they are kept apart only where both state the collection they
    were gathered from (`source`), since names were never unique there; see docs/decisions/duplicate-names.md.

    What an API description or another document holds beside usable tools, and files of a directory that hold no tools,
    are left out with one line in the log for each source; `import_tools` reports them one by one.

    Raises:
        ToolSpecError: a file or a tool in it cannot be used, or two different tools have one name.
    """
    sources = tuple(sources)
    read: list[Read] = []
    for source in sources:
        left_out = Tally()
        for file in files_of(source):
            if isinstance(file, Skipped):
                left_out.add(file.reason, file.where)
            else:
                read += _tools_in(file, left_out)
        if left_out:
            log.warning("%s: %d files hold no tools of their own (%s)", source, left_out.total, left_out.told())
    if not read:
        raise ToolSpecError(f"{', '.join(map(str, sources)) or 'no file'}: holds no tools; expected a list of tools")
    settled = settle_names(read, rename_duplicates)
    if settled.renamed:
        log.warning(
            "tools kept apart as NAME_2, NAME_3 ..., since they share a name with a different tool: %d", settled.renamed
        )
    return settled.tools


def parse_tools(document: Any, *, where: str) -> tuple[ToolSpec, ...]:
    """Return the tools in a JSON document: one tool, a list of them, or an object with `tools` or `functions`.

    Raises:
        ToolSpecError: an entry is not a tool; the message names `where` and the entry.
    """
    return tuple(item.tool for item in _insisted(read_plain(document, where)) if isinstance(item, Read))


def write_tools(tools: Iterable[ToolSpec], path: Path) -> None:
    """Write tools as JSON Lines in toolgraph's own format."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in tool_lines(tools))


def tool_lines(tools: Iterable[ToolSpec]) -> Iterator[str]:
    """Yield each tool in toolgraph's own format, as the line of JSON that `write_tools` writes."""
    return (json.dumps(tool.model_dump(), ensure_ascii=False) for tool in tools)


class Settled(NamedTuple):
    """Tools whose names are unique, and what was done for that."""

    tools: tuple[ToolSpec, ...]
    merged: int
    """Identical tools that were left out."""
    renamed: int
    """Different tools of one name that were kept apart by a number."""


def settle_names(read: Sequence[Read], rename: bool | None) -> Settled:
    """Merge identical tools of one name, and keep different ones apart where that is wanted.

    Raises:
        ToolSpecError: different tools have one name, and are not to be kept apart.
    """
    by_name: dict[str, dict[str, Read]] = {}
    for one in read:
        by_name.setdefault(one.tool.name, {}).setdefault(one.tool.definition_key, one)
    settled: list[ToolSpec] = []
    renamed = 0
    for name, definitions in by_name.items():
        first, *others = definitions.values()
        settled.append(first.tool)
        number = 1
        for other in others:
            if rename is False or (rename is None and not (first.is_collected and other.is_collected)):
                raise ToolSpecError(
                    f"two different tools are named '{name}': {first.where} and {other.where}; "
                    "rename one, or keep both with --rename-duplicates"
                )
            number += 1
            while f"{name}_{number}" in by_name:
                number += 1
            origin = other.tool.origin.model_copy(update={"name": other.tool.origin.name or name})
            settled.append(other.tool.model_copy(update={"name": f"{name}_{number}", "origin": origin}))
            renamed += 1
    return Settled(tuple(settled), len(read) - len(settled), renamed)


def _tools_in(file: File, left_out: Tally) -> list[Read]:
    """The tools of a file; one that was not pointed at itself and holds none is left out with its reason."""
    name = str(file.path or "standard input")
    try:
        items = list(_insisted(read_file(file)) if file.is_named else read_file(file))
    except ToolSpecError as error:
        is_catalogue = name.removesuffix(".gz").endswith(JSON_SUFFIXES)
        if file.is_named:
            raise refusal_of(file, str(error)) from error
        if is_catalogue:
            raise  # half a catalogue is no catalogue
        left_out.add(str(error).removeprefix(name).lstrip(":, "), name)
        return []
    read = [item for item in items if isinstance(item, Read)]
    if not file.is_named and not any(one.is_certain for one in read):
        left_out.add("holds no tools", name)
        return []
    list(_insisted(iter(items)))
    _log(name, read, items)
    return read


def _insisted(items: Iterator[Item] | Iterator[Read | Refused]) -> Iterator[Item]:
    """`items`, up to the first that cannot be used."""
    for item in items:
        if isinstance(item, Refused):
            raise ToolSpecError(f"{item.where}: {item.reason}")
        yield item


def _log(name: str, read: Sequence[Read], items: Sequence[Item]) -> None:
    skipped, repaired = Tally(), Tally()
    for item in items:
        if isinstance(item, Skipped):
            skipped.add(item.reason, item.where)
    for one in read:
        for repair in one.repairs:
            repaired.add(repair, one.where)
    told = [
        f"{tally.total:,} {what} ({tally.told()})"
        for what, tally in (("entries skipped", skipped), ("repairs made", repaired))
        if tally
    ]
    if told:
        log.warning("%s: %d tools read; %s", name, len(read), "; ".join(told))
