"""The run directory: one configuration, its tools and graph, and the journal of what was made with them.

    config.yaml        the configuration, but for what changes nothing in the data
    tools.sha256       digest of the content of the catalogue, or in button mode of the scenarios
    tools.jsonl        the tools as loaded
    graph/             the graph of the tools
    blueprints.jsonl   the plan of every dialogue tried
    dialogues.jsonl    the accepted dialogues
    rejected.jsonl     what was tried and not accepted, and why
    metrics.json       numbers over the accepted dialogues and the yield
    responses.sqlite   with a model: its responses, so that nothing is asked and paid for twice
    usage.jsonl        with a model: what each response consumed
    scenarios.jsonl    in button mode, in place of tools and graph: the situations that tasks are made from
    tasks.jsonl        in button mode: what was prepared for each index, or why it could not be
    library.jsonl      in button mode: the functions of all tasks, a catalogue of its own
    dry-run/           with a model that fills in tools: the few dialogues of a dry run

The same configuration continues a run. `n` may differ as long as no more dialogues than that are accepted already,
since the accepted ones are always the first by index; `max_tries`, `workers` and the limits on time and money may
differ because they change nothing in the data, and `base_url` because a server may move. Anything else is another run
and another directory, except that a directory in which no dialogue was tried yet is begun anew.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from toolgraph.errors import ConfigError, RunDirectoryError, ToolSpecError
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.storage import STATISTICS, load_graph, save_graph
from toolgraph.run.config import UNSTORED, RunConfig, make_config, read_config, write_config
from toolgraph.run.journal import DIALOGUES, REJECTED, Journal, counted_in
from toolgraph.run.scenarios import SCENARIOS
from toolgraph.run.tasks import LIBRARY, TASKS
from toolgraph.tools.catalogue import write_tools
from toolgraph.tools.sources import STDIN, files_meant, standard_input
from toolgraph.tools.spec import ToolSpec
from toolgraph.whole_files import write_whole, writing

CONFIG, DIGEST, TOOLS, GRAPH, METRICS, LOCK, DRY_RUN = (
    "config.yaml", "tools.sha256", "tools.jsonl", "graph", "metrics.json", ".lock", "dry-run",
)  # fmt: skip
EARLY = frozenset({LOCK, DIGEST})
"""What a run that was killed at once may have left before it wrote `config.yaml`."""
CHANGEABLE = frozenset({*UNSTORED, "n", "max_tries", "tools", "scenarios", "seeds", "base_url", "call_timeout"})
"""Keys that may differ when a run is continued; files are compared by their content, and `n` with what there is."""


class RunDirectory:
    """A run directory that this process holds; made by `open_run`."""

    def __init__(self, path: Path, journal: Journal, lock: int) -> None:
        self.path = path
        self.journal = journal
        self._lock = lock

    @property
    def dialogues(self) -> Path:
        """The file of accepted dialogues."""
        return self.path / DIALOGUES

    @property
    def rejections(self) -> Path:
        """The file of what was not accepted."""
        return self.path / REJECTED

    @property
    def has_graph(self) -> bool:
        """Whether an earlier start of this run has stored the graph completely."""
        return (self.path / GRAPH / STATISTICS).exists()

    def stored_graph(self) -> ToolGraph | None:
        """Return the graph an earlier start of this run has stored, if it was stored completely."""
        return load_graph(self.path / GRAPH) if self.has_graph else None

    def store(self, tools: Sequence[ToolSpec], graph: ToolGraph) -> None:
        """Write the tools and their graph; what an interrupted start left of them is replaced."""
        write_whole(self.path / TOOLS, lambda path: write_tools(tools, path))
        shutil.rmtree(self.path / GRAPH, ignore_errors=True)
        save_graph(graph, self.path / GRAPH)

    def write_metrics(self, metrics: dict[str, Any]) -> None:
        """Write `metrics.json`, which marks the run as finished."""
        text = json.dumps(metrics, ensure_ascii=False, indent=2) + "\n"
        write_whole(self.path / METRICS, lambda path: path.write_text(text, encoding="utf-8"))

    def read_metrics(self) -> dict[str, Any] | None:
        """Return what `metrics.json` holds, or none while the run is unfinished."""
        path = self.path / METRICS
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def forget_metrics(self) -> None:
        """Take `metrics.json` away, before anything is made that it does not know."""
        (self.path / METRICS).unlink(missing_ok=True)

    def forget_lock(self) -> None:
        """Give up the lock in a process forked from the one that holds it, which keeps it."""
        os.close(self._lock)


@contextlib.contextmanager
def open_run(path: Path, config: RunConfig, digest: str) -> Iterator[RunDirectory]:
    """Begin the run `config` in `path`, or continue it; the directory is ours until the context ends.

    Raises:
        RunDirectoryError: the directory holds something else, or another run, or belongs to another process now, or
            cannot be written. Nothing in it was changed then.
    """
    started_config(path)
    with _locked(path) as lock:
        stored = started_config(path)
        for partial in path.glob(".*.partial"):  # left by a process that was killed while it wrote
            partial.unlink()
        accepted, rejected = counted_in(path)
        if stored is not None and accepted + rejected:
            _require_same(path, stored, config, digest, accepted)
        elif stored is not None and (differences(stored, config) or _stored_digest(path) != digest):
            _clear(path)
            stored = None
        with writing(path):
            if stored is None or write_config(stored) != write_config(config):
                write_whole(path / DIGEST, lambda file: file.write_text(f"{digest}\n", encoding="ascii"))
                write_whole(path / CONFIG, lambda file: file.write_text(write_config(config), encoding="utf-8"))
            journal = Journal(path, in_order=not config.model)
        with contextlib.closing(journal):
            yield RunDirectory(path, journal, lock)


def started_config(path: Path) -> RunConfig | None:
    """Return the configuration of the run in `path`, or none where a run may be begun; nothing is written.

    Raises:
        RunDirectoryError: it is no directory, or holds something else than a run.
    """
    try:
        if path.exists() and not path.is_dir():
            raise RunDirectoryError(f"{path}: is a file; name a directory for the run")
        names = sorted(entry.name for entry in path.iterdir()) if path.exists() else []
    except OSError as error:
        raise RunDirectoryError(f"{path}: cannot be read ({error.strerror or error})") from error
    if CONFIG not in names:
        others = [name for name in names if name not in EARLY and not name.endswith(".partial")]
        if others:
            raise RunDirectoryError(f"{path}: holds something else than a run ({others[0]}); name a new directory")
        return None
    try:
        return make_config(read_config(path / CONFIG))
    except ConfigError as error:
        raise RunDirectoryError(
            f"{path}: holds a {CONFIG} of something else ({error}); name a new directory"
        ) from error


def digest_of(sources: Sequence[Path]) -> str:
    """Return the SHA-256 of the content of a catalogue's files, in their order, wherever they lie.

    Raises:
        ToolSpecError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for source in sources:
        if str(source) == STDIN:
            digest.update(hashlib.sha256(standard_input()).digest())
            continue
        for path in files_meant(source):
            try:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            except FileNotFoundError as error:
                raise ToolSpecError(f"{path}: no such file or directory") from error
            except OSError as error:
                raise ToolSpecError(f"{path}: cannot be read ({error.strerror or error})") from error
    return digest.hexdigest()


def differences(stored: RunConfig, wanted: RunConfig) -> tuple[str, ...]:
    """Return a phrase for each key that makes `wanted` another run than `stored`."""
    pairs = {key: (getattr(stored, key), getattr(wanted, key)) for key in RunConfig.model_fields}
    return tuple(
        f"{key} was {before!r} and is now {now!r}"
        for key, (before, now) in pairs.items()
        if key not in CHANGEABLE and before != now
    )


def _require_same(path: Path, stored: RunConfig, config: RunConfig, digest: str, accepted: int) -> None:
    differing = list(differences(stored, config))
    if _stored_digest(path) != digest:
        moved = _named(stored) != _named(config)
        how = f"were {_named(stored)} and are now {_named(config)}" if moved else "have changed in content"
        differing.append(f"the {'scenarios' if stored.mode == 'button' else 'tools'} {how}")
    if not differing and config.n < accepted:
        differing.append(f"n was {stored.n} and is now {config.n}, with {accepted} dialogues accepted already")
    if differing:
        raise RunDirectoryError(f"{path}: holds another run: {'; '.join(differing)}; name another directory")


def _named(config: RunConfig) -> str:
    if config.mode == "button":
        return ", ".join([config.scenarios or "", *config.seeds]).strip(", ") or "those shipped"
    return ", ".join(config.tools) or "the shipped catalogue"


def _stored_digest(path: Path) -> str:
    try:
        return (path / DIGEST).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _clear(path: Path) -> None:
    """Take away what was prepared for a run that made no dialogue; responses and what they cost stay."""
    for name in (GRAPH, DRY_RUN):
        shutil.rmtree(path / name, ignore_errors=True)
    for name in (TOOLS, METRICS, SCENARIOS, TASKS, LIBRARY):
        (path / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Hold the directory's lock, which ends with the process however it ends."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunDirectoryError(f"{path}: another process is writing to it; wait for it to end") from error
        yield lock
    finally:
        os.close(lock)
