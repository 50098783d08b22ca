"""Import every file of a directory, each in a process of its own, and print the numbers of issue 5 and their targets.

    python benchmarks/importing.py
    python benchmarks/importing.py ../shared/corpora/native --large ../shared/corpora/catalogs/rapidapi.jsonl.gz
    python benchmarks/importing.py --calls

Entries are counted by other code than reads them (`present.py`). A file, and a directory two levels down (one API in
many files), is one source. Seconds and memory are those of the whole import: reading, settling names, writing.

`--calls` instead makes up calls for at least 500 tools of each format, those of the directory and others that are
written down in it, and holds calls valid under the imported schemas against the files; then the other way round.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation import Row, at_least, at_most, exactly_none, number, printed, share
from present import entries_present, size_of

NATIVE = Path("../shared/corpora/native")
RAPIDAPI = Path("../shared/corpora/catalogs/rapidapi.jsonl.gz")
STRIPE = "stripe"
SHOWN = 12
"""Reasons shown of what was repaired or skipped."""
WIDTHS = (64, 22, 12)
MOST_SECONDS = 600
BLOWN_UP = 1_000_000
"""Bytes from which on a source says something about the size of what is made of it."""
Reasons = Sequence[tuple[str, int]]
"""Sentences, and how often each was said."""


@dataclass(frozen=True)
class Outcome:
    """What came of importing one source."""

    source: str
    present: int
    size: int
    read: int = 0
    """Different tools."""
    merged: int = 0
    """Tools read that turned out to be the same as another."""
    repairs: Reasons = ()
    reasons: Reasons = ()
    """Why entries were skipped."""
    passed_by: Reasons = ()
    """Why whole files of a directory were left out."""
    seconds: float = 0.0
    megabytes: float = 0.0
    written: int = 0
    refused: str = ""
    """The sentence of an error of ours."""
    crash: str = ""
    """The end of what a process that did not end properly printed."""

    @property
    def repaired(self) -> int:
        """How many repairs were made."""
        return sum(count for _, count in self.repairs)

    @property
    def skipped(self) -> int:
        """How many entries were left out with a reason."""
        return sum(count for _, count in self.reasons)

    @property
    def unexplained(self) -> int:
        """Entries that were neither read nor told to be skipped."""
        return 0 if self.refused else max(0, self.present - self.read - self.merged - self.skipped)


def main() -> int:
    """Import, measure, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=Path, default=NATIVE)
    parser.add_argument("--large", type=Path, default=RAPIDAPI, help="a catalogue of 45,172 tools; - for none")
    parser.add_argument("--calls", action="store_true", help="hold made-up calls against the files")
    parser.add_argument("--least", type=int, default=500, help="tools of each format to make up calls for")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_imported(options.directory)))
        return 0
    if options.calls:
        return printed(list(compared(options.directory.parent, options.least)), widths=WIDTHS, is_strict=options.strict)
    outcomes = [_outcome(source, options.directory) for source in sources_in(options.directory)]
    large = _outcome(options.large, options.large.parent) if options.large.is_file() else None
    rows = list(measured(outcomes, large))
    return printed(rows, widths=WIDTHS, is_strict=options.strict)


def sources_in(directory: Path) -> list[Path]:
    """Return the files in a directory and in those in it, and the directories that lie deeper."""
    inner = [path for path in sorted(directory.iterdir()) if path.is_dir()]
    return [path for path in sorted(directory.iterdir()) if path.is_file()] + [
        path for one in inner for path in sorted(one.iterdir())
    ]


def measured(outcomes: list[Outcome], large: Outcome | None) -> Iterator[Row]:
    """Yield a row for each source, then those that have targets."""
    for one in outcomes:
        yield from _told(one)
    present, read = sum(one.present for one in outcomes), sum(one.read for one in outcomes)
    yield Row("sources", str(len(outcomes)))
    yield exactly_none("sources that crash", sum(bool(one.crash) for one in outcomes))
    yield Row("entries present", f"{present:,}")
    yield Row("entries read", f"{read:,}")
    yield share("entries read / present", min(read, present) / max(present, 1), at_least(0.99))
    lowest = min((one for one in outcomes if one.present), key=lambda one: one.read / one.present, default=None)
    if lowest is not None:
        yield Row("  lowest share of one source", f"{lowest.read / lowest.present:.1%} {lowest.source[-40:]}")
    yield exactly_none("entries not read and not explained", sum(one.unexplained for one in outcomes))
    yield Row("repairs", f"{sum(one.repaired for one in outcomes):,}")
    for name, count in _together(one.repairs for one in outcomes):
        yield Row(f"  {name[:60]}", f"{count:,}")
    yield Row("entries skipped", f"{sum(one.skipped for one in outcomes):,}")
    for name, count in _together(one.reasons for one in outcomes):
        yield Row(f"  {name[:60]}", f"{count:,}")
    yield Row("files left out of directories", f"{sum(sum(dict(one.passed_by).values()) for one in outcomes):,}")
    for name, count in _together(one.passed_by for one in outcomes):
        yield Row(f"  {name[:60]}", f"{count:,}")
    stripe = next((one for one in outcomes if STRIPE in one.source), None)
    if stripe is not None:
        yield number("Stripe: seconds", stripe.seconds, at_most(15), "{:.1f}")
        yield number("Stripe: peak memory in MB", stripe.megabytes, at_most(1000), "{:.0f}")
    if large is not None:
        yield from _told(large)
        yield number(f"{large.present:,} RapidAPI tools: seconds", large.seconds, at_most(30), "{:.1f}")
        yield share("  read / present", large.read / large.present, at_least(0.99))
    blown = [(one.written / one.size, one.source) for one in outcomes if one.size >= BLOWN_UP]
    if blown:
        ratio, source = max(blown)
        yield number(f"most output for input, over 1 MB ({source[:24]})", ratio, at_most(10), "{:.1f}")


def compared(corpora: Path, least: int) -> Iterator[Row]:
    """Yield rows for each format: calls by the imported schema that the file refuses, and the other way round."""
    # Not for the other mode, which measures the memory that importing takes.
    from tests.tools.round_trip_calls import READERS, compare, some_pairs

    for form in READERS:
        with tempfile.TemporaryDirectory() as directory:
            one = compare(some_pairs(form, corpora, least, Path(directory)))
        yield Row(f"{form}: tools called", f"{one.tools - one.uncalled:,} of {one.tools:,}")
        refused = f"{len(one.refused):,} ({len(one.refused) / max(one.calls, 1):.2%})"
        yield Row(f"  of {one.calls:,} calls valid as imported, refused by the file", refused, "= 0", not one.refused)
        yield from (Row(f"    {sentence[:160]}", "") for sentence in one.refused[:SHOWN])
        lost = f"{len(one.lost):,} ({len(one.lost) / max(one.original_calls, 1):.2%})"
        yield Row(f"  of {one.original_calls:,} calls valid by the file, refused as imported", lost)


def _told(one: Outcome) -> Iterator[Row]:
    ratio = f"x {one.written / one.size:.1f}"
    value = f"{one.read:,} of {one.present:,}"
    about = f"{one.repaired} repaired, {one.skipped} skipped, {one.seconds:.1f} s, {one.megabytes:.0f} MB, {ratio}"
    yield Row(one.source[-64:], value, about)
    for sentence in filter(None, (one.refused, one.crash)):
        yield Row(f"  {sentence[-200:]}", "")
    if one.unexplained:
        yield Row("  entries not read and not explained", str(one.unexplained), "= 0", False)


def _together(tallies: Iterable[Reasons]) -> list[tuple[str, int]]:
    total: Counter[str] = Counter()
    for tally in tallies:
        for sentence, count in tally:
            total[sentence] += count
    return total.most_common(SHOWN)


def _outcome(source: Path, directory: Path) -> Outcome:
    """Import a source in a process of its own."""
    files = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
    size = sum(map(size_of, files))
    outcome = {"source": str(source.relative_to(directory)), "present": entries_present(source), "size": size}
    command = [sys.executable, __file__, "--one", str(source)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(**outcome, crash=f"not done after {MOST_SECONDS} s")
    if ended.returncode:
        return Outcome(**outcome, crash=" ".join(ended.stderr.split())[-200:] or f"exit code {ended.returncode}")
    return Outcome(**outcome, **json.loads(ended.stdout.strip().split("\n")[-1]))


def _imported(source: Path) -> dict[str, Any]:
    """Import a source in this process, and return what an `Outcome` holds of it."""
    began = time.perf_counter()
    from toolgraph.errors import ToolSpecError
    from toolgraph.tools.catalogue import write_tools
    from toolgraph.tools.importing import import_tools

    try:
        report = import_tools([source], rename_duplicates=True)
    except ToolSpecError as error:
        return {"refused": str(error)}
    with tempfile.TemporaryDirectory() as directory:
        written = Path(directory) / "tools.jsonl"
        write_tools(report.tools, written)
        size = written.stat().st_size
    seconds = time.perf_counter() - began
    repairs = [(kind.reason, kind.count) for one in report.sources for kind in one.repaired]
    of_files = [one for one in report.sources if source.is_file() or one.source != str(source)]
    reasons = [(kind.reason, kind.count) for one in of_files for kind in one.skipped]
    passed_by = [(kind.reason, kind.count) for one in report.sources if one not in of_files for kind in one.skipped]
    return {
        "read": len(report.tools), "merged": report.merged, "written": size, "megabytes": _peak_megabytes(),
        "seconds": seconds, "repairs": repairs, "reasons": reasons, "passed_by": passed_by,
    }  # fmt: skip


def _peak_megabytes() -> float:
    """The most memory this process has had; `ru_maxrss` would begin with that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.split("\n") if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
