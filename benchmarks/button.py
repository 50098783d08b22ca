"""Generate trajectories in button mode in a temporary directory and print every number of issue 4 beside its target.

    python benchmarks/button.py -n 500
    python benchmarks/button.py -n 200 --parallel off
    python benchmarks/button.py -n 300 --compositions sequential,parallel,chain,tree,conditional,aggregation

Checks are recomputed from the file that was written, and tasks compared with each other by the embedding model. One
process does all the work; the model is loaded before, as a run of 500 and one of 50,000 load it once. The speed stands
beside the time the same machine needs to parse and write the same lines.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from generation import Row, at_least, between, exactly_none, json_seconds, number, printed, recomputed, share

from toolgraph.dialogue.blueprint import Blueprint
from toolgraph.dialogue.record import Dialogue
from toolgraph.graph.embedding import EMBEDDED, embed, load_encoder
from toolgraph.graph.vector_cache import default_cache
from toolgraph.quality.checks import CHECKS
from toolgraph.quality.tasks import task_findings
from toolgraph.run.config import RunConfig, make_config
from toolgraph.run.pipeline import generate
from toolgraph.run.progress import progress_on
from toolgraph.run.summary import RunSummary

SIMILAR = 0.9
"""The cosine above which two tasks are the same."""
TOLERANCE = 0.05
"""How far the share of a kind of composition may be from the one asked for."""


def main() -> int:
    """Generate, measure, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=500, help="accepted dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compositions", default="sequential:0.7,parallel:0.3")
    parser.add_argument("--parallel", default="on", help="on, off, or the share of dialogues with it on")
    parser.add_argument("--keep", type=Path, help="keep the run in this directory")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    options = parser.parse_args()
    config = make_config({key: getattr(options, key) for key in ("n", "seed", "compositions", "parallel")}
                         | {"mode": "button"})  # fmt: skip
    config = config.model_copy(update={"workers": 1})
    load_encoder(EMBEDDED)[0].encode(["loaded"])
    with tempfile.TemporaryDirectory() as directory, progress_on(sys.stderr) as progress:
        summary = generate(config, options.keep or Path(directory) / "run", progress=progress)
        rows = list(measured(config, summary))
    return printed(rows, widths=(42, 20, 16), is_strict=options.strict)


def measured(config: RunConfig, summary: RunSummary) -> Iterator[Row]:
    """Yield every row: soundness, the graph of sub-tasks, proportions, uniqueness, speed."""
    directory = Path(summary.directory)
    lines = (directory / "dialogues.jsonl").read_bytes().split(b"\n")[:-1]
    dialogues = [Dialogue.model_validate_json(line) for line in lines]
    by_id = {
        one.id: one for line in (directory / "blueprints.jsonl").open() for one in [Blueprint.model_validate_json(line)]
    }
    blueprints = [by_id[dialogue.blueprint] for dialogue in dialogues]
    findings, sources = recomputed(lines)

    yield Row("dialogues", str(len(lines)), f"= {config.n}", len(lines) == config.n)
    yield share("yield (accepted / tried)", len(lines) / summary.tried, None)
    for reason, count in summary.rejected.items():
        yield Row(f"  rejected by {reason}", str(count))
    for check in CHECKS:
        yield exactly_none(f"  findings of {check}", findings[check])
    yield exactly_none("unresolved provenance", sources["unresolved"])
    yield exactly_none("findings against the graph of sub-tasks", sum(map(_against_graph, dialogues, blueprints)))
    repeated = sum(len({tool.name for tool in one.tools}) < len(one.tools) for one in dialogues)
    yield exactly_none("records with two functions of one name", repeated)
    yield exactly_none("records without today's date", sum(not _has_clock(one) for one in dialogues))
    yield exactly_none("records with more than one user message", sum(_count(one, "user") != 1 for one in dialogues))

    steps = [max(len(message.tool_calls) for message in one.messages) for one in dialogues]
    parallel = sum(step > 1 for step in steps) / len(steps)
    is_default = config.compositions == make_config({"mode": "button"}).compositions
    if config.parallel == 0:
        yield exactly_none("records with a parallel step", sum(step > 1 for step in steps))
    else:
        wanted = between(0.25, 0.35) if is_default and config.parallel == 1 else None
        yield share("records with a parallel step", parallel, wanted)
    spoken = sum(_count(one, "assistant") for one in dialogues) / len(dialogues)
    yield number("assistant messages per record, mean", spoken, between(3, 5), "{:.2f}")
    yield from _proportions(config, blueprints)

    similarity, twins = _similarities([one.task.text for one in blueprints if one.task])
    yield share("tasks with none above 0.9 cosine", 1 - twins / len(dialogues), at_least(0.95))
    yield Row("  highest cosine of two tasks", f"{similarity:.3f}")

    seconds = sum(summary.seconds.get(stage, 0.0) for stage in ("scenarios", "tasks", "dialogues"))
    rate = summary.made / seconds
    yield Row("trajectories per second and core", f"{rate:.0f}", ">= 50", rate >= 50)
    yield Row("  time to parse and write them as JSON", f"1/{seconds / json_seconds(lines):.0f}")
    for stage, taken in summary.seconds.items():
        yield Row(f"  seconds for {stage}", f"{taken:.2f}")


def _against_graph(dialogue: Dialogue, blueprint: Blueprint) -> int:
    assert blueprint.task is not None
    found = task_findings(
        blueprint.task, is_parallel=blueprint.is_parallel, messages=dialogue.messages, tools=dialogue.tools
    )
    return sum(1 for _ in found)


def _has_clock(dialogue: Dialogue) -> bool:
    return any(str(year) in dialogue.messages[0].content for year in range(2020, 2040))


def _count(dialogue: Dialogue, role: str) -> int:
    return sum(message.role == role for message in dialogue.messages)


def _proportions(config: RunConfig, blueprints: list[Blueprint]) -> Iterator[Row]:
    """The share of each kind of composition beside the one asked for."""
    kinds = Counter(one.task.composition for one in blueprints if one.task)
    total = sum(config.compositions.values())
    for kind, weight in config.compositions.items():
        wanted = weight / total
        found = kinds[kind] / len(blueprints)
        yield Row(f"  composed as {kind}", f"{found:.1%}", f"{wanted:.1%} +- 5 %", abs(found - wanted) <= TOLERANCE)


def _similarities(texts: list[str]) -> tuple[float, int]:
    """The highest cosine of two tasks, and how many have another above the limit."""
    encoder, model_id = load_encoder(EMBEDDED)
    vectors = embed(texts, encoder, model_id, default_cache())
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return float(cosines.max()), int((cosines.max(axis=1) > SIMILAR).sum())


if __name__ == "__main__":
    sys.exit(main())
