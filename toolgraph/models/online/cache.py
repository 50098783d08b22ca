"""What was answered once: responses by request in one SQLite file, which several processes may use at once."""

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from toolgraph.dialogue.record import Usage
from toolgraph.errors import ConfigError, GenerationError
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Body, Reply
from toolgraph.sqlite_files import open_database, set_aside

RESPONSES = "responses.sqlite"
TABLES = """
CREATE TABLE IF NOT EXISTS responses (key BLOB PRIMARY KEY, reply TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS abilities (endpoint TEXT PRIMARY KEY, abilities TEXT NOT NULL);
"""
SQLITE = b"SQLite format 3\0"
"""What every file of SQLite's begins with."""
ResultT = TypeVar("ResultT")
log = logging.getLogger(__name__)


def request_key(endpoint: Endpoint, body: Body, salt: int) -> bytes:
    """Return the name of a request: the SHA-256 of all that can change its answer.

    That is the address, the body as sent (with the model, the prompt, schemas, temperature and extra fields) and the
    salt; neither the account's key nor a timeout. The order of the body's own fields means nothing to a server, while
    below them it is kept: chat templates write schemas into the prompt as they come.
    """
    text = json.dumps([endpoint.base_url, salt, sorted(body.items())], separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).digest()


class ResponseCache:
    """Responses by request, and what each endpoint was found to be able to do.

    A response is in the hands of the system when `put` returns, so that a killed process loses none; one that cannot be
    stored ends the run, which would pay for it again. The file holds responses only, no header and no key. A damaged
    file is set aside with a warning and begun anew; one of somebody else's is refused. Threads share one
    connection and take turns: measured on 2 cores, get and put take 0.1 ms of CPU together that way, less than with
    a connection for each thread, and 10,000 such pairs fit into a second.

    Raises:
        ConfigError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._has_warned = False
        self._database: sqlite3.Connection | None = self._opened()

    def get(self, key: bytes) -> Reply | None:
        """Return the reply stored under a key, or none."""
        text = self._if_possible(lambda database: _first(database, "SELECT reply FROM responses WHERE key = ?", key))
        return None if text is None else _reply(text)

    def put(self, key: bytes, reply: Reply, endpoint: Endpoint) -> Reply:
        """Store a reply that `endpoint` gave, and return the one to go on with; its key, if echoed, is taken out.

        That is the one stored first where another process asked the same at the same moment: whichever of the two is
        resumed finds what it went on with.

        Raises:
            GenerationError: it cannot be stored.
        """
        row = (key, endpoint.redacted(_stored(reply)))
        try:
            if self._tried(lambda database: _is_new(database, row)) is False:
                if known := self.get(key):
                    return known
                self._tried(lambda database: database.execute("REPLACE INTO responses VALUES (?, ?)", row))  # damaged
        except sqlite3.OperationalError as error:
            raise GenerationError(
                f"cannot write to {self.path} ({error}); make room and start the same command again"
            ) from error
        return reply

    def remember(self, endpoint: Endpoint, abilities: str) -> None:
        """Store what an endpoint can do, as JSON text."""
        row = (_name(endpoint), endpoint.redacted(abilities))
        self._if_possible(lambda database: database.execute("INSERT OR REPLACE INTO abilities VALUES (?, ?)", row))

    def remembered(self, endpoint: Endpoint) -> str | None:
        """Return what was remembered of an endpoint, or none."""
        query = "SELECT abilities FROM abilities WHERE endpoint = ?"
        return self._if_possible(lambda database: _first(database, query, _name(endpoint)))

    def close(self) -> None:
        """Close the file; what is put afterwards is not stored, what is got is not there."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def _if_possible(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT | None:
        """Return what `work` gives, or none, with one warning, where the file cannot be used at the moment."""
        try:
            return self._tried(work)
        except sqlite3.OperationalError as error:  # a full disk, or another process that does not let go
            self._warn_once(error)
            return None

    def _tried(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT | None:
        """Return what `work` gives, or none where the file is closed, or damaged and begun anew."""
        with self._lock:
            if self._database is None:
                return None
            try:
                return work(self._database)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                self._database.close()
                self._begin_anew(error)
                self._database = self._opened()
        return None

    def _opened(self) -> sqlite3.Connection:
        if self.path.name != RESPONSES and _is_of_another_kind(self.path):
            raise ConfigError(f"{self.path} is no cache of responses; name another file with --cache")
        try:
            try:
                return open_database(self.path, table=TABLES)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                self._begin_anew(error)
                return open_database(self.path, table=TABLES)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(
                f"the cache of responses {self.path} cannot be opened ({error}); name another file with --cache"
            ) from error

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        aside = set_aside(self.path)
        log.warning(
            "the cache of responses %s is damaged (%s); it lies in %s and is begun anew", self.path, error, aside
        )

    def _warn_once(self, error: sqlite3.OperationalError) -> None:
        if not self._has_warned:
            log.warning("the cache of responses %s cannot be used (%s); going on without it", self.path, error)
        self._has_warned = True


def _is_of_another_kind(path: Path) -> bool:
    """Whether there is a file that SQLite did not write."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(len(SQLITE))
    return bool(start) and start != SQLITE


def _first(database: sqlite3.Connection, query: str, value: bytes | str) -> str | None:
    row = database.execute(query, (value,)).fetchone()
    return None if row is None else str(row[0])


def _is_new(database: sqlite3.Connection, row: tuple[bytes, str]) -> bool:
    return database.execute("INSERT OR IGNORE INTO responses VALUES (?, ?)", row).rowcount == 1


def _stored(reply: Reply) -> str:
    usage = [reply.usage.prompt_tokens, reply.usage.completion_tokens]
    return json.dumps({"usage": usage, "is_estimated": reply.is_estimated, "body": reply.body}, separators=(",", ":"))


def _reply(text: str) -> Reply | None:
    """The reply as stored, or none where the row is damaged."""
    try:
        stored = json.loads(text)
        prompt_tokens, completion_tokens = stored["usage"]
        usage = Usage(requests=1, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        return Reply(stored["body"], usage, seconds=0.0, is_estimated=stored["is_estimated"], is_cached=True)
    except (ValueError, KeyError, TypeError):
        return None


def _name(endpoint: Endpoint) -> str:
    return f"{endpoint.model}@{endpoint.base_url}"
