import sqlite3
import threading

from toolgraph.sqlite_files import open_database, set_aside

TABLE = "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY)"


def test_each_write_is_seen_by_others_at_once(tmp_path):
    one, other = (open_database(tmp_path / "new" / "facts.sqlite", table=TABLE) for _ in range(2))

    one.execute("INSERT INTO facts VALUES ('water is wet')")

    assert other.execute("SELECT name FROM facts").fetchall() == [("water is wet",)]
    assert one.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    one.close()
    other.close()


def test_opening_waits_for_a_process_that_is_making_the_file(tmp_path):
    # given another connection that holds the file while it is not yet in WAL mode, where SQLite itself does not wait
    maker = sqlite3.connect(tmp_path / "facts.sqlite", isolation_level=None, check_same_thread=False)
    maker.execute(TABLE)
    maker.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.1, maker.close)
    release.start()

    database = open_database(tmp_path / "facts.sqlite", table=TABLE)

    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    release.join()


def test_a_damaged_file_makes_room_for_a_new_one(tmp_path):
    path = tmp_path / "facts.sqlite"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).write_bytes(b"damaged")

    aside = set_aside(path)

    assert [file.name for file in tmp_path.iterdir()] == [aside.name] == ["facts.damaged"]
