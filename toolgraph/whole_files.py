"""Files that are written whole or not at all: nobody ever finds half of one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
