"""Items: what an importer finds in a document: tools with what was repaired in them, and what it leaves out and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Found(NamedTuple):
    """A tool as an importer reads it."""

    where: str
    """Its place in the document: `entry 3`, `GET /pets/{id}`, `function get_weather`."""
    fields: dict[str, Any]
    """The fields of a ToolSpec, not yet validated."""
    repairs: tuple[str, ...] = ()
    """What was changed so that it can be used, a sentence each."""
    is_collected: bool = False
    """Whether it says which collection, or server of a registry, it was gathered from."""


class Skipped(NamedTuple):
    """Something that is no tool, or cannot be one."""

    where: str
    reason: str


class Doubt(Skipped):
    """What seems to be missing from a document as a whole, of which everything else was read."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an importer may look at beside the document."""

    path: Path | None = None
    """The file of the document, from which relative references start; none for standard input and live servers."""
    allow_remote: bool = False
    """Whether references to other hosts may be followed."""
    root: Path | None = None
    """The directory that was pointed at, in which files may refer to one another; none where it is the file's own."""


class DocumentImporter(Protocol):
    """What an importer module of whole documents offers."""

    TITLE: str
    """What it reads, for people: "OpenAPI 3.0 and 3.1, Swagger 2.0"."""

    def matches(self, document: Any) -> bool:
        """Say whether a parsed JSON or YAML document is of this format, by its content alone; never raises."""
        ...

    def read(self, document: Any, context: Context) -> Iterator[Found | Skipped]:
        """Yield every tool in the document, and everything that is left out with its reason.

        Raises:
            ToolSpecError: nothing in the document can be read; one sentence without the file's name.
        """
        ...
