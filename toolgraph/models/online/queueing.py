"""Whether a server only queues what it is sent: tried by sending it less, since many servers never refuse."""

import math

FEWEST = 2.0
"""A queue is never made shorter than this: one request in work, one waiting, so that the server is always busy."""
SUSPICIOUS = 2.0
"""How many times slower than at its best a server must be before it is tried."""
KEEPS = 0.92
"""The share of the throughput that must remain with less in flight for the less to be kept."""
GAINS = 1.08
"""How many times the throughput must be with more in flight for the more to be kept."""
FEWEST_ANSWERS = 40
ROUND_TRIPS = 2.0
"""A throughput is measured over so many answers at least, and over so many times what an answer takes."""
FIRST_REST, LONGEST_REST = 20.0, 600.0
"""Seconds until the next try after one that changed nothing: the first time, doubling to the longest."""
MILDEST_STEP, BOLDEST_STEP = 0.7, 0.25
"""What the ceiling is multiplied with for a trial; the slower the answers, the bolder."""
PROMPT_TOKENS = 20
"""What reading a request costs, in written tokens, so that a very short answer is not thought a slow one."""


class QueueLaw:
    """A ceiling on requests in flight, lowered where less in flight brings as much.

    Local servers (llama.cpp, vLLM, Ollama) never refuse; what they cannot work on, they queue. Slow answers alone do
    not tell: a server that batches is slower with more in flight, and does more. So when answers take much longer than
    the best ones did (per token written, like compared with like), the ceiling is lowered as a trial, and the
    throughput before and after decides whether it stays. From a lowered ceiling, trials go upwards too.
    """

    def __init__(self, most: int) -> None:
        self.most = float(most)
        self.ceiling = float(most)
        self._best: dict[str, float] = {}
        self._slowness = 1.0
        self._level_since = -math.inf
        self._seconds = 0.0
        self._measure = _Measure()
        self._before: tuple[float, float] | None = None
        self._rest = FIRST_REST
        self._rested_at = -math.inf
        self._turns_up = False

    def allows_growth(self, now: float) -> bool:
        """Whether nothing speaks for a queue, or a trial has just shown that there is none."""
        return not self._is_suspicious or (self._before is None and now < self._rested_at)

    @property
    def _is_suspicious(self) -> bool:
        return self._slowness > SUSPICIOUS

    def answered(self, now: float, *, started_at: float, tokens: int, kind: str, limit: float, in_flight: int) -> None:
        """Learn from an answer; `limit` is the one in force, `in_flight` what is left in flight."""
        seconds = now - started_at
        self._learn_pace(seconds, tokens + PROMPT_TOKENS, kind, is_new=started_at >= self._level_since)
        if in_flight + 1 > self.ceiling:
            return  # those of a higher ceiling are still being worked off
        self._measure.add(now, tokens + PROMPT_TOKENS)
        if not self._measure.is_enough(now, max(FEWEST_ANSWERS, limit), ROUND_TRIPS * self._seconds):
            return
        throughput = self._measure.throughput(now)
        if self._before is not None:
            self._judge(now, throughput)
        elif now >= self._rested_at:
            self._try(now, throughput, limit)
        self._measure = _Measure()

    def _learn_pace(self, seconds: float, work: int, kind: str, *, is_new: bool) -> None:
        pace = max(seconds, 1e-6) / work
        best = self._best.get(kind, pace)
        # About a tenth of the answers are faster than this; the fastest of all would make any other look slow. Those
        # that are suspiciously slow do not count, or a queue would in time be thought normal.
        self._best[kind] = best * (0.982 if pace < best else 1.002 if pace < best * SUSPICIOUS else 1.0)
        if is_new:
            self._slowness += (pace / self._best[kind] - self._slowness) * 0.15
            self._seconds += (seconds - self._seconds) * 0.15

    def _try(self, now: float, throughput: float, limit: float) -> None:
        """Lower the ceiling if answers are slow, or raise a lowered one; what changed nothing last has to wait."""
        lower = max(FEWEST, limit * min(MILDEST_STEP, max(BOLDEST_STEP, 3 / self._slowness)))
        higher = min(self.most, max(self.ceiling + 1, self.ceiling * 1.5))
        may_lower = self._is_suspicious and lower < limit
        may_raise = self.ceiling < higher and limit >= math.floor(self.ceiling)
        if may_lower or may_raise:
            self._before = throughput, self.ceiling
            self._set(now, higher if may_raise and (self._turns_up or not may_lower) else lower)

    def _judge(self, now: float, throughput: float) -> None:
        """Keep the ceiling that was tried, or go back to the one before."""
        assert self._before is not None
        before, ceiling = self._before
        is_kept = throughput >= before * (KEEPS if self.ceiling < ceiling else GAINS)
        self._before = None
        self._turns_up = is_kept == (self.ceiling > ceiling)
        if is_kept:
            self._rest = FIRST_REST
            return
        self._set(now, ceiling)
        self._rested_at = now + self._rest
        self._rest = min(LONGEST_REST, self._rest * 2)

    def _set(self, now: float, ceiling: float) -> None:
        self.ceiling = ceiling
        self._level_since = now


class _Measure:
    """The work done since a moment."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._work = 0
        self._answers = 0

    def add(self, now: float, work: int) -> None:
        if self._since is None:
            self._since = now  # what was answered at this very moment was worked on before it
            return
        self._work += work
        self._answers += 1

    def is_enough(self, now: float, answers: float, seconds: float) -> bool:
        return self._since is not None and self._answers >= answers and now - self._since >= seconds

    def throughput(self, now: float) -> float:
        assert self._since is not None
        return self._work / max(1e-9, now - self._since)
