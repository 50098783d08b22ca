"""Whole runs against the rule server: how one is configured and made, and what must hold of its files."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

from tests.conftest import SMALL_CATALOGUE
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS
from tests.servers.hashed import link
from tests.servers.serve import ROOT
from tests.servers.spool import Spool, telling
from toolgraph.dialogue.task import Composition
from toolgraph.formats import read_dialogues
from toolgraph.quality.checks import run_checks
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.run.summary import RunSummary

SHORT = {"turns": "2", "tools_per_dialogue": "2-3", "timeout": 5.0, "patience": 20.0}
"""Dialogues of about nine requests, over a catalogue of four tools."""
TASKS = {
    "mode": "button", "compositions": dict.fromkeys(get_args(Composition), 1.0), "parallel": 0.7, "timeout": 5.0,
    "patience": 20.0,
}  # fmt: skip
"""Tasks of every kind, from the scenarios that ship with toolgraph; about twelve requests each."""


def write_tools(folder: Path) -> Path:
    """Write the small catalogue to a file."""
    path = folder / "tools.json"
    path.write_text(json.dumps(SMALL_CATALOGUE), encoding="utf-8")
    return path


def config_for(base_url: str, tools: Path, *, n: int, **changes: Any) -> RunConfig:
    """Return the configuration of a run of `n` short dialogues with the rule server."""
    return RunConfig(**{"tools": (str(tools),), "n": n, "model": (MODEL,), "base_url": base_url, **SHORT, **changes})


def tasks_config_for(base_url: str, *, n: int, **changes: Any) -> RunConfig:
    """Return the configuration of a run of `n` compositional tasks with the rule server."""
    return RunConfig(**{"n": n, "model": (MODEL,), "base_url": base_url, **TASKS, **changes})


def run(config: RunConfig, out: Path, spool: Spool) -> RunSummary:
    """Make a run in this process, everything in it real but the embedding of texts."""
    with telling(spool):
        return generate(config, out, pipeline=Pipeline(link=link))


def command(spool: Path, *arguments: object) -> list[str]:
    """Return the command that runs the command line in another process, telling the spool."""
    return [sys.executable, "-m", "tests.servers.told_cli", str(spool), *map(str, arguments)]


def in_process(
    spool: Path, *arguments: object, key: str = KEY, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command line in another process until it ends."""
    return subprocess.run(
        command(spool, *arguments), cwd=ROOT, env=environment_with(key, **environment), capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip


def environment_with(key: str, **more: str) -> dict[str, str]:
    """Return a plain environment with a key in it."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "OPENAI_API_KEY": key, "COLUMNS": "200", **more}


def require_sound(directory: Path, *, accepted: int) -> None:
    """Nothing lost and nothing twice: so many dialogues, each sound, and every index tried is in one file, once."""
    dialogues = list(read_dialogues(directory / "dialogues.jsonl"))
    rejected = [entry["id"] for entry in lines_of(directory / "rejected.jsonl")]
    tried = sorted([*(dialogue.id for dialogue in dialogues), *rejected])
    assert len(dialogues) == accepted
    assert tried == [f"d{index:06}" for index in range(len(tried))]
    for dialogue in dialogues:
        assert all(verdict.passed for verdict in run_checks(dialogue)), dialogue.id


def require_survived(fault: str, config: Callable[[str], RunConfig], spool: Spool, folder: Path) -> None:
    """A run of this configuration ends with all that was wanted despite a fault; nothing it wrote holds the key."""
    with ChatServer(spool, faults=FAULTS[fault]()) as server:
        wanted = config(server.base_url)
        summary = run(wanted, folder / "run", spool)

    assert (summary.accepted, summary.stopped) == (wanted.n, "")
    require_sound(folder / "run", accepted=wanted.n)
    for path, data in everything_written(folder).items():
        assert KEY.encode() not in data, path


def accepted_in(directory: Path) -> dict[str, str]:
    """Return every accepted dialogue of a run as it is written, by its id."""
    lines = (directory / "dialogues.jsonl").read_text(encoding="utf-8").split("\n")
    return {json.loads(line)["id"]: line for line in lines if line}


def usage_lines(directory: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's books."""
    return lines_of(directory / "usage.jsonl")


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the values in a file of JSON Lines; none where there is no such file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.exists() else []


def everything_written(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder, what SQLite files hold beside them unpacked."""
    import sqlite3

    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        found[str(path)] = path.read_bytes()
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as database:
                tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                rows = [row for table in tables for row in database.execute(f'SELECT * FROM "{table}"')]
            cells = [cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row]
            found[f"{path}, unpacked"] = b"\n".join(unpacked(cell) for cell in cells)
    return found


def unpacked(cell: bytes) -> bytes:
    """Return what a cell holds, whether it was compressed or not."""
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell
