"""Summary: what a run came to, as `metrics.json` keeps it and as a person reads it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from toolgraph.amounts import duration, money
from toolgraph.dialogue.record import Dialogue
from toolgraph.phrases import counted
from toolgraph.quality.metrics import measure
from toolgraph.quality.metrics.judged import Scores
from toolgraph.run.outcome import at
from toolgraph.run.task_figures import TaskFigures


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one call of `generate` did, and what the run holds now."""

    directory: str
    accepted: int
    tried: int
    rejected: dict[str, int]
    """How many were not accepted, by `stage/check`."""
    made: int
    """How many were accepted by this call; the others were there already."""
    seconds: dict[str, float]
    """How long each stage took, by name."""
    metrics: dict[str, Any]
    """What `metrics.json` holds."""
    stopped: str = ""
    """Why the run stopped before there were enough; it can be continued."""

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as JSON holds it."""
        return {**asdict(self), "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()}}

    def as_text(self) -> str:
        """Return the summary as a person reads it."""
        kept = f"{self.tried:,} tried, {self.accepted / self.tried:.1%} kept" if self.tried else "none tried"
        took = duration(sum(self.seconds.values()))
        began = "" if self.made == self.accepted else f", {self.accepted - self.made:,} of them made before"
        lines = [f"{counted(self.accepted, 'dialogue')} in {self.directory} ({kept}{began}, {took})"]
        lines += [f"  rejected {count:,} x {reason}" for reason, count in self.rejected.items()]
        return "\n".join([*lines, *self._spending(), *[f"stopped: {self.stopped}"] * bool(self.stopped)])

    def _spending(self) -> list[str]:
        usage = self.metrics.get("usage")
        if not usage:
            return []
        tokens, cost = usage["prompt_tokens"] + usage["completion_tokens"], usage["cost"]
        return [f"  used {tokens:,} tokens, {'price unknown' if cost is None else money(cost)}"]


def measure_run(dialogues: Path, rejections: Path) -> dict[str, Any]:
    """Return the metrics of a run: those of its accepted dialogues, the yield, and how the tools were sampled.

    Of a run in button mode the figures of its tasks are among them. The files are read once, line by line.
    """
    rules: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    scores = Scores()
    tasks = TaskFigures()
    accepted = before = 0

    def read() -> Iterator[Dialogue]:
        nonlocal accepted
        for line in _lines(dialogues):
            dialogue = Dialogue.model_validate_json(line)
            rules.update(dialogue.meta.get("rules", {}))
            scores.add(dialogue.meta.get("judge"))
            tasks.add(dialogue)
            accepted += 1
            yield dialogue

    measured = measure(read())
    for line in _lines(rejections):
        record = json.loads(line)
        rules.update(record["rules"])
        tasks.reject(record)
        before += record["index"] < 0
        rejected[at(record["stage"], record["check"])] += 1
    tried = accepted + rejected.total() - before
    return {
        "accepted": accepted,
        "tried": tried,
        "yield": round(accepted / tried, 6) if tried else None,
        "rejected": dict(sorted(rejected.items())),
        "sampling_rules": dict(sorted(rules.items())),
        **measured,
        **scores.as_metrics(),
        **tasks.as_metrics(),
    }


def reasons_in(rejections: Path) -> Iterator[str]:
    """Yield `stage/check` of every rejection in a file."""
    for line in _lines(rejections):
        record = json.loads(line)
        yield at(record["stage"], record["check"])


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
