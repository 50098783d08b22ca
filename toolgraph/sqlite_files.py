"""SQLite files that several processes may use at once, and that are begun anew once they are damaged."""

import contextlib
import sqlite3
import time
from pathlib import Path

PATIENCE = 60.0
"""Seconds to wait for another process that writes."""
PAUSE = 0.01


def open_database(path: Path, *, table: str, page_size: int = 4096) -> sqlite3.Connection:
    """Return a connection to `path`, made with its directory where it is missing, in which each write is committed.

    It survives the end of the process, however it comes, and may be used from several threads, one at a time.

    Raises:
        sqlite3.Error: the file is damaged or cannot be used.
        OSError: its directory cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    try:
        database.execute(f"PRAGMA page_size = {page_size}")
        _use_write_ahead_log(database)
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(table)
    except sqlite3.Error:
        database.close()
        raise
    return database


def set_aside(path: Path) -> Path:
    """Rename a damaged file, so that a new one can take its place, and return where it lies now."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside = path.with_suffix(".damaged")
    with contextlib.suppress(OSError):
        path.replace(aside)
    return aside


def _use_write_ahead_log(database: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait for another process that does so at the same moment, so we do."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(PAUSE)
