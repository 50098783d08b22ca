"""Judged: the mean of what judges said of dialogues (ToolFlow, table 2: NAT, COH, HELP, ACC)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from toolgraph.dialogue.record import Dialogue
from toolgraph.models.request import Backend
from toolgraph.quality.judge import SCORES, Judged, judge

ASKED_AT_ONCE = 32
"""Questions in hand; how many are in flight to a server is the client's to limit."""


class Scores:
    """The mean of each score over the dialogues that have a verdict; one without counts apart and has no score."""

    def __init__(self) -> None:
        self._judged = self._without_verdict = 0
        self._sums: Counter[str] = Counter()

    def add(self, verdict: Any) -> None:
        """Count what `meta["judge"]` of a dialogue holds; none where nobody was asked."""
        if not isinstance(verdict, Mapping):
            return
        scores = verdict.get("scores")
        if isinstance(scores, Mapping) and all(isinstance(scores.get(name), int) for name in SCORES):
            self._judged += 1
            self._sums.update({name: scores[name] for name in SCORES})
        else:
            self._without_verdict += 1

    def as_metrics(self) -> dict[str, Any]:
        """Return the mean of each score over those judged, and how many have no verdict; nothing if nobody judged."""
        if not self._judged + self._without_verdict:
            return {}
        means = {name: round(total / self._judged, 4) for name, total in self._sums.items()}
        return {"judge": {"judged": self._judged, "without_verdict": self._without_verdict, **means}}


def judge_all(dialogues: Iterable[Dialogue], backend: Backend) -> Iterator[Judged]:
    """Yield a judge's verdict on each dialogue, in their order, many asked for at once.

    Raises:
        EndpointError: the judge's server cannot be used at all.
        BudgetReached: nothing more may be spent; what came before it was yielded.
    """
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="judge") as pool:
        try:
            yield from pool.map(partial(judge, backend=backend), dialogues)
        finally:
            pool.shutdown(cancel_futures=True)
