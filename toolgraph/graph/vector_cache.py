"""The cache of embeddings on disk: one SQLite file that several processes may use at once."""

import contextlib
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolgraph.sqlite_files import open_database, set_aside

Vector = NDArray[np.float32]

FILE_NAME = "embeddings-1.sqlite"
"""The number is the version of the table below."""
TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
KEYS_PER_QUERY = 500
log = logging.getLogger(__name__)


def cache_directory() -> Path:
    """Return where the user's caches lie: `$TOOLGRAPH_CACHE`, else `toolgraph` below the XDG cache directory."""
    own = os.environ.get("TOOLGRAPH_CACHE")
    shared = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(shared) / "toolgraph"


def default_cache() -> "VectorCache":
    """Return the user's cache."""
    return VectorCache(cache_directory())


class VectorCache:
    """Vectors by model and text.

    A cache saves time and never stands in the way: a damaged file is set aside and begun anew, one that cannot be
    read or written is done without, both with a warning.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME

    def read(self, model_id: str, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors known for `texts`, float32 of shape (d,) each."""
        if not texts:
            return {}
        found: dict[str, Vector] = {}
        with self._guarded(), self._opened() as database:
            by_key = {_key(model_id, text): text for text in texts}
            keys = sorted(by_key)  # in the order of the table, so that each of its pages is read once
            for first in range(0, len(keys), KEYS_PER_QUERY):
                asked = keys[first : first + KEYS_PER_QUERY]
                places = ",".join("?" * len(asked))
                rows = database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({places})", asked)
                found.update((by_key[key], np.frombuffer(blob, dtype="<f4")) for key, blob in rows)
        return found

    def write(self, model_id: str, vectors: Mapping[str, Vector]) -> None:
        """Add vectors, all or none of them; where another process was first, its vector stays."""
        rows = [(_key(model_id, text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        with self._guarded(), self._opened() as database, database:
            database.execute("BEGIN")
            database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def _opened(self) -> contextlib.closing[sqlite3.Connection]:
        return contextlib.closing(open_database(self.path, table=TABLE, page_size=8192))

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            log.warning("the embedding cache %s cannot be used (%s); going on without it", self.path, error)
        except sqlite3.DatabaseError as error:
            log.warning("the embedding cache %s is damaged (%s); it is set aside and begun anew", self.path, error)
            set_aside(self.path)


def _key(model_id: str, text: str) -> bytes:
    return hashlib.sha256(f"{model_id}\0{text}".encode("utf-8", "surrogatepass")).digest()
