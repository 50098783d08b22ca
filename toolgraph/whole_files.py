"""Files that are written whole or not at all: nobody ever finds half of one. And what is said where none can be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from toolgraph.errors import RunDirectoryError, ToolgraphError

PARTIAL = ".partial"
"""How the name of a file ends that is not complete yet."""


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside `path`, and move it there when it is complete.

    What is there and is no file, a device or a pipe, is written to as it is and never replaced; a link stays a link.

    Raises:
        OSError: it cannot be written; what stood there before still does.
    """
    if path.exists() and not path.is_file():
        write(path)
        return
    target = path.resolve()
    partial = target.with_name(f".{target.name}{PARTIAL}")
    try:
        write(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writing(path: Path | str, error: type[ToolgraphError] = RunDirectoryError) -> Iterator[None]:
    """Say in a sentence that a file or a directory cannot be written, where it cannot.

    Raises:
        ToolgraphError: an error of this type.
    """
    try:
        yield
    except OSError as cause:
        raise error(f"{path}: cannot be written ({cause.strerror or cause})") from cause
