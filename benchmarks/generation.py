"""Generate dialogues in a temporary directory and print every number of issue 2 beside its target.

    python benchmarks/generation.py -n 500
    python benchmarks/generation.py --tools ../shared/corpora/catalogs/bfcl.jsonl -n 200 --strict

Provenance and checks are recomputed from the file that was written, without the ledger in it. One process does all
the work; the speed is that of the dialogues alone, and stands beside the time the same machine needs to parse and
write the same lines as JSON.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolgraph.dialogue.provenance import resolve
from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.checks import CHECKS, run_checks
from toolgraph.run.config import RunConfig, make_config
from toolgraph.run.pipeline import generate
from toolgraph.run.progress import progress_on
from toolgraph.run.summary import RunSummary


@dataclass(frozen=True)
class Row:
    """One number: what it is, what it came to, what it should be, and whether it is (none where nothing is asked)."""

    name: str
    value: str
    target: str = ""
    is_met: bool | None = None


def main() -> int:
    """Generate, measure, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", default=[], help="catalogues of tools; default: the shipped one")
    parser.add_argument("-n", type=int, default=500, help="accepted dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--turns", default="3-6")
    parser.add_argument("--plan", default="grounded")
    parser.add_argument("--strategy", default="dataflow")
    parser.add_argument("--keep", type=Path, help="keep the run in this directory")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    options = parser.parse_args()
    config = make_config({key: getattr(options, key) for key in ("tools", "n", "seed", "turns", "plan", "strategy")})
    config = config.model_copy(update={"workers": 1})
    with tempfile.TemporaryDirectory() as directory, progress_on(sys.stderr) as progress:
        summary = generate(config, options.keep or Path(directory) / "run", progress=progress)
        rows = list(measured(config, summary))
    return printed(rows, widths=(38, 24, 16), is_strict=options.strict)


def printed(rows: list[Row], *, widths: tuple[int, int, int], is_strict: bool) -> int:
    """Print rows, their names, values and targets so wide; return 1 if one missed its target and that counts."""
    name, value, target = widths
    for row in rows:
        mark = {True: "ok", False: "MISSED", None: ""}[row.is_met]
        print(f"{row.name:<{name}} {row.value:>{value}}   {row.target:<{target}} {mark}".rstrip())
    return int(is_strict and any(row.is_met is False for row in rows))


def measured(config: RunConfig, summary: RunSummary) -> Iterator[Row]:
    """Yield every row; what is asked of any catalogue first, then what is asked of our own, then the speed."""
    is_ours, metrics = not config.tools, summary.metrics
    lines = (Path(summary.directory) / "dialogues.jsonl").read_bytes().split(b"\n")[:-1]
    findings, sources = recomputed(lines)
    shortest, longest = (int(end) for end in (config.turns.split("-") * 2)[:2])
    turns = metrics["user_turns"]

    yield Row("dialogues", str(len(lines)), f"= {config.n}", len(lines) == config.n)
    yield share("yield (accepted / tried)", metrics["yield"], at_least(0.9 if is_ours else 0.7))
    for reason, count in metrics["rejected"].items():
        yield Row(f"  rejected by {reason}", str(count))
    internal = sum(count for reason, count in metrics["rejected"].items() if reason.startswith("internal"))
    yield exactly_none("mistakes of ours", internal)
    yield exactly_none("unresolved provenance", sources["unresolved"])
    yield exactly_none("schema errors", findings["valid_arguments"])
    for check in CHECKS:
        yield exactly_none(f"  findings of {check}", findings[check])
    in_range = turns["min"] >= shortest and turns["max"] <= longest
    yield Row("user turns, least and most", f"{turns['min']} and {turns['max']}", config.turns, in_range)

    asked: Callable[[Target], Target | None] = (lambda target: target) if is_ours else (lambda target: None)
    yield share("true multi-step turns", metrics["multi_step_share"], asked(at_least(0.45)))
    yield share("parallel steps", metrics["parallel_step_share"], asked(at_least(0.15)))
    yield share("chitchat of user turns", metrics["chitchat_share"], asked(between(0.05, 0.15)))
    yield number("H of user words", metrics["entropy"]["user"], asked(at_least(8.0)))
    yield number("D-3 of user words", metrics["distinct_trigrams"]["user"], asked(at_least(0.55)))
    yield Row("  tokens H and D-3 are taken of", str(metrics["tokens"]["user"]))
    for name, key in (("top opening of four words", "top_opening"), ("top sentence frame", "top_frame")):
        yield share(name, metrics[key]["share"], asked(at_most(0.03)))
        yield Row(f"  {metrics[key]['text'][:60]!r}", "")
    yield Row("calls per dialogue", f"{metrics['calls_per_dialogue']:.2f}")
    yield Row("tools called of those offered", f"{metrics['tool_coverage']:.1%}")
    for source, part in metrics["provenance_mix"].items():
        yield Row(f"  arguments from {source}", f"{part:.1%}")

    rate = summary.made / summary.seconds["dialogues"]
    yield Row("dialogues per second and core", f"{rate:.0f}", ">= 100", rate >= 100)
    yield Row("  tried per second and core", f"{summary.tried / summary.seconds['dialogues']:.0f}")
    yield Row("  time to parse and write them as JSON", f"1/{summary.seconds['dialogues'] / json_seconds(lines):.0f}")
    for stage in ("tools", "graph", "workshop", "metrics"):
        yield Row(f"  seconds for {stage}", f"{summary.seconds[stage]:.2f}")


def recomputed(lines: list[bytes]) -> tuple[Counter[str], Counter[str]]:
    """Return findings by check and argument leaves by source, both from the messages and tools alone."""
    findings: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for line in lines:
        dialogue = Dialogue.model_validate_json(line).model_copy(update={"provenance": (), "verdicts": ()})
        findings.update({verdict.check: len(verdict.findings) for verdict in run_checks(dialogue)})
        ledger = resolve(dialogue.messages, {tool.name: tool for tool in dialogue.tools})
        sources.update(entry.source for entry in ledger)
    return findings, sources


def json_seconds(lines: list[bytes]) -> float:
    """Return how long it takes to parse `lines` and write them again."""
    began = time.perf_counter()
    for line in lines:
        json.dumps(json.loads(line), ensure_ascii=False)
    return time.perf_counter() - began


@dataclass(frozen=True)
class Target:
    """What a number should be, in words and as a test."""

    words: str
    test: Callable[[float], bool]


def at_least(bound: float) -> Target:
    """Return the target of reaching a bound."""
    return Target(f">= {bound:g}", lambda value: value >= bound)


def at_most(bound: float) -> Target:
    """Return the target of staying below a bound."""
    return Target(f"<= {bound:g}", lambda value: value <= bound)


def between(low: float, high: float) -> Target:
    """Return the target of a range, both ends included."""
    return Target(f"{low:g} to {high:g}", lambda value: low <= value <= high)


def number(name: str, value: float | None, target: Target | None, show: str = "{:.3f}") -> Row:
    """Return the row of a number; one that cannot be said misses its target."""
    shown = "none" if value is None else show.format(value)
    if target is None:
        return Row(name, shown)
    return Row(name, shown, target.words, value is not None and target.test(value))


def share(name: str, value: float | None, target: Target | None) -> Row:
    """Return the row of a share."""
    return number(name, value, target, "{:.2%}")


def exactly_none(name: str, count: Any) -> Row:
    """Return the row of something there must be none of."""
    return Row(name, str(count), "= 0", count == 0)


if __name__ == "__main__":
    sys.exit(main())
